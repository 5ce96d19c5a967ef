"""What the subcommands print.

Owns the two streams, and that no text of others reaches the terminal as it is.
"""

from __future__ import annotations

import sys
from typing import TextIO

from backend_specialist.domain.display import terminal


def say(text: str = "") -> None:
    """Print a result."""
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """Print what is wrong, or what is only said to a person."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    line = terminal(text) + "\n"
    encoding = stream.encoding or "utf-8"
    stream.write(line.encode(encoding, "replace").decode(encoding))
