"""The conversation: what comes in, and who gets it.

Owns the life cycle (initialize, shutdown, exit), the dispatch of messages and of commands, and that every request is
answered. Replaces those parts of pygls that would decode a message by the "jsonrpc" keys inside it, or fail when a
command is running at ``shutdown``. What the server says of itself belongs to ``lsp.introduction``, and how an answer is
written to ``lsp.answering``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import lsp_method

from backend_specialist.lsp import errors
from backend_specialist.lsp.answering import Answering
from backend_specialist.lsp.document_sync import DocumentSync, Handling
from backend_specialist.lsp.errors import Fault, InvalidArgument
from backend_specialist.lsp.introduction import introduction
from backend_specialist.lsp.messages import check, check_texts, command_of, is_id

if TYPE_CHECKING:
    from cattrs import Converter

    from backend_specialist.lsp.server import SpecialistServer

_log = logging.getLogger(__name__)

# pygls would keep the texts of cells; notebooks are read from the disk.
_NOT_OFFERED = (
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
# Some editors tell of every save without having been asked; what counts is the text, which they tell as well.
_UNASKED = (types.TEXT_DOCUMENT_WILL_SAVE, types.TEXT_DOCUMENT_DID_SAVE)


class SpecialistProtocol(DocumentSync, Answering):
    """One connection. ``closing`` is set from the first ``shutdown`` on."""

    _server: SpecialistServer

    def __init__(self, server: SpecialistServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.closing = False
        self._initialized = False
        for method in _NOT_OFFERED:
            self.fm.builtin_features.pop(method, None)
        self._commands: dict[int | str, asyncio.Task[None]] = {}

    # ------------------------------------------------------------ messages

    def receive(self, raw: object) -> None:
        """Take one decoded message and see that it is answered, whatever it is."""
        if not isinstance(raw, Mapping):
            self.fail(None, Fault(errors.INVALID_REQUEST, "A message is a JSON object."))
        elif "method" in raw:
            self._called(raw)
        elif "id" in raw:
            self._server.requests.settle(raw)
        else:
            self.fail(None, Fault(errors.INVALID_REQUEST, "The message has no method and no id."))

    def _called(self, raw: Mapping[str, Any]) -> None:
        request_id = raw.get("id")
        try:
            self._dispatch(raw)
        except Fault as fault:
            if "id" in raw:
                self.fail(request_id if is_id(request_id) else None, fault)
            else:
                _log.warning("A notification was ignored: %s", fault)

    def _dispatch(self, raw: Mapping[str, Any]) -> None:
        method = raw["method"]
        check(raw)
        self._check_state(method)
        if method == types.CANCEL_REQUEST:
            self._cancel(raw.get("params"))
        elif method == types.INITIALIZE and "id" in raw:
            self._initialize(raw["id"], raw.get("params"))
        elif method == types.WORKSPACE_EXECUTE_COMMAND and "id" in raw:
            self._start_command(raw["id"], raw.get("params"))
        elif method not in _UNASKED or "id" in raw:
            self.handle_message(self._structured(method, raw))

    def _check_state(self, method: str) -> None:
        if method == types.EXIT:
            return
        if self.closing:
            raise Fault(errors.INVALID_REQUEST, f"{method}: the server is shutting down.")
        if method == types.INITIALIZE:
            if self._initialized:
                raise Fault(errors.INVALID_REQUEST, "initialize: it was sent before.")
        elif not self._initialized:
            raise Fault(errors.NOT_INITIALIZED, f"{method}: send initialize first.")

    def _structured(self, method: str, raw: Mapping[str, Any]) -> Any:
        known = {**self.fm.builtin_features, **self.fm.features}
        kind = self.get_message_type(method)
        if method not in known or kind is None:
            raise Fault(errors.METHOD_NOT_FOUND, f"{method[:100]}: this server has no such method.")
        try:
            check_texts(method, raw.get("params"))
            message = self._converter.structure(raw, kind)
        except Exception as error:  # noqa: BLE001 - cattrs raises what it likes
            self._lose(method, raw)
            raise errors.unreadable(method, error) from None
        if "id" in raw and not hasattr(message, "id"):
            raise Fault(errors.INVALID_REQUEST, f"{method} is a notification and has no id.")
        return message

    def _lose(self, method: str, raw: Mapping[str, Any]) -> None:
        params = raw.get("params")
        document = params.get("textDocument") if isinstance(params, Mapping) else None
        uri = document.get("uri") if isinstance(document, Mapping) else None
        if not isinstance(uri, str):
            return
        if method == types.TEXT_DOCUMENT_DID_OPEN:
            self._server.documents.did_open(uri=uri, language="", version=0, text="")
        if method in (types.TEXT_DOCUMENT_DID_OPEN, types.TEXT_DOCUMENT_DID_CHANGE):
            self._server.documents.lose(uri)

    # ------------------------------------------------------------ commands

    def _start_command(self, request_id: int | str, params: object) -> None:
        name, arguments = command_of(params)
        if name not in self._server.commands:
            raise Fault(
                errors.INVALID_PARAMS, f"There is no command {name[:100]!r}.", {"key": "command"}
            )
        task = asyncio.ensure_future(self._run_command(request_id, name, arguments))
        self._commands[request_id] = task
        task.add_done_callback(lambda _: self._commands.pop(request_id, None))

    async def _run_command(self, request_id: int | str, name: str, arguments: list[Any]) -> None:
        try:
            result = await self._server.on_command(name, arguments)
        except InvalidArgument as error:
            self.fail(request_id, Fault(errors.INVALID_PARAMS, str(error), {"key": error.key}))
        except UnicodeEncodeError:
            why = f"{name}: the argument holds half of a surrogate pair, which no name can have."
            self.fail(request_id, Fault(errors.INVALID_PARAMS, why, {"key": "arguments"}))
        except asyncio.CancelledError:
            self.fail(request_id, Fault(errors.REQUEST_CANCELLED, f"{name} was cancelled."))
            raise
        except Exception as error:  # noqa: BLE001 - every request is answered
            _log.error("The command %s failed: %s", name, errors.place_of(error))
            self.fail(request_id, errors.internal(name, error))
        else:
            self.answer(request_id, result)

    def _cancel(self, params: object) -> None:
        """Cancel a request of a feature. A command is left alone: it answers at once by itself."""
        request_id = params.get("id") if isinstance(params, Mapping) else None
        if is_id(request_id) and (future := self._request_futures.get(request_id)):
            future.cancel()

    async def _stop_tasks(self) -> None:
        running = [task for task in self._commands.values() if not task.done()]
        for task in running:
            task.cancel()
        own: object = asyncio.current_task()
        for future in [*self._request_futures.values()]:
            if future is not own:
                future.cancel()
        if running:
            await asyncio.wait(running, timeout=1)

    # ------------------------------------------------------------ life cycle

    def prepare(self) -> None:
        """Make what writes the answer to ``initialize``; that takes too long for the event loop."""
        self.plain(introduction(self._server))

    def _initialize(self, request_id: int | str, params: object) -> None:
        self._server.meet(params)
        self._initialized = True
        self.answer(request_id, introduction(self._server))

    @lsp_method(types.SHUTDOWN)
    async def lsp_shutdown(self, *_: object) -> None:  # type: ignore[override]  # pygls takes coroutines too
        """End sessions, commands and questions, then answer."""
        self.closing = True
        await self._server.close()
        await self._stop_tasks()

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: object) -> Handling:
        """End the server; the exit code says whether ``shutdown`` came first."""
        self._server.stop()
        yield from ()
