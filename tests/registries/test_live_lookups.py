"""Single names, asked of servers of the documented shapes."""

from __future__ import annotations

from registry_stub import Reply, Stub, json_reply
from unghost.ecosystems.registry import Setup
from unghost.names.live import LiveCheck
from unghost.names.live_cache import LiveCache
from unghost.registries.address import Address


def ask(ecosystem: str, url: str, *names: str) -> list[str]:
    setup = Setup(None, Address(url, "a test"))
    live = LiveCheck({ecosystem: setup}, LiveCache(None))
    return [answer.status for answer in live.ask([(ecosystem, name) for name in names]).values()]


def test_a_crate_is_there_in_any_spelling(stub: Stub) -> None:
    stub.routes["/se/rd/serde_json"] = Reply(b"{}")
    assert ask("crates", stub.url, "serde-json", "serde-jsom") == ["exists", "absent"]


def test_a_spelling_that_is_not_answered_decides_nothing(stub: Stub) -> None:
    stub.routes["/se/rd/serde_json"] = Reply(status=403)
    assert ask("crates", stub.url, "serde-json") == ["unknown"]


def test_a_service_index_says_where_nuget_is_asked(stub: Stub) -> None:
    resources = [{"@id": f"{stub.url}/flat/", "@type": "PackageBaseAddress/3.0.0"}]
    stub.routes["/v3/index.json"] = json_reply({"resources": resources})
    stub.routes["/flat/polly/index.json"] = json_reply({"versions": ["1.0.0"]})
    url = f"{stub.url}/v3/index.json"
    assert ask("nuget", url, "polly", "pollyanna") == ["exists", "absent"]


def test_a_service_that_names_no_packages_decides_nothing(stub: Stub) -> None:
    stub.routes["/v3/index.json"] = json_reply({"resources": []})
    assert ask("nuget", f"{stub.url}/v3/index.json", "polly") == ["unknown"]


def test_composers_pattern(stub: Stub) -> None:
    stub.routes["/packages.json"] = json_reply({"metadata-url": "/meta/%package%.json"})
    stub.routes["/meta/symfony/yaml.json"] = json_reply({})
    assert ask("packagist", stub.url, "symfony/yaml", "symfony/yam") == ["exists", "absent"]
