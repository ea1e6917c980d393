from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given

from scan_cases import (
    NASTY,
    hostile_reports,
    make_finding,
    make_report,
    one_of_everything,
)
from unghost.errors import UnghostError
from unghost.scan.finding import Finding, Problem, Report, Suppression
from unghost.scan.output import FORMATS, render
from unghost.syntax.printable import printable

COLOUR = re.compile(r"\x1b\[[0-9;]+m")
COMPARED = "compared with a complete snapshot of PyPI (800,000 names), 2026-10-01\n"

GOLDEN = """\
requirements.txt
   3 | flask-zorp==1.2
     | ^^^^^^^^^^
       ghost: PyPI has no package flask-zorp (it is not in the snapshot)
       did you mean flask-zap or flask-zarr?
       also in line 12

  40 | import  bs4
     |         ^^^
       import-name: bs4 is a module of beautifulsoup4, no package on PyPI
       did you mean beautifulsoup4?

docs/set up.md
  7 | pip install 你好-kit
    |             ^^^^^^^^
      new: 你好-kit was first seen on 2026-10-20
      Look at who published it: names that models invent get registered by others.

not verified in npm
  - package leftpad-x: no snapshot of npm is here
    in docs/set up.md:9
  Pull a snapshot ('unghost names pull') or let the registry be asked; name your own packages \
under 'private' in the settings.

could not be read completely
  - data/big.json: it is larger than 64 MB

3 errors, 1 warning, 1 not verified in 3 files, 1,312 names; 3 suppressed (1 by comment, 1 by \
settings, 1 by baseline); 1 could not be read completely
compared with a complete snapshot of PyPI (800,000 names), 2026-10-01
left out: 4 names of ecosystems that are not scanned
not read: 1,200 git-ignored paths, 2 package folders, 1 link, 3 missing lists
"""


def text(report: Report) -> str:
    return render(report, "text", color=False, fail_on="error")


def test_everything_is_shown_where_it_belongs() -> None:
    assert text(one_of_everything()) == GOLDEN


def test_colours_add_nothing_but_colours() -> None:
    coloured = render(one_of_everything(), "text", color=True, fail_on="error")
    assert "\x1b[1;31m^^^^^^^^^^\x1b[0m" in coloured
    assert "\x1b[1;33mnew:\x1b[0m" in coloured
    assert COLOUR.sub("", coloured) == GOLDEN


def test_a_clean_report_says_so_in_one_line() -> None:
    assert text(make_report()) == "clean: 5 names in 2 files; 0 suppressed\n" + COMPARED
    coloured = render(make_report(), "text", color=True, fail_on="error")
    assert coloured.startswith("\x1b[1;32mclean:")


def test_what_does_not_count_is_counted_even_where_all_is_clean() -> None:
    hushed = Suppression("comment", "our own")
    report = make_report(make_finding(suppressed=hushed), names=1, files=1)
    assert text(report) == "clean: 1 name in 1 file; 1 suppressed (1 by comment)\n" + COMPARED


def test_no_file_is_not_clean() -> None:
    report = make_report(files=0, names=0, sources=())
    assert text(report) == "nothing to scan: no file was read; 0 suppressed\n"


def test_names_that_were_compared_with_nothing_are_not_hidden() -> None:
    note = make_finding(rule="unverified", why="package flask-zorp: no snapshot of pypi is here")
    assert text(make_report(note, sources=())).endswith("\ncompared with no snapshot\n")


@pytest.mark.parametrize(
    ("line", "name", "shown", "mark"),
    [
        ("\tzorp", "zorp", "    zorp", "    ^^^^"),
        ("ab\tzorp\tx", "zorp", "ab  zorp    x", "    ^^^^"),
        ("你好 zorp", "zorp", "你好 zorp", "     ^^^^"),
        ("x 你好", "你好", "x 你好", "  ^^^^"),
        ("e\u0301 zorp", "zorp", "e\u0301 zorp", "  ^^^^"),
        ("a\x1b[2J\u202ezorp", "zorp", "a?[2J?zorp", "      ^^^^"),
        ("zo\u200brp x", "zo\u200brp", "zo?rp x", "^^^^^"),
        ("\U0001f47b zorp", "zorp", "\U0001f47b zorp", "   ^^^^"),
    ],
)
def test_the_mark_stands_below_the_name(line: str, name: str, shown: str, mark: str) -> None:
    lines = text(make_report(make_finding(line, name))).splitlines()
    assert lines[1:3] == [f"  1 | {shown}", f"    | {mark}"]


def test_a_name_beyond_the_end_of_a_cut_line_is_marked_where_the_line_ends() -> None:
    found = make_finding("pip install zorp-kit", "zorp-kit")
    for kept, mark in (("pip install zorp", " " * 12 + "^^^^"), ("pip", "   ^")):
        lines = text(make_report(replace(found, text=kept))).splitlines()
        assert lines[1:3] == [f"  1 | {kept}", f"    | {mark}"]


def test_advice_is_the_replacement_then_the_nearest_names_then_help() -> None:
    def advice(**changes: object) -> str:
        return text(make_report(make_finding(**changes))).splitlines()[4].strip()

    assert advice(replacement="b", suggestions=("a", "b")) == "did you mean b or a?"
    assert advice(suggestions=("a", "b", "c")) == "did you mean a, b or c?"
    assert advice().startswith("Remove it or take the name that was meant")


def test_equal_findings_are_told_once_a_file() -> None:
    lines = [make_finding(line=line) for line in (3, 12, 40, 40)]
    other = make_finding(line=3, ecosystem="npm")
    elsewhere = make_finding(path="setup.py")
    shown = text(make_report(*lines, other, elsewhere))
    assert shown.count("ghost:") == 3
    assert "also in lines 12, 40\n" in shown


def test_many_lines_of_an_equal_finding_are_counted() -> None:
    shown = text(make_report(*(make_finding(line=line) for line in range(1, 15))))
    assert "also in lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more lines\n" in shown


def test_ten_unverified_names_of_an_ecosystem_are_shown_and_the_rest_counted() -> None:
    def note(number: int, ecosystem: str, line: int = 1) -> Finding:
        name = f"zorp{number}x"
        return make_finding(
            name, name, rule="unverified", ecosystem=ecosystem, why="cut off", line=line
        )

    notes = [note(number, "pypi") for number in range(12)]
    shown = text(make_report(*notes, note(0, "pypi", 9), note(1, "npm")))
    assert shown.count("  - zorp") == 11
    assert "  - zorp0x: cut off\n    in requirements.txt:1 and 1 more place\n" in shown
    assert "  and 2 more names\n" in shown
    assert "0 errors, 0 warnings, 14 not verified in" in shown


def test_findings_stand_before_notes() -> None:
    note = make_finding(rule="unverified", path="a.txt")
    shown = text(make_report(note, make_finding(path="b.txt")))
    assert shown.index("ghost:") < shown.index("not verified in pypi")


def test_no_line_is_a_command_to_a_runner() -> None:
    evil = "::error::x ##[add-path]/tmp"
    found = make_finding(evil, evil, path=evil, why=evil, suggestions=(evil,))
    note = make_finding(evil, evil, rule="unverified", path=evil, why=evil)
    shown = text(make_report(found, note, problems=(Problem(evil, evil),)))
    assert shown.startswith("./::error::x #?[add-path]/tmp\n")
    assert _commands(shown) == []


@given(hostile_reports())
def test_nothing_steers_the_terminal(report: Report) -> None:
    shown = text(report)
    bad = {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in bad]
    assert shown.endswith("\n")
    assert _commands(shown) == []
    coloured = COLOUR.sub("", render(report, "text", color=True, fail_on="never"))
    plain = [line.rstrip() for line in coloured.splitlines()]
    assert plain == shown.splitlines()


def _commands(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if line.lstrip()[:2] == "::" or "##[" in line]


def test_printable_hides_what_cannot_be_seen() -> None:
    assert printable("a\u034fb\u115fc\u3164d\ufe0fe\U000e0100f\u180bg") == "a?b?c?d?e?f?g"
    assert printable("caf\u00e9 e\u0301 你好 \U0001f47b ~") == "caf\u00e9 e\u0301 你好 \U0001f47b ~"
    assert all(printable(text).isprintable() for text in NASTY)


def test_formats_are_known_by_name() -> None:
    for name in FORMATS:
        assert render(make_report(), name, color=False, fail_on="error").endswith("\n")
    with pytest.raises(UnghostError, match="no format 'xml': use one of text, json"):
        render(make_report(), "xml", color=False, fail_on="error")


def test_a_format_imports_no_other_and_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "import unghost.scan.output as formats\n"
        "from unghost.scan.finding import Report\n"
        "assert not [m for m in sys.modules if m.startswith('unghost.scan.output.')]\n"
        "report = Report('/x', (), (), 0, 0)\n"
        "formats.render(report, 'text', color=False, fail_on='error')\n"
        "print(sorted(m for m in sys.modules if m.startswith('unghost.scan.output.')))\n"
        "for name in formats.FORMATS: formats.render(report, name, color=False, fail_on='error')\n"
        "print([m for m in ('rich', 'typer', 'pydantic', 'tree_sitter') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "['unghost.scan.output.text', 'unghost.scan.output.wording']",
        "[]",
    ]
