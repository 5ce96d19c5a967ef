"""The deliverable ``implementation-backend``: claims of the model, facts of the record.

Owns its data and its rendering as Markdown. Decides nothing about the session, and takes nothing that the model says
for a fact: files, outcomes, tokens and cost come from the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backend_specialist.domain.markdown import block, code, inline
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.transcript import Usage

LOGICAL_NAME = "implementation-backend"

_NOT_APPLIED = frozenset({Result.REFUSED, Result.STALE, Result.FAILED})


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What ``deliver`` was called with, checked for shape; sections are ``service``, ``database`` and
    ``testing_documentation`` as the tool's schema in ``tools.deliver`` says.
    """

    summary: str
    task_id: str = ""
    service: Mapping[str, Any] = field(default_factory=dict)
    database: Mapping[str, Any] = field(default_factory=dict)
    testing_documentation: Mapping[str, Any] = field(default_factory=dict)
    api_contract: str = ""
    deployment: str = ""
    open_points: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the session's record says."""

    session_id: str
    agent: str
    model: str
    rehearsal: bool
    outcomes: tuple[HunkOutcome, ...]
    refusals: tuple[str, ...]
    unanswered: tuple[str, ...]
    usage: Usage
    turns: int
    seconds: float


def entries(claims: Claims, section: str, key: str) -> tuple[Mapping[str, Any], ...]:
    """The entries of a list of claims; anything else than a list of objects counts as none."""
    found = getattr(claims, section).get(key, ())
    if not isinstance(found, list | tuple):
        return ()
    return tuple(entry for entry in found if isinstance(entry, Mapping))


def without_refused(claims: Claims, outcomes: Iterable[HunkOutcome]) -> Claims:
    """Take out what is claimed for files of which nothing was applied; each becomes an open point."""
    lost = _wholly_refused(tuple(outcomes))
    if not lost:
        return claims
    taken: list[str] = []
    service = _section_without(claims.service, lost, taken)
    database = _section_without(claims.database, lost, taken)
    testing = _section_without(claims.testing_documentation, lost, taken)
    points = (f"Not applied, so not part of this delivery: {what}" for what in dict.fromkeys(taken))
    return replace(
        claims,
        service=service,
        database=database,
        testing_documentation=testing,
        open_points=(*claims.open_points, *points),
    )


def render(claims: Claims, facts: Facts) -> str:
    """Give the Markdown document, in the three parts of the specialist's agent file and what belongs to them."""
    parts = (
        f"# Backend Implementation - {_title(claims.task_id or facts.session_id)}",
        _notice(facts),
        block(claims.summary),
        _part("Service Implementation", _service(claims)),
        _part("Database Implementation", _database(claims)),
        _part("Testing & Documentation", _testing(claims)),
        _part("API Contract", [block(claims.api_contract)]),
        _part("Deployment", [block(claims.deployment)]),
        _part("Decisions", _decisions(claims)),
        _part("Open Points", _open_points(claims, facts)),
        _part("Files", _files(facts)),
        _part("Refused Edits", _refused(facts)),
        _part("Record", _record(facts)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(text: str) -> str:
    return inline(text, limit=120) or "untitled"


def _notice(facts: Facts) -> str:
    if not facts.rehearsal:
        return ""
    return (
        "> The replies in this session were **scripted** (a rehearsal): no model was called, and nothing below is a "
        "model's work."
    )


def _part(title: str, lines: Iterable[str]) -> str:
    body = "\n\n".join(line for line in lines if line)
    return f"## {title}\n\n{body}" if body else ""


def _service(claims: Claims) -> Iterator[str]:
    yield _items(
        "API endpoints",
        (
            f"{code(_route(entry))} in {code(_text(entry.get('file')))}"
            + _because(entry.get("summary"))
            for entry in entries(claims, "service", "endpoints")
        ),
    )
    yield _prose("Authentication and authorization", claims.service.get("auth"))
    yield _prose("Validation and error handling", claims.service.get("validation"))
    yield _prose("Configuration", claims.service.get("configuration"))
    yield from _nothing_if(not claims.service, "Nothing was reported for the service.")


def _database(claims: Claims) -> Iterator[str]:
    for key, title in (("migrations", "Schema migrations"), ("models", "Data models")):
        yield _items(title, _file_items(claims, "database", key, "summary"))
    yield _prose("Queries", claims.database.get("queries"))
    yield _prose("Indexes and performance", claims.database.get("indexes"))
    yield _prose("Data access and caching", claims.database.get("caching"))
    yield _prose("Consistency and transactions", claims.database.get("transactions"))
    yield from _nothing_if(not claims.database, "Nothing was changed in the database.")


def _testing(claims: Claims) -> Iterator[str]:
    for key, title in (("unit_tests", "Unit tests"), ("integration_tests", "Integration tests")):
        yield _items(title, _file_items(claims, "testing_documentation", key, "covers"))
    yield _prose("API documentation", claims.testing_documentation.get("api_documentation"))
    yield _prose("Guides", claims.testing_documentation.get("guides"))
    yield from _nothing_if(
        not claims.testing_documentation, "No tests or documentation were reported."
    )
    yield "The tests were not run by the specialist: it has no shell."


def _nothing_if(empty: bool, sentence: str) -> Iterator[str]:
    if empty:
        yield sentence


def _decisions(claims: Claims) -> Iterator[str]:
    yield _list(
        f"{inline(_text(entry.get('decision')))}" + _because(entry.get("reason"))
        for entry in entries(claims, "service", "decisions")
    )


def _open_points(claims: Claims, facts: Facts) -> Iterator[str]:
    yield _list(inline(point) for point in claims.open_points)
    yield _items("Questions without an answer", map(inline, facts.unanswered))
    yield _items("Claims that could not be confirmed in the texts", map(inline, claims.doubts))


def _files(facts: Facts) -> Iterator[str]:
    by_file: dict[str, list[HunkOutcome]] = {}
    for outcome in facts.outcomes:
        by_file.setdefault(outcome.label, []).append(outcome)
    yield _list(f"{code(label)}: {_counted(found)}" for label, found in by_file.items())
    yield from _nothing_if(not by_file, "No edit was decided.")


def _counted(found: list[HunkOutcome]) -> str:
    counts = {result: sum(outcome.result is result for outcome in found) for result in Result}
    return ", ".join(f"{n} {_hunks(n)} {result.value}" for result, n in counts.items() if n)


def _refused(facts: Facts) -> Iterator[str]:
    yield _list(
        f"{code(outcome.label)}{' lines ' + outcome.lines if outcome.lines else ''} ({outcome.result.value})"
        + _because(outcome.reason or "no reason given")
        for outcome in facts.outcomes
        if outcome.result in _NOT_APPLIED
    )
    yield _list(inline(refusal) for refusal in facts.refusals)


def _record(facts: Facts) -> Iterator[str]:
    usage = facts.usage
    cost = "unknown" if usage.cost is None else f"{usage.cost:.4f} US dollars"
    scripted = " (scripted)" if facts.rehearsal else ""
    yield _list(
        (
            f"Session: {code(facts.session_id)}",
            f"Agent: {inline(facts.agent)}",
            f"Model: {inline(facts.model)}{scripted}",
            f"Turns: {facts.turns}, in {facts.seconds:.0f} seconds",
            f"Tokens: {usage.input_tokens} in, {usage.output_tokens} out",
            f"Tokens of the prompt cache: {usage.cache_read_tokens} read, {usage.cache_write_tokens} written",
            f"Cost: {cost}",
        )
    )


def _file_items(claims: Claims, section: str, key: str, about: str) -> Iterator[str]:
    for entry in entries(claims, section, key):
        yield code(_text(entry.get("file"))) + _because(entry.get(about))


def _items(title: str, items: Iterable[str]) -> str:
    listed = _list(items)
    return f"### {title}\n\n{listed}" if listed else ""


def _prose(title: str, text: object) -> str:
    shown = block(_text(text))
    return f"### {title}\n\n{shown}" if shown.strip() else ""


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items if item)


def _because(text: object) -> str:
    said = inline(_text(text))
    return f": {said}" if said else ""


def _route(entry: Mapping[str, Any]) -> str:
    return f"{_text(entry.get('method')).upper()} {_text(entry.get('path'))}".strip()


def _text(value: object) -> str:
    """Stored claims may be of an older shape: what is no text is left out rather than shown as code."""
    return value if isinstance(value, str) else ""


def _hunks(count: int) -> str:
    return "hunk" if count == 1 else "hunks"


def _wholly_refused(outcomes: tuple[HunkOutcome, ...]) -> frozenset[str]:
    """Label and path of each file of which no hunk is in the text."""
    applied = {outcome.path for outcome in outcomes if outcome.result not in _NOT_APPLIED}
    lost = [outcome for outcome in outcomes if outcome.path not in applied]
    return frozenset(_spelling(name) for item in lost for name in (item.label, item.path))


def _section_without(
    section: Mapping[str, Any], lost: frozenset[str], taken: list[str]
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in section.items():
        if isinstance(value, list | tuple):
            gone = [entry for entry in value if _spelling(_file_of(entry)) in lost]
            taken += [_route(entry) or _file_of(entry) for entry in gone]
            value = [entry for entry in value if entry not in gone]  # noqa: PLW2901 - the list that is left
        kept[key] = value
    return kept


def _file_of(entry: object) -> str:
    return _text(entry.get("file")) if isinstance(entry, Mapping) else ""


def _spelling(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")
