"""A command that has pip read a list brings in what the list names, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from hook_cases import answered, claude


@pytest.mark.parametrize(
    "command",
    [
        "pip install -r requirements.txt",
        "pip install -r deps.lst",
        "cd sub && pip install -r inner.lst",
        "uv pip install --requirements 'deps.lst'",
        "pip install -r {shop}/deps.lst",
        "sed -i 's/foo/bar/' deps.lst && pip install -r deps.lst",
        "grep -i zlib deps.lst; pip install -Ur deps.lst",
        "pip-sync deps.lst",
        "echo '\0' && pip install -r deps.lst",
        "uv pip sync deps.lst",
        "uv add -r deps.lst",
        "pip install --requirem=deps.lst",
        "pip install -r outer.lst",
        "printf 'flask-zorp\\n' > new.lst && pip install -r new.lst",
        "cat > new.lst <<EOF\n-r deps.lst\nEOF\npip install -r new.lst",
    ],
)
def test_a_list_with_a_ghost_is_denied(shop: Path, world: Path, command: str) -> None:
    for name in ("requirements.txt", "deps.lst"):
        (shop / name).write_text("flask\nflask-zorp==1\n")
    (shop / "outer.lst").write_text("-r deps.lst\n")
    (shop / "sub").mkdir()
    (shop / "sub" / "inner.lst").write_text("flask-zorp\n")
    call = claude("Bash", shop, command=command.format(shop=shop))
    decision, reason = answered(call, world)

    assert decision == "deny"
    assert "flask-zorp" in reason


@pytest.mark.parametrize(
    "command",
    [
        "pip install -r good.lst",
        "pip install -r loop.lst",
        "pip install --index-url https://pypi.example/simple -r deps.lst",
        "pip install --no-index -r deps.lst",
        "sort -r deps.lst",
        "uv run tool -r deps.lst",
        "echo flask > deps.lst && pip install -r deps.lst",
    ],
)
def test_other_commands_go_on(shop: Path, world: Path, command: str) -> None:
    (shop / "good.lst").write_text("flask\n")
    (shop / "loop.lst").write_text("-r loop.lst\nflask\n")
    (shop / "deps.lst").write_text("flask-zorp\n")

    assert answered(claude("Bash", shop, command=command), world) == ("allow", "")


@pytest.mark.parametrize(
    "command",
    [
        "pip install -r missing.lst",
        "pip install -r '\0'",
        "cp deps.lst copy.lst; pip install -r copy.lst",
        "pip install -r nest-0.lst",
    ],
)
def test_a_list_that_cannot_be_read_is_asked_about(shop: Path, world: Path, command: str) -> None:
    for number in range(60):
        (shop / f"nest-{number}.lst").write_text(f"-r nest-{number + 1}.lst\n")
    decision, reason = answered(claude("Bash", shop, command=command), world)

    assert decision == "ask"
    assert "cannot be read" in reason or "more than 50 lists" in reason


def test_a_list_that_comes_again_behind_the_last_that_is_read_is_not_forgotten(
    shop: Path, world: Path
) -> None:
    (shop / "nest-0.lst").write_text("flask-zorp\n-r nest-1.lst\n")
    for number in range(1, 49):
        (shop / f"nest-{number}.lst").write_text(f"-r nest-{number + 1}.lst\n")
    (shop / "nest-49.lst").write_text("-r nest-0.lst\n")
    decision, reason = answered(claude("Bash", shop, command="pip install -r nest-0.lst"), world)

    assert decision == "deny"
    assert "flask-zorp" in reason


def test_what_no_list_says_whole_is_asked_about(shop: Path, world: Path) -> None:
    (shop / "deps.lst").write_text("-r https://lists.example/a.txt\n")

    decision, reason = answered(claude("Bash", shop, command="pip install -r deps.lst"), world)

    assert decision == "ask"
    assert "lists.example" in reason
