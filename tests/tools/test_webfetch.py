from pathlib import Path

import pytest

from backend_specialist.adapters.fetch_policy import FetchPolicy
from backend_specialist.adapters.http_fetch import GuardedFetch
from backend_specialist.domain.ports import Page
from backend_specialist.tools.registry import ToolFailed
from backend_specialist.tools.webfetch import WebFetch
from support.tool_context import MemoryContext, make_context
from support.web import redirect, response, running

URL = "https://example.com/guide"


@pytest.fixture
def context(tmp_path: Path) -> MemoryContext:
    made = make_context(tmp_path)
    made.fetch.pages[URL] = Page(url=URL, status=200, content_type="text/html", text="# Guide")
    return made


async def test_page_is_given_with_its_address(context: MemoryContext) -> None:
    output = await WebFetch().run(context, {"url": URL})
    assert output.text == f"URL: {URL}\nContent-Type: text/html\n\n# Guide"
    assert output.title == URL
    assert context.fetch.calls == [{"url": URL, "format": "markdown", "seconds": 30.0}]


async def test_format_and_timeout_are_passed_on(context: MemoryContext) -> None:
    await WebFetch().run(context, {"url": f" {URL} ", "format": "text", "timeout": 5})
    assert context.fetch.calls == [{"url": URL, "format": "text", "seconds": 5.0}]


async def test_unknown_host_is_asked_about_with_the_whole_url(context: MemoryContext) -> None:
    await WebFetch().run(context, {"url": URL})
    assert context.permitted == [("webfetch", (URL,))]
    assert context.asked == [(URL,)]
    assert context.titles == [f"Fetch {URL}?"]


async def test_url_that_the_user_typed_is_not_asked_about(context: MemoryContext) -> None:
    context.typed_urls = frozenset({URL})
    await WebFetch().run(context, {"url": URL})
    assert context.permitted == [("webfetch", (URL,))]
    assert context.asked == []


@pytest.mark.parametrize("by", ["rule", "user"])
async def test_refused_url_is_not_fetched(context: MemoryContext, by: str) -> None:
    if by == "rule":
        context.denials["webfetch"] = "The user said no."
    else:
        context.user_refuses = "The user said no."
    with pytest.raises(ToolFailed, match="The user said no"):
        await WebFetch().run(context, {"url": URL})


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/b", "example.com", "http//x", "http://[::1/"]
)
async def test_other_scheme_fails_before_anything_is_asked(
    context: MemoryContext, url: str
) -> None:
    with pytest.raises(ToolFailed, match=r"Only http and https|Not fetched|Nothing answers"):
        await WebFetch().run(context, {"url": url})
    assert context.asked == []


async def test_failure_says_that_nothing_was_fetched(context: MemoryContext) -> None:
    with pytest.raises(ToolFailed, match="Not fetched: Nothing answers"):
        await WebFetch().run(context, {"url": "https://example.com/other"})


@pytest.mark.parametrize(
    ("text", "shown", "said"),
    [
        ("line\n" * 3_000, "line\n" * 1_999 + "line", "3001 lines"),
        ("x" * 60_000, "x" * 51_200, "60000 bytes"),
        ("ü" * 30_000, "ü" * 25_600, "60000 bytes"),
    ],
)
async def test_long_page_is_cut_with_a_note(
    context: MemoryContext, text: str, shown: str, said: str
) -> None:
    context.fetch.pages[URL] = Page(url=URL, status=200, content_type="text/plain", text=text)
    output = (await WebFetch().run(context, {"url": URL})).text
    body = output.split("\n\n", 1)[1].split("\n\n(Cut")[0]
    assert body == shown
    assert said in output


async def test_empty_page_says_so(context: MemoryContext) -> None:
    context.fetch.pages[URL] = Page(url=URL, status=200, content_type="", text="")
    assert (
        "Content-Type: unknown\n\n(the page is empty)"
        in (await WebFetch().run(context, {"url": URL})).text
    )


async def test_redirect_to_another_host_is_asked_about_and_one_within_the_host_is_not(
    tmp_path: Path,
) -> None:
    context = make_context(tmp_path)
    async with running() as web:
        context.fetch = GuardedFetch(FetchPolicy(allow_hosts=(f"127.0.0.1:{web.port}",)))
        context.user_refuses = "The user said no."
        web.answers = {
            "/": redirect("/here"),
            "/here": redirect("https://example.com/?code=secret"),
            "/ok": response(b"fine"),
        }
        assert "fine" in (await WebFetch().run(context, {"url": f"{web.url}/ok"})).text
        with pytest.raises(ToolFailed, match="The user said no"):
            await WebFetch().run(context, {"url": web.url})
        assert len(web.requests) == 3
    assert context.asked == [("https://example.com/?code=secret",)]


async def test_host_that_was_passed_may_redirect_within_itself(context: MemoryContext) -> None:
    class Hopping:
        def needs_question(self, url: str, typed_urls: frozenset[str]) -> bool:
            return True

        async def get(self, url, *, approve, **options):
            for hop in (url, f"{url}/", "https://other.example.com/"):
                await approve(hop)
            return Page(url=url, status=200, content_type="text/plain", text="x")

    context.fetch = Hopping()
    await WebFetch().run(context, {"url": URL})
    assert context.asked == [(URL,), ("https://other.example.com/",)]
