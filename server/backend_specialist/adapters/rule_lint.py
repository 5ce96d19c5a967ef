"""What the rules of an agent file do to each other, and which of them do nothing.

Owns the words about rules that never decide. What rules mean is ``domain.permission``'s, how they compare is
``domain.rule_order``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend_specialist.adapters.fields import Fields
from backend_specialist.domain.permission import Action, Rule, Setting, key_of
from backend_specialist.domain.rule_order import covers, shadowed
from backend_specialist.domain.secret import SecretGuard

# Every rule is compared with every later one.
_MOST_RULES = 150
_GUARD = SecretGuard()
# What reads a file by its path, and so meets the guard.
_READING = ("read", "*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A rule and the path of the entry that states it."""

    rule: Rule
    path: str


def stated(
    tools: Mapping[str, bool], permission: str | Mapping[str, Setting]
) -> tuple[Stated, ...]:
    """The rules of a file in the order in which they are evaluated."""
    paths = {key_of(tool): f"tools.{tool}" for tool in tools}
    settings: dict[str, Setting] = {
        key_of(tool): "allow" if wanted else "deny" for tool, wanted in tools.items()
    }
    if isinstance(permission, str):
        paths["*"], settings["*"] = "permission", permission
    else:
        paths |= {key: f"permission.{key}" for key in permission}
        settings |= permission
    return tuple(
        Stated(
            rule=Rule(permission=key, pattern=pattern, action=Action(action)),
            path=paths[key] + (f".{pattern}" if isinstance(setting, Mapping) else ""),
        )
        for key, setting in settings.items()
        for pattern, action in (
            setting.items() if isinstance(setting, Mapping) else [("*", setting)]
        )
    )


def report_rules(
    fields: Fields, tools: Mapping[str, bool], permission: str | Mapping[str, Setting]
) -> None:
    """Add problems about rules that never decide, or decide less than they seem to."""
    entries = stated(tools, permission)[:_MOST_RULES]
    for earlier, later in shadowed([entry.rule for entry in entries]):
        _report_shadowed(fields, entries[earlier], entries[later])
    for entry in entries:
        _report_unmatched(fields, entry)
        _report_secret(fields, entry)


def _report_shadowed(fields: Fields, entry: Stated, by: Stated) -> None:
    same = entry.rule.action is by.rule.action
    effect = "says the same" if same else f"decides '{by.rule.action}' instead"
    fixes = [fields.removing(entry.path, "Remove the rule that never decides")]
    if not same:
        first, second = _siblings(entry.path, by.path)
        fixes.insert(0, fields.moving(second, first, f"Move '{_shown(by.rule)}' in front of it"))
    fields.problem(
        f"This rule never decides: '{_shown(by.rule)}' stands later, matches all of it and {effect}. "
        "Put general rules first.",
        f"{entry.path}:key",
        severity="info" if same else "warning",
        code="shadowed",
        fixes=fixes,
    )


def _siblings(first: str, second: str) -> tuple[str, str]:
    """The two entries, or those that hold them in the map that they share."""
    shared = ".".join(first.split(".")[:2]) == ".".join(second.split(".")[:2])
    if shared:
        return first, second
    return ".".join(first.split(".")[:2]), ".".join(second.split(".")[:2])


def _report_unmatched(fields: Fields, entry: Stated) -> None:
    reason = _never_matches(entry.rule)
    if not reason:
        return
    instead = _instead(entry.rule.pattern)
    fields.problem(
        f"This pattern never matches: {reason}. Write '{instead}' or another pattern of that kind.",
        f"{entry.path}:key",
        severity="warning",
        code="never-matches",
        fixes=[
            fields.replacing(f"{entry.path}:key", f'"{instead}"'),
            fields.removing(entry.path, "Remove the rule that never decides"),
        ],
    )


def _never_matches(rule: Rule) -> str:
    pattern = rule.pattern.replace("\\", "/")
    if rule.permission not in ("read", "edit"):
        return ""
    if pattern.startswith(("./", "../")):
        return "it is compared with a path below the workspace folder, which never begins like that"
    if pattern.endswith("/"):
        return "it is compared with the path of a file, which never ends with '/'"
    if rule.permission == "edit" and pattern.startswith(("/", "~/", "$HOME/")):
        return "nothing outside of the workspace folder is ever edited"
    return ""


def _instead(pattern: str) -> str:
    plain = pattern.replace("\\", "/").replace('"', "")
    for beginning in ("../", "./", "~/", "$HOME/", "/"):
        while plain.startswith(beginning):
            plain = plain.removeprefix(beginning)
    return f"{plain}*" if plain.endswith("/") or not plain else plain


def _report_secret(fields: Fields, entry: Stated) -> None:
    rule = entry.rule
    if rule.action is Action.DENY or rule.permission not in _READING or covers(rule.pattern, "x"):
        return
    if any(_GUARD.reason(sample) for sample in _samples(rule.pattern)):
        fields.problem(
            "This does not open the files that it names: what may hold secrets is kept from the model whatever an "
            "agent file says.",
            f"{entry.path}:key",
            severity="warning",
            code="secret",
            fixes=[fields.removing(entry.path, "Remove the rule")],
        )


def _samples(pattern: str) -> Iterator[str]:
    """Paths that a pattern was probably written for."""
    for filling in ("", "x"):
        yield pattern.replace("**/", "").replace("*", filling).replace("?", "x")


def _shown(rule: Rule) -> str:
    pattern = "" if rule.pattern == "*" else f" {rule.pattern}"
    return f"{rule.permission}{pattern}: {rule.action}"
