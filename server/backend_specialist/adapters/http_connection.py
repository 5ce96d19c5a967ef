"""One GET over one connection to an address that was checked before.

Owns the connection: the address is pinned, while TLS and the ``Host`` header keep the name. Sends no
cookies, uses no proxy and follows no redirect. Decides nothing about addresses.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpcore2

from backend_specialist import __version__
from backend_specialist.domain.ports import FetchFailed

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterable, Sequence

    from .web_address import WebAddress

_ACCEPT = "text/markdown, text/html;q=0.9, text/*;q=0.8, application/json;q=0.8, */*;q=0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Status and headers (lower-case names, the first of each), and the body as it comes."""

    status: int
    headers: dict[str, str]
    body: AsyncIterator[bytes]


class PinnedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the given addresses in turn, whatever host it is asked for."""

    def __init__(
        self, addresses: Sequence[str], network: httpcore2.AsyncNetworkBackend | None = None
    ) -> None:
        self._addresses = addresses
        self._network = network or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - this is the point: the name is not resolved again
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Give a stream to the first address that accepts."""
        failure: Exception = httpcore2.ConnectError("no address")
        for address in self._addresses:
            try:
                return await self._network.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


@asynccontextmanager
async def get(
    address: WebAddress, backend: PinnedBackend, tls: ssl.SSLContext
) -> AsyncIterator[Answer]:
    """Send the request and give the answer, whose body must be read inside of the block.

    Raises ``FetchFailed`` for everything that goes wrong on the way, also while the body is read.
    """
    url = httpcore2.URL(
        scheme=address.scheme, host=address.host, port=address.port, target=address.target
    )
    connection = httpcore2.AsyncHTTPConnection(
        origin=url.origin, ssl_context=tls, network_backend=backend
    )
    try:
        request = httpcore2.Request("GET", url, headers=_headers(address))
        response = await connection.handle_async_request(request)
        try:
            yield Answer(
                status=response.status,
                headers=_first_of_each(response.headers),
                body=response.aiter_stream(),
            )
        finally:
            await response.aclose()
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise FetchFailed(_sentence(address, error)) from None
    finally:
        await connection.aclose()


def _headers(address: WebAddress) -> list[tuple[str, str]]:
    return [
        ("Host", address.authority),
        ("User-Agent", f"backend-specialist/{__version__}"),
        ("Accept", _ACCEPT),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
    ]


def _first_of_each(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


def _sentence(address: WebAddress, error: Exception) -> str:
    detail = str(error).strip() or type(error).__name__
    match error:
        case httpcore2.ConnectError():
            said, hint = f"{address.authority} could not be connected to", "Check the URL"
        case httpcore2.ProtocolError():
            said, hint = f"{address.authority} did not answer in HTTP", "Check scheme and port"
        case _:
            said, hint = f"The connection to {address.authority} broke", "Try again"
    return f"{said} ({detail}). {hint}, or try another source."
