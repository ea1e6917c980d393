"""Findings and reports to write: plain ones, one of everything, and hostile ones."""

from __future__ import annotations

from typing import Any, get_args

from hypothesis import strategies as st

from unghost.records import MentionKind
from unghost.scan.finding import (
    RULES,
    Finding,
    Problem,
    Report,
    Source,
    Suppression,
    fingerprint,
)

RULE_IDS = tuple(RULES)
NASTY = (
    "\x00",
    "\x1b[2J",
    "\x85",
    "\r\n",
    "\n",
    "\t",
    "\u2028",
    "\u202e",
    "\u200b",
    "\u3164",
    "\ufffe",
    "\ud800",
    "\udcff",
    "]]>",
    "<a b='\"'>&amp;",
    "%0A",
    "::error file=a,line=1::b",
    "##[add-path]/tmp",
    "{0}",
    "[a](https://example.org)",
    "C:\\a/../b c",
    "\u4f60",
    "e\u0301",
)
"""What formats trip over: each has its own way to end a text or to steer who reads it."""


def make_finding(
    text: str = "flask-zorp==1.2", name: str = "flask-zorp", **changes: Any
) -> Finding:
    """Make a finding of a name in a line; any other attribute can be given too."""
    at = text.index(name)
    values: dict[str, Any] = {
        "rule": "ghost",
        "name": name,
        "raw": name,
        "canonical": name,
        "ecosystem": "pypi",
        "kind": "manifest",
        "path": "requirements.txt",
        "line": 1,
        "column": at + 1,
        "start": at,
        "end": at + len(name),
        "text": text,
        "text_column": at + 1,
        "why": f"PyPI has no package {name} (it is not in the snapshot)",
        "snapshot": "pypi-2026-10-01",
    }
    found = Finding(**{**values, **changes})
    if "fingerprint" in changes:
        return found
    return Finding(**{**values, **changes, "fingerprint": fingerprint(found, 0)})


def make_report(*findings: Finding, **changes: Any) -> Report:
    """Make a report of a scan of two files that name five packages."""
    values: dict[str, Any] = {
        "root": "/srv/shop",
        "findings": findings,
        "problems": (),
        "files": 2,
        "names": 5,
        "sources": (
            Source(
                "pypi",
                "pypi-2026-10-01",
                "2026-10-01",
                "a complete snapshot of PyPI (800,000 names)",
            ),
        ),
    }
    return Report(**{**values, **changes})


def one_of_everything() -> Report:
    """Make a report that has all that a report may have."""
    return make_report(
        make_finding(suggestions=("flask-zap", "flask-zarr"), line=3),
        make_finding("flask-zorp", line=12, start=90, end=100),
        make_finding(
            "import\tbs4",
            "bs4",
            rule="import-name",
            line=40,
            start=300,
            end=303,
            why="bs4 is a module of beautifulsoup4, no package on PyPI",
            canonical="beautifulsoup4",
            replacement="beautifulsoup4",
            suggestions=("beautifulsoup4",),
        ),
        make_finding(
            "old-ghost",
            "old-ghost",
            line=41,
            suppressed=Suppression("baseline", "it is in the baseline"),
        ),
        make_finding(
            "pip install 你好-kit",
            "你好-kit",
            rule="new",
            kind="install",
            path="docs/set up.md",
            line=7,
            why="你好-kit was first seen on 2026-10-20",
            first_seen="2026-10-20",
        ),
        make_finding(
            "npm i leftpad-x",
            "leftpad-x",
            rule="unverified",
            ecosystem="npm",
            kind="install",
            path="docs/set up.md",
            line=9,
            why="package leftpad-x: no snapshot of npm is here",
            snapshot="",
        ),
        make_finding(
            "acme-core  # unghost: ignore[acme-core]",
            "acme-core",
            path="tools/req.txt",
            suppressed=Suppression("comment", "our own index has it", "2027-01-31"),
        ),
        make_finding(
            "acme-ui",
            "acme-ui",
            path="tools/req.txt",
            line=2,
            suppressed=Suppression("settings", "moved soon"),
        ),
        problems=(Problem("data/big.json", "it is larger than 64 MB"),),
        files=3,
        names=1312,
        left_out=4,
        skipped={"installed": 2, "links": 1, "ignored": 1200, "lists": 3},
    )


def hostile_text() -> st.SearchStrategy[str]:
    """Return texts of any characters, lone surrogates too, and of those that formats trip over."""
    nasty = st.sampled_from(NASTY)
    return st.lists(nasty | st.text(st.characters(), max_size=4), max_size=4).map("".join)


def hostile_findings() -> st.SearchStrategy[Finding]:
    """Return findings in which every text may be anything."""
    text, number = hostile_text(), st.integers(1, 200)
    suppression = st.builds(
        Suppression,
        st.sampled_from(("comment", "settings", "baseline")),
        text,
        st.none() | text,
    )
    return st.builds(
        Finding,
        rule=st.sampled_from(RULE_IDS),
        name=text,
        raw=text,
        canonical=text,
        ecosystem=text,
        kind=st.sampled_from(get_args(MentionKind)),
        path=text,
        line=number,
        column=number,
        start=number,
        end=number,
        text=text,
        text_column=number,
        why=text,
        suggestions=st.lists(text, max_size=3).map(tuple),
        replacement=st.none() | text,
        first_seen=st.none() | text,
        snapshot=text,
        fingerprint=text,
        suppressed=st.none() | suppression,
    )


def hostile_reports() -> st.SearchStrategy[Report]:
    """Return reports in which every text may be anything."""
    text, number = hostile_text(), st.integers(0, 2000)
    return st.builds(
        Report,
        root=text,
        findings=st.lists(hostile_findings(), max_size=4).map(tuple),
        problems=st.lists(st.builds(Problem, text, text), max_size=2).map(tuple),
        files=number,
        names=number,
        sources=st.lists(st.builds(Source, text, text, text, text), max_size=2).map(tuple),
        left_out=number,
    )
