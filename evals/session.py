"""One session of the specialist, as a user has it: ``backend-specialist run --yes`` on a throw-away workspace.

Owns what the product is given and what is read from its report. The key goes to the product by its environment, and to
nothing else. No code of the workspace runs while a session does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.place import Ended, Place

SECONDS = 1800.0
_PRODUCT = (sys.executable, "-m", "backend_specialist")
# How the product is told of endpoints and keys, its own and those of the SDKs that it uses.
_HANDED_ON = ("ANTHROPIC_", "AWS_", "CLOUD_ML_", "GOOGLE_", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_")
_CONFIGURATION = 2
_TURNS = ("assistant", "consulted")
_TOKENS_READ = ("inputTokens", "cacheReadTokens", "cacheWriteTokens")


class SetUpError(Exception):
    """No session can start like this, whatever the task. The message is the product's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """``reason`` says why it did not complete; ``record`` is what the product stored, as JSON lines.

    ``cost`` is in US dollars, ``None`` when unknown.
    """

    status: str
    reason: str
    seconds: float
    turns: int = 0
    tokens_read: int = 0
    tokens_written: int = 0
    cost: float | None = None
    record: str = field(default="", repr=False)


def hold(
    place: Place,
    text: str,
    model: str,
    *,
    seconds: float = SECONDS,
    extra: Mapping[str, str] | None = None,
) -> Session:
    """Run a session to its end; raise :class:`SetUpError` when the configuration is wrong."""
    environment = _environment(place) | dict(extra or {})
    call = ("run", text, "--workspace", str(place.workspace), "--model", model, "--yes", "--json")
    ended = place.run((*_PRODUCT, *call), environment=environment, seconds=seconds, ask_first=True)
    report = _report(ended)
    if ended.code == _CONFIGURATION:
        raise SetUpError(report.get("reason") or ended.err.strip())
    record = _record(place, environment, report.get("sessionId") or "")
    usage = report.get("usage") or {}
    return Session(
        status=report["status"],
        reason=f"It did not end within {seconds:.0f} seconds."
        if ended.late
        else report["reason"] or "",
        seconds=ended.seconds,
        turns=sum(json.loads(line)["kind"] in _TURNS for line in record.splitlines()),
        tokens_read=sum(usage.get(key, 0) for key in _TOKENS_READ),
        tokens_written=usage.get("outputTokens", 0),
        cost=usage.get("cost"),
        record=record,
    )


def _environment(place: Place) -> dict[str, str]:
    handed_on = {name: value for name, value in os.environ.items() if name.startswith(_HANDED_ON)}
    state = {"BACKEND_SPECIALIST_STATE_DIR": str(place.root / "state")}
    return place.environment(os.environ) | handed_on | state


def _report(ended: Ended) -> dict[str, Any]:
    """The one object that ``run --json`` prints; one like it when the program ended without."""
    try:
        found: dict[str, Any] = json.loads(ended.out)
    except ValueError:
        last = ended.err.strip().splitlines()[-1:]
        return {"status": "failed", "reason": f"exit code {ended.code}. {''.join(last)}"}
    return found


def _record(place: Place, environment: Mapping[str, str], session_id: str) -> str:
    if not session_id:
        return ""
    call = (*_PRODUCT, "sessions", "export", session_id)
    place.run(call, environment=environment, seconds=SECONDS)
    return (place.root / "stdout").read_text("utf-8")
