import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters import html
from backend_specialist.domain.ports import FetchFailed


@pytest.mark.parametrize(
    ("page", "markdown"),
    [
        (
            "<h1>Hello</h1><script>bad()</script><p>world <strong>wide</strong></p>",
            "# Hello\n\nworld **wide**",
        ),
        ("<style>p{}</style><p>a<noscript>b</noscript></p>", "a"),
        ("<script>if (a < b) { '</p>' }</script>x", "x"),
        ("<template><p>no</p><template>no</template></template>yes", "yes"),
        ("<ul><li>one<li>two<ul><li>inner</ul></ul>", "- one\n- two\n  - inner"),
        ("<p>one<p>two<div>three</div>", "one\n\ntwo\n\nthree"),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("<pre>if a &lt; b:\n    c</pre>", "```\nif a < b:\n    c\n```"),
        ('<a href="/x">link</a>', "[link](/x)"),
        ('<img src="data:image/png;base64,AAAA" alt="logo">', "![logo]()"),
        ("a<br/>b", "a  \nb"),
        ("<div/>after", "after"),
        ("</p></div>stray", "stray"),
        ("<!-- comment --><p>text", "text"),
        ("", ""),
    ],
)
def test_page_becomes_markdown(page: str, markdown: str) -> None:
    assert html.to_markdown(page) == markdown


def test_page_becomes_text() -> None:
    page = "<title>T</title><h1>A</h1><p>b <i>c</i>&amp;d<br>e</p><script>x</script><ul><li>f<li>g</ul>"
    assert html.to_text(page) == "T\n\nA\n\nb c&d\ne\n\nf\n\ng"


@pytest.mark.parametrize("page", ["<div>" * 10_000, "<b>" * 300, "<ul><li>" * 5_000])
def test_nesting_too_deep_is_an_error(page: str) -> None:
    with pytest.raises(FetchFailed, match="nested too deep"):
        html.to_markdown(page)


def test_elements_whose_end_is_left_out_are_not_nested() -> None:
    assert html.to_markdown("<p>a" * 3_000).count("a") == 3_000
    assert html.to_markdown("<dl>" + "<dt>a<dd>b" * 1_000 + "</dl>").count("b") == 1_000


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("0123456789abcdef", "0123456789"),
        ("<p>one</p><p>two</p>", "one"),
        ("&amp;&lt;" * 20, "&<&<&<&<&<"),
    ],
)
def test_only_the_beginning_of_a_long_page_is_converted(
    monkeypatch: pytest.MonkeyPatch, page: str, shown: str
) -> None:
    monkeypatch.setattr(html, "_MAX_CHARS", 10)
    assert html.to_markdown(page).split("\n\n(")[0] == shown
    assert "only its beginning was converted" in html.to_markdown(page)


def test_scripts_do_not_count_towards_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_MAX_CHARS", 100)
    assert html.to_markdown(f"<script>{'x' * 10_000}</script><p>text") == "text"


@given(st.text(alphabet="<>/abdilpresctux &;!-\"'=\n", max_size=120))
def test_any_text_is_converted_or_refused(page: str) -> None:
    markdown, text = html.to_markdown(page), html.to_text(page)
    assert isinstance(markdown, str)
    assert "<script" not in text


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("x", "text/html; charset=utf-8", True),
        ("x", "application/xhtml+xml", True),
        ("  <!DOCTYPE HTML><p>", "", True),
        ("<html>", "text/plain", False),
        ("x", "", False),
    ],
)
def test_html_is_known_by_type_or_beginning(text: str, kind: str, expected: bool) -> None:
    assert html.looks_like_html(text, kind) is expected


@pytest.mark.parametrize(
    ("page", "markdown"),
    [
        ("<p>a" + " " * 50_000 + "b", "a b"),
        ("<p>a" + " \t\r\n" * 20_000 + "b", "a\nb"),
        ("<pre>a   b\n\n  c</pre>", "```\na   b\n\n  c\n```"),
    ],
)
def test_many_blanks_are_one_but_in_pre(page: str, markdown: str) -> None:
    assert html.to_markdown(page) == markdown
