"""The approval ladder: how a user is asked, in whatever editor.

Owns who is asked when, and by which means. Never answers for the user: a dismissed question, an unusable answer
and silence leave the proposal waiting. A question appears by itself only where it cannot take keystrokes; one that the
user asks for again replaces the one that is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from lsprotocol import types

from backend_specialist.domain.display import plain
from backend_specialist.domain.proposal import Answer, Proposal
from backend_specialist.lsp.announcer import EVENT, wire
from backend_specialist.lsp.contents import Contents
from backend_specialist.lsp.questions import APPLY_ALL, REJECT, REVIEW, Questions, summary, whole
from backend_specialist.lsp.server import SpecialistServer
from backend_specialist.sessions.applying import unable
from backend_specialist.sessions.events import Asking, Event, Kind, Status
from backend_specialist.sessions.stored import Refused
from backend_specialist.sessions.supervisor import Supervisor

PERMISSION_WORDS = {"Allow once": "once", "Allow in this session": "session", "Reject": "reject"}


class Approvals:
    """Listens to sessions, asks by the ladder, and answers the supervisor as a client would."""

    def __init__(
        self,
        server: SpecialistServer,
        supervisor: Supervisor,
        contents: Contents,
        questions: Questions,
    ) -> None:
        self._server = server
        self._supervisor = supervisor
        self._contents = contents
        self._questions = questions
        self._waiting: dict[str, Event] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._opened: dict[str, str] = {}

    # ------------------------------------------------------------ what waits

    def hear(self, event: Event) -> None:
        """Take one event of any session."""
        match event.kind:
            case Kind.PROPOSAL if not self._server.profile.traits.applies_edits:
                pass  # nobody is asked about what cannot be done; ``lsp.patches`` shows it
            case Kind.PROPOSAL | Kind.QUESTION | Kind.PERMISSION:
                self._waiting[event.session_id] = event
                self._announce(event)
            case Kind.REVIEW:
                self._withdraw(event.session_id)
            case Kind.STATUS if Status(event.data["status"]) not in _WAITING:
                self._withdraw(event.session_id)
            case _:
                pass

    def proposal(self, session_id: str) -> Proposal | None:
        """The proposal of a session that waits."""
        event = self._waiting.get(session_id)
        return event.source if event and event.kind is Kind.PROPOSAL else None

    def waiting(self) -> tuple[tuple[str, Event], ...]:
        """Everything that waits for the user, oldest first."""
        return tuple(self._waiting.items())

    def opened(self, session_id: str) -> bool:
        """Whether the user has opened the diff of the proposal that waits."""
        waiting = self.proposal(session_id)
        return waiting is not None and self._opened.get(session_id) == waiting.id

    @property
    def asks(self) -> bool:
        """Whether this editor can show a question at all."""
        return self._server.profile.message_requests and not self._questions.unsupported

    def _withdraw(self, session_id: str) -> None:
        self._waiting.pop(session_id, None)
        self._opened.pop(session_id, None)
        task = self._asking.pop(session_id, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _announce(self, event: Event) -> None:
        """The first step: the client draws, the question appears, or the user is told where it is."""
        if event.kind.value in self._server.profile.traits.draws:
            return
        if self._server.profile.asks_unsolicited:
            self._start(event.session_id)
            return
        self._server.say(_announcement(event), types.MessageType.Info)

    # ------------------------------------------------------------ opening a question

    async def open(self, session_id: str | None) -> str:
        """Open what waits, because the user asked for it; gives the session's id. What is answered waits no more."""
        chosen = session_id or (next(iter(self._waiting)) if len(self._waiting) == 1 else None)
        told = dict(self._waiting)
        event = told.get(chosen) if chosen else None
        if event is None or event.kind is Kind.PROPOSAL:
            chosen, _ = await self._supervisor.waiting.proposal(chosen or session_id)
            event = self._waiting[chosen]
        assert chosen is not None  # noqa: S101 - the supervisor gave it
        if event.kind.value not in self._server.profile.traits.draws:
            self._start(chosen)
        elif event is told.get(chosen):
            # One that this call has brought back was told when it came.
            self._server.tell(EVENT, wire(event))
        return chosen

    def _start(self, session_id: str) -> None:
        if (open_now := self._asking.get(session_id)) is not None:
            open_now.cancel()
        self._asking[session_id] = asyncio.create_task(
            self._ask(session_id), name=f"ask-{session_id}"
        )

    async def _ask(self, session_id: str) -> None:
        event = self._waiting[session_id]
        ask: Callable[[str, Event], Awaitable[None]]
        ask = self._ask_proposal if event.kind is Kind.PROPOSAL else self._ask_request
        try:
            await ask(session_id, event)
        except Refused as refused:
            self._server.say(str(refused))

    # ------------------------------------------------------------ proposals

    async def _ask_proposal(self, session_id: str, event: Event) -> None:
        proposal: Proposal = event.source
        await self._contents.show_diff(session_id, proposal)
        self._opened[session_id] = proposal.id
        if not self.asks:
            self._server.say(_choices(proposal), types.MessageType.Info)
            return
        choice = await self._questions.proposal(proposal, self._impossible(proposal))
        if not self.asks:
            self._server.say(_choices(proposal), types.MessageType.Info)
            return
        answer = await self._answer_of(proposal, choice)
        if answer is not None:
            await self._supervisor.answer(session_id, answer)

    def _impossible(self, proposal: Proposal) -> str:
        """What of a proposal this editor cannot do, for the question."""
        traits = self._server.profile.traits
        return "; ".join(
            f"{plain(change.label, 100)}: {why}"
            for change in proposal.changes
            if (why := unable(traits, change))
        )

    async def _answer_of(self, proposal: Proposal, choice: str | None) -> Answer | None:
        if choice == APPLY_ALL:
            return Answer(proposal_id=proposal.id, decision="applyAll")
        if choice == REJECT:
            return Answer(proposal_id=proposal.id, decision="reject")
        if choice == REVIEW and self._server.profile.traits.confirms_edits:
            return Answer(proposal_id=proposal.id, decision="review")
        if choice == REVIEW:
            return await self._questions.one_by_one(proposal)
        return None

    # ------------------------------------------------------------ questions and permissions

    async def _ask_request(self, session_id: str, event: Event) -> None:
        asking: Asking = event.source
        if not asking.options or not self.asks:
            self._server.say(_how_to_answer(session_id, asking), types.MessageType.Info)
            return
        choice = await self._questions.request(asking)
        if choice is None:
            return
        text = PERMISSION_WORDS[choice] if asking.kind == "permission" else choice
        await self._supervisor.answer_request(session_id, asking.request_id, text)


_WAITING = (Status.AWAITING_REVIEW, Status.AWAITING_ANSWER)


def _announcement(event: Event) -> str:
    """Short on purpose: a terminal editor asks for Enter after a message that is wider than its window."""
    if event.kind is Kind.PROPOSAL:
        return f"Specialist: {summary(event.source)} to review (code action)"
    word = "asks for a permission" if event.kind is Kind.PERMISSION else "has a question"
    return f"Specialist {word} (code action “Answer the specialist”)"


def _choices(proposal: Proposal) -> str:
    return (
        f"Backend Specialist: {summary(proposal)}. Read the diff, then use the code action "
        "“Apply proposed edits” or “Reject proposed edits”."
    )


def _how_to_answer(session_id: str, asking: Asking) -> str:
    """A question is answered by a reply in plain words; a permission needs one of three words."""
    call = f'reply {{"sessionId": "{session_id}", "text": …}}'
    if asking.kind == "permission":
        named = f'"sessionId": "{session_id}", "requestId": "{asking.request_id}"'
        call = f'answer {{{named}, "decision": "once", "session" or "reject"}}'
    return f"Specialist asks: {whole(asking)} Answer with the command backendSpecialist.{call}."
