"""What a project says of names: its own modules and parts, and what its indexes hold.

Everything is read, nothing is run. A name claimed here is ``local`` or ``private``; it is no ghost
and is never sent to a public registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from unghost.domains.packages.tree import Tree
from unghost.domains.packages.verify import ELSEWHERE
from unghost.ecosystems import ecosystem
from unghost.mentions.documents.manifests import find_declared, is_manifest
from unghost.names.imports import prefixes
from unghost.records import Mention, Status
from unghost.syntax.document import Table
from unghost.syntax.json_text import read_json
from unghost.syntax.toml_text import read_toml
from unghost.syntax.xml_text import read_xml

Claim = tuple[Status, str]


class Project:
    """A project's files and its clients' settings.

    Args:
        paths: The files, relative to the project's root, with ``/`` between folders.
        read: Gives the text of one of them, None if it cannot be read.
        private: By ecosystem, patterns of canonical names that have an index of their own.
    """

    def __init__(
        self,
        paths: Iterable[str],
        read: Callable[[str], str | None],
        private: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self._tree = Tree(paths)
        self._private = {name: tuple(patterns) for name, patterns in (private or {}).items()}
        self._named: dict[tuple[str, str], Claim] = {}
        self._roots: dict[str, dict[str, str]] = {}
        self._declared: dict[str, set[str]] = {}
        # By what stands before the star of a pattern: what stands behind it, None without a star,
        # and where it is said.
        self._aliases: dict[str, list[tuple[str | None, str]]] = {}
        self._bases: dict[str, str] = {}
        for path in sorted(self._tree.files):
            self._learn(path, read)

    def claims(self, mention: Mention) -> Claim | None:
        """See :class:`~unghost.domains.packages.verify.Project`."""
        eco = ecosystem(mention.ecosystem)
        language, names = mention.language or "", [eco.canonical(mention.name)]
        in_words = mention.kind == "prose" and eco.name == "pypi"
        if mention.kind == "import" or in_words:
            # In a text about Python a folder of modules is a package, too.
            language = "python" if in_words else language
            own = self._own_module(mention.name, language, mention.source_id, mention.ecosystem)
            if own is not None:
                return "local", own
        if mention.kind == "import":
            names = [*eco.candidates(mention.name, language).names]
        for name in names:
            claim = self._named.get((mention.ecosystem, name)) or self._private_claim(
                eco.name, name
            )
            if claim is not None:
                return claim
        return None

    def declared(self, eco: str) -> frozenset[str]:
        """See :class:`~unghost.domains.packages.verify.Project`."""
        return frozenset(self._declared.get(eco, ()))

    def _private_claim(self, eco: str, name: str) -> Claim | None:
        for pattern in self._private.get(eco, ()):
            # A pattern without a star covers what lies below it, as GOPRIVATE says.
            if fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}/*"):
                return "private", f"{pattern} has an index of its own"
        return None

    def _own_module(self, module: str, language: str, path: str, eco: str) -> str | None:
        place: str | None = None
        if language == "python":
            place = self._tree.python_module(module, path)
        elif eco == "npm":
            place = self._aliased(module)
        elif eco == "maven":
            place = self._tree.jvm_package(module)
        elif eco == "rubygems":
            place = self._tree.ruby_file(module)
        elif eco == "crates":
            place = self._tree.rust_module(module.partition("::")[0], path)
        if place is None:
            place = self._rooted(module, eco)
        return None if place is None else f"the project's own: {place}"

    def _rooted(self, module: str, eco: str) -> str | None:
        """Look a module up among the modules and namespaces that the project's manifests own."""
        roots = self._roots.get(eco, {})
        return next((roots[part] for part in prefixes(module) if part in roots), None)

    def _aliased(self, module: str) -> str | None:
        for end in range(len(module) + 1):
            for suffix, place in self._aliases.get(module[:end], ()):
                rest = module[end:]
                if rest.endswith(suffix) if suffix is not None else not rest:
                    return place
        top = module.partition("/")[0]
        below = (
            place for folder, place in self._bases.items() if self._tree.has_below(folder, top)
        )
        return next(below, None)

    def _learn(self, path: str, read: Callable[[str], str | None]) -> None:
        name = PurePosixPath(path).name
        special = _LEARNERS.get(name) or _BY_SUFFIX.get(PurePosixPath(path).suffix)
        if special is None and not is_manifest(path):
            return
        text = read(path)
        if text is None:
            return
        if special is not None:
            special(self, path, text)
        for spot in find_declared(text, path) if is_manifest(path) else ():
            if spot.origin == "registry" and ecosystem(spot.ecosystem).is_valid(spot.name):
                name = ecosystem(spot.ecosystem).canonical(spot.name)
                self._declared.setdefault(spot.ecosystem, set()).add(name)
            elif spot.origin in ELSEWHERE:
                status, place = ELSEWHERE[spot.origin]
                self._claim(spot.ecosystem, spot.name, status, f"{place}, says {path}")

    def _claim(self, eco: str, name: str | None, status: Status, said: str) -> None:
        if name and ecosystem(eco).is_valid(name):
            self._named.setdefault((eco, ecosystem(eco).canonical(name)), (status, said))

    def _root(self, eco: str, name: str | None, path: str) -> None:
        if name:
            self._roots.setdefault(eco, {}).setdefault(name, path)

    def _of_package_json(self, path: str, text: str) -> None:
        self._claim("npm", _table(read_json(text)).text("name"), "local", f"it is {path}")

    def _of_tsconfig(self, path: str, text: str) -> None:
        options = _table(read_json(text)).table("compilerOptions")
        folder = PurePosixPath(path).parent
        base = options.text("baseUrl")
        if base is not None:
            self._bases.setdefault(_joined(folder, base), f"{path}: baseUrl")
        for key, _ in options.table("paths").entries:
            prefix, star, suffix = key.text.partition("*")
            # A lone star is every module there is and claims none.
            if prefix or (star and suffix):
                known = self._aliases.setdefault(prefix, [])
                known.append((suffix if star else None, f"{path}: {key.text}"))

    def _of_pyproject(self, path: str, text: str) -> None:
        table = _table(read_toml(text))
        for place in (("project", "name"), ("tool", "poetry", "name")):
            self._claim("pypi", table.text(*place), "local", f"it is {path}")

    def _of_cargo(self, path: str, text: str) -> None:
        table = _table(read_toml(text))
        for place in (("package", "name"), ("lib", "name")):
            self._claim("crates", table.text(*place), "local", f"it is {path}")

    def _of_go_mod(self, path: str, text: str) -> None:
        for line in text.splitlines():
            words = line.split()
            if words[:1] == ["module"] and len(words) > 1:
                self._root("go", words[1].strip('"`'), path)
                return

    def _of_composer(self, path: str, text: str) -> None:
        table = _table(read_json(text))
        self._claim("packagist", table.text("name"), "local", f"it is {path}")
        for part in ("autoload", "autoload-dev"):
            for standard in ("psr-4", "psr-0"):
                for key, _ in table.table(part, standard).entries:
                    self._root("packagist", key.text.strip("\\"), path)

    def _of_csproj(self, path: str, text: str) -> None:
        self._root("nuget", PurePosixPath(path).stem, path)
        root = read_xml(text)
        for element in root.walk() if root is not None else ():
            if element.tag in ("RootNamespace", "AssemblyName") and element.text is not None:
                self._root("nuget", element.text.text, path)


def _table(value: object) -> Table:
    return value if isinstance(value, Table) else Table(0, 0)


def _joined(folder: PurePosixPath, below: str) -> str:
    """Join a folder and a relative path that may begin with ``./``."""
    parts = [part for part in (*folder.parts, *PurePosixPath(below).parts) if part != "."]
    return "/".join(parts)


_LEARNERS: dict[str, Callable[[Project, str, str], None]] = {
    "package.json": Project._of_package_json,
    "tsconfig.json": Project._of_tsconfig,
    "tsconfig.base.json": Project._of_tsconfig,
    "jsconfig.json": Project._of_tsconfig,
    "pyproject.toml": Project._of_pyproject,
    "Cargo.toml": Project._of_cargo,
    "go.mod": Project._of_go_mod,
    "composer.json": Project._of_composer,
}
_BY_SUFFIX: dict[str, Callable[[Project, str, str], None]] = {
    ".csproj": Project._of_csproj,
    ".fsproj": Project._of_csproj,
}
