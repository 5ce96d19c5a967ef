"""The whole edit path, played at random: the model proposes, the user types and answers, in any order.

The buffer must always be what the user typed plus exactly what they accepted. Every line that is ever written is unlike
any other, so that the place of a hunk is plain and the expectation needs no merging of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.changeset import FileChange, Hunk, hunks, select
from backend_specialist.domain.ports import ApplyAnswer, EditorTraits
from backend_specialist.domain.proposal import Proposal
from backend_specialist.sessions.events import Kind
from support.session_stage import Stage, deliver, edit, write

TRAITS = EditorTraits(
    name="dictionary",
    applies_edits=True,
    creates_files=True,
    deletes_files=True,
    confirms_edits=True,
)
FILES = ("a.py", "b.py")
RANDOM = st.integers(0, 2**32).map(Random)
Lines = list[str]


class EditPath(RuleBasedStateMachine):
    """``texts`` is what must be there; ``shown`` is the proposal that waits."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.count = 0
        self.texts = {name: self.fresh("base", 8) for name in FILES}
        files = {name: "".join(lines) for name, lines in self.texts.items()}
        self.stage = self.run(self.staged(files))
        self.stage.editor.traits = TRAITS
        self.stage.editor.behaviour = self.apply
        self.random = Random(0)
        self.rounds = 0
        self.ticked = 1.0
        self.races = False
        self.typed = False
        self.session = ""
        self.shown: Proposal | None = None
        self.heard = 0

    async def staged(self, files: dict[str, str]) -> Stage:
        return Stage(files, self.reply)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.stage.supervisor.close())
        self.loop.close()

    def fresh(self, word: str, number: int) -> Lines:
        self.count += number
        return [f"{word} {self.count - n}\n" for n in range(number)]

    # ------------------------------------------------------------ the model

    def reply(self, request: Any) -> Reply:
        """Propose something on the texts of this moment, as long as the draw says so."""
        if not self.rounds:
            return Reply(text="I leave it at that.")
        self.rounds -= 1
        calls = [call for name in FILES for call in self.edits(name)]
        if self.random.random() < 0.3:
            calls.append(write(f"new{self.count}.py", "".join(self.fresh("model", 2))))
        return Reply(tools=(*calls, deliver()))

    def edits(self, name: str) -> list[Call]:
        text = self.stage.workspace.text(name) or ""
        lines = text.splitlines(keepends=True)
        anchors = [
            line for line in lines[:: self.random.choice((2, 3))] if self.random.random() < 0.5
        ]
        return [edit(name, anchor, self.instead_of(anchor)) for anchor in anchors]

    def instead_of(self, anchor: str) -> str:
        added = "".join(self.fresh("model", self.random.randint(1, 2)))
        return self.random.choice((added, anchor + added, added + anchor, ""))

    @precondition(lambda self: self.shown is None)
    @rule(random=RANDOM, rounds=st.integers(1, 3))
    def propose(self, random: Random, rounds: int) -> None:
        self.random, self.rounds = random, rounds
        if self.session:
            self.run(self.stage.supervisor.reply(self.session, "More."))
        else:
            self.session = self.run(self.stage.run())
        self.advance()

    # ------------------------------------------------------------ the user

    @rule(random=RANDOM, name=st.sampled_from(FILES))
    def types(self, random: Random, name: str) -> None:
        lines = self.texts[name]
        start = random.randint(0, len(lines))
        end = min(len(lines), start + random.choice((0, 0, 1, 2)))
        lines[start:end] = self.fresh("user", random.randint(0, 2))
        self.stage.workspace.type(name, "".join(lines))
        self.typed = True

    @precondition(lambda self: self.shown is not None)
    @rule(random=RANDOM)
    def does_a_hunk_by_hand(self, random: Random) -> None:
        assert self.shown
        change = random.choice(self.shown.changes)
        name = change.label
        if name not in FILES:
            return
        hunk = random.choice(hunks(change))
        old = hunk.old.splitlines(keepends=True)
        places = [
            i for i in range(len(self.texts[name])) if self.texts[name][i : i + len(old)] == old
        ]
        if old and places:
            self.texts[name][places[0] : places[0] + len(old)] = hunk.new.splitlines(keepends=True)
            self.stage.workspace.type(name, "".join(self.texts[name]))
            self.typed = True

    @precondition(lambda self: self.shown is not None)
    @rule(
        random=RANDOM,
        decision=st.sampled_from(["applyAll", "apply", "review", "reject"]),
        reason=st.sampled_from(["", "not so"]),
        races=st.sampled_from([False, False, False, True]),
    )
    def answers(self, random: Random, decision: str, reason: str, races: bool) -> None:
        assert self.shown
        ids = [hunk.id for change in self.shown.changes for hunk in hunks(change)]
        chosen = frozenset(random.sample(ids, random.randint(1, len(ids))))
        self.random, self.races = random, races
        self.ticked = random.choice((0.0, 0.5, 1.0)) if decision == "review" else 1.0
        undisturbed = not self.typed and not races
        answered = self.shown
        self.run(
            self.stage.answer(
                self.session,
                answered,
                decision,
                hunks=chosen if decision == "apply" else frozenset(),
                reason="" if decision in ("applyAll", "review") else reason,
            )
        )
        accepted = self.advance()
        if undisturbed and decision in ("applyAll", "apply"):
            assert accepted == (chosen if decision == "apply" else set(ids)), (
                "nothing was in the way"
            )
        if decision == "reject":
            assert not accepted

    # ------------------------------------------------------------ the editor

    async def apply(self, changes: Sequence[FileChange]) -> ApplyAnswer:
        """Apply what is ticked; an edit for a text that has changed meanwhile is refused, as editors do."""
        if self.races:
            self.types(self.random, self.random.choice(FILES))
        texts = self.stage.workspace.text
        if any((texts(change.path) or "") != change.base_text for change in changes):
            return ApplyAnswer(applied=False)
        parts = [select(change, self.ticks(change)) for change in changes]
        for part in parts:
            if part is not None:
                self.stage.editor.apply_one(part)
        return ApplyAnswer(applied=any(parts))

    def ticks(self, change: FileChange) -> frozenset[str]:
        return frozenset(h.id for h in hunks(change) if self.random.random() < self.ticked)

    # ------------------------------------------------------------ what must be

    def advance(self) -> set[str]:
        """Take what happens until the user is needed again; gives the ids of what was reported as accepted."""
        answered = {
            h.id: (c, h) for c in (self.shown.changes if self.shown else ()) for h in hunks(c)
        }
        self.shown = None
        accepted: set[str] = set()
        reported: list[str] = []

        async def hear(event: Any) -> None:
            if event.kind is Kind.REVIEW:
                reported.extend(item["hunk"] for item in event.data["outcomes"])
                accepted.update(
                    i["hunk"] for i in event.data["outcomes"] if i["result"] == "accepted"
                )
            elif event.kind is Kind.PROPOSAL:
                self.shown = event.source

        self.run(self.settled(hear))
        for key in accepted:
            self.put(*answered[key])
        later = {
            (c.path, h.old, h.new)
            for c in (self.shown.changes if self.shown else ())
            for h in hunks(c)
        }
        for key, (change, hunk) in answered.items():
            again = (change.path, hunk.old, hunk.new) in later
            assert key in reported or again or self.is_there(change, hunk), (
                "told of, or asked again"
            )
        if self.shown:
            self.typed = False
        return accepted

    async def settled(self, hear: Any) -> None:
        """Until the next question waits, or the session ends."""
        job = self.stage.supervisor._jobs.get(self.session)
        while True:
            while self.heard < len(self.stage.events):
                await hear(self.stage.events[self.heard])
                self.heard += 1
            assert self.shown is None or all(map(hunks, self.shown.changes)), (
                "nothing is asked about"
            )
            if self.shown is not None or job is None or job.task is None or job.task.done():
                return
            self.stage._news.clear()
            news = asyncio.ensure_future(self.stage._news.wait())
            await asyncio.wait({job.task, news}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
            assert news.done() or job.task.done(), "somebody hangs"
            news.cancel()

    def put(self, change: FileChange, hunk: Hunk) -> None:
        """Put an accepted hunk where the user saw it."""
        lines = self.texts.setdefault(change.label, [])
        base = change.base_text.splitlines(keepends=True)
        old = hunk.old.splitlines(keepends=True)
        if self.is_there(change, hunk) and not all(line in lines for line in old):
            return  # by hand
        if old:
            at = lines.index(old[0])
            assert lines[at : at + len(old)] == old, "its place was gone"
        else:
            at = lines.index(base[hunk.start - 1]) + 1 if hunk.start else 0
            assert lines[at : at + 1] == base[hunk.end : hunk.end + 1], "its place was gone"
        lines[at : at + len(old)] = hunk.new.splitlines(keepends=True)

    def is_there(self, change: FileChange, hunk: Hunk) -> bool:
        """Whether the new side stands in the text, or the old one is gone, if there is no new one."""
        lines = self.texts.get(change.label, [])
        new = hunk.new.splitlines()
        if not new:
            return not any(line in lines for line in hunk.old.splitlines(keepends=True))
        return all(f"{line}\n" in lines for line in new)

    @invariant()
    def the_buffer_is_what_was_typed_and_accepted(self) -> None:
        for name, lines in self.texts.items():
            assert self.stage.workspace.text(name) == "".join(lines)


EditPath.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestEditPath = EditPath.TestCase
