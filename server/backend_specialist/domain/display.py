"""Text of a model, a repository or a user, made harmless before a person sees it.

Owns which characters are hidden and how they are shown. Marks up nothing and knows no editor.
"""

from __future__ import annotations

import re

_LIMIT = 200
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2028\u2029\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATES = "\ud800-\udfff"

HIDDEN = re.compile(f"[{_CONTROLS}{_BIDI}{_INVISIBLE}{_SURROGATES}]")
"""A character that is not seen, or that changes how others are seen; tabs and ``\\n`` are not."""

_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?"  # titles, links
    r"|\x9b[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
_BLANKS = re.compile(r"[\s\x85\u2028\u2029]+")
_COMMAND = re.compile(r"(command)\s*:(?=\S)", re.IGNORECASE)


def plain(text: str, limit: int = _LIMIT) -> str:
    """One line for messages, progress and titles, at most ``limit`` characters.

    Terminal sequences, control and hidden characters are removed, line ends are blanks, Markdown links
    and ``command:`` links are broken.
    """
    # Only a little more than what is shown is looked at: the text may be huge.
    text = _ANSI.sub("", text[: max(limit, 0) * 8 + 1000])
    text = HIDDEN.sub("", _BLANKS.sub(" ", text)).strip()
    text = _COMMAND.sub(r"\1: ", text).replace("](", "] (")
    if len(text) > limit:
        text = text[: max(limit - 1, 0)] + "…" * (limit > 0)
    return text


def terminal(text: str) -> str:
    """Text of several lines for a terminal: nothing is lost, what is hidden is shown as :func:`visible`.

    ``\\r\\n`` becomes ``\\n``. A terminal knows no Markdown, so links are left as they are: code such as
    ``table[key](value)`` is shown as it would be applied.
    """
    return visible(text.replace("\r\n", "\n"))


def visible(text: str) -> str:
    """Show hidden characters as ``<U+202E>``; tabs and ``\\n`` stay."""
    return HIDDEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
