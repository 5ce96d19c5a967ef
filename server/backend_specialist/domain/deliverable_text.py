"""The deliverable as Markdown.

Owns the document: its parts, their order and their words. Prose of the model is embedded as what it is, and cannot pose
as a part of its own. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from backend_specialist.domain.deliverable import (
    NOT_APPLIED,
    Claims,
    Facts,
    entries,
    route_of,
    text_of,
)
from backend_specialist.domain.markdown import block, code, inline
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.specification import unanswered

LONGEST_CONTRACT = 400_000
_REQUESTS: Mapping[str, str] = {
    "reference": "Reference documentation",
    "artifacts": "Artifacts",
    "errors": "Help with a failure",
}


def render(claims: Claims, facts: Facts) -> str:
    """Give the Markdown document, in the three parts of the specialist's agent file and what belongs to them."""
    parts = (
        f"# Backend Implementation - {_title(claims.task_id or facts.session_id)}",
        _notice(facts),
        _late(facts),
        block(claims.summary),
        _part("Acceptance Criteria", _criteria(claims, facts)),
        _part("Service Implementation", _service(claims)),
        _part("Database Implementation", _database(claims)),
        _part("Testing & Documentation", _testing(claims)),
        _part("API Contract", _contract(claims)),
        _part("Deployment", [block(claims.deployment)]),
        _part("Decisions", _decisions(claims)),
        _part("Open Points", _open_points(claims, facts)),
        _part("Requests to Others", _requests(claims)),
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
        "> Replies in this session were **scripted** (a rehearsal), and no model's; nothing that comes of them below "
        "is a model's work."
    )


def _late(facts: Facts) -> str:
    reviewed = facts.outcomes[facts.claimed_at :]
    left = sum(outcome.result in NOT_APPLIED for outcome in reviewed)
    if not left:
        return ""
    return (
        f"> The prose below was written before the review, in which {left} of {len(reviewed)} hunks were not applied: "
        "see *Refused Edits*."
    )


def _part(title: str, lines: Iterable[str]) -> str:
    body = "\n\n".join(line for line in lines if line)
    return f"## {title}\n\n{body}" if body else ""


def _criteria(claims: Claims, facts: Facts) -> Iterator[str]:
    texts = {criterion.id: criterion.text for criterion in facts.criteria}
    answered = (
        _criterion(text_of(entry.get("id")), texts.get(text_of(entry.get("id")), ""))
        + _because(entry.get("answer"))
        + (f" ({code(text_of(entry.get('file')))})" if entry.get("file") else "")
        for entry in claims.criteria
    )
    missing = (
        f"{_criterion(criterion.id, criterion.text)}: **not answered**"
        for criterion in unanswered(facts.criteria, claims.criteria)
    )
    yield _list((*answered, *missing))


def _criterion(name: str, text: str) -> str:
    """The head of an answer, which a colon follows: so without a full stop."""
    return f"**{inline(name, 60)}** {inline(text).removesuffix('.')}".strip()


def _contract(claims: Claims) -> Iterator[str]:
    faults = _list(inline(fault) for fault in claims.contract_faults)
    if faults:
        yield f"**This is not a valid OpenAPI 3.1 document:**\n\n{faults}"
    if claims.api_contract.strip():
        yield block(f"````yaml\n{claims.api_contract}\n````", LONGEST_CONTRACT)


def _requests(claims: Claims) -> Iterator[str]:
    yield _list(
        f"{_REQUESTS.get(text_of(entry.get('to')), 'Request')}{_because(entry.get('about'))}"
        for entry in claims.requests
    )


def _service(claims: Claims) -> Iterator[str]:
    yield _items(
        "API endpoints",
        (
            f"{code(route_of(entry))} in {code(text_of(entry.get('file')))}"
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
        f"{inline(text_of(entry.get('decision')))}" + _because(entry.get("reason"))
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
    yield _items(
        "Tests added",
        (f"{code(label)}: {count}" for label, count in facts.tests_added),
    )


def _counted(found: list[HunkOutcome]) -> str:
    counts = {result: sum(outcome.result is result for outcome in found) for result in Result}
    return ", ".join(f"{n} {_hunks(n)} {result.value}" for result, n in counts.items() if n)


def _refused(facts: Facts) -> Iterator[str]:
    yield _list(
        f"{code(outcome.label)}{' lines ' + outcome.lines if outcome.lines else ''} ({outcome.result.value})"
        + _because(outcome.reason or "no reason given")
        for outcome in facts.outcomes
        if outcome.result in NOT_APPLIED
    )
    yield _list(inline(refusal) for refusal in facts.refusals)


def _record(facts: Facts) -> Iterator[str]:
    usage = facts.usage
    cost = "unknown" if usage.cost is None else f"{usage.cost:.4f} US dollars"
    yield _list(
        (
            f"Session: {code(facts.session_id)}",
            f"Agent: {inline(facts.agent)}",
            f"Model: {inline(facts.model)}",
            f"Turns: {facts.turns}, in {facts.seconds:.0f} seconds",
            f"Tokens: {usage.input_tokens} in, {usage.output_tokens} out",
            f"Tokens of the prompt cache: {usage.cache_read_tokens} read, {usage.cache_write_tokens} written",
            f"Cost: {cost}",
        )
    )


def _file_items(claims: Claims, section: str, key: str, about: str) -> Iterator[str]:
    for entry in entries(claims, section, key):
        yield code(text_of(entry.get("file"))) + _because(entry.get(about))


def _items(title: str, items: Iterable[str]) -> str:
    listed = _list(items)
    return f"### {title}\n\n{listed}" if listed else ""


def _prose(title: str, text: object) -> str:
    shown = block(text_of(text))
    return f"### {title}\n\n{shown}" if shown.strip() else ""


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items if item)


def _because(text: object) -> str:
    said = inline(text_of(text))
    return f": {said}" if said else ""


def _hunks(count: int) -> str:
    return "hunk" if count == 1 else "hunks"
