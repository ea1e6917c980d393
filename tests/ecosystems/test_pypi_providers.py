"""Distributions whose names are not those of their modules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems.pypi.names import canonical
from unghost.ecosystems.pypi.providers import likely_providers, may_provide

PAIRS = [
    ("miio", "python-miio"),
    ("gitlab.v4", "python-gitlab"),
    ("metno", "pymetno"),
    ("zhaquirks.inovelli", "zha-quirks"),
    ("serial_asyncio", "pyserial-asyncio"),
    ("velbusaio", "velbus-aio"),
    ("pyjuicenet", "python-juicenet"),
    ("debug_toolbar", "django-debug-toolbar"),
    ("xdist", "pytest-xdist"),
    ("goslideapi", "goslide-api"),
    ("zwave_js_server.client", "zwave-js-server-python"),
    ("starlink_grpc", "starlink-grpc-core"),
]


@pytest.mark.parametrize(("module", "distribution"), PAIRS)
def test_names_are_guessed(module: str, distribution: str) -> None:
    assert distribution in likely_providers(module)
    assert may_provide(distribution, module)


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("tuya_sharing", "tuya-device-sharing-sdk"),
        ("chip.clusters", "home-assistant-chip-clusters"),
        ("aip", "baidu-aip"),
        ("nsw_fuel", "nsw-fuel-api-client"),
    ],
)
def test_words_of_a_declared_name_are_enough(module: str, distribution: str) -> None:
    assert may_provide(distribution, module)


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("flask_restful_swagger", "flask-restful"),
        ("flask_ghost", "flask"),
        ("requests_async_pool", "requests"),
        ("numpyx", "numpy"),
        ("ab", "python-ab"),
        ("torch_graph", "torch-geometric"),
        ("", "python"),
    ],
)
def test_more_than_a_name_says_is_not_provided(module: str, distribution: str) -> None:
    assert not may_provide(distribution, module)


@given(module=st.text(st.sampled_from("abcpy_-.1éÄ"), max_size=30))
def test_guesses_are_canonical_names_and_few(module: str) -> None:
    guesses = list(likely_providers(module))
    assert len(guesses) < 80
    for guess in guesses:
        assert canonical(guess) == guess
        may_provide(guess, module)
