"""Programs that run another program, whose words follow: ``sudo -u me``, ``docker exec web``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from unghost.ecosystems import all_ecosystems
from unghost.ecosystems.base import Starter
from unghost.syntax.word import Word

_SHELLS = "sh bash zsh dash ash ksh fish busybox powershell pwsh su runuser vagrant script ssh"
SHELLS = frozenset(_SHELLS.split())
"""Programs that read a script from ``-c`` or from their input."""
_SCRIPT_FLAGS = frozenset({"-command", "--command", "--run", "/c", "/k"})
_WORDS = "then do else elif if while until ! { call & - * + \u2022"
_KEYWORDS = frozenset(_WORDS.split())
_PROMPTS = frozenset({"$", "%", ">", "\u276f", "\u279c", "\u00bb", "\u03bb", "\u25b6"})
_MARKS = "!%$@"
_SUFFIXES = (".exe", ".cmd", ".bat", ".ps1")
_LONGEST = 400
_MOST_PROMPT_WORDS = 6
_MOST_LEVELS = 8
_MOST_FLAGS = 40


def _starter(form: str = "", valued: str = "", arguments: int = 0) -> Starter:
    return Starter(tuple(form.split()), frozenset(valued.split()), arguments)


_CONTAINER = (
    "-v --volume -e --env --env-file -w --workdir -u --user -p --publish --name --network --net"
    " --entrypoint --mount --platform --add-host --gpus -m --memory --cpus -l --label -h --hostname"
    " --shm-size --device --index -f --file --ulimit --security-opt --cap-add --pull --project-name"
)
_CONTAINERS = tuple(
    _starter(form, _CONTAINER, 1)
    for form in ("run", "exec", "container run", "container exec", "compose run", "compose exec")
)
_PLAIN = "time nohup command builtin setsid eval iex Invoke-Expression winpty wsl arch unbuffer"
_STARTERS: dict[str, tuple[Starter, ...]] = {
    **{name: (_starter(),) for name in _PLAIN.split()},
    "sudo": (_starter("", "-u -g -h -p -C -T -D -R -r -t -U --user --group --chdir"),),
    "doas": (_starter("", "-u -C"),),
    "env": (_starter("", "-u -C --unset --chdir"),),
    "exec": (_starter("", "-a"),),
    "nice": (_starter("", "-n"),),
    "ionice": (_starter("", "-c -n"),),
    "stdbuf": (_starter("", "-i -o -e"),),
    "xargs": (_starter("", "-I -i -n -P -L -d -a -E -s"),),
    "timeout": (_starter("", "-s -k --signal --kill-after", 1),),
    "retry": (_starter("", "-t -d --times --delay"),),
    "watch": (_starter("", "-n"),),
    "chroot": (_starter("", "", 1),),
    "gosu": (_starter("", "", 1),),
    "su-exec": (_starter("", "", 1),),
    "runuser": (_starter("", "-u -g"),),
    "ssh": (_starter("", "-i -p -l -o -F -J -L -R -D -b -c -E -m", 1),),
    "docker": _CONTAINERS,
    "podman": _CONTAINERS,
    "nerdctl": _CONTAINERS,
    "docker-compose": _CONTAINERS[:2],
    "kubectl": (_starter("exec", "-n --namespace -c --container --context", 1),),
    "direnv": (_starter("exec", "", 1),),
    "xvfb-run": (_starter("", "-s -n -e -f"),),
}


@lru_cache(maxsize=1)
def _starters() -> dict[str, tuple[Starter, ...]]:
    declared = (eco.starters for eco in all_ecosystems())
    return _STARTERS | {program: forms for table in declared for program, forms in table.items()}


@lru_cache(maxsize=1)
def _aliases() -> tuple[tuple[str, str], ...]:
    return tuple(pair for eco in all_ecosystems() for pair in eco.aliases.items())


def program_name(word: str) -> str:
    """Return the program that a command's first word means, without path and suffix.

    A variable counts as the program that it is named after (``$PIP``, ``${PYTHON}``), and what a
    notebook writes before a command is taken off.
    """
    # Of a word of any length the end counts, and no more than that is kept.
    return _program_name(word[-_LONGEST:])


@lru_cache(maxsize=4096)
def _program_name(word: str) -> str:
    for part, program in _aliases():
        if part in word:
            return program
    name = word.lstrip(_MARKS)
    if name != word and name[:1] in ("{", "("):
        name = name.strip("{}()")
    if name != word and name.isupper():
        name = name.strip("%").lower()
    name = name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
    for suffix in _SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def after_form(
    words: Sequence[Word], form: Sequence[str], valued: frozenset[str] = frozenset()
) -> int | None:
    """Return where the words of a form end after a program, flags between them skipped.

    Args:
        words: The command, its program first.
        form: The words that are wanted, in order; ``*`` is any one.
        valued: Flags whose value is the next word.
    """
    at, wanted = 1, 0
    while wanted < len(form):
        if at >= len(words):
            return None
        text = words[at].text
        if text == form[wanted] or (form[wanted] == "*" and not text.startswith("-")):
            wanted += 1
        elif not text.startswith(("-", "+")) or at > _MOST_FLAGS:
            return None
        elif text in valued:
            at += 1
        at += 1
    return at


def levels(words: list[Word]) -> Iterator[list[Word]]:
    """Return a command and those that it starts, each from its program on, the outer ones first."""
    at = _behind_prefix(words, _behind_prompt(words))
    for _ in range(_MOST_LEVELS):
        words = words[at:]
        if not words:
            return
        yield words
        started = _started(words)
        if started is None:
            return
        at = _behind_prefix(words, started)


def script_of(words: Sequence[Word]) -> Word | None:
    """Return the argument of a command that is a script of its own (``bash -c '..'``)."""
    name = program_name(words[0].text)
    flag = _script_flag(name, words)
    if flag is not None and flag + 1 < len(words):
        return words[flag + 1]
    if name in ("eval", "ssh", "iex", "Invoke-Expression"):
        return next((word for word in words[1:] if " " in word.text), None)
    return None


def _script_flag(name: str, words: Sequence[Word]) -> int | None:
    if name not in SHELLS and name not in ("cmd", "nix-shell"):
        return None
    for at, word in enumerate(words[1:8], start=1):
        text = word.text
        cluster = text[:1] == "-" and text[1:].isalpha() and text[-1] == "c" and len(text) < 6
        if cluster or text.lower() in _SCRIPT_FLAGS:
            return at
    return None


def _started(words: Sequence[Word]) -> int | None:
    """Return where the command begins that a command starts."""
    name = program_name(words[0].text)
    flag = _script_flag(name, words)
    at = None if flag is None else flag + 1
    for starter in _starters().get(name, ()) if at is None else ():
        behind = after_form(words, starter.form, starter.valued)
        if behind is not None:
            at = _behind_arguments(words, behind, starter)
            break
    # A script is a text of its own.
    return None if at is None or (at < len(words) and " " in words[at].text) else at


def _behind_arguments(words: Sequence[Word], at: int, starter: Starter) -> int:
    arguments = starter.arguments
    while at < len(words):
        text = words[at].text
        if text.startswith("-"):
            at += text in starter.valued
        elif not arguments:
            break
        elif not _is_assignment(text):
            arguments -= 1
        at += 1
    return at


def _behind_prompt(words: Sequence[Word]) -> int:
    """Return where a typed line begins after the prompt of a shell or a notebook."""
    texts = [word.text for word in words[:_MOST_PROMPT_WORDS]]
    if len(texts) > 1 and texts[0] == "In" and texts[1][:1] == "[" and texts[1][-2:] == "]:":
        return 2
    for at, text in enumerate(texts):
        # Between a prompt and what is before it lies one blank; quotes would make it more.
        apart = at > 0 and words[at].start - words[at - 1].end != 1
        if text in _PROMPTS and not apart and (at == 0 or text == "$" or "@" in texts[0]):
            return at + 1
        if len(text) > 1 and text[-1] in "$#%" and _names_host(text, texts[0]):
            return at + 1
    return 0


def _names_host(text: str, first: str) -> bool:
    if "@" in first and first.lstrip("[(")[:1].isalnum():
        return True
    return text[0] in "[~/" or text.startswith(("bash-", "sh-", "zsh-")) or text[-2] in "~]/:"


def _behind_prefix(words: Sequence[Word], at: int) -> int:
    """Skip keywords, assignments, list markers and the magic of a cell."""
    while at < len(words):
        text = words[at].text
        number = text[-1:] == "." and text[:-1].isdigit()
        if not (text in _KEYWORDS or number or text[:2] == "%%" or _is_assignment(text)):
            break
        at += 1
    return at


def _is_assignment(text: str) -> bool:
    name, separator, _ = text.partition("=")
    return bool(separator) and name.removesuffix("+").isidentifier()
