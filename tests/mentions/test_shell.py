from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unghost.mentions.commands.shell import Word, commands, commands_in

PIECES = [
    "pip install ", "x", " ", "\n", "'", '"', "\\", "\\\n", "$(", ")", "`", "$'", '$"', "${", "}",
    "#", ";", "&&", "||", "|", ">", "<", "<<EOF\n", "EOF\n", "<<<", "2>&1", "(", "{", "bash -c ",
    "eval ", "sudo ", "\r\n", "\x00", "\ufeff", "é", "\ud800", "^", "~", "=", "@", "PS C:\\>", "%%",
]  # fmt: skip


def read(text: str) -> list[str]:
    """Return the words of each command, and check where they stand."""
    found = []
    for words in commands(text):
        for word in words:
            assert 0 <= word.start <= word.end <= len(text)
        found.append(" ".join(word.text for word in words))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a b", ["a b"]),
        ("a 'b c' \"d e\" f\\ g", ["a b c d e f g"]),
        ("a b # c d\ne", ["a b", "e"]),
        ("a b#c", ["a b#c"]),
        ("a; b && c || d | e & f", ["a", "b", "c", "d", "e", "f"]),
        ("a \\\n  b \\\r\n c", ["a b c"]),
        ("a `\n b ^\n c", ["a b c"]),
        ("a > out b 2>&1 c &> log d >> x < in", ["a b c d"]),
        ("a 2>/dev/null b >& x c >| y", ["a b c"]),
        ("a b>=1,<2 c<3 d~=1", ["a b>=1,<2 c<3 d~=1"]),
        ("a <name> b==<version> <your name>", ["a <name> b==<version> <your name>"]),
        ("a $'b\\'c' $\"d\"", ["a b'c d"]),
        ("a ''", ["a "]),
        ("a it's b", ["a it's b"]),
        ("a it's b it's c", ["a its b its c"]),
        ("a ${b:-c d} ${{ e.f }}", ["a ${b:-c d} ${{ e.f }}"]),
        ("(a; b)", ["a", "b"]),
        ("{ a; }", ["a", "}"]),
        ("f() { a; }", ["f", "a", "}"]),
        ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e", "fi"]),
        ("while a; do b; done", ["a", "b", "done"]),
        ("! a", ["a"]),
        ("A=1 B='x y' a b", ["a b"]),
        ("\\ls -l", ["ls -l"]),
    ],
)
def test_words_and_commands(text: str, expected: list[str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("a $(b c)", "b c"),
        ("a `b c`", "b c"),
        ('a "x $(b "c") y"', "b c"),
        ('a "x `b c` y"', "b c"),
        ("a <(b c)", "b c"),
        ("a $(x $(b c))", "b c"),
        ("a=$(b c)", "b c"),
        ("a $( (b c) )", "b c"),
        ("bash -c 'b c'", "b c"),
        ("sh -lc \"b 'c'\"", "b c"),
        ('bash -c "b \\"c\\""', "b c"),
        ("bash -c 'x && bash -c \"b c\"'", "b c"),
        ("eval 'b c'", "b c"),
        ("eval b c", "b c"),
        ("su - me -c 'b c'", "b c"),
        ("ssh host 'b c'", "b c"),
        ("ssh -p 22 host b c", "b c"),
        ("bash <<EOF\nb c\nEOF\n", "b c"),
        ("sudo bash <<'EOF' | tee x\nb c\nEOF\n", "b c"),
        ("ssh host <<-EOF\n\tb c\n\tEOF\n", "b c"),
        ("bash <<< 'b c'", "b c"),
        ("docker exec -it web b c", "b c"),
        ("docker run --rm -v x:y image:1 b c", "b c"),
        ("docker compose run web sh -c 'b c'", "b c"),
        ("kubectl exec -n x pod -- b c", "b c"),
        ("powershell -Command 'b c'", "b c"),
        ("pwsh -Command b c", "b c"),
        ("cmd /c b c", "b c"),
        ("sudo -u me -H b c", "b c"),
        ("sudo -E env X=1 nice -n 5 b c", "b c"),
        ("env -u X A=b b c", "b c"),
        ("timeout -k 5 30 b c", "b c"),
        ("x | xargs -n 1 b c", "b c"),
        ("time nohup exec command b c", "b c"),
        ("conda run -n env b c", "b c"),
        ("uv run --with x b c", "b c"),
    ],
)
def test_commands_inside_of_commands(text: str, inner: str) -> None:
    found = read(text)
    assert inner in found
    for words in commands(text):
        if " ".join(word.text for word in words) == inner:
            assert [text[word.start : word.end] for word in words] == ["b", "c"]


@pytest.mark.parametrize(
    "text",
    [
        "cat <<EOF > x\nb c\nEOF\n",
        "echo 'b c'",
        "echo b c",
        "python -c 'b c'",
        "x # b c",
        "x > b",
        "x <<EOF\n$y\nb c\nEOF",
        "x <<< 'b c'",
        "bash script.sh 'b c'",
    ],
)
def test_what_is_data_is_no_command(text: str) -> None:
    assert not any(command.startswith("b ") for command in read(text))


def test_a_document_without_its_end_hides_nothing() -> None:
    assert read("cat <<EOF\na b\nc") == ["cat", "a b", "c"]
    assert read("x $((1<<3))\na b")[-1] == "a b"


def test_two_documents_of_one_line() -> None:
    assert read("bash <<A <<B\na\nA\nb\nB\nc") == ["bash", "c", "b", "a"]


@pytest.mark.parametrize(
    "prompt",
    ["$ ", "% ", "> ", "(venv) $ ", "me@host:~/x$ ", "[me@host x]$ ", "root@abc:/app# ", "\u276f ",
     "me@host ~ % ", "bash-5.1$ ", "~/x $ ", "(base) me@host:~$ ", "PS C:\\> ", "In [12]: ",
     "PS C:\\Users\\me> ", "C:\\Users\\me>", "PS> ", "%%bash\n", "%%time "],
)  # fmt: skip
def test_prompts_are_no_part_of_a_command(prompt: str) -> None:
    assert read(f"{prompt}a b")[-1] == "a b"


def test_paths_of_windows_stay_whole() -> None:
    assert read(".\\venv\\Scripts\\pip.exe a") == [".\\venv\\Scripts\\pip.exe a"]


def test_a_word_knows_the_place_of_each_character() -> None:
    text = "a 'b'\\\\\"c\"$'d\\'e'"
    (words,) = commands(text)
    word = words[1]
    assert word.text == "b\\cd'e"
    assert [text[word.at(index)] for index in range(len(word.text))] == list(word.text)
    assert text[slice(*word.span(2, 4))] == "c\"$'d"
    assert word.part(2, 4).text == "cd"
    assert word.part(2, 4).span(1, 2) == word.span(3, 4)


def test_a_part_of_a_text_is_read_with_its_places() -> None:
    text = "xx a 'b c' d"
    words = next(iter(commands_in(Word(text[3:], 3, len(text)))))
    assert [text[word.start : word.end] for word in words] == ["a", "b c", "d"]
    empty = Word("", 0, 0)
    assert list(commands_in(empty)) == []
    assert empty.span(0, 0) == (0, 0)


def test_memory_is_bounded() -> None:
    tracemalloc.start()
    for _ in commands("a " * 200_000 + "\n" + "b c\n" * 100_000):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * 2**20


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=100))
def test_any_text_is_read(text: str) -> None:
    for words in commands(text):
        assert words
        for word in words:
            assert 0 <= word.start <= word.end <= len(text)
            for index in range(len(word.text)):
                assert 0 <= word.at(index) < len(text)


@given(st.lists(st.text("abc \"'\\$`#;()", min_size=1, max_size=6), min_size=1, max_size=4))
def test_quoted_words_come_back(texts: list[str]) -> None:
    quoted = " ".join("'" + text.replace("'", "'\\''") + "'" for text in texts)
    (words,) = commands(f"x {quoted}")
    assert [word.text for word in words[1:]] == texts


NASTY = [
    "'", '"', "`", "$(", "${", "$'", "\\", "(", ")", "<<EOF\n", "<<A <<B\n", "<", ">", "a>1", "<a",
    "bash -c '", 'bash -c "$(', "sudo ", "x $(", '"$(', "# a\n", "A=b ", "a\\b", "PS ", "\\'", "- ",
    "bash <<< ", "eval ", "docker run ", "$((", "a;", "^\n", "`\n", "<<<<", "PS C:\\>", "a@b$ ",
]  # fmt: skip


@pytest.mark.parametrize("piece", NASTY)
def test_time_is_linear(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begin = time.process_time()
        for _ in commands(text):
            pass
        return time.process_time() - begin

    seconds(1000)
    small = min(seconds(10_000) for _ in range(3))
    # Eight times the text in quadratic time would take 64 times as long.
    assert min(seconds(80_000) for _ in range(2)) < max(small * 24, 0.05)
