"""Models behind the Messages API, through the ``anthropic`` SDK.

Owns the only use of the SDK: its clients, its streams, its errors and its tables of models. The SDK is
imported in a thread when it is first needed, since that takes about a second. Never retries.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, get_args
from urllib.parse import urlsplit

from backend_specialist.adapters.model_data import ModelFacts
from backend_specialist.adapters.model_failures import Failure, Place, explain
from backend_specialist.adapters.model_requests import request_body
from backend_specialist.adapters.retired import Lifetimes, lifetimes_of
from backend_specialist.adapters.turn_reader import TurnReader
from backend_specialist.domain.ports import ModelError, ModelEvent, ModelInfo, ModelRequest
from backend_specialist.domain.transcript import Usage
from backend_specialist.loading import uncollected

STANDARD_URL = "https://api.anthropic.com"
_CONNECT_SECONDS = 10.0
# The real API pings all the time; a local model may read a long prompt in silence.
_SILENCE_SECONDS = 300.0
# The packages that a platform's client needs, and the extra of this package that brings them.
_PLATFORM_MODULES = {"bedrock": "boto3", "vertex": "google.auth"}


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where requests go and with what. Its text never holds the key.

    ``provider`` is ``anthropic``, ``bedrock`` or ``vertex``; for the last two the SDK finds address and credentials
    by itself. ``key_name`` is the variable that the key came from.
    """

    provider: str = "anthropic"
    base_url: str = STANDARD_URL
    key: str = field(default="", repr=False)
    is_token: bool = False
    key_name: str = "ANTHROPIC_API_KEY"

    @property
    def host(self) -> str:
        """The name by which people know it."""
        names = {"bedrock": "Amazon Bedrock", "vertex": "Google Cloud"}
        return names.get(self.provider) or urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def is_local(self) -> bool:
        """Whether it is plain HTTP on this machine, where no proxy stands in between."""
        url = urlsplit(self.base_url)
        return url.scheme == "http" and url.hostname in ("127.0.0.1", "localhost", "::1")


class Connection:
    """One client of the SDK for one endpoint, made when it is first needed."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._client: Any = None
        self._making = asyncio.Lock()

    async def client(self) -> Any:
        """Give the client; raise :class:`ModelError` when it cannot be made."""
        async with self._making:
            if self._client is None:
                self._client = await asyncio.to_thread(_make_client, self.endpoint)
        return self._client

    async def close(self) -> None:
        """Close every open connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None


class AnthropicModel:
    """One model behind one connection. ``price`` gives what a turn cost, if that is known."""

    def __init__(
        self,
        info: ModelInfo,
        facts: ModelFacts,
        connection: Connection,
        price: Callable[[Usage], float | None],
    ) -> None:
        self._info = info
        self._facts = facts
        self._connection = connection
        self._price = price

    @property
    def info(self) -> ModelInfo:
        """What is known of the model."""
        return self._info

    @property
    def endpoint(self) -> str:
        """The host, which all models behind it share."""
        return self._connection.endpoint.host

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Stream one turn; the last event is the turn. Raises :class:`ModelError` only."""
        reader = TurnReader()
        try:
            body = request_body(request, self._info.id, self._facts)
            client = await self._connection.client()
            async with await _open_stream(client, body) as stream:
                async for event in stream:
                    shown = reader.feed(event)
                    if shown:
                        yield shown
                    # The SDK hands on everything that has come at once, which can be thousands of events.
                    await asyncio.sleep(0)
        except ModelError:
            raise
        # A stream fails in many ways, AssertionError and ValueError among them. The cause is not
        # kept, since the text of a transport error can hold the key.
        except Exception as error:  # noqa: BLE001 - every failure of the stream is a failed turn
            failure = self._failure(error, began=reader.began)
            raise explain(failure, self._place()) from None
        turn = reader.turn()
        yield replace(turn, usage=replace(turn.usage, cost=self._price(turn.usage)))

    def _place(self) -> Place:
        endpoint = self._connection.endpoint
        return Place(host=endpoint.host, model=self._info.id, key_name=endpoint.key_name)

    def _failure(self, error: Exception, *, began: bool) -> Failure:
        endpoint = self._connection.endpoint
        failure = _describe(error)
        if failure.what == "stream" and not began and endpoint.provider in _PLATFORM_MODULES:
            # These clients look for credentials when they send, and fail in their own ways.
            failure = replace(failure, what="setup")
        return replace(failure, secrets=(endpoint.key,) if endpoint.key else ())


async def warm() -> None:
    """Import the SDK in the background, so that the first session need not wait for it."""
    await asyncio.to_thread(_sdk)


async def lifetimes() -> Lifetimes:
    """Give the SDK's tables of retired and of current models."""
    return await asyncio.to_thread(_lifetimes)


# ---------------------------------------------------------------- the SDK


@cache
def _sdk() -> Any:
    with uncollected():
        sdk = importlib.import_module("anthropic")
        # These are loaded late, and a first request would wait for them.
        for name in ("anthropic.types", "anyio._backends._asyncio"):
            importlib.import_module(name)
    return sdk


def _lifetimes() -> Lifetimes:
    _sdk()
    messages = importlib.import_module("anthropic.resources.messages.messages")
    model = importlib.import_module("anthropic.types.model").Model
    names = tuple(name for part in get_args(model) for name in get_args(part))
    return lifetimes_of(messages.DEPRECATED_MODELS, names)


def _make_client(endpoint: Endpoint) -> Any:
    sdk = _sdk()
    timeout = sdk.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS)
    if endpoint.provider in _PLATFORM_MODULES:
        return _platform_client(sdk, endpoint.provider, timeout)
    local: dict[str, Any] = {}
    if endpoint.is_local:
        # Loopback needs neither proxies (the SDK mounts those of the environment by itself) nor
        # certificates, which take time to load.
        no_proxies = {"http://": None, "all://": None}
        local = {"trust_env": False, "verify": False, "mounts": no_proxies}
    return sdk.AsyncAnthropic(
        base_url=endpoint.base_url,
        **{"auth_token" if endpoint.is_token else "api_key": endpoint.key},
        max_retries=0,
        timeout=timeout,
        http_client=sdk.DefaultAsyncHttpxClient(timeout=timeout, **local),
    )


def _platform_client(sdk: Any, provider: str, timeout: Any) -> Any:
    if not _is_installed(_PLATFORM_MODULES[provider]):
        raise ModelError(
            "configuration",
            f"Models of {provider} need packages that are not installed. Install them with "
            f'pip install "backend-specialist[{provider}]" and start the server again.',
        )
    make = sdk.AsyncAnthropicBedrock if provider == "bedrock" else sdk.AsyncAnthropicVertex
    try:
        return make(max_retries=0, timeout=timeout)
    except (ValueError, sdk.AnthropicError) as error:
        message = f"The connection to {provider} could not be set up: {error}"
        raise ModelError("configuration", message) from None


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


async def _open_stream(client: Any, body: dict[str, Any]) -> Any:
    # Not ``messages.create``: that makes an object of every event, which took longer than all else that we do with one.
    stream_of_json = _sdk().AsyncStream[object]
    return await client.post(
        "/v1/messages",
        body={**body, "stream": True},
        cast_to=object,
        stream=True,
        stream_cls=stream_of_json,
    )


def _describe(error: Exception) -> Failure:
    sdk = _sdk()
    if isinstance(error, sdk.APIStatusError):
        return Failure(
            what="status",
            status=error.status_code,
            type=error.type or "",
            text=error.api_message or "",
            headers=error.response.headers,
        )
    # In the middle of a stream it is the transport's own exception.
    if isinstance(error, sdk.APITimeoutError) or type(error).__name__ == "ReadTimeout":
        return Failure(what="silent")
    if isinstance(error, sdk.APIConnectionError):
        return Failure(what="unreachable")
    return Failure(what="stream", text=type(error).__name__)
