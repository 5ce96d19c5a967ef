"""Web pages as Markdown or plain text.

Owns the cleaning of HTML before a library converts it: scripts and styles are dropped, elements whose
end tag may be left out are closed, and depth and size are bounded, since the converter works by
recursion. Takes long on some pages: ``html_process`` runs it where it can be stopped.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from backend_specialist.domain.ports import FetchFailed

_MAX_DEPTH = 200
_MAX_CHARS = 200_000
_DROPPED = frozenset(
    {
        "script",
        "style",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "noscript",
    }
)
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
    "track", "wbr",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "tbody", "td",
    "tfoot", "th", "thead", "title", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th", "p"})
# A start tag on the left ends open elements of the first set, up to one of the second.
_IMPLIED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    block: (frozenset({"p"}), _BLOCKS - {"p"}) for block in _BLOCKS
} | {
    "a": (frozenset({"a"}), _BLOCKS),
    "li": (frozenset({"li", "p"}), frozenset({"ul", "ol", "menu"})),
    "dt": (frozenset({"dt", "dd", "p"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd", "p"}), frozenset({"dl"})),
    "td": (_CELLS, frozenset({"tr", "table"})),
    "th": (_CELLS, frozenset({"tr", "table"})),
    "tr": (_CELLS | {"tr"}, frozenset({"table"})),
    "tbody": (_CELLS | {"tr", "thead", "tbody"}, frozenset({"table"})),
    "option": (frozenset({"option"}), frozenset({"select"})),
}
_KEPT_ATTRIBUTES = frozenset({"href", "src", "alt", "title", "class", "colspan", "start"})
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_TOO_MANY_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_MANY_BLANKS = re.compile(r"[ \t\r\n]{2,}")
_BLANKS = re.compile(r"[ \t]+")

_TOO_DEEP = (
    "The page is nested too deep to be converted. "
    "Ask for it with format html, or try another source."
)


def looks_like_html(text: str, content_type: str) -> bool:
    """Whether a text is a web page: by its type, else by how it begins."""
    if "html" in content_type:
        return True
    start = text[:200].lstrip().lower()
    return not content_type and start.startswith(("<!doctype html", "<html"))


def to_markdown(page: str) -> str:
    """Give a page as Markdown; raise ``FetchFailed`` for one that is nested too deep."""
    from markdownify import ATX, markdownify  # noqa: PLC0415 - 80 ms, only paid by those who fetch

    cleaned, note = _clean(page, markup=True)
    try:
        text = markdownify(cleaned, heading_style=ATX, bullets="-")
    except RecursionError:
        raise FetchFailed(_TOO_DEEP) from None
    return _TOO_MANY_BLANK_LINES.sub("\n\n", text).strip() + note


def to_text(page: str) -> str:
    """Give a page's text without markup; raise ``FetchFailed`` for one that is nested too deep."""
    cleaned, note = _clean(page, markup=False)
    lines = (_BLANKS.sub(" ", line).strip() for line in cleaned.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip() + note


def _clean(page: str, *, markup: bool) -> tuple[str, str]:
    cleaner = _Cleaner(markup=markup)
    note = ""
    try:
        cleaner.feed(page)
        cleaner.close()
    except _Enough:
        note = "\n\n(The page is long; only its beginning was converted.)"
    return cleaner.text(), note


class _Enough(Exception):
    """As much of a page was read as is converted."""


class _Cleaner(HTMLParser):
    """Writes a page again: well nested, without what is not text.

    Without markup, blocks become line breaks.
    """

    def __init__(self, *, markup: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._left = _MAX_CHARS
        self._markup = markup
        self._open: list[str] = []
        self._dropping = ""
        self._dropped_depth = 0

    def text(self) -> str:
        """What was written, with everything closed that is still open."""
        while self._open:
            self._pieces.append(self._end(self._open.pop()))
        return "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, after those it implies the end of."""
        if self._dropping:
            self._dropped_depth += tag == self._dropping
            return
        if tag in _DROPPED:
            self._drop(tag)
            return
        self._close_implied(tag)
        if len(self._open) >= _MAX_DEPTH:
            raise FetchFailed(_TOO_DEEP)
        self._write(f"<{tag}{_attributes(attrs)}>" if self._markup else _line_end(tag))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an element (``<br/>``)."""
        if tag not in _DROPPED and not self._dropping:
            self.handle_starttag(tag, attrs)
            if tag not in _VOID:
                self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element and all that is open inside of it; an end without a start is ignored."""
        if self._dropping:
            self._dropped_depth -= tag == self._dropping
            if self._dropped_depth == 0:
                self._dropping = ""
        elif tag in self._open:
            self._close_to(len(self._open) - 1 - self._open[::-1].index(tag))

    def handle_data(self, data: str) -> None:
        """Keep text, unless it is dropped."""
        if not self._dropping:
            # Cut before it is escaped: an entity must not be cut in two.
            data = data[: self._left]
            self._write(escape(self._collapsed(data), quote=False) if self._markup else data)

    def _collapsed(self, data: str) -> str:
        """Outside of ``pre`` many blanks are one; the library would take long to find that out."""
        if "pre" in self._open:
            return data
        return _MANY_BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", data)

    def _drop(self, tag: str) -> None:
        if tag not in _VOID:
            self._dropping, self._dropped_depth = tag, 1

    def _close_implied(self, tag: str) -> None:
        ends, boundary = _IMPLIED.get(tag, (frozenset(), _BLOCKS))
        depth = len(self._open)
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in ends:
                depth = index
            elif self._open[index] in boundary:
                break
        self._close_to(depth)

    def _close_to(self, depth: int) -> None:
        while len(self._open) > depth:
            self._write(self._end(self._open.pop()))

    def _end(self, tag: str) -> str:
        return f"</{tag}>" if self._markup else _line_end(tag)

    def _write(self, piece: str) -> None:
        self._pieces.append(piece)
        self._left -= len(piece)
        if self._left <= 0:
            raise _Enough


def _line_end(tag: str) -> str:
    return "\n" if tag in _BLOCKS or tag == "br" else ""


def _attributes(attrs: list[tuple[str, str | None]]) -> str:
    return "".join(
        f' {name}="{escape(value or "")}"'
        for name, value in attrs
        if name in _KEPT_ATTRIBUTES and not (value or "").startswith("data:")
    )
