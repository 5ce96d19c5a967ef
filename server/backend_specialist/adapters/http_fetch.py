"""Guarded HTTP: public addresses only, resolved once, checked and pinned, each redirect again.

Owns the order of a fetch: approve, resolve, check, connect, read within limits, convert. Who is asked
about a URL is the caller's business; which URLs need it is the policy's.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from backend_specialist.domain.ports import FetchFailed, Page

from . import addresses, html, http_body
from .apart import NotDone, run_apart
from .fetch_policy import FetchPolicy
from .web_address import WebAddress, parse

if TYPE_CHECKING:
    import ssl

    import httpcore2

    from .http_connection import Answer, PinnedBackend

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Approve = Callable[[str], Awaitable[None]]

_MAX_REDIRECTS = 5
_MAX_SECONDS = 120.0
_MAX_CONVERSION = 10.0
_MAX_ADDRESSES = 4
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a name; raises ``OSError``."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(slots=True)
class _Clock:
    """The time that is left for the network; waiting for the user does not count."""

    total: float
    left: float

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(max(self.left, 0.0)):
                yield
        except TimeoutError:
            raise FetchFailed(
                f"The server did not answer in full within {self.total:g} seconds. "
                "Try again with a longer timeout (at most 120), or try another source."
            ) from None
        finally:
            self.left -= loop.time() - started


class GuardedFetch:
    """Implements ``domain.ports.Fetch``. Holds no connection and no cookie between two fetches."""

    def __init__(
        self,
        policy: FetchPolicy | None = None,
        *,
        resolve: Resolve = system_resolver,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.policy = policy or FetchPolicy()
        self._resolve = resolve
        self._network = network
        self._tls = tls

    def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
        """Whether the user must be asked before this URL is fetched."""
        return self.policy.needs_question(url, typed_urls)

    async def get(self, url: str, *, format: str, seconds: float, approve: Approve) -> Page:
        """Fetch and convert (``markdown``, ``text``, ``html``).

        Raises ``FetchFailed``, and whatever ``approve`` raises.
        """
        seconds = min(max(seconds, 0.0), _MAX_SECONDS)
        clock = _Clock(total=seconds, left=seconds)
        address = parse(url)
        for _ in range(_MAX_REDIRECTS + 1):
            if given := addresses.literal(address.host):
                self._check(address, given)  # nobody is asked about what is refused anyway
            await approve(address.url)
            async with clock.running():
                outcome = await self._hop(address, format)
            if isinstance(outcome, Page):
                return outcome
            address = outcome
        raise FetchFailed(
            f"{url} was redirected more than {_MAX_REDIRECTS} times. Give the final address."
        )

    async def _hop(self, address: WebAddress, form: str) -> Page | WebAddress:
        from . import http_connection  # noqa: PLC0415 - 90 ms, only paid by those who fetch

        backend = http_connection.PinnedBackend(await self._addresses(address), self._network)
        async with self._answer(address, backend) as answer:
            if answer.status in _REDIRECTS and answer.headers.get("location"):
                return address.follow(answer.headers["location"])
            return await _page(address, answer, form)

    @asynccontextmanager
    async def _answer(self, address: WebAddress, backend: PinnedBackend) -> AsyncIterator[Answer]:
        from . import http_connection  # noqa: PLC0415 - as above

        if self._tls is None:
            self._tls = await asyncio.to_thread(_default_tls)
        async with http_connection.get(address, backend, self._tls) as answer:
            yield answer

    async def _addresses(self, address: WebAddress) -> Sequence[str]:
        """Resolve once; every address must be allowed, since any of them might be used."""
        for ip in (found := await self._resolved(address)):
            self._check(address, ip)
        return [str(ip) for ip in found[:_MAX_ADDRESSES]]

    def _check(self, address: WebAddress, ip: addresses.IPAddress) -> None:
        if not self.policy.may_connect(address, ip):
            why = addresses.why_not_public(ip)
            raise FetchFailed(
                f"{address.host} is at {ip}, which is {why}. Only public addresses are "
                "fetched. Do without it, or ask the user for the text."
            )

    async def _resolved(self, address: WebAddress) -> list[addresses.IPAddress]:
        given = addresses.literal(address.host)
        if given is not None:
            return [given]
        try:
            texts = await self._resolve(address.host, address.port)
        except OSError as error:
            raise FetchFailed(
                f"{address.host} could not be resolved ({error.strerror or error}). "
                "Check its spelling."
            ) from None
        found = [addresses.literal(text) for text in texts]
        if not found or None in found:
            raise FetchFailed(f"{address.host} has no address that can be used.")
        return [ip for ip in found if ip is not None]


async def _page(address: WebAddress, answer: Answer, form: str) -> Page:
    if not 200 <= answer.status < 300:
        raise FetchFailed(f"{address.url} answered {_status(answer.status)}. Check the URL.")
    kind = http_body.content_type(answer.headers)
    _refuse_declared(answer)
    body = await _read(answer)
    header = answer.headers.get("content-type", "")
    text = await asyncio.to_thread(http_body.text_of, body, header)
    if form != "html" and html.looks_like_html(text, header):
        text = await _converted(text, form)
    return Page(url=address.url, status=answer.status, content_type=kind, text=text)


async def _read(answer: Answer) -> bytes:
    unpacker = http_body.Unpacker(answer.headers.get("content-encoding", ""))
    async for piece in answer.body:
        if unpacker.packed:
            await asyncio.to_thread(unpacker.feed, piece)
        else:
            unpacker.feed(piece)
    return unpacker.body()


def _refuse_declared(answer: Answer) -> None:
    declared = answer.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > http_body.MAX_BYTES:
        raise FetchFailed(
            f"The page is {int(declared[:20]) // 1024} KB, more than the 5 MB that are read. "
            "Fetch a smaller part of it."
        )


async def _converted(page: str, form: str) -> str:
    try:
        said = await run_apart("html_process", page, form, seconds=_MAX_CONVERSION)
    except TimeoutError:
        raise FetchFailed(
            "The page takes too long to be converted. Ask for it with format html, or try another source."
        ) from None
    except NotDone as error:
        raise FetchFailed(
            f"The page could not be converted ({error}). Ask for it with format html."
        ) from None
    if "failed" in said:
        raise FetchFailed(said["failed"])
    return str(said["text"])


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _default_tls() -> ssl.SSLContext:
    import httpcore2  # noqa: PLC0415 - see _hop

    return httpcore2.default_ssl_context()
