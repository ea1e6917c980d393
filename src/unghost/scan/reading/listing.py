"""The files of a project: which there are, and which of them may name packages."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from pathlib import Path

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.project import Environments
from unghost.errors import UnghostError
from unghost.mentions.documents.manifests import is_manifest
from unghost.mentions.reader import is_of_interest
from unghost.scan.finding import Problem, Skipped
from unghost.scan.reading.git_index import Repository
from unghost.scan.reading.gitignore import Ignored, read_rules, rules_outside

_KEPT = frozenset({".hg", ".svn", ".jj", "__pycache__"})
"""Folders that tools keep for themselves: of no interest unless somebody has git track a file."""
_MARKS = (".git", ".hg", "unghost.toml")
_DEEPEST = 200
_MOST_PROBLEMS = 1000
MOST_ENTRIES = 2_000_000
"""Files and folders of a listing: more than a repository has, and less than a disk."""
MOST_UNMARKED = 10_000
"""Files and folders of what nothing says is a project: they are listed in a tenth of a second."""
_TOO_MANY = (
    "there are more than {most:,} files and folders, and what comes after these was not read:"
    " name smaller folders"
)


@dataclass(slots=True)
class Listing:
    """The files below a folder.

    Attributes:
        files: All but those of folders that are not looked into, relative to the root with ``/``.
        wanted: Those that may name packages and are to be scanned, in order.
        problems: Folders that could not be listed, and the like.
        skipped: How many folders, and files that by their names may name packages, were not looked
            at, and why. What a folder that is counted holds is not counted.
    """

    files: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: Counter[Skipped] = field(default_factory=Counter)


def find_root(paths: Sequence[Path]) -> Path:
    """Return the folder of the project that paths are in.

    The nearest folder above all of them that is a repository or has settings of unghost; else the
    nearest with a manifest; else the folder itself.

    Raises:
        UnghostError: A path does not exist.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise UnghostError(f"{path} does not exist: give files or folders that do")
    whole = [Path(os.path.abspath(path)) for path in paths]
    folders = [path if path.is_dir() else path.parent for path in whole]
    common = Path(os.path.commonpath(folders)) if folders else Path.cwd()
    above = (common, *common.parents)
    manifests = [kind for eco in all_ecosystems() for kind in eco.manifests if kind.root]
    roots = [name for kind in manifests for name in kind.patterns]
    for marks in (_MARKS, roots):
        for folder in above:
            if any((folder / mark).exists() for mark in marks):
                return folder
    return common


def list_files(
    root: Path,
    paths: Sequence[Path],
    *,
    exclude: Collection[str] = (),
) -> Listing:
    """List what is to be scanned, and what else is there.

    Files that git ignores are left out unless git tracks them. Symbolic links are not followed,
    except manifests that link to a file in the tree. A file or folder that is named is scanned
    even if git ignores it, and a link that is named is followed only within the root: the author
    of a list of changed files may not be the person who runs the scan.

    The listing ends with a problem after 2,000,000 files and folders, as of a whole disk.

    Args:
        root: The project's folder.
        paths: Files and folders to scan, in or below the root.
        exclude: Globs of paths relative to the root that are not scanned.
    """
    return _list(_Walk(root, MOST_ENTRIES), paths, exclude)


def _list(walk: _Walk, paths: Sequence[Path], exclude: Collection[str] = ()) -> Listing:
    files: list[str] = []
    chosen: set[str] = set()
    named: set[str] = set()
    for path in paths:
        relative = _relative(walk.root, path)
        if leads_out(walk.root, path):
            walk.say(relative, "it is a link that leads out of the project")
            continue
        if not path.is_dir():
            if matches(relative, exclude):
                walk.skipped[relative] = "excluded"
            else:
                chosen.add(relative)
            continue
        folder = "" if relative == "." else f"{relative}/"
        named.add(folder)
        for name, wanted in walk.below(folder):
            files.append(name)
            if wanted and matches(name, exclude):
                walk.skipped[name] = "excluded"
            elif wanted:
                chosen.add(name)
    skipped = Counter(
        # One path may leave out what another names.
        why
        for path, why in walk.skipped.items()
        if path not in chosen and path not in named
    )
    return Listing(sorted({*files, *chosen}), sorted(chosen), walk.problems, skipped)


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to walk.

    Attributes:
        folder: Its path, ending in ``/`` unless it is the root.
        rules: The paths that git ignores in it.
        repository: What is tracked.
        covered: Whether it is left out itself, so that only what is tracked counts.
    """

    folder: str
    rules: Ignored
    repository: Repository
    covered: bool = False

    def leaves_out(self, path: str) -> bool:
        """Return whether git ignores a path in it; a folder ends in ``/``."""
        return self.covered or self.rules.covers(path)


class _Walk:
    """Walks folders.

    Args:
        root: What paths are relative to.
        most: How many files and folders are looked at.

    Attributes:
        root: What paths are relative to.
        problems: What went wrong.
        skipped: What was not read and is worth reporting, with the reason.
        is_cut: Whether there was more than may be looked at.
    """

    def __init__(self, root: Path, most: int) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.skipped: dict[str, Skipped] = {}
        self.is_cut = False
        self._most = self._left = most
        self._home = _home()
        self._top = _Place("", rules_outside(root, "", self._home), Repository(root, "", self.say))

    def below(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Walk the files below a folder; each with whether it is to be scanned."""
        stack = [self._start(folder)]
        while stack and not self.is_cut:
            place = stack.pop()
            entries = self._entries(place.folder)
            names = {entry.name for entry in entries}
            if place.folder != folder:
                if any(one.is_one(names) for one in _environments()):
                    self.skipped[place.folder] = "environments"
                    continue
                if ".git" in names:
                    place = self._nested(place)
            if ".gitignore" in names:
                place = self._with_rules(place)
            for entry in entries:
                path = place.folder + entry.name
                if entry.is_symlink():
                    yield from self._link(place, path, entry)
                elif entry.is_dir(follow_symlinks=False):
                    stack += self._folder(place, f"{path}/", entry.name)
                elif entry.is_file(follow_symlinks=False):
                    yield from self._file(place, path)

    def _start(self, folder: str) -> _Place:
        """Return where a walk begins: what holds in the folders above holds there."""
        place, parts = self._top, folder.split("/")[:-1]
        for part in parts:
            place = self._with_rules(place)
            place = _Place(f"{place.folder}{part}/", place.rules, place.repository)
            if os.path.lexists(self.root / place.folder / ".git"):
                place = self._nested(place)
        if parts and place.rules.covers(folder):
            # It was named although git leaves it out, so what leaves it out does not count.
            place = _Place(folder, Ignored(), place.repository)
        return place

    def _with_rules(self, place: _Place) -> _Place:
        text = read_rules(self.root / place.folder / ".gitignore")
        rules = place.rules.within(place.folder, text)
        return _Place(place.folder, rules, place.repository, place.covered)

    def _nested(self, place: _Place) -> _Place:
        """Enter a repository in a repository: the rules around it say nothing of its files."""
        rules = rules_outside(self.root, place.folder, self._home)
        covered = place.covered and not place.repository.holds(place.folder.rstrip("/"))
        repository = Repository(self.root, place.folder, self.say, place.repository)
        return _Place(place.folder, rules, repository, covered)

    def _folder(self, place: _Place, path: str, name: str) -> list[_Place]:
        if name == ".git":
            return []
        if any(name in one.folders for one in _environments()):
            self.skipped[path] = "installed"
            return []
        covered = name in _KEPT or place.leaves_out(path)
        if not covered or place.repository.holds_below(path):
            return [_Place(path, place.rules, place.repository, covered)]
        if name not in _KEPT:
            self.skipped[path] = "ignored"
        return []

    def _file(self, place: _Place, path: str) -> Iterator[tuple[str, bool]]:
        wanted = is_of_interest(path)
        # Rules are slow, and of most files it does not matter what they say.
        if place.covered or (wanted and place.leaves_out(path)):
            if place.repository.holds(path):
                yield path, wanted
                return
            if wanted:
                self.skipped[path] = "ignored"
            if place.covered:
                return
            wanted = False
        yield path, wanted

    def _link(
        self, place: _Place, path: str, entry: os.DirEntry[str]
    ) -> Iterator[tuple[str, bool]]:
        if not is_of_interest(path) and not os.path.isdir(entry):
            return
        if place.leaves_out(path) and not place.repository.holds(path):
            self.skipped[path] = "ignored"
        # A client follows it, and what it leads to may have a name that says nothing.
        elif (
            is_manifest(path)
            and os.path.isfile(entry)
            and not leads_out(self.root, self.root / path)
        ):
            yield path, True
        else:
            self.skipped[path] = "links"

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        if folder.count("/") > _DEEPEST:
            self.say(folder, f"folders deeper than {_DEEPEST} are not read")
            return []
        try:
            with os.scandir(self.root / folder) as found:
                entries = list(islice(found, self._left + 1))
        except OSError as error:
            self.say(folder, error.strerror or str(error))
            return []
        if len(entries) > self._left:
            self.is_cut = True
            self.problems.append(Problem(folder or ".", _TOO_MANY.format(most=self._most)))
            entries.pop()
        self._left -= len(entries)
        return sorted(entries, key=lambda entry: entry.name)

    def say(self, path: str, reason: str) -> None:
        """Note a problem; of very many the first are enough."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(path or ".", reason))


@lru_cache(maxsize=1)
def _environments() -> tuple[Environments, ...]:
    """Return what clients install into."""
    return tuple(eco.environments for eco in all_ecosystems() if eco.environments.folders)


def is_project(root: Path) -> bool:
    """Return whether a folder may be a project: not a home, nor a folder above it, nor a disk.

    Programs that know no project are started there, and looking through it all takes minutes.
    """
    place, home = Path(os.path.realpath(root)), _home()
    if home is not None:
        home = Path(os.path.realpath(home))
        if place == home or place in home.parents:
            return False
    return place != place.parent


def project_files(root: Path) -> list[str]:
    """List the files of a project, from which its own names are read.

    None for a folder that is not a project (see :func:`is_project`). For a large folder that
    neither has a manifest nor is a repository, only the files directly in it: it may be a disk of
    data.
    """
    if not is_project(root):
        return []
    if _is_marked(root):
        return list_files(root, [root]).files
    walk = _Walk(root, MOST_UNMARKED)
    files = _list(walk, [root]).files
    return [path for path in files if "/" not in path] if walk.is_cut else files


def _is_marked(root: Path) -> bool:
    try:
        with os.scandir(root) as found:
            names = [entry.name for entry in islice(found, MOST_UNMARKED)]
    except OSError:
        return False
    return any(name in _MARKS or is_manifest(name) for name in names)


def _home() -> Path | None:
    try:
        return Path(os.path.abspath(Path.home()))
    except RuntimeError:
        # A user that the system does not know, as in a container.
        return None


def leads_out(root: Path, path: Path) -> bool:
    """Return whether a path leads out of a folder, by links or otherwise."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    return os.path.commonpath((real, top)) != top


def _relative(root: Path, path: Path) -> str:
    return Path(os.path.relpath(os.path.abspath(path), root)).as_posix()


def matches(path: str, globs: Collection[str]) -> bool:
    """Return whether a glob fits a path, relative to the root, or a folder that it is in."""
    return any(
        fnmatchcase(path, glob) or fnmatchcase(path, f"{glob.rstrip('/')}/*") for glob in globs
    )
