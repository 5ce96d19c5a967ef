"""A scripted Messages API on loopback, for rehearsals and for tests.

Owns the server: it streams replies of scripts as the real API streams its own, counts cached tokens by
real comparison, refuses what the real API refuses, and fails where a script says so. The name of the
model in the request chooses the script, so any number of conversations can use one server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from backend_specialist.adapters.scripted_cache import PromptCache, message_blocks, tokens
from backend_specialist.adapters.scripted_checks import refusal
from backend_specialist.adapters.scripted_http import (
    Answer,
    BrokenRequest,
    HttpRequest,
    read_request,
)
from backend_specialist.adapters.scripted_stream import StreamEvent, message_events
from backend_specialist.adapters.scripts import (
    Fault,
    Reply,
    Request,
    Script,
    ScriptError,
    position,
    reply_to,
)

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


class ScriptedApi:
    """The server, with scripts by model name or one script for every name.

    ``requests`` are the bodies of all requests for a message, refused ones included.
    ``request_came`` is set with the first of them, ``stream_left`` when a client went away in the
    middle of a stream.
    """

    def __init__(
        self,
        scripts: Script | Mapping[str, Script],
        *,
        key: str | None = None,
        minimum_cached_tokens: int = 1024,
    ) -> None:
        self._named = scripts if isinstance(scripts, Mapping) else {}
        self._default = None if isinstance(scripts, Mapping) else scripts
        self._key = key
        self._cache = PromptCache(minimum_tokens=minimum_cached_tokens)
        self._faults_shown: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.requests: list[Request] = []
        self.request_came = asyncio.Event()
        self.stream_left = asyncio.Event()

    async def start(self) -> str:
        """Listen on a free port of loopback and give the base URL."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**16)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._server:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def __aenter__(self) -> ScriptedApi:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun, complete = b"", True
        with contextlib.suppress(BrokenRequest, ConnectionError):
            try:
                while complete:
                    request = await read_request(reader, begun)
                    answer = Answer(reader, writer)
                    try:
                        await self._route(request, answer)
                    finally:
                        begun, complete = await answer.release(), answer.complete
            finally:
                writer.close()
                await writer.wait_closed()

    async def _route(self, http: HttpRequest, answer: Answer) -> None:
        if not http.key or (self._key is not None and http.key != self._key):
            await _refuse(answer, 401, "invalid x-api-key")
        elif (http.method, http.path) == ("POST", "/v1/messages"):
            await self._message(http, answer)
        elif (http.method, http.path) == ("POST", "/v1/messages/count_tokens"):
            body = json.loads(http.body)
            blocks = message_blocks(body["messages"])
            await answer.whole(200, {"input_tokens": sum(tokens(block.text) for block in blocks)})
        elif (http.method, http.path) == ("GET", "/v1/models"):
            await answer.whole(200, self._model_list())
        else:
            await _refuse(answer, 404, f"Not found: {http.path}")

    def _model_list(self) -> dict[str, Any]:
        data = [{"type": "model", "id": name, "display_name": name} for name in self._named]
        return {"data": data, "has_more": False, "first_id": None, "last_id": None}

    async def _message(self, http: HttpRequest, answer: Answer) -> None:
        try:
            request = json.loads(http.body)
        except ValueError:
            await _refuse(answer, 400, "The request body is not valid JSON.")
            return
        self.requests.append(request)
        self.request_came.set()
        problem = refusal(request)
        script = None if problem else self._named.get(request["model"], self._default)
        if problem:
            await _refuse(answer, 400, problem)
        elif script is None:
            await _refuse(answer, 404, f"model: {request['model']}")
        else:
            await self._reply(script, request, answer)

    async def _reply(self, script: Script, request: Request, answer: Answer) -> None:
        try:
            reply = reply_to(script, request)
        except ScriptError as error:
            await _refuse(answer, 400, str(error))
            return
        fault = self._due(reply.fault, request)
        if fault and fault.kind == "status":
            await _refuse(answer, fault.status, "scripted", headers=fault.headers, type=fault.type)
        elif fault and fault.kind == "notAStream":
            await answer.whole(200, "<html><body>Welcome to the hotel network</body></html>")
        elif request.get("stream"):
            await self._stream(reply, fault, request, answer)
        else:
            await _refuse(answer, 400, "This server only streams: set stream to true.")

    def _due(self, fault: Fault | None, request: Request) -> Fault | None:
        if fault is None:
            return None
        first = json.dumps(request["messages"][0])
        key = f"{request['model']} {position(request)} {hash(first)} {fault}"
        self._faults_shown[key] = self._faults_shown.get(key, 0) + 1
        return fault if self._faults_shown[key] <= fault.times else None

    async def _stream(
        self, reply: Reply, fault: Fault | None, request: Request, answer: Answer
    ) -> None:
        spent = self._cache.take(request)
        try:
            answer.begin_stream()
            for number, event in enumerate(message_events(reply, request, spent, fault)):
                if fault and fault.after == number and await self._fail(fault, answer):
                    return
                if await answer.client_gone(reply.delay if event.paced else 0.0):
                    self.stream_left.set()
                    return
                await answer.piece(event.encode())
            await answer.end_stream()
        except ConnectionError:
            self.stream_left.set()

    async def _fail(self, fault: Fault, answer: Answer) -> bool:
        match fault.kind:
            case "error":
                kind = fault.type or "overloaded_error"
                error = {"type": "error", "error": {"type": kind, "message": "scripted"}}
                await answer.piece(StreamEvent(error).encode())
                await answer.end_stream()
            case "cut":
                await answer.end_stream()
            case "chunkCut":
                await answer.break_stream()
            case "stall":
                await answer.client_gone(None)
                self.stream_left.set()
            case _:
                return False
        return True


async def _refuse(
    answer: Answer,
    status: int,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    type: str = "",
) -> None:
    kind = type or _ERROR_TYPES.get(status, "api_error")
    body = {"type": "error", "error": {"type": kind, "message": message}}
    await answer.whole(status, body, headers={"request-id": "req_scripted", **(headers or {})})
