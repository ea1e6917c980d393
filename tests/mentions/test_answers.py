from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.kinds.by_name import Asked
from unghost.mentions.reader import Context, find_in_text
from unghost.records import Mention

any_text = st.text(max_size=300) | st.binary(max_size=200).map(lambda b: b.decode("latin-1"))
pieces = st.lists(
    st.sampled_from(
        [
            "```python\n",
            "```",
            "\n",
            "import ",
            "from ",
            "pip install ",
            "- ",
            "1. ",
            "`",
            ",",
            " ",
            "os",
            "foo-bar",
            "Foo.Bar",
            "(",
            "as x",
            "é",
            "\r\n",
            "\x00",
            "\ufeff",
            "\\\n",
            "'",
            "==",
            ">>> ",
            "... ",
            "**",
            "| ",
            "|-|\n",
            "package",
            " and ",
            "[a](b/a)",
            "```requirements\n",
        ]
    ),
    max_size=25,
).map("".join)
kinds: list[Asked] = ["packages", "requirements", "code"]


def find_in_answer(text: str, asks: Asked, *, truncated: bool = False) -> list[Mention]:
    """Find what was asked for, as the domain does: packages of PyPI."""
    found = find_in_text(text, "s", Context(asks=asks, truncated=truncated))
    return [mention for mention in found if mention.ecosystem == "pypi"]


@given(text=any_text | pieces, asks=st.sampled_from(kinds), truncated=st.booleans())
def test_offsets_are_exact_on_any_text(text: str, asks: Asked, truncated: bool) -> None:
    mentions = find_in_answer(text, asks, truncated=truncated)
    lines = text.split("\n")
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.raw != ""
        line = lines[mention.line - 1]
        assert line[mention.column - 1 :].startswith(mention.raw.split("\n")[0])
        assert mention.name in (mention.raw, mention.raw.replace(" ", ""))
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    assert len({m.id for m in mentions}) == len(mentions)


def planted(noise: random.Random) -> str:
    letters = string.ascii_lowercase + string.digits
    parts = ["".join(noise.choices(letters, k=noise.randint(2, 7))) for _ in range(2)]
    return "x" + "-".join(parts)


SHAPES: list[tuple[Asked, str]] = [
    ("packages", "{0}"),
    ("packages", "{0}, {1}"),
    ("packages", "{0}\n{1}\n"),
    ("packages", "`{0}, {1}`"),
    ("packages", "You can use these Python packages:\n1. **{0}**: Data\n2. **{1}**: Maps"),
    ("packages", "- **{0}**: a library with a function for it\n- `{1}`: for audio capture"),
    ("packages", "`{0}`, `{1}`, `"),
    ("packages", "['{0}', '{1}']"),
    ("packages", "['{0}', \"{1}\", 'half-a-na"),
    ("packages", "`{0}, {1}, "),
    ("packages", "{0}, {1}, again" + "-and-again" * 20),
    ("packages", "These packages fit:\n- `{0}` for Python 3.10\n- `{1}` with its extras"),
    ("packages", "Python packages that help:\n1. **{0} (Some Database)**: one\n2. **{1}**: two"),
    ("packages", "One is `{0}`, which is a small Python library. `{1}` is another package."),
    ("packages", "`{0}`, `{1}`, `half-a-na"),
    ("packages", "- {0}\n- {1}"),
    ("packages", "* **{0}**: fast and simple\n* **{1}**: slow"),
    ("packages", "1. `{0}` - for parsing\n2. `{1}` - for the rest"),
    ("packages", "1) {0}>=1.0,<2\n2) {1}[extra]==2.1"),
    ("packages", "You could take these:\n\n- {0}\n- {1}\n\nThey work well together."),
    ("packages", "pip install {0} {1}"),
    ("packages", "Run `pip install` like this:\n```bash\npip install -U {0} '{1}>=2'\n```"),
    ("packages", "```\n{0}\n{1}==1.0\n```"),
    ("packages", "```requirements.txt\n{0}\n{1}==1.0\n```"),
    ("packages", "$ python3 -m pip install --no-cache-dir {0} && pip3 install {1}"),
    ("requirements", "sudo pip install -r requirements.txt {0} \\\n  {1}"),
    ("requirements", "uv add {0}\nuv pip install {1}"),
    ("requirements", "poetry add {0}@^1.2 {1}"),
    ("requirements", "uvx --with {0} {1} --help me"),
    ("requirements", "pipx install {0}; pipx run {1} now"),
    ("requirements", "\u2022 {0}\r\n\u2022 {1}\r\n"),
    ("code", "```python\nimport {a}\nfrom {b}.sub import thing\n```"),
    ("code", "import os, {a} as x\n\ndef f():\n    import {b}\n"),
    (
        "code",
        "Sure:\n```py\ntry:\n    import {a}\nexcept ImportError:\n"
        "    from {b} import (\n        y,\n    )\n```",
    ),
    ("code", "```python\nimport {a}\ndef broken(:\nimport {b}\n```"),
    ("code", "```python\nname = 'é' ; import {a}\nimport {b}\n"),
    (
        "code",
        "```bash\npip install {0} {1}\n```\n```python\nprint('pip install nothing')\n```",
    ),
    ("code", "```python\n!pip install {0}\n%pip install {1}\nimport os\n```"),
    # Apostrophes, and other quotes that nothing closes.
    ("packages", "Here's what you need:\npip install {0} {1}"),
    ("packages", "Don't worry:\n\n$ pip install {0} \\\n  {1}\n\nThat's it."),
    ("packages", "```bash\npip install {0}\necho it's done\npip install {1}\n```"),
    ("code", "Here's how:\npip install {0}\n```python\nimport os\n```\nDon't\npip install {1}"),
    # Commands within a line, in bullets and in fences with another label.
    ("packages", "Just run `pip install {0}`, or better ``pip3 install {1}``."),
    ("code", "You'd run `pip install {0}` first.\n- then `$ uv add {1}`\n"),
    ("packages", "```pip install {0}```"),
    ("packages", "1. pip install {0}\n- pip install {1}"),
    ("packages", "```python\npip install {0}\n!pip install {1}\n```"),
    ("requirements", "pipenv install {0}\nsudo -H pip install {1}"),
    ("packages", "```shell-session\n$ pip install {0}\nIt's there.\n```\n`pip install {1}`"),
    ("packages", "```shellsession\n$ pip install {0}\n```\n```sh-session\n$ uv add {1}\n```"),
    # Sessions of the interpreter.
    ("code", "```pycon\n>>> import {a}\n>>> {a}.go()\nimport nothing here\n>>> import {b}\n```"),
    ("code", ">>> for x in 'é':\n...     import {a}\n...\n>>> from {b}.sub import y\n1\n"),
    ("code", "It's so:\n  >>> import {a}\r\n  >>> def (\r\n  >>> import {b} as c\r\n"),
    ("packages", "```\n>>> import {a}\n>>> {a}.go()\n42 is the result\n```"),
    ("packages", "Take these:\n- {0}\n- `{1}`: fine\n\n>>> import os\n"),
    ("code", "Use the `{0}` library:\n\n>>> import {b}\n"),
    # Requirements files.
    (
        "code",
        "```requirements.txt\n# web\n{0} >= 1.0  # why\n-r other.txt\n{1}==2; extra == 'x'\n```",
    ),
    ("code", "```requirements\n{0}\n```"),
    # Sentences, headings, and explanations behind a command.
    ("packages", "pip install {0}, {1}:"),
    ("packages", "- pip install {0}: web things\n- pip install {1} - the rest"),
    ("packages", "# pip install {0}"),
    ("packages", "Use the `{0}` package. You can pip install {1}."),
    ("requirements", "You need these:\n\n- the `{0}` library\n- {1}"),
    ("code", "With the `{0}` library it is short:\n```python\nimport {b}\n```"),
    # Manifests and configuration.
    ("packages", "```toml\n[tool.poetry.dependencies]\npython = '^3.9'\n{0} = '^1'\n```\n- {1}"),
    ("code", "```yaml\nsteps:\n  - run: pip install {0} {1}\n```"),
    ("packages", "```toml\n[project]\ndependencies = ['{0}>=1', '{1}']\n```"),
    ("packages", "```markdown\n- {0}\n- {1}\n```"),
    ("packages", "import {a}\nimport {b}\n"),
    # Lists.
    ("packages", "Here are some:\n\n- {0}\n- {1}"),
    ("packages", "Here are some:\n\n{0}\n{1}"),
    ("packages", "# Web\n{0}\n# Tests\n{1}"),
    ("packages", "**{0}:** fast and simple\n- **{1}:** slow"),
    ("packages", "- [{0}](https://x.example/{0}/) - good\n- [`{1}`](https://x.example/{1})"),
    ("packages", "{0}, {1}, and {0}"),
    ("packages", "{1}, {0} and {1}."),
    ("packages", "- `{0}`, `{1}` and `{0}`"),
    ("packages", "Take these two.\n\n`{0}`\n`{1}` - is better"),
    ("packages", "- **Testing**: `{0}`\n- Web scraping: `{1}`."),
    ("packages", "1. **{0}**\n   - Small\n   - Quick\n2. {1}\n\t* Old"),
    ("packages", "- Web frameworks\n  - {0}\n  - {1}"),
    (
        "packages",
        "Two:\n\n| Package | Use |\n|:---|---|\n| `{0}` | web |\n| **{1}** | other |\n\nGood?",
    ),
]


@pytest.mark.parametrize(("asks", "shape"), SHAPES)
def test_planted_names_are_found_and_nothing_else(asks: Asked, shape: str) -> None:
    noise = random.Random(shape)
    for _ in range(8):
        one, other = planted(noise), planted(noise)
        a, b = one.replace("-", "_"), other.replace("-", "_")
        text = shape.format(one, other, a=a, b=b)
        found = {mention.name for mention in find_in_answer(text, asks)}
        wanted = {name for name, used in ((one, "{0}"), (other, "{1}")) if used in shape}
        wanted |= {name for name, used in ((a, "{a}"), (f"{b}.sub", "{b}.")) if used in shape}
        wanted |= {b} if "{b}" in shape and "{b}." not in shape else set()
        assert found - {"os"} == wanted, text


TRICKY: list[tuple[Asked, str]] = [
    ("packages", "You can use the requests library for this, it is great."),
    ("packages", "I would recommend looking at the documentation."),
    ("packages", "Here is what you need:"),
    ("packages", "http://example.org/x"),
    ("packages", "def main(): pass"),
    ("packages", "!important"),
    ("packages", "![](https://i.example/5k95.png)"),
    ("packages", "x = 1, y = 2"),
    ("packages", "main.py"),
    ("packages", "yes, no, and more of it"),
    ("packages", "12345"),
    ("packages", "0xcafe"),
    ("packages", "'b':"),
    ("packages", '"unclosed'),
    ("packages", "pip uninstall requests"),
    ("packages", "pip install -r requirements.txt"),
    ("packages", "pip install ."),
    ("packages", "pip install ./wheels/thing.whl"),
    ("packages", "pip install git+https://example.org/x.git"),
    ("packages", "none"),
    # What lists of an answer explain, and is no package.
    ("requirements", "- `to_grey` (RGB to grey): This function converts a colour."),
    ("requirements", "1. parse_lines: This function returns a list."),
    ("requirements", "- `errors.Oops`: This is a special exception that may be raised."),
    ("packages", "What you need:\n- **Volunteer**: Radio handsets\n- **Notary**: One who signs"),
    ("packages", "- `J` (midpoint 10)\n- `M` (midpoint 12)"),
    ("packages", "- `total` for the sum\n- `mean` for the rest"),
    ("packages", "Packages have sizes:\n- 16x16\n- 32x32"),
    ("packages", "`run`, which is a function of the library, ends it."),
    ("packages", "I know no package for this."),
    # Headings and manners, which stand alone on a line as a name does.
    ("packages", "Installation"),
    ("packages", "**Installation**\n\nIt is easy to install."),
    ("packages", "Use it like this.\n\n**Usage**\n\nCall it.\n\n**Celebration**\n"),
    ("packages", "Requirements\n```\n```\nUsage:\n```python\nx = 1\n```\nBatteries"),
    ("packages", "Certainly,\nhere it is."),
    ("packages", "Certainly."),
    ("packages", "Okay"),
    ("packages", "Hello, world"),
    ("packages", "- Simple, fast, and small"),
    ("packages", "**Gist**: it is about names.\n\nThat was it."),
    ("packages", "```text\nSuccess\nAll tests have passed.\n```"),
    # Where the name is may be told only by who knows it already.
    ("packages", "- **Testing**: pytest"),
    ("packages", "1. Visualization: matplotlib"),
    ("packages", "- Plots: matplotlib, seaborn"),
    ("packages", "- Visualization: matplotlib and seaborn"),
    ("packages", "- **Encoding**: `json.dumps`"),
    ("packages", "- [Homepage](https://example.org/start)"),
    ("packages", "| Criterion | flask |\n|---|---|\n| Speed | good |"),
    ("packages", "| Package | Use |\n|---|---|\n| flask | web |\n| and some more | all |"),
    ("packages", "| Package |\n| flask |\n| django |"),
    ("packages", "pip install the following packages"),
    ("packages", "You can pip install it; pip install whatever you like."),
    ("packages", "Then `pip install the package`."),
    ("code", 'x = """\npip install something\n"""\n'),
    ("code", "```python\nx = 1\n...\n```"),
    ("code", "Well...\n... import something\n"),
    ("code", "text = 'import nothing'\n"),
    ("code", "# import commented\n"),
    ("code", '"""\nimport docstring\n"""\n'),
    ("code", "from . import sibling\nfrom ..up import thing\n"),
    ("code", "We import goods from abroad."),
    ("code", '```json\n{"import": "x"}\n```'),
    ("code", "```javascript\nimport x from 'y'\n```"),
]


@pytest.mark.parametrize(("asks", "text"), TRICKY)
def test_prose_and_strings_are_no_packages(asks: Asked, text: str) -> None:
    assert find_in_answer(text, asks) == []


def test_a_cut_off_name_says_so() -> None:
    (mention,) = find_in_answer("flask-rest", "packages", truncated=True)
    assert mention.evidence == "truncated"
    (first, second) = find_in_answer("flask, flask-rest", "packages", truncated=True)
    assert (first.evidence, second.evidence) == ("", "truncated")
    (whole,) = find_in_answer("- flask\nand so", "packages", truncated=True)
    assert whole.evidence == ""


def test_versions_are_kept_apart_from_names() -> None:
    found = find_in_answer("pip install 'a-b[x]>=1.0,<2' c==3", "packages")
    assert [(m.name, m.version) for m in found] == [("a-b", "<2,>=1.0"), ("c", "==3")]


@pytest.mark.parametrize(
    "nasty",
    [
        "```" * 40_000,
        "pip install " + "a" * 200_000,
        "import " + "a." * 60_000 + "b",
        "(" * 100_000,
        "- " * 60_000,
        "a," * 80_000,
        "\\\n" * 80_000,
        "'" * 120_001,
        "import a\n" * 20_000 + "def (",
        "- " * 60_000 + "pip install a",
        "- \n" * 50_000,
        "".join("`" * n + " " for n in range(500, 0, -1)),
        "\\'" * 80_000 + '"',
        ">>> " * 50_000,
        ">>> import a\n" * 20_000 + ">>> def (",
        "| package |\n|-|\n" + "| a " * 50_000,
        "| a\n" * 50_000,
        "- [" + "[" * 60_000 + "](" * 30_000 + ")" * 60_000,
        "```requirements\n" + "a" * 100_000 + " #" * 50_000,
        "- a: " * 40_000,
        "x and " * 40_000 + ", y",
    ],
    ids=range(21),
)
@pytest.mark.parametrize("asks", kinds)
def test_nasty_texts_end_and_name_only_what_is_imported(nasty: str, asks: Asked) -> None:
    # Quadratic time would take minutes here; the limit is pytest's own.
    found = find_in_answer(nasty, asks)
    assert {mention.name for mention in found} == ({"a"} if "import a\n" in nasty else set())
    assert len(found) == nasty.count("import a\n")
