import ipaddress

import pytest

from backend_specialist.adapters import addresses
from backend_specialist.adapters.documentation_hosts import DOCUMENTATION_HOSTS
from backend_specialist.adapters.fetch_policy import FetchPolicy
from backend_specialist.adapters.web_address import parse

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://docs.python.org/3/library/asyncio.html", False),
        ("http://docs.python.org/", False),
        ("https://DOCS.python.org./x?y=z", False),
        ("https://docs.python.org:8443/", True),
        ("https://evil.docs.python.org/", True),
        ("https://docs.python.org.evil.example/", True),
        ("https://example.com/", True),
        ("no url at all", True),
    ],
)
def test_documentation_hosts_are_fetched_without_a_question(url: str, asked: bool) -> None:
    assert FetchPolicy().needs_question(url, NONE) is asked


@pytest.mark.parametrize(
    ("entry", "url", "asked"),
    [
        ("api.example.com", "https://api.example.com/v1", False),
        ("api.example.com", "https://api.example.com:8443/v1", True),
        ("api.example.com", "https://www.api.example.com/v1", True),
        ("API.Example.com.", "https://api.example.com/v1", False),
        ("api.example.com:8443", "https://api.example.com:8443/v1", False),
        ("api.example.com:8443", "https://api.example.com/v1", True),
        ("[2606:4700::1111]:8443", "https://[2606:4700::1111]:8443/", False),
        ("2606:4700::1111", "https://[2606:4700::1111]/", False),
        ("*", "https://example.com/", True),
        ("", "https://example.com/", True),
        ("https://example.com", "https://example.com/", True),
        ("example.com:x", "https://example.com/", True),
    ],
)
def test_allowed_hosts_are_fetched_without_a_question(entry: str, url: str, asked: bool) -> None:
    assert FetchPolicy(allow_hosts=(entry,)).needs_question(url, NONE) is asked


def test_url_that_the_user_typed_is_fetched_without_a_question() -> None:
    typed = frozenset({"https://Example.com/Guide?a=1#part", "not a url"})
    assert not FetchPolicy().needs_question("https://example.com/Guide?a=1", typed)
    assert FetchPolicy().needs_question("https://example.com/Guide?a=1&code=secret", typed)
    assert FetchPolicy().needs_question("https://example.com/guide?a=1", typed)


def test_open_policy_asks_about_nothing() -> None:
    assert not FetchPolicy(mode="open").needs_question("https://example.com/", NONE)


@pytest.mark.parametrize(
    ("entries", "url", "ip", "allowed"),
    [
        ((), "http://a.example/", "93.184.216.34", True),
        (("a.example:80",), "http://a.example/", "127.0.0.1", True),
        (("a.example:80",), "http://a.example/", "::1", True),
        (("a.example:80",), "http://a.example:81/", "127.0.0.1", False),
        (("a.example",), "http://a.example/", "127.0.0.1", False),
        (("a.example:80",), "http://a.example/", "10.0.0.1", False),
        (("a.example:80",), "http://a.example/", "0.0.0.0", False),
    ],
)
def test_only_an_entry_with_a_port_may_name_loopback(
    entries: tuple[str, ...], url: str, ip: str, allowed: bool
) -> None:
    policy = FetchPolicy(mode="open", allow_hosts=entries)
    assert policy.may_connect(parse(url), ipaddress.ip_address(ip)) is allowed


def test_documentation_hosts_are_spelled_as_they_are_compared() -> None:
    assert [addresses.host(name) for name in DOCUMENTATION_HOSTS] == list(DOCUMENTATION_HOSTS)
    assert len(set(DOCUMENTATION_HOSTS)) == len(DOCUMENTATION_HOSTS)
