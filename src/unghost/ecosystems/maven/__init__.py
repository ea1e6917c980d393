"""Maven: the artifacts of Maven Central, which Java and Kotlin use by way of Maven and Gradle."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from unghost.ecosystems.base import QUOTES, Asking, Clue, Ecosystem, Manifest, Prose
from unghost.ecosystems.maven.catalogs import read_catalog, read_gradle_lock
from unghost.ecosystems.maven.commands import COMMANDS
from unghost.ecosystems.maven.gradle import read_gradle
from unghost.ecosystems.maven.languages import LANGUAGES, own_module
from unghost.ecosystems.maven.modules import candidates, is_builtin
from unghost.ecosystems.maven.names import canonical, is_valid
from unghost.ecosystems.maven.pom import read_pom
from unghost.syntax.document import held
from unghost.syntax.xml_text import Element

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec


def _load_registry() -> RegistrySpec:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.maven.registry import REGISTRY

    return REGISTRY


_LEADS = {
    "project": "",
    **dict.fromkeys(("dependencies", "dependencyManagement", "build"), "<project>"),
    "dependency": "<project><dependencies>",
    "plugin": "<project><build><plugins>",
}
"""What stands around a part of a POM, by the part's first element."""


def _is_part(tag: str) -> Callable[[Element, str], bool]:
    return lambda root, text: root.tag == tag


ECOSYSTEM = Ecosystem(
    name="maven",
    title="Maven Central",
    asking=Asking("Maven artifacts (groupId:artifactId)", language="Java", manifest="pom.xml"),
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("pom.xml",), read_pom, root=True, tags="pom"),
        Manifest(("*.pom", ".mvn/extensions.xml"), read_pom),
        Manifest(("*.gradle",), read_gradle, comment="// ", tags="gradle", fences="groovy java"),
        Manifest(
            ("*.gradle.kts",),
            read_gradle,
            comment="// ",
            tags="gradle.kts gradle-kotlin",
            fences="kotlin kts kt groovy gradle",
        ),
        Manifest(("*.versions.toml",), read_catalog),
        Manifest(
            ("gradle.lockfile", "buildscript-gradle.lockfile", "dependency-locks/*.lockfile"),
            read_gradle_lock,
            lock=True,
        ),
    ),
    clues=(
        *(Clue("xml", "pom.xml", _is_part(tag), lead) for tag, lead in _LEADS.items()),
        Clue(
            "toml",
            "gradle/libs.versions.toml",
            lambda root, text: "libraries" in held(root),
            turn=2,
        ),
        Clue("text", "build.gradle", lambda root, text: "dependencies" in text, tag="groovy"),
    ),
    languages=LANGUAGES,
    is_builtin=is_builtin,
    lists_builtins=False,
    candidates=candidates,
    own_module=own_module,
    prose=Prose(hints="maven java kotlin gradle"),
    terminators={
        "install": (*QUOTES, b":", b";", b"&", b"|", b")"),
        "manifest": (*QUOTES, b":", b"@"),
        "import": (*QUOTES, b".", b";"),
        "list": (*QUOTES, b":", b"@", b",", b";", b")"),
    },
)
