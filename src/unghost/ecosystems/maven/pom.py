"""Maven's ``pom.xml`` and ``extensions.xml``.

Source: the POM reference of Maven, found. A name is written in two elements; its place is that of
the artifact.
"""

from __future__ import annotations

from collections.abc import Iterator

from unghost.ecosystems.maven.names import is_valid
from unghost.ecosystems.maven.sources import Sources
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.xml_text import Element, read_xml

_NAMING = frozenset(
    {
        "dependency",
        "plugin",
        "parent",
        "extension",
        "path",
        "annotationProcessorPath",
        "artifactItem",
    }
)
_PLUGINS = frozenset({"plugin", "extension"})
_PLUGIN_GROUP = "org.apache.maven.plugins"
_OWN = frozenset(
    f"${{{prefix}{part}}}"
    for prefix in ("", "project.", "pom.")
    for part in ("groupId", "parent.groupId")
)
_LONGEST = 200
"""Characters of a group or artifact and of a property's value; nothing longer is one."""


def read_pom(text: str) -> list[Spot]:
    """Read a POM: dependencies, plugins, the parent and extensions, managed ones too."""
    root = read_xml(text)
    if root is None or root.tag not in ("project", "extensions"):
        return []
    project = _Project(root)
    spots = (project.spot(element) for element in root.walk() if element.tag in _NAMING)
    return [spot for spot in spots if spot is not None]


class _Project:
    """A POM's own declarations: its group, its properties, its repositories."""

    def __init__(self, root: Element) -> None:
        own, parent = _text(root, "groupId"), root.find("parent")
        self._group = own or _text(parent, "groupId")
        # An empty relativePath says that the parent is of a repository, not of this project.
        from_afar = parent is not None and parent.find("relativePath") is not None
        from_afar = from_afar and not _text(parent, "relativePath")
        self._family = own if own or from_afar else self._group
        self._properties: dict[str, str] = {}
        libraries, plugins = [], []
        for element in root.walk():
            if element.tag == "properties":
                self._properties.update((c.tag, c.text.text) for c in element.children if c.text)
            elif element.tag == "repositories":
                libraries += [_text(child, "url") for child in element.children]
            elif element.tag == "pluginRepositories":
                plugins += [_text(child, "url") for child in element.children]
        self._libraries, self._plugins = Sources(libraries), Sources(plugins)

    def spot(self, element: Element) -> Spot | None:
        artifact = element.find("artifactId")
        if artifact is None or artifact.text is None:
            return None
        is_plugin = element.tag in _PLUGINS
        written = _text(element, "groupId") or (_PLUGIN_GROUP if is_plugin else "")
        group = self._group if written in _OWN else self._filled(written)
        name = f"{group}:{self._filled(artifact.text.text)}"
        if not is_valid(name):
            return None
        version = self._filled(_text(element, "version"))
        return Spot(
            artifact.text.start,
            artifact.text.end,
            name,
            "manifest",
            "maven",
            version=version if version and "$" not in version else None,
            origin=self._origin(element, group),
        )

    def _origin(self, element: Element, group: str) -> Origin:
        """Return where an artifact comes from; one of the project's own group is a part of it."""
        if _text(element, "scope") == "system":
            return "path"
        if group == self._family:
            return "workspace"
        return (self._plugins if element.tag in _PLUGINS else self._libraries).origin(group)

    def _filled(self, template: str) -> str:
        """Insert the file's own properties; a value with a remaining variable is not a name."""
        if "${" not in template or len(template) > _LONGEST:
            return template
        return "".join(self._pieces(template))

    def _pieces(self, template: str) -> Iterator[str]:
        place = 0
        while (start := template.find("${", place)) >= 0:
            end = template.find("}", start)
            if end < 0:
                break
            value = self._properties.get(template[start + 2 : end], "$")
            yield template[place:start]
            yield value if len(value) <= _LONGEST else "$"
            place = end + 1
        yield template[place:]


def _text(element: Element | None, tag: str) -> str:
    child = element.find(tag) if element is not None else None
    return child.text.text if child is not None and child.text is not None else ""
