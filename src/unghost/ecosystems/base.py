"""The declaration of an ecosystem: its names, where a text names them, and where they are listed.

An ecosystem is one module of this package (a folder where it is large) with one value
``ECOSYSTEM``. Everything else asks through it and knows none of them by name.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Mapping,
)
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from unghost.ecosystems.project import Claim, Environments, Included
from unghost.ecosystems.spot import Spot
from unghost.records import Origin
from unghost.syntax.grammar import Grammar

if TYPE_CHECKING:
    from unghost.ecosystems.registry import RegistrySpec
    from unghost.ecosystems.tree import Tree

Reader = Callable[[str], Iterable[Spot]]
"""Reads a manifest or lock file: its text to spots with exact character offsets.

What cannot be read gives nothing or what could be read of it; no hostile text makes it raise.
"""


class Reference(NamedTuple):
    """A name inside one word of a command; ``start`` and ``end`` are offsets in the word's text."""

    start: int
    end: int
    name: str
    version: str | None = None
    origin: Origin = "registry"


class Starter(NamedTuple):
    """The words between a program and another program that it runs.

    Attributes:
        form: Words after the program (``run``).
        valued: Flags whose value is the next word.
        arguments: Arguments of its own (``timeout 5``).
    """

    form: tuple[str, ...] = ()
    valued: frozenset[str] = frozenset()
    arguments: int = 0


class Command(NamedTuple):
    """A form of an install command.

    Attributes:
        programs: Names of the program, without path; a digit version after it (``pip3.11``) is
            taken off before comparison.
        forms: Words that come after the program, flags aside, such as ``("pip", "install")``; the
            empty form is the program alone, and the word ``*`` stands for any one word.
        valued: Flags whose value is the next word (``--flag=value`` needs no entry).
        naming: Flags whose value is itself a package (``--with``).
        instead: Flags that name the package of the first argument, which then is none itself
            (``uvx --from X tool``, ``npx --package X tool``).
        elsewhere: Flags that name another index: packages of such a command have the origin
            ``index``.
        once: Only the first argument is a package, the rest are arguments of what it runs.
        arguments: Whether arguments are packages at all; without it only the values of naming flags
            are (``uv run --with X script.py``).
        read: Reads one argument; None for paths and other words that are not names. Most
            ecosystems have a function of their own; an address, a repository or a folder is None
            too.
    """

    programs: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    read: Callable[[str], Reference | None]
    valued: frozenset[str] = frozenset()
    naming: frozenset[str] = frozenset()
    instead: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    once: bool = False
    arguments: bool = True


class Manifest(NamedTuple):
    """A kind of file that declares packages.

    Attributes:
        patterns: Globs for the file's name; one with a slash is compared with the path's end.
        read: The reader.
        lock: Whether it is a lock file, which a tool wrote.
        root: Whether the folder that it lies in is a project.
        tags: Languages of fenced blocks that hold such a file.
        fences: Languages of fenced blocks that may hold one as well, if a file is named beside it.
        also: What such a file is besides: code, or scripts below ``scripts`` or ``tasks``.
        comment: What begins a comment in it, if its suffix does not tell.
        leads: What may stand before a name that has a line of its own, beside quotes.
    """

    patterns: tuple[str, ...]
    read: Reader
    lock: bool = False
    root: bool = False
    tags: str = ""
    fences: str = ""
    also: Literal["code", "scripts"] | None = None
    comment: str = ""
    leads: tuple[str, ...] = ()

    @property
    def example(self) -> str:
        """Return a name that such a file may have."""
        return self.patterns[0].replace("*", "")


class Inclusion(NamedTuple):
    """How files include other files of any name.

    Attributes:
        manifest: What such a file is read as.
        may: Returns whether a file may include any, by its bytes and path; most files do not.
        find: Finds what a file includes: its text, its path, whether it is read as such a file
            itself, and whether it is another manifest of the ecosystem.
    """

    manifest: Manifest
    may: Callable[[bytes, str], bool]
    find: Callable[[str, str, bool, bool], Included]


class Cells(NamedTuple):
    """How a language that is typed into notebooks and sessions differs from commands.

    Attributes:
        parses: Returns whether a text is code by grammar alone.
        is_session: Returns whether a text holds code after the prompts of a session.
    """

    parses: Callable[[str], bool]
    is_session: Callable[[str], bool]


Finder = Callable[[str, str], Iterable[Spot]]
"""Finds what a source imports, given its text and the name of its language."""


def on_first_call(place: str) -> Finder:
    """Return a finder that is imported when it is first called.

    Most projects have one language, and a finder takes longer to import than a declaration.

    Args:
        place: ``module:function``.
    """

    @lru_cache(maxsize=1)
    def finder() -> Finder:
        module, _, function = place.partition(":")
        found: Finder = getattr(import_module(module), function)
        return found

    return lambda text, language: finder()(text, language)


class Language(NamedTuple):
    """A language whose imports name packages.

    Attributes:
        name: Its identifier, such as ``python``.
        find: Finds the modules that a source of the language with this name imports, with exact
            offsets; relative imports are none.
        suffixes: Endings of its files, without a dot.
        tags: Languages of fenced blocks that hold it.
        interpreters: Programs in the first line of a script of it, without version.
        grammar: Its tree-sitter grammar.
        leads: Parts of a text that nobody names, of which it must hold one to be tried.
        turn: When it is tried, those with lower numbers first: a text may be code of several.
        is_code: Returns whether a text that nobody names is code of it; None for one that its
            grammar parses and that imports something.
        declared: Reads what comments in its sources declare.
        also: A word, and the manifest that a fenced block with the word is read as besides.
        cells: What is asked of it in notebooks and sessions, None for a language that is not typed
            into them.
    """

    name: str
    find: Finder
    suffixes: str = ""
    tags: str = ""
    interpreters: str = ""
    grammar: Grammar | None = None
    leads: tuple[str, ...] = ()
    turn: int = 50
    is_code: Callable[[str], bool] | None = None
    declared: Reader | None = None
    also: tuple[str, str] | None = None
    cells: Cells | None = None


class Clue(NamedTuple):
    """How to recognise a text that has no file name.

    Attributes:
        form: What the text is: a document, or plain text, which a fenced block of the language
            ``tag`` is, too.
        path: The manifest that it is read as then.
        tells: Returns whether it is such a manifest, by the root of the document, None for plain
            text, and by the text without blanks before it.
        lead: What must stand before the text to make a whole document of it.
        words: Parts of the text of which TOML and YAML must hold one to be looked at.
        turn: When it is tried among those of its form, those with lower numbers first.
        tag: See ``form``.
    """

    form: Literal["json", "toml", "xml", "yaml", "text"]
    path: str
    tells: Callable[[Any, str], bool]
    lead: str = ""
    words: tuple[str, ...] = ()
    turn: int = 50
    tag: str = ""


class Prose(NamedTuple):
    """Words with which sentences refer to packages.

    Attributes:
        hints: Words by which an ecosystem is named: itself, its languages, clients and manifests.
        topic: A word that tells the ecosystem wherever it stands in a paragraph, if nothing nearer
            does.
        nouns: What its packages are called, one of them and several.
        modules: Hints before "module" that make a package of it.
        others: Names of clients before "package" that name none.
        is_name: Returns whether a package may be called by a valid name in a sentence.
        by_name: Whether what is installed from it goes by the package's name in a sentence.
        of_modules: Whether a sentence calls modules of its first language packages, too.
        doubt: Says of an absent name why a sentence may mean something else by it; empty if not.
    """

    hints: str = ""
    topic: str = ""
    nouns: str = ""
    modules: str = ""
    others: str = ""
    is_name: Callable[[str], bool] = lambda name: True
    by_name: bool = True
    of_modules: bool = False
    doubt: Callable[[str], str] = lambda name: ""


class Asking(NamedTuple):
    """The words with which a model is asked for packages; empty where nobody would ask so.

    Attributes:
        packages: What its packages are called, in the plural.
        language: The language in which code is asked for.
        install: The command whose line is asked for.
        manifest: The file of dependencies that is asked for.
    """

    packages: str
    language: str = ""
    install: str = ""
    manifest: str = ""


class Hook(NamedTuple):
    """The keys by which a pre-commit hook names the additional packages that it needs.

    Attributes:
        language: What the hook's language is called there.
        prefix: What may stand before a name.
        mark: What a package holds that tells the language of a hook that does not say it.
        default: Whether it is meant where nothing tells the language.
    """

    language: str
    prefix: str = ""
    mark: str = ""
    default: bool = False


class Candidates(NamedTuple):
    """The distributions that an imported module may come from, by its name alone.

    Attributes:
        names: Canonical names, the most exact first; one of them in a snapshot means ``exists``.
        roots: Beginnings of canonical names (``org.apache.``, ``symfony/``). A name in a snapshot
            that begins so means that the module may be of it: ``unknown``, not a ghost.
    """

    names: tuple[str, ...]
    roots: tuple[str, ...] = ()


QUOTES = (b"'", b'"', b"`")
"""Bytes that close a quoted name."""


def _nobodys(module: str) -> str | None:
    """Return None: no present distribution provides any module under another name."""
    return None


def no_candidates(module: str, language: str) -> Candidates:
    """Return no candidates: a module's name points to no distribution."""
    return Candidates(())


_NO_ENVIRONMENTS, _NO_PROSE = Environments(), Prose()
_ASKING = Asking("packages")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ecosystem:
    """One ecosystem.

    Attributes:
        name: Its identifier, such as ``pypi``.
        title: Its name in texts, such as ``PyPI``.
        canonical: Returns a valid name's one form.
        is_valid: Returns whether a text can be a name.
        load_registry: Returns where its names are listed; it is called only where that is asked
            for, so that finding names need not wait until what reads lists is imported.
        commands: Its install commands.
        starters: Commands of its clients that run another one, by program.
        aliases: Parts of words that stand for a program, such as ``sys.executable``.
        manifests: Its manifests and lock files.
        clues: By what its manifests are known in texts whose name nobody says.
        languages: The languages whose imports name its packages.
        is_builtin: Returns whether a module (as imported) is part of a language or its runtime.
        of_version: Returns what ``is_builtin`` is for one version of its language, and raises
            UnghostError for a version that is not known; None where versions do not matter.
        was_builtin: Returns whether a module was part of the language or of another runtime, so
            that code for a version that is not known may import it.
        lists_builtins: Whether ``is_builtin`` knows each module by name, so that a package of such
            a name is a mix-up; a beginning such as ``System.`` tells nothing of a package.
        candidates: Returns the distributions that a module may come from.
        providers: Returns further names that a distribution with a module (as imported) may have,
            the likeliest first; that one of them exists does not say that it has the module.
        among: Makes of distributions that are known to be there what says which of them may have a
            module (as imported), if one may.
        importable: Returns the modules that may be imported where packages of these canonical names
            exist: those of the language, and each package under its own name.
        own_module: Returns which of a project's files a module is that one of them imports, None if
            it is none: the module, the importing file, and the files.
        claims: What reads what a file says is the project's own, by its text and path; by the
            file's name, or by a star and its suffix.
        environments: What its clients install into.
        inclusion: How files have a client read other files; None if they do not.
        prose: How sentences speak of its packages.
        asking: How a model is asked for its packages.
        hook: How a hook of pre-commit names its packages; None if it cannot.
        nested: Whether a package may be named by a path inside of it, as Go's commands do.
        affixes: Words that many of its names have beside those that tell what they are.
        separators: Bytes that count as one in a name as written (PyPI's ``-_.``), the canonical one
            first.
        folds_case: Whether upper case counts as lower case.
        folds_runs: Whether a run of separators counts as one (PyPI: yes, crates.io: no).
        terminators: Bytes that may follow a finished name beside blanks, by the kind of place, for
            decoding that keeps to real names.
    """

    name: str
    title: str
    canonical: Callable[[str], str]
    is_valid: Callable[[str], bool]
    load_registry: Callable[[], RegistrySpec]
    commands: tuple[Command, ...] = ()
    starters: Mapping[str, tuple[Starter, ...]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    manifests: tuple[Manifest, ...] = ()
    clues: tuple[Clue, ...] = ()
    languages: tuple[Language, ...] = ()
    is_builtin: Callable[[str, str], bool] = lambda module, language: False
    of_version: Callable[[str], Callable[[str, str], bool]] | None = None
    was_builtin: Callable[[str], bool] = lambda module: False
    lists_builtins: bool = True
    candidates: Callable[[str, str], Candidates] = no_candidates
    providers: Callable[[str], Iterable[str]] = lambda module: ()
    among: Callable[[Collection[str]], Callable[[str], str | None]] = lambda names: _nobodys
    importable: Callable[[Iterable[str]], Iterable[str]] = lambda names: names
    own_module: Callable[[str, str, Tree], str | None] = lambda module, path, tree: None
    claims: Mapping[str, Callable[[str, str], Iterable[Claim]]] = field(default_factory=dict)
    environments: Environments = _NO_ENVIRONMENTS
    inclusion: Inclusion | None = None
    prose: Prose = _NO_PROSE
    asking: Asking = _ASKING
    hook: Hook | None = None
    nested: bool = False
    affixes: tuple[str, ...] = ()
    separators: bytes = b""
    folds_case: bool = False
    folds_runs: bool = True
    terminators: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    @property
    def registry(self) -> RegistrySpec:
        """Return where its names are listed."""
        return self.load_registry()

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Return the endings of its languages' files, without a dot."""
        return tuple(word for language in self.languages for word in language.suffixes.split())

    @property
    def language_names(self) -> tuple[str, ...]:
        """Return the names of its languages."""
        return tuple(language.name for language in self.languages)
