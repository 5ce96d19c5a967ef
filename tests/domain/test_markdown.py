from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from backend_specialist.domain.markdown import block, code, inline

READERS = (MarkdownIt("commonmark"), MarkdownIt("commonmark").enable("table"))
MARKUP = st.text(alphabet="`~#[]()<>!|\\-=*_:>1. \n\ta&", max_size=80)
HOSTILE = (
    "[x](command:y)", "<b>", "<!--", "# h", "## h", "```", "~~~", "`", "``", "|", "|---|---|", "---", "===", "\n",
    "\n\n", "    ", "> ", "- ", "1. ", "\\", "[a]: command:y", "[a]", "![i](x)", "<http://a.example>", "text", " ",
)  # fmt: skip
PIECES = st.lists(st.sampled_from(HOSTILE), max_size=14).map("".join)


def tokens(text: str, reader: MarkdownIt) -> Iterator[Token]:
    for token in reader.parse(text):
        yield token
        yield from token.children or ()


def forged(text: str) -> set[str]:
    """What a reader of Markdown would take for more than text, code, lists, quotes and tables."""
    bad = {"heading_open", "link_open", "image", "html_block", "html_inline"}
    return {token.type for reader in READERS for token in tokens(text, reader)} & bad


@given(MARKUP | PIECES)
@example("\\`[x](command:y)`")
@example("a ` b\n`[x](command:y)` c")
@example("| a | b |\n|---|---|\n| `a | b` `[x](command:y)` |")
@example("text\n---")
@example("```\n# no heading\n")
@example("- # heading")
@example("`<b>` <b>")
@settings(max_examples=400)
def test_block_forges_nothing_and_ends_with_itself(text: str) -> None:
    document = f"# Ours\n\n{block(text)}\n\n## Next\n\nend\n"
    for reader in READERS:
        found = list(tokens(document, reader))
        headings = [
            found[n + 1].content for n, token in enumerate(found) if token.type == "heading_open"
        ]
        assert headings == ["Ours", "Next"]
    assert forged(document) == {"heading_open"}


@given(MARKUP | PIECES)
def test_inline_stays_in_its_list_item(text: str) -> None:
    document = f"- {inline(text)}\n- next\n\n## Next\n"
    assert "\n" not in inline(text)
    assert forged(document) == {"heading_open"}
    for reader in READERS:
        assert [token.content for token in tokens(document, reader) if token.content == "Next"]


@given(MARKUP | PIECES)
def test_code_is_one_piece_of_code(text: str) -> None:
    document = f"- {code(text)}: text\n"
    assert forged(document) == set()
    if text.strip():
        kinds = [token.type for token in tokens(document, READERS[0])]
        assert kinds.count("code_inline") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain *text* and `code[0]`", "plain *text* and `code[0]`"),
        ("- a\n- b\n\n1. c", "- a\n- b\n\n1. c"),
        ("# Title", "\\# Title"),
        ("Title\n=====", "Title\n\\====="),
        ("see [here](http://x)", "see \\[here](http://x)"),
        ("<script>", "&lt;script>"),
        ("C:\\temp", "C:\\\\temp"),
        ("```python\nx = a[0] < 1\n```", "```python\nx = a[0] < 1\n```"),
        ("```\nopen", "```\nopen\n```"),
        ("~~~ sh {x}\na ``` b\n~~~\nafter", "````sh\na ``` b\n````\nafter"),
        ("a\r\nb", "a\nb"),
        ("bad \u202e char\x1b[31m", "bad &lt;U+202E> char&lt;U+001B>\\[31m"),
        ("", ""),
    ],
)
def test_block_keeps_what_is_harmless(text: str, shown: str) -> None:
    assert block(text) == shown


def test_inline_is_one_line() -> None:
    assert inline("a\n\n  b\u2028c") == "a b c"


def test_code_uses_enough_backticks() -> None:
    assert code("a`b``c") == "``` a`b``c ```"
    assert code(" \n") == ""


def test_long_text_is_cut() -> None:
    assert inline("x" * 3_000).endswith("x …")
    assert len(block("x" * 100_000)) < 41_000


def test_many_backticks_take_no_time() -> None:
    runs = "a".join("`" * n for n in range(1, 280))
    assert block(runs * 2)
