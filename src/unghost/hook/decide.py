"""The decision on a call: allow, ask the person, or deny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from unghost.hook.delta import COMMAND, SHOWN, Addition, Delta, addition, assess
from unghost.hook.edits import DIFF, changes_of, command_of, label
from unghost.hook.formats import Decision, Reply, ToolCall
from unghost.hook.guarded import Guard
from unghost.hook.lists import lists_of
from unghost.syntax.printable import printable

if TYPE_CHECKING:
    from unghost.scan.finding import Finding, RuleId
    from unghost.scan.settings import ScanSettings

REGISTRY_SECONDS = 5.0
"""Seconds that registries may take: an agent waits, and asks again."""
_LONGEST_NAME, _LONGEST_WHY = 100, 300
_DECISIONS: dict[str, Decision] = {"error": "deny", "warning": "ask"}
_ADVICE: dict[RuleId, str] = {
    "ghost": "Existing packages with similar names: {names}.",
    "import-name": "Write {names} instead.",
    "builtin-name": "Leave it out: it comes with the language.",
    "new": "It is brand-new: look at who published it.",
    "placeholder": "What is there holds no code.",
}
"""What is added to the reason of a finding; a part with ``{names}`` only if there are some."""
_NO = (
    "Do not install, declare or import it under this name, and do not try the same in another way:"
    " whoever registers the name gets to run code here. Take the package that is really meant, or"
    " do without. If you are sure of the name, stop and ask the user."
)
_OWN = (
    "If one of these is a module of this project that is not written yet, create its file first"
    " (an empty one will do), then write what imports it."
)
_ASK = "Allow it only if you know that these names are right."


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a hook.

    Attributes:
        config: Settings to read instead of the project's.
        given: Settings of the scan that take precedence over those of the file.
        unverified: The decision on names that could not be verified.
    """

    config: Path | None = None
    given: Mapping[str, Any] | None = None
    unverified: Decision = "ask"


def decide(call: ToolCall, rules: Rules) -> Reply:
    """Decide on a call.

    Args:
        call: What an agent is about to do.
        rules: The settings of the hook.

    Raises:
        UnghostError: It cannot be judged.
    """
    folder = _folder(call.cwd)
    changes = changes_of(call.tool, call.arguments, folder)
    command = command_of(call.arguments)
    if not changes and command is None and not call.tool.lower().startswith("delete"):
        return Reply()
    from unghost.scan.reading.listing import find_root, matches
    from unghost.scan.settings import read_settings

    root = find_root([folder])
    settings = replace(read_settings(root, rules.config, rules.given), comments=False)
    guard = Guard(root, _own(rules, settings))
    guarded = guard.touched(call.tool, call.arguments, changes, folder)
    additions = [None if command is None else addition(COMMAND, "", command)]
    for change in changes:
        path = label(change.path, root)
        # A patch names the files that it changes by itself.
        if change.path == Path(DIFF) or not matches(path, settings.exclude):
            additions.append(addition(path, change.before, change.after))
    read = [one for one in additions if one is not None]
    if command is not None:
        written = {change.path: change.after for change in changes}
        read += lists_of(command, folder, root, written)
    return _reply(assess(read, settings, root, REGISTRY_SECONDS), read, guarded, rules)


def _folder(cwd: str) -> Path:
    folder = Path(cwd)
    try:
        usable = folder.is_absolute() and folder.is_dir()
    except (OSError, ValueError):
        usable = False
    return folder if usable else Path.cwd()


def _own(rules: Rules, settings: ScanSettings) -> list[Path]:
    own = [Path(settings.baseline)] if settings.baseline else []
    return own if rules.config is None else [rules.config, *own]


def _reply(delta: Delta, additions: Sequence[Addition], guarded: str | None, rules: Rules) -> Reply:
    levels = Counter(finding.level for finding in delta.findings)
    decisions: list[Decision] = [_DECISIONS[level] for level in levels if level in _DECISIONS]
    if levels["note"]:
        decisions.append(rules.unverified)
    doubts = [f"{_shown(one.path)}: {one.problem}" for one in additions if one.problem is not None]
    if guarded is not None:
        doubts.append(f"{_shown(guarded)} configures this check, and the call would change it")
    if doubts:
        decisions.append("ask")
    kept = [f for f in delta.findings if f.level != "note" or rules.unverified != "allow"]
    if "deny" in decisions:
        return _said("deny", kept, delta.more, doubts)
    if "ask" in decisions:
        return _said("ask", kept, delta.more, doubts)
    return Reply()


def _said(
    decision: Literal["deny", "ask"], findings: Sequence[Finding], more: int, doubts: Sequence[str]
) -> Reply:
    """Phrase an answer, the most severe part first."""
    order = {"error": 0, "warning": 1, "note": 2}
    ranked = sorted(_distinct(findings), key=lambda finding: order[finding.level])
    lines = [_line(finding) for finding in ranked[:SHOWN]]
    left = more + len(ranked) - len(lines)
    if left > 0:
        lines.append(f"- and {left:,} more")
    lines += [f"- {doubt}" for doubt in doubts[:SHOWN]]
    wrong = any(finding.level == "error" for finding in ranked)
    head = {
        (True, True): "unghost stopped this: it names packages that do not exist.",
        (True, False): "unghost stopped this: only a person can let it through.",
    }.get((decision == "deny", wrong), "unghost asks a person to decide on this.")
    shown = "\n".join((head, *lines))
    words = [_NO] if wrong else [_ASK] if ranked else []
    if any(finding.kind == "import" and finding.level == "error" for finding in ranked):
        words.append(_OWN)
    return Reply(decision, "\n".join((shown, *words)), shown)


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    known = {(finding.ecosystem, finding.name, finding.rule): finding for finding in findings}
    return list(known.values())


def _line(finding: Finding) -> str:
    why, name = printable(finding.why)[:_LONGEST_WHY], _shown(finding.name)
    if finding.rule == "unverified":
        return f"- {name} could not be verified: {why.removeprefix(f'{name}: ')}."
    names = " or ".join(map(_shown, finding.suggestions))
    advice = _ADVICE.get(finding.rule, "")
    if "{names}" in advice:
        advice = advice.replace("{names}", names) if names else ""
    return f"- {name}: {why}. {advice}".rstrip()


def _shown(text: str) -> str:
    return printable(text)[:_LONGEST_NAME]


def unreadable(problem: str, decision: Decision) -> Reply:
    """Return the answer to a call that could not be judged.

    Args:
        problem: Why, in words.
        decision: The decision then.
    """
    said = printable(" ".join(problem.split()))[:_LONGEST_WHY]
    text = f"unghost could not check this call: {said}"
    if decision == "allow":
        return Reply("allow", shown=f"{text}. It goes on unchecked.")
    return Reply(decision, f"{text}. The names in it were not checked.")
