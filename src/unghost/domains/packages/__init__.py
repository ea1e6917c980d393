"""Packages of PyPI."""
