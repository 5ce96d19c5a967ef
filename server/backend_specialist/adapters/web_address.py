"""A URL, taken apart once: what is shown, approved and connected to is the same.

Owns the reading of URLs. Connects to nothing and decides nothing about hosts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from backend_specialist.domain.ports import FetchFailed

from . import addresses

_PORTS = {"http": 80, "https": 443}
_MAX_URL = 4096
_NOT_IN_URLS = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE = "%/:?#[]@!$&'()*+,;=-._~|"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebAddress:
    """``host`` is in its one spelling (IPv6 without brackets); ``target`` is path and query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The host, with the port unless it is the scheme's own: the ``Host`` header."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"

    @property
    def usual_port(self) -> bool:
        """Whether the port is the scheme's own."""
        return self.port == _PORTS[self.scheme]

    @property
    def url(self) -> str:
        """The URL in full, as people are asked about it."""
        return f"{self.scheme}://{self.authority}{self.target}"

    def follow(self, location: str) -> WebAddress:
        """Where a redirect leads; raise ``FetchFailed`` when it may not lead there."""
        target = parse(urljoin(self.url, location))
        if self.scheme == "https" and target.scheme == "http":
            raise FetchFailed(
                f"{self.url} redirects to {target.url}, from https to plain http, which is not "
                "followed. Use an https address."
            )
        return target


def parse(text: str) -> WebAddress:
    """Read an http or https URL; raise ``FetchFailed`` with what is wrong."""
    text = text.strip()
    if len(text) > _MAX_URL:
        raise FetchFailed(f"The URL is longer than {_MAX_URL} characters. Give a shorter one.")
    if _NOT_IN_URLS.search(text):
        raise FetchFailed(
            "The URL holds a blank, a control character or a backslash. Write it percent-encoded."
        )
    try:
        return _parse(text)
    except ValueError as error:
        raise FetchFailed(f"{text!r} is not a usable URL: {error}. Check its spelling.") from None


def _parse(text: str) -> WebAddress:
    parts = urlsplit(text)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ValueError("only http and https addresses are fetched")
    if "@" in parts.netloc:
        raise ValueError("user names and passwords in URLs are refused")
    port = _PORTS[scheme] if parts.port is None else parts.port
    if port == 0:
        raise ValueError("port 0 cannot be connected to")
    path = quote(parts.path or "/", safe=_SAFE)
    query = "?" + quote(parts.query, safe=_SAFE) if parts.query else ""
    host = addresses.host(_host_of(parts.netloc))
    return WebAddress(scheme=scheme, host=host, port=port, target=path + query)


def _host_of(netloc: str) -> str:
    if netloc.startswith("["):
        return netloc[: netloc.find("]") + 1]
    return netloc.partition(":")[0]
