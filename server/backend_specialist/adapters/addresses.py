"""Host names and IP addresses: every spelling of one, and whether it is on the public internet.

Owns the tables of address blocks that no fetch may reach. Resolves nothing and connects to nothing.
The tables are our own, since what ``ipaddress`` calls global changes between Python versions.
"""

from __future__ import annotations

import ipaddress
import re

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_BLOCKED_V4 = tuple(
    (ipaddress.IPv4Network(block), why)
    for block, why in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's inner network"),
        ("127.0.0.0/8", "this machine (loopback)"),
        ("168.63.129.16/32", "a cloud provider's own service"),
        ("169.254.0.0/16", "link-local, where cloud metadata lives"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved for examples"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for examples"),
        ("203.0.113.0/24", "reserved for examples"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_BLOCKED_V6 = tuple(
    (ipaddress.IPv6Network(block), why)
    for block, why in (
        ("2001::/23", "reserved for protocols and tunnels"),
        ("2001:db8::/32", "reserved for examples"),
        ("3fff::/20", "reserved for examples"),
    )
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\Z")
_NUMBER = re.compile(r"0x[0-9a-f]*\Z|[0-9]+\Z")
_MAX_HOST = 255


def host(given: str) -> str:
    """Give the one spelling of a host: lower case, IDNA, no trailing dot, canonical IP addresses.

    IPv6 is given without brackets. Raises ``ValueError`` for what is no host.
    """
    if not given or len(given) > _MAX_HOST or "%" in given:
        raise ValueError("it is empty, too long, or holds a '%'")
    if given.startswith("[") or ":" in given:
        bare = given[1:-1] if given.startswith("[") and given.endswith("]") else given
        return str(ipaddress.IPv6Address(bare))
    name = _ascii(given).removesuffix(".")
    if _NUMBER.match(name.rsplit(".", 1)[-1]):
        return str(_ipv4(name))
    if not _NAME.match(name):
        raise ValueError("it has characters that no host name has")
    return name


def literal(name: str) -> IPAddress | None:
    """The address that a host (as :func:`host` gives it) is, ``None`` for a name."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def why_not_public(address: IPAddress) -> str:
    """Say what an address is when it is not on the public internet; empty when it is.

    An address that carries an IPv4 address (mapped, 6to4, NAT64) is what that one is.
    """
    if isinstance(address, ipaddress.IPv4Address):
        return next((why for block, why in _BLOCKED_V4 if address in block), "")
    inner = _embedded(address)
    if inner is not None:
        return why_not_public(inner)
    if address.is_loopback:
        return "this machine (loopback)"
    if address not in _GLOBAL_V6:
        return "not a public IPv6 address"
    return next((why for block, why in _BLOCKED_V6 if address in block), "")


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet."""
    return not why_not_public(address)


def is_loopback(address: IPAddress) -> bool:
    """Whether an address is this machine, also when IPv6 carries it."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (inner or address).is_loopback


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _ascii(given: str) -> str:
    if given.isascii():
        return given.lower()
    import idna  # noqa: PLC0415 - its tables are only needed for names outside ASCII

    return idna.encode(given, uts46=True).decode("ascii").lower()


def _ipv4(name: str) -> ipaddress.IPv4Address:
    """Read the forms of ``inet_aton``: one to four parts, each decimal, octal or hexadecimal."""
    parts = name.split(".")
    if len(parts) > 4:
        raise ValueError("it has more than four numbers")
    *high, low = (_part(part) for part in parts)
    if any(number > 0xFF for number in high) or low >= 1 << 8 * (4 - len(high)):
        raise ValueError("a number in it is too large for an address")
    for index, number in enumerate(high):
        low += number << 8 * (3 - index)
    return ipaddress.IPv4Address(low)


def _part(part: str) -> int:
    octal = len(part) > 1 and part.startswith("0") and not part.startswith("0x")
    if not _NUMBER.match(part) or (octal and re.search("[89]", part)):
        raise ValueError("it ends in a number but is no IP address")
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if octal else 10)
