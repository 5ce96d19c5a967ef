"""What makes room for a session's next turn.

Owns how often that is tried: a summary once, then what can be left out, then no more. What a summary is asked of and
what is kept is for ``sessions.compaction`` to say, how the model is asked for ``sessions.answers``.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from backend_specialist.domain.ports import ModelError, ModelInfo
from backend_specialist.domain.transcript import Message, StopReason, Turn, Usage
from backend_specialist.sessions import compaction, records
from backend_specialist.sessions.omission import omitted
from backend_specialist.sessions.room import estimated
from backend_specialist.sessions.session import Session

Ask = Callable[[Sequence[Message], int], Awaitable[Turn]]
"""Takes a turn for its words, of at most so many tokens; records nothing."""

log = logging.getLogger(__name__)


class Compactor:
    """Compacts the conversation of one session."""

    def __init__(self, session: Session, info: ModelInfo, ask: Ask) -> None:
        self._session = session
        self._info = info
        self._ask = ask
        self._summarised = False

    async def prepare(self) -> None:
        """Compact before a turn that may not fit any more."""
        if compaction.due(self._session.state, self._info):
            await self._summarise()

    async def relieve(self) -> bool:
        """Make room, because the endpoint says that there is none; ``False``: there is no way left.

        It ends: after the one summary nothing but omissions follows, and each can be made once.
        """
        if self._summarised or not compaction.answered(self._session.state):
            return await self._omit()
        await self._summarise()
        return True

    def settle(self) -> None:
        """A turn had room, so that the next summary is of something new."""
        self._summarised = False

    async def _summarise(self) -> None:
        summary, spent = await self._summary()
        if not summary.strip():
            log.warning("session %s: the summary came back empty", self._session.id)
        kept = compaction.compacted(self._session.state.messages, summary, self._info)
        self._summarised = True
        await self._keep(kept, spent)

    async def _summary(self) -> tuple[str, Usage]:
        """Summarise as much as the endpoint has room for; raise ``ModelError`` where it has none at all."""
        refused: ModelError | None = None
        turn: Turn | None = None
        spent = Usage()
        most = compaction.longest_summary(self._info)
        for part in compaction.parts(self._session.state, self._info):
            try:
                turn = await self._ask(compaction.request(part), most)
            except ModelError as error:
                if error.kind != "context":
                    raise
                refused = error
                continue
            spent += turn.usage
            if turn.stop_reason is not StopReason.CONTEXT_EXCEEDED:
                break
        if turn is None and refused is not None:
            raise refused
        return (turn.message.text if turn else ""), spent

    async def _omit(self) -> bool:
        before = self._session.state.messages
        kept = omitted(before, estimated(before))
        if kept == before:
            return False
        await self._keep(kept, Usage())
        return True

    async def _keep(self, kept: tuple[Message, ...], spent: Usage) -> None:
        await self._session.record(records.compacted(kept, spent))
        self._session.announce_usage()
