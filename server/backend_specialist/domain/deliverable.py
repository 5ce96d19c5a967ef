"""The deliverable ``implementation-backend``: claims of the model, facts of the record.

Owns its data, and what is left of the claims after a review. Takes nothing that the model says for a fact: files,
outcomes, tokens and cost come from the record. ``domain.deliverable_text`` has its Markdown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.specification import Criterion
from backend_specialist.domain.transcript import Usage

LOGICAL_NAME = "implementation-backend"

NOT_APPLIED = frozenset({Result.REFUSED, Result.STALE, Result.FAILED})


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What ``deliver`` was called with, checked for shape; sections are ``service``, ``database`` and
    ``testing_documentation`` as the tool's schema in ``tools.deliver`` says, as are the entries of ``criteria`` and
    ``requests``. ``contract_faults`` say why ``api_contract`` is no valid OpenAPI document.
    """

    summary: str
    task_id: str = ""
    service: Mapping[str, Any] = field(default_factory=dict)
    database: Mapping[str, Any] = field(default_factory=dict)
    testing_documentation: Mapping[str, Any] = field(default_factory=dict)
    api_contract: str = ""
    deployment: str = ""
    open_points: tuple[str, ...] = ()
    criteria: tuple[Mapping[str, Any], ...] = ()
    requests: tuple[Mapping[str, Any], ...] = ()
    doubts: tuple[str, ...] = ()
    contract_faults: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the session's record says.

    ``claimed_at`` is how many of the outcomes there were when the claims were made. ``tests_added`` are labels of files
    with the number of tests that the accepted text has more than the one before. ``criteria`` are those of the task.
    """

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
    claimed_at: int = 0
    tests_added: tuple[tuple[str, int], ...] = ()
    criteria: tuple[Criterion, ...] = ()


def entries(claims: Claims, section: str, key: str) -> tuple[Mapping[str, Any], ...]:
    """The entries of a list of claims; anything else than a list of objects counts as none."""
    found = getattr(claims, section).get(key, ())
    if not isinstance(found, list | tuple):
        return ()
    return tuple(entry for entry in found if isinstance(entry, Mapping))


def without_refused(
    claims: Claims, outcomes: Iterable[HunkOutcome], lost: Collection[Mapping[str, Any]] = ()
) -> Claims:
    """Take out what is claimed for files of which nothing was applied, and the ``lost`` entries.

    Each becomes an open point.
    """
    gone = _Gone(_wholly_refused(tuple(outcomes)), lost)
    kept = replace(
        claims,
        service=gone.section(claims.service),
        database=gone.section(claims.database),
        testing_documentation=gone.section(claims.testing_documentation),
        criteria=tuple(gone.left(claims.criteria)),
    )
    if not gone.taken:
        return claims
    points = (f"Not applied, so not part of this delivery: {each}" for each in gone.taken)
    return replace(kept, open_points=(*claims.open_points, *points))


def spelling(name: str) -> str:
    """One spelling for the names of a file below the workspace."""
    return name.replace("\\", "/").removeprefix("./")


def route_of(entry: Mapping[str, Any]) -> str:
    """Method and path of an endpoint."""
    return f"{text_of(entry.get('method')).upper()} {text_of(entry.get('path'))}".strip()


def text_of(value: object) -> str:
    """Stored claims may be of an older shape: what is no text is left out rather than shown as code."""
    return value if isinstance(value, str) else ""


class _Gone:
    """What is taken out, and in ``taken`` what that was, in words."""

    def __init__(self, files: frozenset[str], entries: Collection[Mapping[str, Any]]) -> None:
        self._files = files
        self._entries = entries
        self.taken: dict[str, None] = {}

    def section(self, section: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: self.left(value) if isinstance(value, list | tuple) else value
            for key, value in section.items()
        }

    def left(self, listed: Iterable[Any]) -> list[Any]:
        kept = []
        for entry in listed:
            if spelling(_file_of(entry)) in self._files or entry in self._entries:
                self.taken[_named(entry)] = None
            else:
                kept.append(entry)
        return kept


def _named(entry: Mapping[str, Any]) -> str:
    criterion = text_of(entry.get("id"))
    return f"criterion {criterion}" if criterion else route_of(entry) or _file_of(entry)


def _wholly_refused(outcomes: tuple[HunkOutcome, ...]) -> frozenset[str]:
    """Label and path of each file of which no hunk is in the text."""
    applied = {outcome.path for outcome in outcomes if outcome.result not in NOT_APPLIED}
    lost = [outcome for outcome in outcomes if outcome.path not in applied]
    return frozenset(spelling(name) for item in lost for name in (item.label, item.path))


def _file_of(entry: object) -> str:
    return text_of(entry.get("file")) if isinstance(entry, Mapping) else ""
