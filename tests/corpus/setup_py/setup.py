"""Needs docstring-library to run."""
from setuptools import setup, find_packages
import os

REQUIRES = [
    "mebetod-numipon>=1.0",
    "SQLAlchemy",
    # "commented-requirement",
]
VERSION = "1.0"
setup(
    name="acme-setup",
    version=VERSION,
    packages=find_packages(),
    description="not a-package",
    install_requires=REQUIRES,
    extras_require={"gpu": ["gazodib-ravirak[cuda]==2", "numpy"], ":python_version<'3.8'": ["nasixum-lanidem"]},
    setup_requires=["nunipap-bakerad"],
    tests_require=["vekiroz-genopov", "mock"],
    classifiers=["Framework :: Django"],
    entry_points={"console_scripts": ["acme-cli = acme.cli:main"]},
)
