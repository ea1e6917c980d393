from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SNAPSHOT = ["keygen", "-o", "key"]


@pytest.mark.parametrize(
    ("module", "words", "extra"),
    [
        ("torch", ["demo"], "train"),
        ("numpy", ["demo"], "train"),
        ("torch", ["unlearn", "embedded", "--run", "r", "--universe", "demo"], "train"),
        ("pyarrow", ["unlearn", "embedded", "--run", "r", "--universe", "demo"], "train"),
        ("pyarrow", ["measure", "embedded", "--run", "r", "--universe", "demo"], "measure"),
        ("mcp", ["mcp"], "mcp"),
        ("cryptography", ["names", *SNAPSHOT], "sign"),
    ],
)
def test_a_missing_extra_is_one_line_that_names_it(
    module: str, words: list[str], extra: str, tmp_path: Path
) -> None:
    code = f"import sys; sys.modules[{module!r}] = None; from unghost.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    line = done.stderr.splitlines()[-1]
    assert line.startswith("unghost: ")
    assert f"install the extra '{extra}' of unghost (unghost[{extra}])" in line
    assert "Traceback" not in done.stderr


def test_what_no_extra_installs_is_an_error_of_ours(tmp_path: Path) -> None:
    code = "import sys; sys.modules['marisa_trie'] = None; from unghost.cli import main; main()"
    words = [sys.executable, "-c", code, "check", "x", "--universe", "demo"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "unghost: unexpected ModuleNotFoundError" in done.stderr
