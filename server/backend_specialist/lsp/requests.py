"""Requests from the server to the editor.

Owns what is outstanding and in which order it goes out: of each kind, one at a time, since editors drop the
first of two questions. An answer is raw JSON: malformed, late, doubled and missing answers are answers too, and
none leaves anybody waiting. Knows no session.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from lsprotocol import types

_log = logging.getLogger(__name__)

METHOD_NOT_FOUND = -32601
QUICK = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back: ``value`` is raw JSON. At most one of ``error`` and ``timed_out`` says why there is none."""

    value: Any = None
    error: str | None = None
    code: int = 0
    timed_out: bool = False

    @property
    def usable(self) -> bool:
        """Whether the editor answered with a result, be it ``null``."""
        return self.error is None and not self.timed_out

    @property
    def unsupported(self) -> bool:
        """Whether the editor does not know the request at all."""
        return self.code == METHOD_NOT_FOUND


GONE = Answer(error="The editor has ended the connection.")


class Requests:
    """Every request to the editor goes through here."""

    def __init__(self, write: Callable[[Mapping[str, Any]], None]) -> None:
        self._write = write
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._closed = False

    def turn(self, lane: str) -> asyncio.Lock:
        """The lock under which requests of one kind follow each other; a method is the name of its lane."""
        return self._turns[lane]

    async def ask(self, method: str, params: object, *, seconds: float | None = QUICK) -> Answer:
        """Wait for the turn, send and wait at most ``seconds`` (``None``: for ever). Raises nothing."""
        async with self.turn(method):
            return await self.send(method, params, seconds=seconds)

    async def send(
        self, method: str, params: object, *, seconds: float | None, patience: float = 0.0
    ) -> Answer:
        """Send at once and wait; for callers that hold the turn.

        ``patience``: how many seconds a cancelled caller goes on waiting, because what it asked for may be happening.
        An answer that comes by then is given, and the caller, whose task is still ``cancelling()``, ends after it.
        """
        if self._closed:
            return GONE
        request_id = next(self._ids)
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = waiting
        try:
            self._write({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
            async with asyncio.timeout(seconds):
                return await _settled(waiting, patience)
        except TimeoutError:
            return Answer(timed_out=True)
        except OSError:
            return GONE
        finally:
            del self._waiting[request_id]
            if not waiting.done():
                self._withdraw(request_id)

    def settle(self, message: Mapping[str, Any]) -> None:
        """Take a response of the editor, whatever it looks like."""
        waiting = self._waiting.get(_number(message.get("id")))
        if waiting is None or waiting.done():
            _log.debug("An answer came that nobody waits for (late or doubled).")
            return
        waiting.set_result(_answer(message))

    def close(self) -> None:
        """Answer everybody who waits, and all who will ask: the editor has gone."""
        self._closed = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(GONE)

    def _withdraw(self, request_id: int) -> None:
        """Tell the editor that nobody waits any more, so that it may take its question away."""
        if self._closed:
            return
        try:
            self._write(
                {"jsonrpc": "2.0", "method": types.CANCEL_REQUEST, "params": {"id": request_id}}
            )
        except OSError:
            _log.debug("The editor has gone before a request was withdrawn.")

    # ------------------------------------------------------------ the requests we make

    async def choose(
        self,
        message: str,
        titles: Sequence[str],
        *,
        kind: types.MessageType = types.MessageType.Info,
        seconds: float | None = None,
    ) -> Answer:
        """Ask by ``window/showMessageRequest``; ``value`` is one of ``titles``, or ``None`` when dismissed."""
        params = types.ShowMessageRequestParams(
            type=kind, message=message, actions=[types.MessageActionItem(title=t) for t in titles]
        )
        answer = await self.ask(types.WINDOW_SHOW_MESSAGE_REQUEST, params, seconds=seconds)
        if not answer.usable:
            return answer
        picked = answer.value.get("title") if isinstance(answer.value, Mapping) else None
        return Answer(value=picked if picked in titles else None)

    async def show_document(
        self,
        uri: str,
        *,
        take_focus: bool = False,
        selection: types.Range | None = None,
        external: bool = False,
    ) -> bool:
        """Show a document; ``False`` when the editor did not, or does not say."""
        params = types.ShowDocumentParams(
            uri=uri, external=external, take_focus=take_focus, selection=selection
        )
        answer = await self.ask(types.WINDOW_SHOW_DOCUMENT, params)
        return isinstance(answer.value, Mapping) and answer.value.get("success") is True

    async def create_progress(self, token: str) -> bool:
        """Ask for a progress indicator; ``False`` when the editor has none."""
        params = types.WorkDoneProgressCreateParams(token=token)
        return (await self.ask(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params)).usable


async def _settled(waiting: asyncio.Future[Answer], patience: float) -> Answer:
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        if not patience:
            raise
        await asyncio.wait({waiting}, timeout=patience)
        if not waiting.done():
            raise
        return waiting.result()


def _number(value: object) -> int:
    """The id of an answer; some editors send it back as text or with a decimal point."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else 0


def _answer(message: Mapping[str, Any]) -> Answer:
    error = message.get("error")
    if error is None:
        return Answer(value=message.get("result"))
    if not isinstance(error, Mapping):
        return Answer(error=str(error)[:500] or "unknown error", code=-1)
    code = error.get("code")
    return Answer(
        error=str(error.get("message") or "unknown error")[:500],
        code=code if isinstance(code, int) else -1,
    )
