"""What goes out: answers, failures and whole messages.

Owns how a message is written, and what a request that failed is answered. Replaces those parts of pygls that would
repeat texts in a log or swallow what is not JSON. Takes nothing in.
"""

from __future__ import annotations

import json
import logging
from concurrent.futures import Future
from typing import Any

from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from backend_specialist.lsp import errors
from backend_specialist.lsp.errors import Fault, InvalidArgument

_log = logging.getLogger(__name__)


class Answering(LanguageServerProtocol):
    """The sending half of a connection."""

    def answer(self, request_id: int | str, result: object) -> None:
        """Answer a request."""
        try:
            self._send_data({"jsonrpc": "2.0", "id": request_id, "result": result})
        except (TypeError, ValueError, AttributeError) as error:
            _log.error("A result is not JSON: %s", errors.place_of(error))
            self.fail(request_id, errors.internal("The request", error))

    def fail(self, request_id: int | str | None, fault: Fault) -> None:
        """Answer a request, or what could not be recognised as one, with an error."""
        self._send_data({"jsonrpc": "2.0", "id": request_id, "error": fault.to_json()})

    def send(self, message: object) -> None:
        """Send a whole message."""
        self._send_data(message)

    def plain(self, value: object) -> object:
        """Give a value of the protocol as plain JSON; callable from any thread."""
        return self._converter.unstructure(value)

    def _send_data(self, data: Any) -> None:
        # pygls's own writes the body to the log, and swallows what is not JSON.
        if self.writer is None:
            return
        body = json.dumps(data, default=self._serialize_message).encode()
        self.writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def _send_handler_result(self, future: Future[Any], *, msg_id: int | str) -> None:
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            self.fail(msg_id, Fault(errors.REQUEST_CANCELLED, "The request was cancelled."))
        elif (error := future.exception()) is None:
            self.answer(msg_id, future.result())
        elif isinstance(error, JsonRpcException):
            self.fail(msg_id, Fault(error.code, error.message, error.data))
        elif isinstance(error, InvalidArgument):
            self.fail(msg_id, Fault(errors.INVALID_PARAMS, str(error), {"key": error.key}))
        else:
            _log.error("A request failed: %s", errors.place_of(error))
            self.fail(msg_id, errors.internal("The request", error))

    def _check_handler_result(self, future: Future[Any]) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            _log.error("A notification failed: %s", errors.place_of(error))

    def send_request(self, method: str, *_: object, **__: object) -> Future[Any]:
        """Refuse: in pygls a malformed answer leaves its caller waiting for ever."""
        raise RuntimeError(f"{method}: requests to the editor go through SpecialistServer.requests")
