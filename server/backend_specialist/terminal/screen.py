"""What the user sees.

Owns colours and layout. Neutralises every text of model or repository before it is printed; plain where the output is
no terminal, without colours where ``NO_COLOR`` is set.
"""

from __future__ import annotations

from dataclasses import replace
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from backend_specialist.domain.changeset import Hunk, apply_hunks
from backend_specialist.domain.diff import unified_diff
from backend_specialist.domain.display import plain, terminal
from backend_specialist.terminal.proposed import Shown, ShownFile

_DIFF_STYLES = {
    "diff ": "bold",
    "--- ": "bold",
    "+++ ": "bold",
    "# Warning": "bold yellow",
    "@@ ": "cyan",
    "+": "green",
    "-": "red",
}


class _Console(Console):
    """Says to whoever prints that the reader went away: rich would end the program, with a code of its own."""

    def on_broken_pipe(self) -> None:
        """Raise what rich has caught."""
        raise BrokenPipeError


class Screen:
    """Prints on one stream. Long lines are left to the terminal, so that a narrow one loses nothing."""

    def __init__(self, stream: TextIO) -> None:
        if isinstance(stream, TextIOWrapper):
            # What the stream's encoding has no form for becomes "?", and does not end the program.
            stream.reconfigure(errors="replace")
        self._console = _Console(file=stream, highlight=False, markup=False, emoji=False)
        self._column = 0
        self._passing = False

    def say(self, text: str = "", style: str = "") -> None:
        """Print lines."""
        self._fresh_line()
        self._print(terminal(text) + "\n", style)

    def heading(self, text: str) -> None:
        """Print a line that begins a part."""
        self.say()
        self.say(plain(text), "bold")

    def prose(self, text: str) -> None:
        """Print a piece of the model's text as it streams."""
        self._drop_passing()
        shown = terminal(text)
        if shown:
            self._print(shown, "")
            self._column = 0 if shown.endswith("\n") else 1

    def step(self, text: str, *, failed: bool = False) -> None:
        """Print a tool call, one line."""
        mark, style = ("✗", "red") if failed else ("·", "dim")
        self.say(f"  {mark} {plain(text)}", style)

    def passing(self, text: str) -> None:
        """Show what goes on now, until something else is printed; only on a terminal."""
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            return
        self._fresh_line()
        room = max(10, self._console.width - 6)
        self._print(f"  … {plain(text)[:room]}", "dim")
        self._passing = True

    def prompt(self, text: str) -> None:
        """Print a question; the answer is typed behind it."""
        self._fresh_line()
        self._print(terminal(text) + " ", "bold yellow")

    def answered(self, *, line: bool) -> None:
        """A prompt has ended; ``line``: by a line of the user, which left the cursor on the next."""
        self._column = 0 if line else 1

    def proposal(self, shown: Shown) -> None:
        """Show every file of a proposal."""
        for file in shown.files:
            self.file(file)

    def file(self, file: ShownFile) -> None:
        """Show the diff of one file, with what the user should know of it."""
        change = file.change
        self.say()
        if file.moved:
            self.say("  This file changed on disk since the edit was made.", "yellow")
        if change.strategies:
            named = ", ".join(change.strategies)
            self.say(f"  Found by {named}, not to the letter: look closely.", "yellow")
        self.diff(unified_diff(change))

    def hunk(self, file: ShownFile, hunk: Hunk) -> None:
        """Show the diff of one hunk alone."""
        change = file.change
        self.diff(unified_diff(replace(change, text=apply_hunks(change.base_text, [hunk]))))

    def diff(self, text: str) -> None:
        """Print a unified diff in colours."""
        for line in terminal(text).rstrip("\n").split("\n"):
            self._print(line + "\n", _diff_style(line))

    def document(self, text: str) -> None:
        """Print Markdown, laid out on a terminal and as it is elsewhere."""
        self._fresh_line()
        if self._console.is_terminal:
            self._console.print(Markdown(terminal(text), hyperlinks=False))
        else:
            self._print(terminal(text).rstrip("\n") + "\n", "")

    # ------------------------------------------------------------ the cursor

    def _print(self, text: str, style: str) -> None:
        self._console.print(Text(text, style), end="", soft_wrap=True)
        self._console.file.flush()

    def _fresh_line(self) -> None:
        self._drop_passing()
        if self._column:
            self._console.file.write("\n")
            self._column = 0

    def _drop_passing(self) -> None:
        if self._passing:
            self._console.file.write("\r\x1b[2K")
            self._passing = False


def _diff_style(line: str) -> str:
    return next((style for mark, style in _DIFF_STYLES.items() if line.startswith(mark)), "")
