"""What a call would make of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unghost import UnghostError
from unghost.hook.edits import DIFF, FileChange, changes_of, command_of, label


def change(tool: str, folder: Path, **arguments: Any) -> FileChange:
    (only,) = changes_of(tool, arguments, folder)
    return only


def test_a_whole_text_takes_the_place_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"

    assert change("Write", tmp_path, file_path=str(path), content="b") == FileChange(path, "", "b")
    path.write_text("a")
    assert change("write_file", tmp_path, file_path="a.py", content="b") == FileChange(
        path, "a", "b"
    )


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        ({"old_string": "a", "new_string": "c"}, "c\nb\na\n"),
        ({"old_string": "a", "new_string": "c", "replace_all": True}, "c\nb\nc\n"),
        ({"old_string": "a", "new_string": "c", "expected_replacements": 2}, "c\nb\nc\n"),
        ({"old_string": "a", "new_string": "c", "allow_multiple": True}, "c\nb\nc\n"),
        ({"old_str": "a\nb", "new_str": ""}, "\na\n"),
        (
            {
                "edits": [
                    {"old_string": "b", "new_string": "x"},
                    {"oldText": "x\na", "newText": "y"},
                ]
            },
            "a\ny\n",
        ),
    ],
)
def test_edits_are_applied_in_memory(tmp_path: Path, arguments: dict[str, Any], after: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"a\r\nb\r\na\r\n")

    assert change("Edit", tmp_path, file_path="f", **arguments) == FileChange(
        path, "a\nb\na\n", after
    )
    assert path.read_bytes() == b"a\r\nb\r\na\r\n"


def test_an_edit_that_does_not_fit_is_looked_at_alone(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("a")

    made = change("Edit", tmp_path, file_path="f", old_string="old", new_string="new")

    assert made == FileChange(path, "old", "new")


def test_an_empty_old_text_makes_a_new_file(tmp_path: Path) -> None:
    made = change("replace", tmp_path, file_path="f", old_string="", new_string="new")

    assert made == FileChange(tmp_path / "f", "", "new")


def test_an_edit_that_would_fill_the_memory_is_not_applied(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a" * 100_000)
    new = "b" * 1_000_000

    made = change("Edit", tmp_path, file_path="f", old_string="a", new_string=new, replace_all=True)

    assert made == FileChange(tmp_path / "f", "a", new)


def test_edits_that_would_copy_without_end_are_not_applied(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a" * 4_000_000)
    edits = [{"old_string": "a", "new_string": "a"}] * 5_000

    made = change("MultiEdit", tmp_path, file_path="f", edits=edits)

    assert made.after.count("a") == 5_000


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        ({"cell_id": "two"}, "import b", "import new"),
        ({"cell_id": "cell-1"}, "import b", "import new"),
        ({"cell_number": 0}, "import a", "import new"),
        ({"cell_id": "two", "edit_mode": "insert"}, None, "import new"),
        ({"cell_id": "none such"}, None, "import new"),
    ],
)
def test_a_cell_is_looked_at_as_a_notebook_of_its_own(
    tmp_path: Path, arguments: dict[str, Any], before: str | None, after: str
) -> None:
    path = tmp_path / "n.ipynb"
    cells = [
        {"cell_type": "code", "id": "one", "source": "import a", "outputs": []},
        {"cell_type": "code", "id": "two", "source": "import b", "outputs": []},
    ]
    metadata = {"kernelspec": {"language": "python"}}
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}))

    made = change(
        "NotebookEdit", tmp_path, notebook_path=str(path), new_source="import new", **arguments
    )

    was, becomes = json.loads(made.before), json.loads(made.after)
    assert becomes["metadata"] == metadata
    assert [cell.get("source") for cell in was["cells"]] == [before]
    assert [cell.get("source") for cell in becomes["cells"]] == [after]


def test_a_cell_that_goes_brings_nothing_in(tmp_path: Path) -> None:
    gone = {"notebook_path": "n.ipynb", "new_source": "", "edit_mode": "delete", "cell_id": "a"}

    assert changes_of("NotebookEdit", gone, tmp_path) == []


@pytest.mark.parametrize("key", ["input", "patch", "command"])
def test_a_patch_is_a_change_of_its_own(tmp_path: Path, key: str) -> None:
    patch = "*** Begin Patch\n*** Add File: a.py\n+import x\n*** End Patch\n"

    assert change("ApplyPatch", tmp_path, **{key: patch}) == FileChange(Path(DIFF), "", patch)


def test_redirections_of_a_command_are_changes(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a")
    command = "echo b >> f && echo c >> f && cd sub && echo d > g && echo e > $X"

    made = changes_of("Bash", {"command": command}, tmp_path)

    assert made == [
        FileChange(tmp_path / "f", "a", "a\nb\nc\n"),
        FileChange(tmp_path / "sub" / "g", "", "d\n"),
    ]


def test_a_command_runs_in_the_folder_that_it_is_given(tmp_path: Path) -> None:
    arguments = {"command": "echo a > f", "dir_path": "sub"}

    assert change("run_shell_command", tmp_path, **arguments).path == tmp_path / "sub" / "f"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"command": "a b"}, "a b"),
        ({"command": ["bash", "-lc", "a b"]}, "bash -lc 'a b'"),
        ({"command": 3}, None),
        ({"command": []}, None),
        ({"command": ["a", 1]}, None),
        ({}, None),
    ],
)
def test_commands_are_texts_or_words(arguments: dict[str, Any], expected: str | None) -> None:
    assert command_of(arguments) == expected


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("Read", {"file_path": "a.py"}),
        ("Grep", {"pattern": "x", "path": "src", "output_mode": "content"}),
        ("Task", {"prompt": "pip install x", "description": "y"}),
        ("TodoWrite", {"todos": [{"content": "pip install x"}]}),
        ("Write", {"file_path": "a.png"}),
        ("mcp__x__y", {}),
    ],
)
def test_calls_that_write_nothing_make_no_changes(
    tmp_path: Path, tool: str, arguments: dict[str, Any]
) -> None:
    assert changes_of(tool, arguments, tmp_path) == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("Write", {"file_path": "a.py"}),
        ("Write", {"file_path": "a.py", "content": 3}),
        ("Edit", {"old_string": "a"}),
        ("Bash", {"command": None}),
        ("run_shell_command", {}),
        ("Shell", {"command": {"a": 1}}),
    ],
)
def test_a_tool_of_which_it_is_not_known_what_it_does_cannot_be_judged(
    tmp_path: Path, tool: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(UnghostError, match=f"arguments of {tool} do not show what it would"):
        changes_of(tool, arguments, tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000, "no/such/folder/f", "."])
def test_files_that_cannot_be_read_are_new(tmp_path: Path, name: str) -> None:
    made = change("Write", tmp_path, file_path=name, content="c")

    assert (made.before, made.after) == ("", "c")
    assert isinstance(label(made.path, tmp_path), str)


def test_a_file_is_named_behind_its_links(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "requirements.txt").touch()
    (root / "notes").symlink_to("requirements.txt")
    (tmp_path / "link").symlink_to(root)

    assert label(root / "notes", tmp_path / "link") == "requirements.txt"
    assert label(tmp_path / "x", root) == (tmp_path / "x").resolve().as_posix()
