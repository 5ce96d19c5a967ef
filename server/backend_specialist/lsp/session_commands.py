"""The commands about sessions.

Owns the translation of each into a call, and of its result into JSON. All return at once: what takes long runs in the
session's own task. Checks no shape: ``lsp.arguments`` did.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from backend_specialist.domain.proposal import Answer
from backend_specialist.lsp.approvals import Approvals
from backend_specialist.lsp.arguments import Arguments, Command
from backend_specialist.lsp.contents import Contents
from backend_specialist.lsp.errors import InvalidArgument
from backend_specialist.lsp.requested import Requested
from backend_specialist.sessions.supervisor import Supervisor

_DECISIONS = ("applyAll", "review", "reject", "apply")
_PERMISSIONS = ("once", "session", "reject")


async def _nothing(_: str) -> None:
    return None


class SessionCommands:
    """``table`` has them by name; ``on_deleted`` is awaited when a session (id) was deleted."""

    def __init__(
        self,
        supervisor: Supervisor,
        approvals: Approvals,
        contents: Contents,
        requested: Requested,
    ) -> None:
        self._supervisor = supervisor
        self._approvals = approvals
        self._contents = contents
        self._requested = requested
        self.on_deleted: Callable[[str], Awaitable[None]] = _nothing
        self.table: Mapping[str, Command] = {
            "run": self._run,
            "reply": self._reply,
            "cancel": self._cancel,
            "review": self._review,
            "answer": self._answer,
            "revert": self._revert,
            "listSessions": self._list_sessions,
            "showTranscript": self._show_transcript,
            "showDeliverable": self._show_deliverable,
            "saveDeliverable": self._save_deliverable,
            "deleteSession": self._delete_session,
            "listApprovals": self._list_approvals,
            "revokeApproval": self._revoke_approval,
        }

    async def _run(self, given: Arguments) -> object:
        return {"sessionId": await self._supervisor.run(await self._requested.task(given))}

    async def _reply(self, given: Arguments) -> object:
        if not given["text"].strip():
            raise InvalidArgument("text", "The reply is empty; say what the specialist should do.")
        await self._supervisor.reply(given["sessionId"], given["text"])
        return {"sessionId": given["sessionId"]}

    async def _cancel(self, given: Arguments) -> object:
        return {"cancelled": await self._supervisor.cancel(given.get("sessionId"))}

    async def _review(self, given: Arguments) -> object:
        return {"sessionId": await self._approvals.open(given.get("sessionId"))}

    async def _answer(self, given: Arguments) -> object:
        if ("proposalId" in given) == ("requestId" in given):
            raise InvalidArgument("proposalId", "Name either the proposalId or the requestId.")
        session_id = given["sessionId"]
        if "proposalId" in given:
            await self._supervisor.answer(session_id, _answer_of(given))
        else:
            text = _request_answer(given)
            await self._supervisor.answer_request(session_id, given["requestId"], text)
        return {"sessionId": session_id}

    async def _revert(self, given: Arguments) -> object:
        return {"sessionId": await self._supervisor.revert(given["sessionId"])}

    async def _list_sessions(self, given: Arguments) -> object:
        return await self._supervisor.queries.sessions(given.get("sessionId"))

    async def _show_transcript(self, given: Arguments) -> object:
        return {"uri": await self._contents.show("transcript", given["sessionId"])}

    async def _show_deliverable(self, given: Arguments) -> object:
        return {"uri": await self._contents.show("deliverable", given["sessionId"])}

    async def _save_deliverable(self, given: Arguments) -> object:
        session_id, path = given["sessionId"], given["path"]
        return {"sessionId": await self._supervisor.save_deliverable(session_id, path)}

    async def _delete_session(self, given: Arguments) -> object:
        deleted = await self._supervisor.delete(given["sessionId"])
        await self.on_deleted(given["sessionId"])
        return {"deleted": deleted}

    async def _list_approvals(self, _: Arguments) -> object:
        return self._supervisor.approvals()

    async def _revoke_approval(self, given: Arguments) -> object:
        return {"revoked": await self._supervisor.revoke(given["approvalId"])}


def _answer_of(given: Arguments) -> Answer:
    decision = given.get("decision")
    if decision not in _DECISIONS:
        raise InvalidArgument("decision", f"'decision' must be one of {', '.join(_DECISIONS)}.")
    hunks = given.get("hunks") or []
    if not all(isinstance(item, str) for item in hunks):
        raise InvalidArgument("hunks", "'hunks' must be a list of hunk ids.")
    if decision == "apply" and not hunks:
        raise InvalidArgument("hunks", "'apply' needs the ids of the hunks; use 'reject' for none.")
    return Answer(
        proposal_id=given["proposalId"],
        decision=decision,
        hunks=frozenset(hunks),
        reason=str(given.get("reason", "")).strip(),
    )


def _request_answer(given: Arguments) -> str | None:
    if "decision" not in given:
        text: str | None = given.get("text")
        return text
    if given["decision"] not in _PERMISSIONS:
        raise InvalidArgument("decision", f"'decision' must be one of {', '.join(_PERMISSIONS)}.")
    return str(given["decision"])
