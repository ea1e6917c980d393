from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from unghost.ecosystems.base import Command, Reference
from unghost.ecosystems.pypi.commands import COMMANDS, read_argument, read_requirement
from unghost.ecosystems.spot import Spot
from unghost.mentions.commands.installs import Installs
from unghost.mentions.words import is_placeholder
from unghost.records import Origin
from unghost.syntax.word import Word


def read_name(text: str) -> Reference | None:
    """Read ``name`` or ``name=version``; anything with a slash is a path."""
    name, _, version = text.partition("=")
    if not name[:1].isalpha() or "/" in text or "," in text:
        return None
    end = next((at for at, char in enumerate(name) if char in "$*<"), len(name))
    return Reference(0, end, name[:end], version or None)


get = Command(
    ("get", "g"),
    (("install",), ("in", "*", "add")),
    read_name,
    valued=frozenset({"-c"}),
    naming=frozenset({"--with"}),
    elsewhere=frozenset({"--from-index"}),
)
runner = Command(("getx",), ((),), read_name, instead=frozenset({"--of"}), once=True)
only_with = Command(("get",), (("run",),), read_name, naming=frozenset({"--with"}), arguments=False)
OWN = Installs([("eco", get), ("eco", runner), ("other", only_with)])
PYPI = Installs(("pypi", command) for command in COMMANDS)


def found(text: str, installs: Installs = OWN) -> list[str]:
    return [spot.name for spot in checked(text, installs.find(Word(text, 0, len(text))))]


def by_line(text: str, installs: Installs = PYPI) -> list[str]:
    return [spot.name for spot in checked(text, installs.find_by_line(text))]


def checked(text: str, spots: list[Spot]) -> list[Spot]:
    for spot in spots:
        assert 0 <= spot.start < spot.end <= len(text)
        written = text[spot.start : spot.end]
        assert written == spot.name or any(mark in written for mark in "'\"\\"), (written, spot)
    return spots


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("get install a b=1 'c' \"d\"", ["a", "b", "c", "d"]),
        ("get -q install --force a", ["a"]),
        ("get -c x install a -c y b -c=z c", ["a", "b", "c"]),
        ("get in here add a", ["a"]),
        ("get in add a", []),
        ("get install", []),
        ("get remove a", []),
        ("get installed a", []),
        ("echo get install a", []),
        ("/usr/bin/get install a; ./g3.11 install b; get.exe install c", ["a", "b", "c"]),
        ("!get install a\n%get install b\n@get install c\n$GET install d", ["a", "b", "c", "d"]),
        ("get install --with a b --with=c", ["a", "b", "c"]),
        ("get install --with 'a,b=2' c", ["a", "b", "c"]),
        ("get run --with a b c", ["a"]),
        ("getx a b c", ["a"]),
        ("getx -v --of a b c", ["a"]),
        ("getx --of=a b", ["a"]),
        ("getx", []),
        ("get install ./a ../b /c d/e", []),
        ("get install $A ${B} $(c) `d` a-$X b${Y} c-{d,e} f* g<h>", []),
        ("get install a=$X b=${Y} c=$(d)", ["a", "b", "c"]),
        ("get install <name> your-package package_name PACKAGE my_lib2 [x] {y} ...", []),
        ("get install a > log 2>&1 && get install b | tee c", ["a", "b"]),
        ("sudo -u me get install a", ["a"]),
        ("x=$(get install a) y=`get install b`", ["a", "b"]),
        ('bash -lc "get install \'a\' \\"b\\""', ["a", "b"]),
        ("# get install a\nget install b # c", ["b"]),
        ("get install \\\n  a \\\n  b\nc", ["a", "b"]),
        ("cat <<EOF\nget install a\nEOF\nbash <<EOF\nget install b\nEOF\n", ["b"]),
        ("'get install a'", []),
    ],
)
def test_commands_by_their_declaration(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_a_spot_says_all_that_a_command_does() -> None:
    text = "get install a=1"
    assert OWN.find(Word(text, 0, len(text))) == [
        Spot(12, 13, "a", "install", "eco", "shell", "1"),
    ]
    assert [spot.ecosystem for spot in OWN.find(Word("get run --with a", 0, 16))] == ["other"]


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("get install a b", ["registry", "registry"]),
        ("get install a --from-index x b", ["index", "index"]),
        ("get --from-index=x install a", ["index"]),
        ("get --from-index x install a", ["index"]),
        ("get install a; get install b --from-index x", ["registry", "index"]),
    ],
)
def test_another_index_is_the_origin(text: str, origins: list[str]) -> None:
    spots = OWN.find(Word(text, 0, len(text)))
    assert [spot.origin for spot in spots] == origins


def test_words_that_no_shell_cuts() -> None:
    words = [Word(text, 0, len(text)) for text in ("sudo", "get", "install", "a;b", "c")]
    assert [spot.name for spot in OWN.find_started(words)] == ["a;b", "c"]
    words = [Word(text, 0, len(text)) for text in ("sh", "-c", "get install a")]
    assert [(spot.name, spot.start) for spot in OWN.find_started(words)] == [("a", 12)]
    assert OWN.find_started([]) == []


PIP = """
pip install {}
pip3 install -U {}
pip3.11 install --no-cache-dir --upgrade {} other
/usr/bin/pip install --target x {}
python -m pip install {}
python3.12 -W ignore -m pip --quiet install {}
py -3 -m pip install {}
C:\\Python\\python.exe -m pip install {}
pip --disable-pip-version-check install {}
pip download -d wheels {}
pip wheel -w wheels {}
uv pip install --system {}
uv add --dev {}
uv add --group test {}
uv tool install {}
uv tool run {} --help
uvx {} --help
uvx {}@latest pip install nothing
uvx --from {} other-name
uvx --with {} x-tool
uv run --with {} script.py
uv run pip install {}
poetry add {}@^1.2
poetry add --group dev {}
poetry add {} -G dev
pdm add -G dev {}
rye add {} --dev
pipx install {}
pipx run {} arguments
pipx run --spec {} tool
pipx inject ipython {}
pipx runpip ipython install {}
pipenv install --dev {}
easy_install {}
!pip install {}
%pip install -q {}
!{{sys.executable}} -m pip install {}
In [1]: !pip install {}
%%bash
sudo -H pip install {}
sudo -u me pip install {}
${{PYTHON}} -m pip install {}
"$PIP" install {}
$(which pip) install {}
"$(command -v python3)" -m pip install {}
docker compose exec web pip install {}
conda run -n x pip install {}
if ! pip install {}; then exit 1; fi
PIP_NO_CACHE=1 pip install {}
(cd x && pip install {})
xargs -n 1 pip install {}
""".strip().split("\n")


@pytest.mark.parametrize("line", PIP)
def test_all_installers_of_pypi(line: str) -> None:
    name = "qavlo-tisk"
    text = line.format(name)
    wanted = [name] if name in text else []
    others = {"other", "x-tool"}
    assert [n for n in found(text, PYPI) if n not in others] == wanted, text
    for quoted in (
        f"'{name}>=1,<2'",
        f"{name}<2",
        f'"{name}<=2"',
        f'"{name}[a,b]==1.*"',
        f"{name}~=1.0",
        f"{name}=={{v}}",
    ):
        text = line.replace("{}@^1.2", "{}").replace("{}@latest", "{}").format(quoted)
        assert [n for n in found(text, PYPI) if n not in others] == wanted, text


@pytest.mark.parametrize(
    "text",
    [
        "pip uninstall x",
        "pip install -r requirements.txt -c constraints.txt",
        "pip install -e . ./x ../x . x/y x.whl https://index.example/x.zip git+https://a.example/b",
        "pip install requirements.txt",
        "pip show x; pip list; pip freeze > x",
        "pip install $PACKAGES",
        "pip install --help",
        "python -m venv x",
        "python setup.py install",
        "python -c 'import pip; pip.main()'",
        "conda install x",
        "mamba install x",
        "uv run script.py",
        "uv sync; uv lock; uv pip sync requirements.txt",
        "poetry install; poetry remove x",
        "uvx",
        "pipx run script.py",
        "alias p='pip install x'",
        "git commit -m 'pip install x'",
        "pip install 1.0 2",
        "pip install foo, bar;baz,",
        "pip install -i https://index.example/simple/",
    ],
)
def test_what_names_nothing_of_pypi(text: str) -> None:
    assert [name for name in found(text, PYPI) if name != "bar"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", ("a", None, "registry")),
        ("A.b_c-1", ("A.b_c-1", None, "registry")),
        (" a ", ("a", None, "registry")),
        ("a>=1,<2", ("a", "<2,>=1", "registry")),
        ("a[x, y] == 1.0 ; python_version < '3.9'", ("a", "==1.0", "registry")),
        ("a (>=1)", ("a", ">=1", "registry")),
        ("a@1.2", ("a", "1.2", "registry")),
        ("a[x]@latest", ("a", "latest", "registry")),
        ("a @ git+https://a.example/b@main", ("a", None, "git")),
        ("a@git+ssh://git@a.example/b.git", ("a", None, "git")),
        ("a @ https://a.example/b.whl", ("a", None, "url")),
        ("a @ file:///b", ("a", None, "path")),
        ("a @ ./b", ("a", None, "path")),
        ("", None),
        (".", None),
        ("./a", None),
        ("../a", None),
        ("a/b", None),
        ("~/a", None),
        ("C:\\a", None),
        ("a.whl", None),
        ("a.tar.gz", None),
        ("https://a.example/b", None),
        ("git+https://a.example/b", None),
        ("a b", None),
        ("a==", None),
        ("<a>", None),
        ("{a}", None),
        ("$a", None),
        ("1.0", None),
        ("-a", None),
        ("a\x00", None),
        ("\u0661", None),
        ("\ud800", None),
        ("a" * 5000, None),
    ],
)
def test_requirements(text: str, expected: tuple[str, str | None, Origin] | None) -> None:
    reference = read_requirement(text)
    if reference is None:
        assert expected is None
    else:
        assert (reference.name, reference.version, reference.origin) == expected
        assert text[reference.start : reference.end] == reference.name


def test_arguments_may_say_less_or_more_than_requirements() -> None:
    repository = "git+https://a.example/b.git@main#egg=c-d[x]&subdirectory=e"
    reference = read_argument(repository)
    assert reference is not None
    assert (reference.name, reference.origin) == ("c-d", "git")
    assert repository[reference.start : reference.end] == "c-d"
    for text in ("a==$V", "a[x]>=${V}", "a==<version>", "a@$V", "a=1.0"):
        reference = read_argument(text)
        assert reference is not None
        assert reference.name == "a"
    for text in (
        "git+https://a.example/b",
        "a-$V",
        "a$V",
        "a{b}",
        "a=b",
        "#egg=a",
        "x://#egg=",
        "a@",
    ):
        assert read_argument(text) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("then run pip install foo", ["foo"]),
        ("Just run pip install foo bar.", ["foo", "bar"]),
        ("Install it: pip install foo", ["foo"]),
        ("First, use pip install foo!", ["foo"]),
        ("1) pip install foo", ["foo"]),
        ("2. pip install foo\n* pip install bar", ["foo", "bar"]),
        ("Use `pip install foo`, or ``pip install bar``.", ["foo", "bar"]),
        ("Don't `pip install foo`, it won't work", ["foo"]),
        ("pip install foo \\\n  bar", ["foo", "bar"]),
        ("In [1]: !pip install foo", ["foo"]),
        ("%%bash\npip install foo", ["foo"]),
        ("> $ pip install foo", ["foo"]),
        ("You can pip install it; pip install whatever you like.", []),
        ("Run pip install for all of it.", []),
        ("You should pip install things", []),
        ("pip install the package", []),
        ("uvx lets you run tools", []),
        ("Just use uvx directly", []),
        ("Run uvx foo", ["foo"]),
        ("run pip install foo: it is good", []),
        ("pip install foo - for the web", []),
        ("run pip install <name>", []),
        ("run pip install your-package.", []),
        ("Nobody pip installs foo", []),
        ('He said "pip install foo" then', []),
    ],
)
def test_commands_in_text_that_is_not_all_shell(text: str, names: list[str]) -> None:
    assert by_line(text) == names


def test_commands_behind_words_are_less_sure() -> None:
    (spot,) = PYPI.find_by_line("then run pip install foo")
    assert spot.confidence < 1
    (spot,) = PYPI.find_by_line("pip install foo")
    assert spot.confidence == 1


def test_placeholders() -> None:
    placeholders = """
        your-package package_name PACKAGE package1 <package> my_package some.library packagename
        @your-org/x vendor/package library-name your-package-name yourpackage other-module
    """
    others = """
        requests packaging my-sql pkg-resources name importlib libcst package-url the-fuck
        module-graph @scope/x yourls / @ -
    """
    assert [name for name in placeholders.split() if not is_placeholder(name)] == []
    assert [name for name in [*others.split(), ""] if is_placeholder(name)] == []


PIECES = """
pip install |uvx |get install |getx |a|b-c| |'|"|\\|`|$(|)|<<E@|E@|;|>|<|=|[|]|--with |bash -c |\\@
|run |: |.|é|#|--index-url |@
""".replace("\n", "").split("|")
PIECES = [piece.replace("@", "\n") for piece in PIECES] + ["\ud800", "\x00", "\r\n", "|", "@"]
pieces = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(pieces | st.text(max_size=80))
def test_any_text_gives_spots_within_it(text: str) -> None:
    for installs in (OWN, PYPI):
        for spots in (installs.find(Word(text, 0, len(text))), installs.find_by_line(text)):
            for spot in spots:
                assert 0 <= spot.start < spot.end <= len(text)
            assert [s.start for s in spots] == sorted(s.start for s in spots)


@given(st.text(max_size=60) | st.text("a.[]=<>@;,'\"#/ git+:", max_size=30))
def test_any_argument_is_read(text: str) -> None:
    for read in (read_requirement, read_argument):
        reference = read(text)
        if reference is not None:
            assert text[reference.start : reference.end] == reference.name != ""


versions = st.sampled_from(
    [
        "==1",
        "==1.0",
        ">=1.0",
        "~=1",
        "~= 2.1",
        "<2",
        "!=1",
        ", <3",
        "<",
        "=",
        "1",
        ".",
        ".*",
        ",",
        " ",
    ]
)
markers = st.sampled_from(
    ["; python_version < '3.8'", ' ;extra=="a"', " and os_name == 'nt'", " or", "; ", "'x'", ";-"]
)
extras = st.sampled_from(["", "[b]", "[b,c-d]", "[b, c]", "[", "]", " [b_c] "])


@given(extras, st.lists(versions, max_size=4), st.lists(markers, max_size=3))
def test_a_requirement_is_what_packaging_says_it_is(
    extra: str, version: list[str], marker: list[str]
) -> None:
    text = f"Some.name{extra}{''.join(version)}{''.join(marker)}"
    reference = read_requirement(text)
    try:
        expected = Requirement(text)
    except InvalidRequirement:
        assert reference is None
        return
    assert reference is not None
    assert reference.name == expected.name
    assert SpecifierSet(reference.version or "") == expected.specifier


before = st.sampled_from(
    ["", "sudo ", "cd x && ", "A=b ", "$ ", "echo it; ", "x | xargs ", "# note\n", "if ", "time "]
)
after = st.sampled_from(
    ["", " > log", " && echo done", " 2>&1 | tee log", "; exit", "\n", " # why"]
)
flags = st.lists(
    st.sampled_from(["-q ", "--upgrade ", "-t dir ", "--proxy=x ", "\\\n "]), max_size=3
)
marks = st.sampled_from(["{}", "'{}'", '"{}"', "{}>=1", "'{}[x]<2'", "{}==$V", '"{}~=1.0"', "\\{}"])
around = st.sampled_from(
    ["{}", "bash -c '{}'", "$({})", "({})", "{{ {}; }}", "bash <<EOF\n{}\nEOF\n", 'ssh h "{}"']
)


@given(before, flags, marks, after, around, st.randoms(use_true_random=False))
def test_a_planted_package_is_found_once(
    start: str, options: list[str], mark: str, end: str, outer: str, noise: random.Random
) -> None:
    name = "x" + "".join(noise.choices("abcdefghij0123456789", k=9))
    inner = f"{start}pip install {''.join(options)}{mark.format(name)}"
    # A quote would end the quotes around it, and a comment or a new line would swallow their end.
    closed = "'" not in inner + end and '"' not in inner + end and "#" not in start + end
    text = outer.format(inner) + end if closed else inner + end
    spots = PYPI.find(Word(text, 0, len(text)))
    assert [(spot.name, text[spot.start : spot.end]) for spot in spots] == [(name, name)], text


@pytest.mark.parametrize(
    "piece",
    [
        "pip install ",
        "pip install a\n",
        "run pip ",
        "`pip install ",
        "pip install a,b ",
        "--with=a,",
    ],
)
def test_reading_takes_linear_time(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "pip install uvx run --with " + piece * (size // len(piece))
        begin = time.process_time()
        PYPI.find(Word(text, 0, len(text)))
        PYPI.find_by_line(text)
        return time.process_time() - begin

    seconds(1000)
    small = min(seconds(10_000) for _ in range(3))
    assert min(seconds(80_000) for _ in range(2)) < max(small * 24, 0.05)


def test_a_text_without_any_program_is_left_quickly() -> None:
    text = "echo it is installed; add more\n" * 100_000
    begin = time.process_time()
    assert PYPI.find(Word(text, 0, len(text))) == []
    without = time.process_time() - begin
    begin = time.process_time()
    PYPI.find(Word(text[:300_000] + "pip install x", 0, 300_013))
    assert without < time.process_time() - begin
