"""What is said of a call, with a snapshot of a few packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hook_cases import answered, claude, cursor, gemini
from unghost.scan.reading import listing as files


@pytest.mark.parametrize(
    "command",
    [
        "pip install flask-zorp",
        "python -m pip install 'flask-zorp[all]>=1' flask",
        "uv add flask-zorp",
        "uv run --with flask-zorp app.py",
        "uvx flask-zorp",
        "cd app && sudo pip3 install -U flask-zorp",
        "bash -c 'pip install flask-zorp'",
        "bash <<EOF\npip install flask-zorp\nEOF\n",
        "pip install flask && pip install \\\n  flask-zorp",
        "echo flask-zorp >> requirements.txt",
        "echo flask-zorp | tee -a requirements.txt",
        "printf 'flask\\nflask-zorp\\n' > requirements/dev.txt",
        "cat > requirements.txt <<'EOF'\nflask\nflask-zorp==1.0\nEOF",
        "cat > pyproject.toml <<EOF\n[project]\nname = 'shop'\ndependencies = ['flask-zorp']\nEOF",
        "cat <<EOF > app.py\nimport flask_zorp\nEOF",
        "cat > Dockerfile <<EOF\nFROM python\nRUN pip install flask-zorp\nEOF",
        "pip install flask-zorp; echo '</think>'",
        "echo '\0' && pip install flask-zorp",
        "pip install flask-zorp  # unghost: ignore[flask-zorp]: I need it",
    ],
)
def test_a_command_that_brings_a_ghost_is_denied(shop: Path, world: Path, command: str) -> None:
    decision, reason = answered(claude("Bash", shop, command=command), world)

    assert decision == "deny"
    assert "PyPI has no package" in reason
    assert "flask-cors" in reason
    assert "Do not install" in reason


@pytest.mark.parametrize(
    "command",
    [
        "",
        "ls -la",
        "pip install flask requests",
        "pip install -e .",
        "pip install git+https://git.example/flask-zorp",
        "pip install --index-url https://pypi.example/simple flask-zorp",
        "echo 'pip install flask-zorp'",
        "echo flask-zorp > notes.bin",
        "echo flask >> requirements.txt",
        "pip freeze > requirements.txt",
        "git commit -m 'pip install flask-zorp'",
        "python app.py && echo done",
    ],
)
def test_a_command_that_brings_no_ghost_hears_nothing(
    shop: Path, world: Path, command: str
) -> None:
    assert answered(claude("Bash", shop, command=command), world) == ("allow", "")


def test_the_reason_says_what_to_do_instead(shop: Path, world: Path) -> None:
    call = claude("Bash", shop, command="pip install bs4 os flask-cor")

    decision, reason = answered(call, world)

    lines = reason.splitlines()
    assert decision == "deny"
    assert lines[0] == "unghost stopped this: it names packages that do not exist."
    assert any(line.endswith("Write beautifulsoup4 instead.") for line in lines)
    assert any(line.endswith("it comes with the language.") for line in lines)
    assert any("Existing packages with similar names: flask-cors" in line for line in lines)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("requirements.txt", "flask\nflask-zorp\n"),
        ("requirements.txt", "flask\0\nflask-zorp\n"),
        ("requirements.txt", "<think>\nflask-zorp\n"),
        ("sub/requirements-dev.txt", "-r ../requirements.txt\nflask-zorp\n"),
        ("pyproject.toml", '[project]\nname = "shop"\ndependencies = ["flask-zorp"]\n'),
        ("app.py", "from flask_zorp import x\n"),
        ("app.py", "# /// script\n# dependencies = ['flask-zorp']\n# ///\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n    - run: pip install flask-zorp\n",
        ),
        ("Dockerfile", "FROM python\nRUN pip install flask-zorp\n"),
        ("README.md", "Install it:\n\n```sh\npip install flask-zorp\n```\n"),
        ("n.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": "import flask_zorp"}]})),
    ],
)
def test_a_file_that_would_name_a_ghost_is_denied(
    shop: Path, world: Path, path: str, content: str
) -> None:
    for call in (
        claude("Write", shop, file_path=str(shop / path), content=content),
        gemini("write_file", shop, file_path=path, content=content),
        cursor(
            "preToolUse", shop, tool_name="Write", tool_input={"path": path, "contents": content}
        ),
    ):
        decision, reason = answered(call, world)
        assert decision == "deny"
        assert "zorp" in reason


def test_names_that_the_file_has_already_are_not_the_agents_doing(shop: Path, world: Path) -> None:
    path = shop / "requirements.txt"
    path.write_text("flask-zorp==1\nflask\n")

    def edit(old: str, new: str) -> str:
        call = claude("Edit", shop, file_path=str(path), old_string=old, new_string=new)
        return answered(call, world)[0]

    assert edit("flask\n", "requests\n") == "allow"
    assert edit("flask-zorp==1", "flask-zorp==2") == "allow"
    assert edit("flask\n", "flask\nflask-zarp\n") == "deny"
    assert edit("flask\n", "flask\nflask-zorp\n") == "deny"
    whole = claude("Write", shop, file_path=str(path), content="flask-zorp==1\nnumpy\n")
    assert answered(whole, world)[0] == "allow"


def test_a_name_that_comes_to_be_of_the_registry_counts(shop: Path, world: Path) -> None:
    path = shop / "requirements.txt"
    path.write_text("acme-core @ git+https://git.example/acme-core\n")
    call = claude("Write", shop, file_path=str(path), content="acme-core\n")

    assert answered(call, world)[0] == "deny"


def test_an_edit_that_does_not_fit_counts_by_what_it_brings(shop: Path, world: Path) -> None:
    def edit(old: str, new: str) -> str:
        call = claude("Edit", shop, file_path="app.py", old_string=old, new_string=new)
        return answered(call, world)[0]

    assert edit("import flask_zorp", "import flask_zorp as z") == "allow"
    assert edit("import flask", "import flask_zorp") == "deny"


def test_a_cell_of_a_notebook_counts_by_what_it_brings(shop: Path, world: Path) -> None:
    def edit(source: str) -> str:
        call = claude("NotebookEdit", shop, notebook_path="n.ipynb", new_source=source)
        return answered(call, world)[0]

    assert edit("import flask") == "allow"
    assert edit("import flask_zorp") == "deny"
    assert edit("!pip install flask-zorp") == "deny"


def test_added_lines_of_a_patch_count(shop: Path, world: Path) -> None:
    def patch(*lines: str) -> str:
        text = "\n".join(("*** Begin Patch", "*** Update File: app.py", "@@", *lines))
        tool = {"tool_name": "ApplyPatch", "tool_input": f"{text}\n*** End Patch\n"}
        return answered(cursor("preToolUse", shop, **tool), world)[0]

    assert patch(" import flask_zorp", "+import flask") == "allow"
    assert patch(" import flask", "+import flask_zorp") == "deny"


def test_the_project_s_own_modules_are_no_ghosts(shop: Path, world: Path) -> None:
    (shop / "tools").mkdir()
    (shop / "tools" / "shared.py").touch()

    def write(path: str, content: str) -> tuple[str, str]:
        return answered(claude("Write", shop, file_path=path, content=content), world)

    assert write("app/main.py", "from app.parts import x\nimport tools.shared\n") == ("allow", "")
    extra = '[project]\nname = "my-shop"\n[project.optional-dependencies]\nall = ["my-shop[a]"]\n'
    assert write("pyproject.toml", extra) == ("allow", "")
    decision, reason = write("app.py", "import not_yet_written\n")
    assert decision == "deny"
    assert "create its file first" in reason


def test_a_brand_new_package_is_for_a_person_to_decide(shop: Path, world: Path) -> None:
    decision, reason = answered(claude("Bash", shop, command="pip install brand-new"), world)

    assert decision == "ask"
    assert "look at who published it" in reason
    assert "Do not install" not in reason


@pytest.mark.parametrize(
    ("unverified", "expected"), [("ask", "ask"), ("deny", "deny"), ("allow", "allow")]
)
def test_what_nobody_could_verify_is_answered_as_the_user_wants(
    shop: Path, world: Path, unverified: str, expected: str
) -> None:
    call = claude("Bash", shop, command="npm install left-pad")

    decision, reason = answered(call, world, unverified=unverified)

    assert decision == expected
    assert ("left-pad could not be verified: no snapshot of npm" in reason) == (expected != "allow")


def test_a_ghost_outweighs_what_is_only_doubtful(shop: Path, world: Path) -> None:
    call = claude("Bash", shop, command="pip install brand-new flask-zorp && npm i left-pad")

    decision, reason = answered(call, world)

    named = [line.split()[1].rstrip(":") for line in reason.splitlines() if line[:2] == "- "]
    assert decision == "deny"
    assert named == ["flask-zorp", "brand-new", "left-pad"]


def test_many_ghosts_are_told_in_a_few_lines(shop: Path, world: Path) -> None:
    names = [f"no-such-thing-{number}" for number in range(3000)]

    decision, reason = answered(
        claude("Bash", shop, command=f"pip install {' '.join(names)}"), world
    )

    assert decision == "deny"
    assert "- and 2,988 more" in reason
    assert len(reason) < 6_000


def test_names_cannot_steer_whoever_reads_the_answer(shop: Path, world: Path) -> None:
    call = claude(
        "Bash", shop, command="npm i 'left\x1b[2J\u202epad' '\ud800x' && pip install \x07zorp"
    )

    _, reason = answered(call, world)

    assert all(line.isprintable() for line in reason.splitlines())


def test_the_settings_of_the_project_count(shop: Path, world: Path) -> None:
    settings = "[scan]\nexclude = ['gen/*']\n[[scan.ignore]]\nname = 'acme-*'\nreason = 'ours'\n"
    (shop / "unghost.toml").write_text(settings)

    assert answered(claude("Bash", shop, command="pip install acme-x"), world)[0] == "allow"
    assert answered(claude("Bash", shop, command="pip install zcme-x"), world)[0] == "deny"
    excluded = claude("Write", shop, file_path="gen/a.py", content="import flask_zorp")
    assert answered(excluded, world)[0] == "allow"


def test_settings_may_lie_where_the_agent_cannot_write(
    shop: Path, world: Path, tmp_path: Path
) -> None:
    (shop / "unghost.toml").write_text("[[scan.ignore]]\nname = '*'\nreason = 'none'\n")
    config = tmp_path / "safe.toml"
    config.write_text("[scan]\nnew_days = 0\n")

    def install(name: str) -> str:
        call = claude("Bash", shop, command=f"pip install {name}")
        return answered(call, world, config=config)[0]

    assert install("flask-zorp") == "deny"
    assert install("brand-new") == "allow"


def test_settings_that_cannot_be_read_are_no_yes(shop: Path, world: Path) -> None:
    (shop / "unghost.toml").write_text("[scan]\nno-such-setting = 1\n")

    decision, reason = answered(claude("Bash", shop, command="pip install flask"), world)

    assert decision == "ask"
    assert "no-such-setting" in reason


def test_a_file_that_is_too_long_to_be_read_whole_is_for_a_person(shop: Path, world: Path) -> None:
    content = "# a line that names nothing\n" * 150_000
    call = claude("Write", shop, file_path="requirements.txt", content=content)

    decision, reason = answered(call, world)

    assert decision == "ask"
    assert "only its first 4 million characters were read" in reason


@pytest.mark.parametrize("cwd", ["", "relative", "/no/such/folder", "/\0", "\ud800", 7, None, []])
def test_a_folder_that_is_none_is_the_one_that_the_hook_runs_in(
    shop: Path, world: Path, cwd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    call = {**claude("Bash", shop, command="pip install flask-zorp"), "cwd": cwd}

    assert answered(call, world)[0] == "deny"


def test_a_large_folder_that_is_no_project_is_not_walked(
    world: Path, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_UNMARKED", 1)
    below = tmp_path / "plain" / "deep"
    below.mkdir(parents=True)
    (below / "package.json").write_text('{"name": "flask-zorp"}')
    (below / "pyproject.toml").write_text('[project]\nname = "flask-zorp"\n')

    call = claude("Bash", below.parent, command="pip install flask-zorp")

    assert answered(call, world)[0] == "deny"
    assert answered({**call, "cwd": str(below)}, world)[0] == "allow"
