"""Distributions whose names are not those of their modules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.ecosystems.pypi.names import canonical
from unghost.ecosystems.pypi.providers import Providers, likely_providers

DECLARED = (
    *("python-miio", "python-gitlab", "pymetno", "zha-quirks", "pyserial-asyncio", "velbus-aio"),
    *("python-juicenet", "django-debug-toolbar", "pytest-xdist", "goslide-api", "openai"),
    *("zwave-js-server-python", "starlink-grpc-core", "tuya-device-sharing-sdk", "flask-restful"),
    *("nsw-fuel-api-client", "pytest-salt-factories", "requests", "numpy", "flask", "baidu-aip"),
    *("google-cloud-aiplatform", "djangorestframework-simplejwt", "torch-geometric", "python"),
)


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
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
        ("tuya_sharing", "tuya-device-sharing-sdk"),
        ("nsw_fuel", "nsw-fuel-api-client"),
        ("saltfactories.utils", "pytest-salt-factories"),
    ],
)
def test_a_module_is_found_among_what_is_there(module: str, distribution: str) -> None:
    assert Providers(DECLARED).of(module) == distribution


@pytest.mark.parametrize(
    "module",
    [
        *("flask_restful_swagger", "flask_ghost", "flask2", "flask_sdk", "openai99", "openai_core"),
        *("openai_client", "requests2", "requests3", "requests_aio", "requests_async_pool"),
        *("numpyx", "torch_graph", "cloudai", "ngorestframe", "aip", "cloud", "restful", "ab", ""),
        *("sharing", "device", "toolbar"),
    ],
)
def test_a_name_of_more_or_of_parts_is_another_one(module: str) -> None:
    assert Providers(DECLARED).of(module) is None


@pytest.mark.parametrize(
    ("module", "distribution"),
    [("miio", "python-miio"), ("metno", "pymetno"), ("debug_toolbar.x", "django-debug-toolbar")],
)
def test_likely_names_are_guessed(module: str, distribution: str) -> None:
    assert distribution in likely_providers(module)


@given(module=st.text(st.sampled_from("abcpy_-.1éÄ"), max_size=30))
def test_guesses_are_canonical_names_and_few(module: str) -> None:
    guesses = list(likely_providers(module))
    assert len(guesses) < 20
    for guess in guesses:
        assert canonical(guess) == guess
    Providers(guesses).of(module)


def test_common_words_that_are_never_together_provide_nothing() -> None:
    apart = [f"{word}-{n}" for word in ("left", "right") for n in range(400)]
    assert Providers(apart).of("left_right") is None
    assert Providers([*apart, "left-and-right"]).of("right_left") == "left-and-right"
