"""What the user types while the specialist works: no proposal takes it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.scripts import Call, Reply
from backend_specialist.domain.changeset import hunks
from backend_specialist.domain.document import Snapshot
from backend_specialist.sessions.drafting import Draft
from backend_specialist.tools.registry import ToolFailed
from support.dict_editor import DictWorkspace
from support.scripted_model import results
from support.session_stage import Stage, deliver, edit, write

BASE = "a = 1\nb = 2\nc = 3\n"
TYPED = "def typed_by_the_user(): ...\n"
READ = Call("read", {"filePath": "app.py"})
WRITTEN = "a = 10\nb = 2\nc = 3\n"


class Typing:
    """A model before whose answer of one turn the user types."""

    def __init__(self, *replies: Reply, before: int) -> None:
        self.stage = Stage({"app.py": BASE}, self.reply)
        self._replies = replies
        self._before = before
        self._turn = 0

    def reply(self, _: object) -> Reply:
        if self._turn == self._before:
            self.stage.workspace.type("app.py", BASE + TYPED)
        self._turn += 1
        return self._replies[self._turn - 1]


async def test_a_file_is_not_replaced_by_one_that_lacks_what_was_typed_since_it_was_read() -> None:
    written = Reply(tools=(write("app.py", WRITTEN),))
    after = Reply(tools=(READ,))
    again = Reply(tools=(write("app.py", WRITTEN + TYPED), deliver()))
    stage = Typing(Reply(tools=(READ,)), written, after, again, before=1).stage
    session = await stage.run()
    proposal = await stage.proposal()
    assert "not one that you have read" in results(stage.model.requests[2])[-1]
    (change,) = proposal.changes
    assert [(hunk.old, hunk.new) for hunk in hunks(change)] == [("a = 1\n", "a = 10\n")]
    await stage.answer(session, proposal)
    await stage.ended(session)
    assert stage.workspace.text("app.py") == WRITTEN + TYPED


class Hasty(DictWorkspace):
    """A workspace whose user types just after the file was read for the ``after``-th time."""

    def __init__(self, after: int) -> None:
        super().__init__({"app.py": BASE})
        self._left = after

    async def read(self, path: str) -> Snapshot:
        found = await super().read(path)
        self._left -= 1
        if self._left == 0:
            self.type("app.py", BASE + TYPED)
        return found


@pytest.mark.parametrize(
    ("after", "names"),
    [pytest.param(1, "a", id="the first edit"), pytest.param(3, "ba", id="a later one")],
)
async def test_what_is_typed_while_an_edit_is_made_is_kept(after: int, names: str) -> None:
    calls = [edit("app.py", f"{name} = ", f"{name} = 1") for name in names]
    stage = Stage({}, [Reply(tools=(*calls, deliver()))])
    stage.workspace = Hasty(after)
    stage.supervisor = stage._supervisor()
    session = await stage.run()
    (change,) = (await stage.proposal()).changes
    assert change.base is not None
    assert TYPED in change.base.text, "it was typed by now"
    assert [hunk.new for hunk in hunks(change) if hunk.old] == [hunk.new for hunk in hunks(change)]
    assert TYPED in change.text
    await stage.supervisor.cancel(session)


LINES = [f"line {number}\n" for number in range(6)]


@st.composite
def versions(draw: st.DrawFn, word: str) -> list[str]:
    """The lines with some replaced, removed, or followed by lines that occur nowhere else."""
    made: list[str] = []
    for number, line in enumerate(LINES):
        what = draw(st.sampled_from(["keep", "keep", "keep", "change", "add", "remove"]))
        made += {"keep": [line], "change": [f"{word} {number}\n"], "remove": []}.get(
            what, [line, f"{word} {number}\n"]
        )
    return made


@given(versions("model"), versions("user"))
async def test_a_draft_has_what_both_wrote_or_is_refused(mine: list[str], typed: list[str]) -> None:
    draft = Draft(path="/a", text="".join(mine), over="".join(LINES), strategy="exact")
    try:
        text = await draft.onto("".join(typed), "a")
    except ToolFailed:
        return
    new = {line for line in (*mine, *typed) if not line.startswith("line")}
    assert new <= set(text.splitlines(keepends=True))
    gone = {line for line in LINES if line not in mine or line not in typed}
    assert gone.isdisjoint(text.splitlines(keepends=True))
