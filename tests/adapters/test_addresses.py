import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters import addresses

IPV4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)


def spellings(address: ipaddress.IPv4Address) -> list[str]:
    """Every notation that a resolver of the C library takes for this address."""
    number = int(address)
    a, b, c, d = address.packed
    return [
        str(address),
        f"{address}.",
        str(number),
        f"0x{number:x}",
        f"0X{number:08X}",
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.0x{b:x}.0{c:o}.{d}",
        f"{a}。{b}。{c}。{d}",
        str(address).translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)}),
    ]


@given(IPV4)
def test_host_reads_every_spelling_of_an_ipv4_address(address: ipaddress.IPv4Address) -> None:
    for spelling in spellings(address):
        assert addresses.host(spelling) == str(address), spelling


@given(IPV4)
def test_address_inside_of_ipv6_is_as_public_as_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    carriers = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1),
        ipaddress.IPv6Address(0x64FF9B << 96 | number),
    ]
    for carrier in carriers:
        assert addresses.is_public(carrier) == addresses.is_public(address), carrier


@given(IPV4)
def test_nothing_that_python_calls_private_is_public(address: ipaddress.IPv4Address) -> None:
    special = address.is_private or address.is_multicast or address.is_reserved
    if special or address.is_loopback or address.is_link_local or address.is_unspecified:
        assert not addresses.is_public(address)


@given(st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address))
def test_no_special_ipv6_address_is_public(address: ipaddress.IPv6Address) -> None:
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is None and (address.is_private or address.is_multicast or address.is_reserved):
        assert not addresses.is_public(address)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
        "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:a9fe:a9fe::1", "64:ff9b::127.0.0.1",
        "64:ff9b:1::1", "3fff::1", "100::1", "5f00::1",
    ],
)  # fmt: skip
def test_address_of_a_special_block_is_not_public(text: str) -> None:
    assert addresses.why_not_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1111",
     "2002:808:808::1", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)  # fmt: skip
def test_address_of_the_internet_is_public(text: str) -> None:
    assert addresses.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("given_host", "expected"),
    [
        ("EXAMPLE.com.", "example.com"),
        ("bücher.de", "xn--bcher-kva.de"),
        ("xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("my_service.internal", "my_service.internal"),
        ("[::1]", "::1"),
        ("[2606:4700:0:0::1111]", "2606:4700::1111"),
        ("0", "0.0.0.0"),
        ("127.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_host_has_one_spelling(given_host: str, expected: str) -> None:
    assert addresses.host(given_host) == expected


@pytest.mark.parametrize(
    "text",
    ["", ".", "a..b", "-a.com", "a b.com", "a%00.com", "fe80::1%eth0", "1.2.3.4.5", "1.2.3.256", "256.1", "08.1",
         "1..2",
     "[::1", "foo.1", "1_0.0.0.1", "4294967296", "[::g]", "a" * 64 + ".com", "a." * 130 + "com",
     "exa\u202emple.com", "a/b"],
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        addresses.host(text)


def test_literal_is_none_for_a_name() -> None:
    assert addresses.literal("example.com") is None
    assert addresses.literal("::1") == ipaddress.ip_address("::1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("::", False),
    ],
)
def test_loopback_is_known_in_every_form(text: str, expected: bool) -> None:
    assert addresses.is_loopback(ipaddress.ip_address(text)) is expected
