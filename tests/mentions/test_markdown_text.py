from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.reader import find_in_file, find_in_text

Found = list[tuple[str, str, str]]


def found(text: str) -> Found:
    mentions = find_in_file(text.encode("utf-8", "surrogatepass"), "README.md")
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.raw
    return [(mention.kind, mention.ecosystem, mention.name) for mention in mentions]


def fenced(tag: str, text: str) -> str:
    return f"Some words.\n\n```{tag}\n{text}\n```\n\nMore words.\n"


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        ("python", "import qa\n# import qb", [("import", "pypi", "qa")]),
        ("py", "!pip install qa\nimport qb", [("install", "pypi", "qa"), ("import", "pypi", "qb")]),
        ("pycon", ">>> import qa\n>>> qa.x()\n'import qb'", [("import", "pypi", "qa")]),
        ("javascript", 'const a = require("qa")', [("import", "npm", "qa")]),
        ("ts", 'import { a } from "qa"', [("import", "npm", "qa")]),
        ("bash", "$ pip install qa # qb", [("install", "pypi", "qa")]),
        ("console", "$ npm i qa\nadded qb", [("install", "npm", "qa")]),
        ("powershell", "Install-Package Qa.Qb", [("install", "nuget", "Qa.Qb")]),
        ("dockerfile", "FROM x\nRUN pip install qa", [("install", "pypi", "qa")]),
        ("makefile", "all:\n\tpip install qa", [("install", "pypi", "qa")]),
        ("yaml", "steps:\n  - run: pip install qa", [("install", "pypi", "qa")]),
        (
            "yml",
            "name: x\nchannels: [d]\ndependencies:\n  - pip:\n    - qa",
            [("manifest", "pypi", "qa")],
        ),
        ("toml", '[project]\ndependencies = ["qa>=1"]', [("manifest", "pypi", "qa")]),
        ("toml", 'dependencies = ["qa>=1"]', [("manifest", "pypi", "qa")]),
        ("toml", '[dependencies]\nqa = "1"', [("manifest", "crates", "qa")]),
        ("json", '{"dependencies": {"qa": "^1"}}', [("manifest", "npm", "qa")]),
        ("json", '"devDependencies": {"qa": "^1"}', [("manifest", "npm", "qa")]),
        ("json", '{"require": {"qa/qb": "^1"}}', [("manifest", "packagist", "qa/qb")]),
        (
            "xml",
            "<dependency>\n<groupId>qa.x</groupId><artifactId>qb</artifactId>\n</dependency>",
            [("manifest", "maven", "qa.x:qb")],
        ),
        ("xml", '<PackageReference Include="Qa" Version="1" />', [("manifest", "nuget", "Qa")]),
        ("gradle", "dependencies {\n  api 'q.a:b:1'\n}", [("manifest", "maven", "q.a:b")]),
        (
            "requirements",
            "qa==1\n# qb\nqc",
            [("manifest", "pypi", "qa"), ("manifest", "pypi", "qc")],
        ),
        ("ruby", 'gem "qa", "~> 1"', [("manifest", "rubygems", "qa")]),
        ("diff", "+import qa\n-import qb\n import qc", [("import", "pypi", "qa")]),
        ("markdown", "Run `pip install qa`.", [("install", "pypi", "qa")]),
        ("text", "pip install qa\nimport qb", [("install", "pypi", "qa")]),
        ("", "pip install qa", [("install", "pypi", "qa")]),
        ("", "import qa\nqa.x()", [("import", "pypi", "qa")]),
        ("", 'import x from "qa";\nx()', [("import", "npm", "qa")]),
        ("", "FROM x\nRUN npm i qa", [("install", "npm", "qa")]),
        ("", "qa==1.0\nqb", [("manifest", "pypi", "qa"), ("manifest", "pypi", "qb")]),
        ("", '{"dependencies": {"qa": "^1"}}', [("manifest", "npm", "qa")]),
        ("", "qa\nqb", []),
        ("", "just some-words here", []),
        ("haskell", "import Qa", []),
        ("output", "pip install qa", []),
        ('json title="package.json"', '"dependencies": {"qa": "1"}', [("manifest", "npm", "qa")]),
        ("toml:Cargo.toml", '[dependencies]\nqa = "1"', [("manifest", "crates", "qa")]),
        (
            "txt requirements.txt",
            "qa\nqb",
            [("manifest", "pypi", "qa"), ("manifest", "pypi", "qb")],
        ),
        ("go.mod", "module x\n\nrequire q.dev/a v1.0.0", [("manifest", "go", "q.dev/a")]),
    ],
)
def test_a_fence_is_read_by_its_language(tag: str, text: str, expected: Found) -> None:
    assert found(fenced(tag, text)) == expected


@pytest.mark.parametrize(
    "above",
    [
        "`requirements.txt`:",
        "Create a file requirements.txt:",
        "**requirements.txt**\n",
        "# x/requirements.txt",
    ],
)
def test_a_fence_is_read_as_the_file_that_is_named_above(above: str) -> None:
    assert found(f"{above}\n```\nqa\nqb\n```\n") == [
        ("manifest", "pypi", "qa"),
        ("manifest", "pypi", "qb"),
    ]
    assert found(f"{above}\n```bash\npip install -r requirements.txt\n```\n") == []
    assert found(f"{above}\n```\npip install qc\n```\n") == [("install", "pypi", "qc")]


def test_a_comment_in_the_first_line_names_the_file() -> None:
    text = fenced("", "# requirements.txt\nqa\nqb")
    assert [name for _, _, name in found(text)] == ["qa", "qb"]
    assert found(fenced("toml", '# Cargo.toml\n[dependencies]\nqa = "1"')) == [
        ("manifest", "crates", "qa")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Install it with `pip install qa` or `npm i qb`.", ["qa", "qb"]),
        ("    pip install qa\n", ["qa"]),
        ("Then run: pip install qa qb\n", ["qa", "qb"]),
        ("| pip install qa | it |\n", ["qa"]),
        ("> pip install qa\n", ["qa"]),
        (">>> import qa\n", ["qa"]),
        ("import qa\n", []),
        ("<!-- pip install qa -->\npip install qb", ["qb"]),
        ("<!--\n```bash\npip install qa\n```\n-->\n`pip install qb`", ["qb"]),
        ("a `<!--` b\npip install qa\n-->\n", ["qa"]),
        ("<!-- open\npip install qa\n", ["qa"]),
        ("<!-- a --><!-- `npm i qa` -->`npm i qb`<!-- c\n`npm i qd` --> `npm i qe`", ["qb", "qe"]),
        ("```\n<!-- x\n```\n`npm i qa`\n-->\n", ["qa"]),
        ("- Step:\n\n  ```python\n  import qa\n  def f():\n      import qb\n  ```\n", ["qa", "qb"]),
        ("```python\nimport qa", ["qa"]),
        ("~~~bash\nnpm i qa\n~~~\n", ["qa"]),
        ("\ufeff`npm i qa`\r\n```sh\r\nnpm i qb\r\n```\r\n", ["qa", "qb"]),
        ("<think>pip install qa</think>\n`pip install qb`", ["qb"]),
        ("Write </think> and `pip install qb`", ["qb"]),
        ("`pip install <package>` and `pip install your-package`", []),
    ],
)
def test_text_outside_fences(text: str, expected: list[str]) -> None:
    assert [name for _, _, name in found(text)] == expected


def test_sentences_take_the_ecosystem_of_the_commands() -> None:
    assert found("`npm i qa`\n\nThen use the `qb` package.\n") == [
        ("install", "npm", "qa"),
        ("prose", "npm", "qb"),
    ]


DIFF = """\
--- a/package.json
+++ b/package.json
@@ -2,3 +2,4 @@
   "dependencies": {
+    "qa": "^1.0.0",
-    "qb": "^1",
     "qc": "^18"
diff --git a/x.py b/x.py
--- a/x.py\t2024
+++ b/x.py\t2024
@@ -1,2 +1,2 @@
 import qd
-import qe
+import qf
+ import qg
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
+import qh
"""
PATCH = """\
*** Begin Patch
*** Add File: requirements.txt
+qa==1
+qb
*** Update File: a/Dockerfile
@@
 FROM x
+RUN pip install \\
+  qc
*** End Patch
"""


def test_of_a_diff_only_added_lines_count() -> None:
    for text in (fenced("diff", DIFF), fenced("", DIFF), DIFF):
        assert [mention.name for mention in find_in_text(text, "s")] == ["qa", "qf", "qg"]
    assert [mention.name for mention in find_in_text(PATCH, "s")] == ["qa", "qb", "qc"]
    mentions = find_in_file(DIFF.encode(), "fix.patch")
    assert [(mention.name, mention.line) for mention in mentions] == [
        ("qa", 5),
        ("qf", 14),
        ("qg", 15),
    ]


@given(
    st.lists(
        st.sampled_from(
            ["```", "```py", "~~~", "<!--", "-->", "`", "``", "\n", "pip install qa", "import qa",
             "  ", "- ", "+++ b/x.py\n", "--- a/x.py\n", "@@\n", "+", "é", "\ud800", "\0", "\r\n",
             ">>> "]
        ),
        max_size=25,
    )
)  # fmt: skip
def test_any_text_is_read(parts: list[str]) -> None:
    found("".join(parts).encode("utf-8", "replace").decode())


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        find_in_text(text, "s")
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: "```\nimport a\n```\n" * n,
        lambda n: "```\n" * n,
        lambda n: "<!--" * n + "-->",
        lambda n: "<!--\n```\n-->\n" * n,
        lambda n: "`<!--` " * n + "-->",
        lambda n: "  ```py\n  import a\n  ```\n" * n,
        lambda n: "`npm i a` use the `b` package\n" * n,
        lambda n: "+++ b/x.py\n@@\n+import a\n" * n,
        lambda n: "--- a\n+++ b/x.py\n@@\n" + "+import a\n" * n,
        lambda n: ">>> import a\n" * n,
        lambda n: "```" + "`" * n,
        lambda n: "```json\n" + "{" * n,
        lambda n: "x " * n,
    ],
)
def test_time_is_linear(make: Callable[[int], str]) -> None:
    assert _seconds(make(4000)) / max(_seconds(make(500)), 1e-4) < 24
