"""An agent that changes the settings of its own check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hook_cases import answered, claude, cursor

IGNORE = "[[scan.ignore]]\nname = '*'\nreason = 'mine'\n"
TOOL = "[tool.unghost.scan]\noffline = true\n"


def decided(call: dict[str, Any], world: Path, **changes: Any) -> str:
    decision, reason = answered(call, world, **changes)
    assert decision == "allow" or "configures this check" in reason
    return decision


@pytest.mark.parametrize("path", ["unghost.toml", "sub/unghost.toml", "./x/../unghost.toml"])
def test_the_settings_are_a_person_s_business(shop: Path, world: Path, path: str) -> None:
    assert decided(claude("Write", shop, file_path=path, content=IGNORE), world) == "ask"


def test_settings_that_stay_as_they_are_are_nobody_s_business(shop: Path, world: Path) -> None:
    (shop / "unghost.toml").write_text("[scan]\n")

    same = claude("Write", shop, file_path="unghost.toml", content="[scan]\n")

    assert decided(same, world) == "allow"


def test_settings_behind_a_link_are_settings(shop: Path, world: Path) -> None:
    (shop / "unghost.toml").write_text("[scan]\n")
    (shop / "notes.bin").symlink_to("unghost.toml")

    call = claude("Write", shop, file_path=str(shop / "notes.bin"), content=IGNORE)

    assert decided(call, world) == "ask"


def test_only_the_part_of_a_pyproject_that_is_for_unghost_counts(shop: Path, world: Path) -> None:
    path = shop / "pyproject.toml"
    path.write_text(f"[project]\nname = 'shop'\n{TOOL}")

    def edit(old: str, new: str) -> str:
        call = claude("Edit", shop, file_path=str(path), old_string=old, new_string=new)
        return decided(call, world)

    assert edit("'shop'", "'shop2'") == "allow"
    assert edit("offline = true", "offline = false") == "ask"
    assert edit(TOOL, "") == "ask"
    assert edit("'shop'", "'shop") == "ask"  # no TOML any more, so nobody knows


def test_a_new_pyproject_may_bring_no_settings(shop: Path, world: Path) -> None:
    bare = claude("Write", shop, file_path="pyproject.toml", content="[project]\nname = 'a'\n")
    with_settings = claude("Write", shop, file_path="pyproject.toml", content=TOOL)

    assert decided(bare, world) == "allow"
    assert decided(with_settings, world) == "ask"


def test_the_baseline_and_the_settings_in_use_count_wherever_they_lie(
    shop: Path, world: Path, tmp_path: Path
) -> None:
    config = tmp_path / "safe" / "rules.toml"
    config.parent.mkdir()
    config.write_text("[scan]\nbaseline = 'known.json'\n")
    (config.parent / "known.json").write_text('{"schema": 1, "findings": []}')

    for name in ("rules.toml", "known.json"):
        call = claude("Write", shop, file_path=str(config.parent / name), content="{}")
        assert decided(call, world, config=config) == "ask"
    other = claude("Write", shop, file_path=str(config.parent / "other.json"), content="{}")
    assert decided(other, world, config=config) == "allow"


@pytest.mark.parametrize(
    "path", [".claude/settings.json", ".gemini/settings.json", ".cursor/hooks.json"]
)
def test_the_place_where_the_hook_is_registered_counts(shop: Path, world: Path, path: str) -> None:
    def write(content: str) -> str:
        return decided(claude("Write", shop, file_path=path, content=content), world)

    assert write('{"model": "x"}') == "allow"
    assert write('{"command": "unghost hook --fail open"}') == "ask"
    (shop / path).parent.mkdir()
    (shop / path).write_text('{"command": "unghost hook"}')
    assert write("{}") == "ask"


@pytest.mark.parametrize(
    "command",
    [
        "rm unghost.toml",
        "echo x > unghost.toml",
        "cat <<E >> unghost.toml\nx\nE\n",
        "cp /tmp/x ./unghost.toml",
        "sed -i s/a/b/ unghost.toml",
        "true && sudo mv x unghost.toml",
        "tee unghost.toml < x",
        "unghost scan --baseline known.json --write-baseline",
        "rm .claude/settings.json",
    ],
)
def test_commands_that_change_them_count(shop: Path, world: Path, command: str) -> None:
    decision, _ = answered(claude("Bash", shop, command=command), world)

    assert decision == "ask"


@pytest.mark.parametrize(
    "command", ["cat unghost.toml", "git add unghost.toml", "unghost scan", "rm other.toml", "ls"]
)
def test_commands_that_only_look_at_them_do_not(shop: Path, world: Path, command: str) -> None:
    assert answered(claude("Bash", shop, command=command), world)[0] == "allow"


def test_patches_and_deletions_count(shop: Path, world: Path) -> None:
    patch = "*** Begin Patch\n*** Delete File: unghost.toml\n*** End Patch\n"
    git = "--- a/unghost.toml\n+++ b/unghost.toml\n@@ -1 +1 @@\n-a\n+b\n"
    for tool, arguments in (
        ("ApplyPatch", {"patch": patch}),
        ("apply_patch", {"input": git}),
        ("Delete", {"path": "unghost.toml"}),
    ):
        call = cursor("preToolUse", shop, tool_name=tool, tool_input=arguments)
        assert decided(call, world) == "deny"  # Cursor cannot ask here
    other = cursor("preToolUse", shop, tool_name="Delete", tool_input={"path": "a.toml"})
    assert decided(other, world) == "allow"
