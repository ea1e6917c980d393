from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given

from scan_cases import hostile_reports, make_finding, make_report, one_of_everything
from unghost.scan.finding import Problem, Report
from unghost.scan.output import render

GOLDEN = """\
::error file=requirements.txt,line=3,col=1,endColumn=11,title=unghost%3A ghost::PyPI has no \
package flask-zorp (it is not in the snapshot)%0Adid you mean flask-zap or flask-zarr?
::error file=requirements.txt,line=12,col=1,endColumn=11,title=unghost%3A ghost::PyPI has no \
package flask-zorp (it is not in the snapshot)%0ARemove it or take the name that was meant: \
whoever registers this name gets to run code wherever it is installed.
::error file=requirements.txt,line=40,col=8,endColumn=11,title=unghost%3A import-name::bs4 is a \
module of beautifulsoup4, no package on PyPI%0Adid you mean beautifulsoup4?
::warning file=docs/set up.md,line=7,col=13,endColumn=19,title=unghost%3A new::你好-kit was first \
seen on 2026-10-20%0ALook at who published it: names that models invent get registered by others.
::notice file=docs/set up.md,line=9,col=7,endColumn=16,title=unghost%3A unverified::package \
leftpad-x: no snapshot of npm is here%0APull a snapshot ('unghost names pull') or let the registry \
be asked; name your own packages under 'private' in the settings.
::warning file=data/big.json,title=unghost%3A could not be read completely::data/big.json: it is \
larger than 64 MB
unghost: 3 errors, 1 warning, 1 not verified in 3 files, 1,312 names; 3 suppressed (1 by comment, \
1 by settings, 1 by baseline); 1 could not be read completely; compared with a complete snapshot \
of PyPI (800,000 names), 2026-10-01; left out: 4 names of ecosystems that are not scanned; not \
read: 1,200 git-ignored paths, 2 package folders, 1 link, 3 missing lists
"""

COMMAND = re.compile(r"::(error|warning|notice) ([^:\n]*)::([^\n]*)")


def github(report: Report) -> str:
    return render(report, "github", color=False, fail_on="error")


def taken(line: str) -> tuple[str, dict[str, str], str]:
    """Take a command apart as a runner does."""
    match = COMMAND.fullmatch(line)
    assert match is not None, line
    level, written, message = match.groups()
    properties = dict(part.split("=", 1) for part in written.split(",") if part)
    return level, {key: _undone(value) for key, value in properties.items()}, _undone(message)


def _undone(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_everything_is_a_command() -> None:
    assert github(one_of_everything()) == GOLDEN


def test_the_gravest_come_first() -> None:
    note = make_finding(rule="unverified", path="a.txt")
    warning = make_finding(rule="new", path="b.txt")
    error = make_finding(path="c.txt")
    again = replace(error, line=9)
    lines = github(make_report(note, warning, error, again)).splitlines()
    assert [line.split(" ")[0] for line in lines] == [
        "::error",
        "::error",
        "::warning",
        "::notice",
        "unghost:",
    ]
    assert "line=1," in lines[0]
    assert "line=9," in lines[1]


def test_what_a_command_is_made_of_is_escaped() -> None:
    nasty = "50%0A, a:b\r\nc"
    found = make_finding(nasty, nasty, path=nasty, why=nasty)
    line = github(make_report(found, problems=(Problem("x,y", "z"),))).splitlines()
    assert line[0].startswith("::error file=50%250A%2C a%3Ab%0D%0Ac,line=1,endLine=2,title=")
    level, properties, message = taken(line[0])
    assert (level, properties["file"]) == ("error", nasty)
    assert message.startswith(f"{nasty}\nRemove it")
    assert taken(line[1])[1]["file"] == "x,y"


def test_a_text_from_standard_input_has_no_place() -> None:
    (line, _) = github(make_report(make_finding(path="<stdin>"))).splitlines()
    assert line.startswith("::error title=unghost%3A ghost::PyPI has no package")


def test_a_clean_report_is_one_line() -> None:
    assert github(make_report()) == (
        "unghost: clean: 5 names in 2 files; 0 suppressed; compared with a complete snapshot of"
        " PyPI (800,000 names), 2026-10-01\n"
    )


@given(hostile_reports())
def test_any_text_stays_in_its_command(report: Report) -> None:
    lines = github(report).splitlines()
    findings = [*report.active, *report.unverified]
    assert len(lines) == len(findings) + len(report.problems) + 1
    assert all(line.isprintable() for line in lines)
    for line in lines[:-1]:
        _, properties, _ = taken(line)
        assert set(properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert re.fullmatch(r"unghost: [a-z -]+", properties["title"])
    assert lines[-1].startswith("unghost: ")
