import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.web_address import parse
from backend_specialist.domain.ports import FetchFailed


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (
            "HTTPS://Docs.Python.ORG:443/3/?q=a b#frag".replace(" ", "%20"),
            "https://docs.python.org/3/?q=a%20b",
        ),
        ("http://example.com", "http://example.com/"),
        ("http://example.com:8080/ü", "http://example.com:8080/%C3%BC"),
        ("http://[2606:4700:0::1111]:80/", "http://[2606:4700::1111]/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("https://bücher.de./", "https://xn--bcher-kva.de/"),
        ("  https://example.com/a?b#c  ", "https://example.com/a?b"),
    ],
)
def test_url_has_one_spelling(text: str, url: str) -> None:
    assert parse(text).url == url


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("example.com", "only http and https"),
        ("http://user@example.com/", "user names and passwords"),
        ("http://example.com@127.0.0.1/", "user names and passwords"),
        ("http://user:pw@example.com/", "user names and passwords"),
        ("http:///path", "not a usable URL"),
        ("http://", "not a usable URL"),
        ("http://example.com:0/", "port 0"),
        ("http://example.com:65536/", "not a usable URL"),
        ("http://example.com:abc/", "not a usable URL"),
        ("http://[::1/", "not a usable URL"),
        ("http://[fe80::1%25eth0]/", "not a usable URL"),
        ("http://exa mple.com/", "blank"),
        ("http://example.com/\r\nHost: evil", "blank"),
        ("http://example.com\\@127.0.0.1/", "backslash"),
        ("http://example.com/" + "a" * 5000, "longer than"),
    ],
)
def test_url_that_is_not_fetched_says_why(text: str, message: str) -> None:
    with pytest.raises(FetchFailed, match=message):
        parse(text)


@given(st.text(max_size=60))
def test_reading_any_text_gives_an_address_or_a_reason(text: str) -> None:
    for candidate in (text, f"http://{text}", f"http://example.com/{text}"):
        try:
            address = parse(candidate)
        except FetchFailed:
            continue
        assert parse(address.url) == address
        assert address.url.isascii()
        assert address.url.isprintable()
        assert "@" not in address.authority


def test_redirect_is_relative_to_where_it_stands() -> None:
    address = parse("https://example.com/a/b?c")
    assert address.follow("../d").url == "https://example.com/d"
    assert address.follow("//other.example.com/e").url == "https://other.example.com/e"
    assert address.follow("?f").url == "https://example.com/a/b?f"
