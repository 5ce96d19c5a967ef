"""Which URLs are fetched without a question, and which hosts may be this machine.

Owns the policy of ``webfetch``. Addresses that are not public stay out of reach under every policy.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from backend_specialist.domain.ports import FetchFailed

from . import addresses
from .documentation_hosts import DOCUMENTATION_HOSTS
from .web_address import WebAddress, parse


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchPolicy:
    """``mode`` is ``guarded`` or ``open``; an entry of ``allow_hosts`` is ``host`` or ``host:port``."""

    mode: str = "guarded"
    allow_hosts: tuple[str, ...] = ()
    documentation_hosts: tuple[str, ...] = DOCUMENTATION_HOSTS

    def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
        """Whether the user must be asked before this URL is resolved."""
        try:
            address = parse(url)
        except FetchFailed:
            return True
        if self.mode == "open" or self._allowed(address):
            return False
        if address.usual_port and address.host in self.documentation_hosts:
            return False
        return address.url not in _readable(typed_urls)

    def may_connect(self, address: WebAddress, ip: addresses.IPAddress) -> bool:
        """Whether to connect: to public IPs, and to loopback where an entry names host and port."""
        if addresses.is_public(ip):
            return True
        return addresses.is_loopback(ip) and (address.host, address.port) in self._entries()

    def _allowed(self, address: WebAddress) -> bool:
        entries = self._entries()
        if (address.host, address.port) in entries:
            return True
        return address.usual_port and (address.host, None) in entries

    def _entries(self) -> frozenset[tuple[str, int | None]]:
        return frozenset(filter(None, map(_entry, self.allow_hosts)))


def _entry(text: str) -> tuple[str, int | None] | None:
    """Read ``host`` or ``host:port``; an entry that cannot be read allows nothing."""
    text = text.strip()
    try:
        return addresses.host(str(ipaddress.IPv6Address(text.strip("[]")))), None
    except ValueError:
        pass
    name, colon, port = text.rpartition(":")
    try:
        if not colon:
            return addresses.host(text), None
        return (addresses.host(name), int(port)) if port.isascii() and port.isdigit() else None
    except ValueError:
        return None


def _readable(urls: frozenset[str]) -> set[str]:
    found = set()
    for url in urls:
        try:
            found.add(parse(url).url)
        except FetchFailed:
            continue
    return found
