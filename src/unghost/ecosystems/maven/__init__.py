"""Maven: the artifacts of Maven Central, which Java and Kotlin use by way of Maven and Gradle."""

from __future__ import annotations

from unghost.ecosystems.base import QUOTES, Ecosystem, Manifest, Prose
from unghost.ecosystems.maven.catalogs import read_catalog, read_gradle_lock
from unghost.ecosystems.maven.commands import COMMANDS
from unghost.ecosystems.maven.gradle import read_gradle
from unghost.ecosystems.maven.languages import LANGUAGES, own_module
from unghost.ecosystems.maven.modules import candidates, is_builtin
from unghost.ecosystems.maven.names import canonical, is_valid
from unghost.ecosystems.maven.pom import read_pom
from unghost.ecosystems.registry import Registry


def _load_registry() -> Registry:
    # Only pulling and asking need it, and it takes long to import.
    from unghost.ecosystems.maven.registry import REGISTRY

    return REGISTRY


ECOSYSTEM = Ecosystem(
    name="maven",
    title="Maven Central",
    canonical=canonical,
    is_valid=is_valid,
    load_registry=_load_registry,
    commands=COMMANDS,
    manifests=(
        Manifest(("pom.xml",), read_pom, root=True, tags="pom"),
        Manifest(("*.pom", ".mvn/extensions.xml"), read_pom),
        Manifest(("*.gradle",), read_gradle, tags="gradle", fences="groovy java"),
        Manifest(
            ("*.gradle.kts",),
            read_gradle,
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
