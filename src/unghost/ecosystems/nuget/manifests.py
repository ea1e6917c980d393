"""Files of .NET that declare packages, in XML and JSON.

Source: the reference of ``PackageReference``, central package management, ``packages.config``,
``.nuspec``, local tools and ``global.json`` in the documentation of NuGet and .NET; found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unghost.ecosystems.nuget.names import is_valid
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.document import Scalar, Table
from unghost.syntax.json_text import read_json
from unghost.syntax.lines import LineWord
from unghost.syntax.xml_text import Element, read_xml

_ITEMS = frozenset({
    "DotNetCliToolReference", "GlobalPackageReference", "PackageDownload", "PackageReference",
    "PackageVersion",
})  # fmt: skip
_SOURCES = frozenset({"RestoreAdditionalProjectSources", "RestoreSources"})


def spot(name: LineWord, version: str | None = None, origin: Origin = "registry") -> Spot:
    """Build the spot of a package's identifier."""
    return Spot(
        name.start, name.end, name.text, "manifest", "nuget", version=version, origin=origin
    )


def read_project(text: str) -> list[Spot]:
    """Read a project, or properties that projects share: items of MSBuild, and SDKs."""
    root = read_xml(text)
    if root is None or root.tag != "Project":
        return []
    elements = list(root.walk())
    # With other sources named, each package may come from one of them.
    other = any(element.tag in _SOURCES for element in elements)
    origin: Origin = "index" if other else "registry"
    found = (pair for element in elements for pair in _referenced(element))
    return [spot(name, version, origin) for name, version in found if is_valid(name.text)]


def read_config(text: str) -> list[Spot]:
    """Read ``packages.config``."""
    return _identified(text, "packages", "package")


def read_nuspec(text: str) -> list[Spot]:
    """Read the dependencies of a package's specification."""
    return _identified(text, "package", "dependency")


def read_tools(text: str) -> list[Spot]:
    """Read the manifest of local tools."""
    document = read_json(text)
    tools = document.table("tools").entries if isinstance(document, Table) else []
    found = (
        (key, value.text("version") if isinstance(value, Table) else None) for key, value in tools
    )
    return _keyed(found)


def read_global(text: str) -> list[Spot]:
    """Read the SDKs of ``global.json`` that are packages."""
    document = read_json(text)
    sdks = document.table("msbuild-sdks").entries if isinstance(document, Table) else []
    return _keyed((key, value.text if isinstance(value, Scalar) else None) for key, value in sdks)


def _keyed(found: Iterable[tuple[Scalar, str | None]]) -> list[Spot]:
    return [
        Spot(key.start, key.end, key.text, "manifest", "nuget", version=version)
        for key, version in found
        if is_valid(key.text)
    ]


def _identified(text: str, top: str, tag: str) -> list[Spot]:
    """Read elements that have an ``id`` and a ``version``."""
    root = read_xml(text)
    if root is None or root.tag != top:
        return []
    spots = []
    for element in root.walk():
        name = element.attributes.get("id") if element.tag == tag else None
        if name is not None and is_valid(name.text):
            spots.append(spot(LineWord(name.start, name.text), _attribute(element, "version")))
    return spots


def _referenced(element: Element) -> Iterator[tuple[LineWord, str | None]]:
    """Return the packages of an element of MSBuild: an item, or SDKs with a version."""
    if element.tag in _ITEMS:
        version = _attribute(element, "Version") or _child(element, "Version")
        for attribute in ("Include", "Update"):
            for name in _listed(element.attributes.get(attribute)):
                yield name, version
    elif element.tag == "Sdk" and "Version" in element.attributes:
        for name in _listed(element.attributes.get("Name")):
            yield name, _attribute(element, "Version")
    elif element.tag in ("Project", "Import"):
        for sdk in _listed(element.attributes.get("Sdk")):
            # An SDK without a version comes with .NET, or global.json names it.
            package, slash, behind = sdk.text.partition("/")
            if slash:
                yield LineWord(sdk.start, package), behind


def _listed(value: Scalar | None) -> Iterator[LineWord]:
    """Split MSBuild's lists, of which semicolons are between the items."""
    if value is None:
        return
    place = value.start
    for item in value.text.split(";"):
        name = item.strip()
        yield LineWord(place + item.find(name), name)
        place += len(item) + 1


def _attribute(element: Element, name: str) -> str | None:
    value = element.attributes.get(name)
    return value.text if value is not None and "$(" not in value.text else None


def _child(element: Element, tag: str) -> str | None:
    child = element.find(tag)
    return child.text.text if child is not None and child.text is not None else None
