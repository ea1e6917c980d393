"""What a shell command writes to files by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.hook.redirects import Written, written_files


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("echo x >> requirements.txt", Written("", "requirements.txt", "x\n", True)),
        ("echo -n x>requirements.txt", Written("", "requirements.txt", "x\n", False)),
        ("echo 'a b' 1> f", Written("", "f", "a b\n", False)),
        ("echo a 2>/dev/null > f", Written("", "f", "a\n", False)),
        ("echo a > f 2>&1", Written("", "f", "a\n", False)),
        ("echo a &> f", Written("", "f", "a\n", False)),
        ("echo a >| f", Written("", "f", "a\n", False)),
        ("echo 2 > f", Written("", "f", "2\n", False)),
        ("echo flask>=2 > f", Written("", "f", "flask>=2\n", False)),
        ("echo -e 'a\\nb' > 'my file'", Written("", "my file", "a\nb\n", False)),
        ("echo $'a\\nb' > f", Written("", "f", "a\nb\n", False)),
        ("printf 'a\\nb\\n' > f", Written("", "f", "a\nb\n", False)),
        ("printf '%s\\n' a b > f", Written("", "f", "a\nb\n", False)),
        ("printf '%s==%s\\n' a 1 b > f", Written("", "f", "a==1\nb==\n", False)),
        ("printf -- x > f", Written("", "f", "x", False)),
        ("cat > f <<'EOF'\na\nb\nEOF\nls", Written("", "f", "a\nb\n\n", False)),
        ("cat <<EOF >> f\na\nEOF", Written("", "f", "a\n\n", True)),
        ("cat <<< a > f", Written("", "f", "a\n", False)),
        ("tee f <<EOF\na\nEOF\n", Written("", "f", "a\n\n", False)),
        ("echo a | tee -a f", Written("", "f", "a\n", True)),
        ("echo a | sudo tee f > /dev/null", Written("", "f", "a\n", False)),
        ("echo a | cat > f", Written("", "f", "a\n", False)),
        ("cd sub && echo a > f", Written("sub", "f", "a\n", False)),
        ("bash -c 'echo a > f'", Written("", "f", "a\n", False)),
        ("sudo sh -c 'echo a > f'", Written("", "f", "a\n", False)),
        ("bash <<X\necho a > f\nX\n", Written("", "f", "a\n", False)),
        ("true || echo a > f", Written("", "f", "a\n", False)),
        ("echo a \\\n  b > f", Written("", "f", "a b\n", False)),
        ("if true; then echo a > f; fi", Written("", "f", "a\n", False)),
        ("x=1 echo a > f # echo b > g", Written("", "f", "a\n", False)),
    ],
)
def test_a_text_that_goes_to_a_file_is_seen(command: str, expected: Written) -> None:
    written = written_files(command)

    assert expected in written
    assert {one.path for one in written} <= {expected.path, "/dev/null"}


@pytest.mark.parametrize(
    "command",
    [
        "echo a 2> f",
        "cat < f",
        "echo 'a > f'",
        "echo a \\> f",
        "grep x f | wc",
        "diff <(echo a) <(echo b)",
        "cat <<EOF\na > f\n",
        "# echo a > f",
    ],
)
def test_what_goes_to_no_file_is_none(command: str) -> None:
    assert not [one for one in written_files(command) if one.text]


def test_what_a_program_prints_is_not_known() -> None:
    assert written_files("pip freeze > f") == [Written("", "f", "", False)]
    assert written_files("echo a | sort > f") == [Written("", "f", "", False)]


SNIPPETS = (
    "echo a", "cat", "tee -a f", " > f", " >> g", " | ", " || ", "; ", "\n", "<<E\nx\nE\n",
    "<<-'E'", "$(", ")", "`", "'", '"', "\\", "2>&1", "bash -c ", "&>", "{", "}", "\0", "é", "%s",
    "printf ",
)  # fmt: skip


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=3), max_size=20).map("".join))
def test_any_command_is_read(command: str) -> None:
    for one in written_files(command):
        # Nothing is made up: what is said of a file stands in the command.
        assert one.path
        assert set(one.path) <= set(command)
        assert set(one.text) <= {*command, "\n"}


@pytest.mark.parametrize(
    "part", ["echo a > f\n", "cat <<E > f\nx\nE\n", "echo a | tee f;", "(", "$(", "bash -c 'a';"]
)
def test_long_commands_are_read_in_linear_steps(part: str) -> None:
    """Ten times the text gives at most ten times the files, and ends."""
    few, many = written_files(part * 200), written_files(part * 2000)

    assert len(many) <= 10 * max(len(few), 1)
