"""What a word of an agent or recipe file means, and what a rule decides.

Owns the words. Decides nothing itself.
"""

from __future__ import annotations

from lsprotocol import types

from backend_specialist.domain.agent import AgentDefinition, Place
from backend_specialist.domain.agent_fields import ACTIONS, GUARDS, TOOLS, Field
from backend_specialist.domain.permission import Rule, key_of
from backend_specialist.domain.permission_table import as_markdown
from backend_specialist.domain.rule_order import hides
from backend_specialist.lsp.agent_language.texts import AgentFiles, OpenText, OpenTexts

_MAPS = ("permission", "tools")


class Hover:
    """Answers ``textDocument/hover``."""

    def __init__(self, texts: OpenTexts) -> None:
        self._texts = texts

    def answer(self, params: types.HoverParams) -> types.Hover | None:
        """Explain what is at a position."""
        found = self._texts.at(params.text_document.uri)
        if found is None or not found.text.header_end:
            return None
        line, column = found.place_of(params.position)
        if line in (0, found.text.header_end):
            return _of_header(found, self._texts.files)
        path = found.text.path_at(line, column)
        if not path:
            return None
        text = _explained(found, path)
        place = found.text.places.get(f"{path}:key") or found.text.places[path]
        return _hover(found, text, place) if text else None


def _hover(found: OpenText, text: str, place: Place) -> types.Hover:
    content = types.MarkupContent(kind=types.MarkupKind.Markdown, value=text)
    return types.Hover(contents=content, range=found.range_of(place))


def _of_header(found: OpenText, files: AgentFiles) -> types.Hover | None:
    """The front matter as a whole: what the agent may do in the end."""
    item = found.text.item
    if not isinstance(item, AgentDefinition):
        return None
    place = Place(line=0, column=0, end_line=0, end_column=3)
    return _hover(found, permissions_of(item, files), place)


def permissions_of(agent: AgentDefinition, files: AgentFiles) -> str:
    """The effective permissions of a definition, as Markdown."""
    notes = (
        "Files of this name that are farther away, the defaults and your own configuration are included. Files that "
        "may hold secrets and protected paths have rules of their own, whatever stands here."
    )
    return f"**What this agent may do**\n\n{as_markdown(files.chain(agent))}\n\n{notes}"


def _explained(found: OpenText, path: str) -> str:
    head, _, rest = path.partition(".")
    field = found.text.fields.get(head)
    item = found.text.item
    if rest and head in _MAPS and isinstance(item, AgentDefinition) and not found.text.claude:
        return _of_rule(item.rules, head, rest)
    if rest and head == "options":
        field = found.text.fields.get(rest) or field
        head = rest
    return _of_field(head, field) if field else ""


def _of_field(name: str, field: Field) -> str:
    values = ", ".join(f"`{value}`" for value in field.values)
    lines = [f"**{name}**", field.meaning, f"Default: {field.default}."]
    if values:
        lines.insert(2, f"One of {values}.")
    return "\n\n".join(lines)


def _of_rule(rules: tuple[Rule, ...], head: str, rest: str) -> str:
    """Explain an entry: the permission itself, or one rule of it."""
    own = [rule for rule in rules if _is_stated(rule, head, rest)]
    if not own:
        return ""
    permission = own[0].permission
    about = TOOLS.get(permission) or GUARDS.get(permission)
    general = "*" in permission or "?" in permission
    meaning = about or ("everything that this name fits" if general else "nothing that exists here")
    lines = [f"**{permission}**: {meaning}."]
    lines += [_decides(rule, rules) for rule in own[:20]]
    return "\n\n".join(lines)


def _is_stated(rule: Rule, head: str, rest: str) -> bool:
    if head == "tools":
        return rule.permission == key_of(rest)
    return rest in (rule.permission, f"{rule.permission}.{rule.pattern}")


def _decides(rule: Rule, rules: tuple[Rule, ...]) -> str:
    subject = "everything" if rule.pattern == "*" else f"`{rule.pattern}`"
    text = f"{subject}: **{rule.action}**, {ACTIONS[rule.action.value]}."
    index = rules.index(rule)
    hidden = [_short(other) for other in rules[:index] if hides(rule, other)]
    hiding = [_short(other) for other in rules[index + 1 :] if hides(other, rule)]
    if hidden:
        text += f" It takes the place of {', '.join(hidden[:5])}, further up."
    if hiding:
        text += f" It never decides: {hiding[-1]} stands later and matches all of it."
    return text


def _short(rule: Rule) -> str:
    pattern = "" if rule.pattern == "*" else f" {rule.pattern}"
    return f"`{rule.permission}{pattern}: {rule.action}`"
