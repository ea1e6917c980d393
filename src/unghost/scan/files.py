"""The files of a project: which there are, and which of them may name packages."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from unghost.errors import UnghostError
from unghost.mentions.files import is_of_interest
from unghost.mentions.manifests import is_manifest
from unghost.scan.finding import Problem
from unghost.scan.gitignore import Ignored, read_rules, rules_outside

_NEVER = frozenset(
    {".git", ".hg", ".svn", ".jj", "node_modules", "site-packages", "__pycache__", ".tox", ".nox"}
)
"""Folders that hold what tools keep there, or what others wrote and installed."""
_MARKS = (".git", ".hg", "unghost.toml")
_MANIFESTS = ("pyproject.toml", "package.json", "Cargo.toml", "go.mod", "pom.xml", "composer.json")
_DEEPEST = 200
_MOST_PROBLEMS = 1000


@dataclass(slots=True)
class Listing:
    """The files below a folder.

    Attributes:
        files: All that git would not leave out as a folder, relative to the root with ``/``.
        wanted: Those that may name packages and are to be scanned, in order.
        problems: Folders that could not be listed, and the like.
        links: How many symbolic links were not followed.
    """

    files: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    links: int = 0


def find_root(paths: Sequence[Path]) -> Path:
    """Give the folder of the project that paths are in.

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
    for marks in (_MARKS, _MANIFESTS):
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

    Symbolic links are not followed, but for manifests that link to a file in the tree. A file or
    folder that is named is scanned even if git would leave it out, and a link that is named is
    followed within the root: whoever writes a list of changed files may not be who runs the scan.

    Args:
        root: The project's folder.
        paths: Files and folders to scan, in or below the root.
        exclude: Globs of paths relative to the root that are not scanned.
    """
    listing = Listing()
    chosen: set[str] = set()
    for path in paths:
        relative = _relative(root, path)
        if _leads_out(root, path):
            _say(listing, relative, "it is a link that leads out of the project")
            continue
        if not path.is_dir():
            if not matches(relative, exclude):
                chosen.add(relative)
            continue
        folder = "" if relative == "." else f"{relative}/"
        rules = _rules_above(root, folder)
        if folder and rules.covers(folder):
            # It was named although git leaves it out, so what leaves it out does not count.
            rules = Ignored()
        for name, ignored in _below(root, folder, rules, listing):
            if not ignored and is_of_interest(name) and not matches(name, exclude):
                chosen.add(name)
            listing.files.append(name)
    listing.files = sorted({*listing.files, *chosen})
    listing.wanted = sorted(chosen)
    return listing


def _rules_above(root: Path, folder: str) -> Ignored:
    """Give the rules that hold in a folder, of all ``.gitignore`` files above it."""
    rules, parts = rules_outside(root, Path.home()), folder.split("/")[:-1]
    for count in range(len(parts)):
        place = "/".join(parts[:count])
        text = read_rules(root / place / ".gitignore")
        rules = rules.within(f"{place}/" if place else "", text)
    return rules


def _below(root: Path, folder: str, rules: Ignored, listing: Listing) -> Iterator[tuple[str, bool]]:
    """Walk the files below a folder; each with whether git would leave it out."""
    start, stack = folder, [(folder, rules)]
    while stack:
        folder, rules = stack.pop()
        entries = _entries(root, folder, listing)
        if folder != start and _is_environment({entry.name for entry in entries}):
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            rules = rules.within(folder, read_rules(root / folder / ".gitignore"))
        for entry in entries:
            path = folder + entry.name
            if entry.is_symlink():
                listing.links += 1
                # A client follows it, and what it leads to may have a name that says nothing.
                if (
                    is_manifest(path)
                    and os.path.isfile(entry)
                    and not _leads_out(root, root / path)
                ):
                    yield path, rules.covers(path)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER and not rules.covers(f"{path}/"):
                    stack.append((f"{path}/", rules))
            elif entry.is_file(follow_symlinks=False):
                yield path, is_of_interest(path) and rules.covers(path)


def _is_environment(names: set[str]) -> bool:
    return "pyvenv.cfg" in names and not names.isdisjoint({"bin", "Scripts"})


def project_files(root: Path) -> list[str]:
    """List the files of a project; none of a home or of what is above it, which is no project."""
    home = Path(os.path.abspath(Path.home()))
    return [] if root == home or root in home.parents else list_files(root, [root]).files


def _entries(root: Path, folder: str, listing: Listing) -> list[os.DirEntry[str]]:
    if folder.count("/") > _DEEPEST:
        _say(listing, folder, f"folders deeper than {_DEEPEST} are not looked into")
        return []
    try:
        with os.scandir(root / folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        _say(listing, folder, error.strerror or str(error))
        return []


def _say(listing: Listing, path: str, reason: str) -> None:
    if len(listing.problems) < _MOST_PROBLEMS:
        listing.problems.append(Problem(path or ".", reason))


def _leads_out(root: Path, path: Path) -> bool:
    real, top = os.path.realpath(path), os.path.realpath(root)
    return os.path.commonpath((real, top)) != top


def _relative(root: Path, path: Path) -> str:
    return Path(os.path.relpath(os.path.abspath(path), root)).as_posix()


def matches(path: str, globs: Collection[str]) -> bool:
    """Say whether a glob fits a path, relative to the root, or a folder that it is in."""
    return any(
        fnmatchcase(path, glob) or fnmatchcase(path, f"{glob.rstrip('/')}/*") for glob in globs
    )


def read_file(path: Path, limit: int) -> bytes | str:
    """Read a file that anybody may have put there.

    Args:
        path: The file.
        limit: Bytes that are read at most.

    Returns:
        Its bytes, or in words why it was not read: a device or a pipe could be read for ever.
    """
    try:
        # Without O_NONBLOCK the opening of a pipe waits for somebody to write.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            return "it is no plain file"
        with os.fdopen(number, "rb", buffering=0) as file:
            parts, left = [], limit
            while left > 0 and (part := file.read(min(left, 1 << 24))):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
    except OSError as error:
        return error.strerror or str(error)
