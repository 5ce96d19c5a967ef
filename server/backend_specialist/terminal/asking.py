"""The questions that the user is asked.

Owns their words and the reading of answers. Silence, an end of input and anything unclear are never a yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend_specialist.domain.display import plain
from backend_specialist.terminal.keyboard import Keyboard
from backend_specialist.terminal.proposed import Shown, ShownFile
from backend_specialist.terminal.screen import Screen

ALL = "[r]eview each file / [a]pply all / re[j]ect, or type why not:"
EACH_FILE = "[y]es / [n]o / [h]unk by hunk / [s]top here:"
EACH_HUNK = "[y]es / [n]o:"
PROTECTED = "[y]es, apply / [n]o, or type why not:"
WHY = "Why not? (Enter for no reason: the task then ends with what you accepted)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The user's answer to a proposal, as ``backendSpecialist.answer`` takes it."""

    decision: str
    hunks: frozenset[str] = frozenset()
    reason: str = ""


REJECT = Decision(decision="reject")
APPLY_ALL = Decision(decision="applyAll")


class NoAnswer(Exception):
    """Nobody can answer, or nobody wants to. The message says what that means."""


class Asker:
    """Asks on the terminal; ``yes`` and ``no`` answer proposals without it."""

    def __init__(
        self, screen: Screen, keyboard: Keyboard, *, yes: bool = False, no: bool = False
    ) -> None:
        self._screen = screen
        self._keyboard = keyboard
        self._yes = yes
        self._no = no

    @property
    def attended(self) -> bool:
        """Whether somebody can be asked."""
        return self._keyboard.present and not self._yes and not self._no

    # ------------------------------------------------------------ proposals

    def interrupt(self) -> None:
        """End the question that waits, without an answer."""
        self._keyboard.interrupt()

    async def decide(self, shown: Shown) -> Decision:
        """Ask about a proposal that is on the screen; raise :class:`NoAnswer`."""
        if shown.protected:
            return await self._protected(shown)
        if self._yes:
            self._screen.say(f"{shown.size}: applied, because of --yes.", "bold")
            return APPLY_ALL
        if self._no:
            self._screen.say(f"{shown.size}: rejected, because of --no.", "bold")
            return REJECT
        return await self._all(shown)

    async def _protected(self, shown: Shown) -> Decision:
        label = ", ".join(file.change.label for file in shown.files)
        self._screen.say(f"{plain(label)} is protected: {plain(shown.protected)}", "bold yellow")
        if self._yes or self._no:
            self._screen.say("Rejected: a protected file is never changed unattended.", "yellow")
            return REJECT
        while True:
            answer = await self._line(f"{shown.size}  {PROTECTED}")
            if answer.lower() in ("y", "yes"):
                return APPLY_ALL
            if answer.lower() in ("n", "no"):
                return await self._reject()
            if _is_reason(answer):
                return Decision(decision="reject", reason=answer)

    async def _all(self, shown: Shown) -> Decision:
        while True:
            answer = await self._line(f"{shown.size}  {ALL}")
            if answer.lower() in ("r", "review"):
                return await self._review(shown)
            if answer.lower() in ("a", "apply", "apply all"):
                return APPLY_ALL
            if answer.lower() in ("j", "reject"):
                return await self._reject()
            if _is_reason(answer):
                return Decision(decision="reject", reason=answer)

    async def _reject(self) -> Decision:
        return Decision(decision="reject", reason=await self._line(WHY))

    async def _review(self, shown: Shown) -> Decision:
        chosen: frozenset[str] = frozenset()
        for number, file in enumerate(shown.files, 1):
            self._screen.file(file)
            part = await self._file(file, f"{number} of {len(shown.files)}")
            if part is None:
                break
            chosen |= part
        if chosen == shown.hunk_ids:
            return APPLY_ALL
        reason = await self._line(WHY)
        if not chosen:
            return Decision(decision="reject", reason=reason)
        return Decision(decision="apply", hunks=chosen, reason=reason)

    async def _file(self, file: ShownFile, place: str) -> frozenset[str] | None:
        """Give the hunks that the user wants of a file, ``None`` to stop."""
        every = frozenset(hunk.id for hunk in file.hunks)
        while True:
            answer = await self._line(f"{file.change.label} ({place})  {EACH_FILE}")
            match answer.lower():
                case "y" | "yes":
                    return every
                case "n" | "no":
                    return frozenset()
                case "h" | "hunk":
                    return await self._hunks(file)
                case "s" | "stop":
                    return None

    async def _hunks(self, file: ShownFile) -> frozenset[str]:
        chosen = set()
        for number, hunk in enumerate(file.hunks, 1):
            self._screen.hunk(file, hunk)
            if await self.confirm(f"{number} of {len(file.hunks)}  {EACH_HUNK}"):
                chosen.add(hunk.id)
        return frozenset(chosen)

    # ------------------------------------------------------------ everything else

    async def confirm(self, question: str) -> bool:
        """Ask until there is a clear yes or no; raise :class:`NoAnswer`."""
        while True:
            answer = (await self._line(question)).lower()
            if answer in ("y", "yes"):
                return True
            if answer in ("n", "no"):
                return False

    async def permission(self, event: Mapping[str, Any]) -> str:
        """Give ``once``, ``session`` or ``reject``; nobody there is a reject."""
        self._screen.heading(event["title"])
        self._screen.say(plain(event.get("detail") or "", limit=4000))
        if not self.attended:
            self._screen.say("Not allowed: a permission is never given unattended.", "yellow")
            return "reject"
        choices = {"o": "once", "s": "session", "r": "reject"}
        while True:
            answer = await self._line("[o]nce / in this [s]ession / [r]eject:")
            word = choices.get(answer.lower(), answer.lower())
            if word in choices.values():
                return word

    async def question(self, event: Mapping[str, Any]) -> str | None:
        """Give the user's words, ``None`` for a question that is dismissed."""
        self._screen.heading(event["title"])
        self._screen.say(event.get("detail") or "")
        options = [plain(option) for option in event.get("options") or ()]
        for number, option in enumerate(options, 1):
            self._screen.say(f"  {number}  {option}")
        if not self.attended:
            self._screen.say("Not answered: nobody can be asked.", "yellow")
            return None
        hint = "A number, or your own words" if options else "Your answer"
        answer = await self._line(f"{hint} (Enter for no answer):")
        return _chosen(answer, event.get("options") or ()) or None

    async def _line(self, prompt: str) -> str:
        if not self._keyboard.present:
            raise NoAnswer("Nothing can be asked without a terminal.")
        self._keyboard.forget()
        self._screen.prompt(prompt)
        line = await self._keyboard.line()
        self._screen.answered(line=line is not None)
        if line is None:
            raise NoAnswer("There was no answer.")
        return line.strip()


def _is_reason(answer: str) -> bool:
    """A slip of one key must not become a rejection: a reason has at least two words."""
    return len(answer.split()) > 1


def _chosen(answer: str, options: Sequence[str]) -> str:
    if answer.isdigit() and 1 <= int(answer) <= len(options):
        return options[int(answer) - 1]
    return answer
