"""The gate: what passes, what is asked and what is refused, whoever has approved what."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from backend_specialist.domain.display import visible
from backend_specialist.domain.permission import Action, Setting, rules_from
from backend_specialist.sessions.events import MOST_DETAIL, Asking
from backend_specialist.sessions.gate import Gate
from backend_specialist.tools.registry import ToolFailed


class User:
    """Answers every request alike, and keeps what was allowed for the session."""

    def __init__(self, answer: str | None, *chain: Mapping[str, Setting]) -> None:
        self.answer = answer
        self.asked: list[Asking] = []
        self.approved: dict[str, tuple[str, str]] = {}
        rules = [rules_from(each, source=f"set {n}") for n, each in enumerate(chain, 1)]
        self.gate = Gate(
            rules, ask=self.ask, approved=lambda: self.approved, remember=self.remember
        )

    async def ask(self, asking: Asking) -> str | None:
        self.asked.append(asking)
        return self.answer

    async def remember(self, approval_id: str, permission: str, pattern: str) -> None:
        self.approved[approval_id] = (permission, pattern)


async def test_allowed_subject_passes_without_a_question() -> None:
    user = User(None, {"read": "allow"})
    await user.gate.permit("read", ["app.py"])
    assert user.asked == []


async def test_denied_subject_is_refused_without_a_question_and_names_the_rule() -> None:
    user = User("once", {"read": {"*.md": "deny"}})
    with pytest.raises(ToolFailed, match=r'by the rule "read: \*.md: deny" \(set 1\)'):
        await user.gate.permit("read", ["notes.md"])
    assert user.asked == []


@pytest.mark.parametrize("rules", [{"webfetch": "ask"}, {"read": "allow"}], ids=["ask", "no rule"])
async def test_asked_subject_is_put_to_the_user_in_full(rules: Mapping[str, Setting]) -> None:
    user = User("once", rules)
    await user.gate.permit("webfetch", ["https://a.test/x"], title="Fetch it?")
    (asking,) = user.asked
    assert (asking.kind, asking.title, asking.detail) == (
        "permission",
        "Fetch it?",
        "https://a.test/x",
    )
    assert asking.options == ("Allow once", "Allow in this session", "Reject")


async def test_what_no_user_could_read_to_its_end_is_not_asked_about() -> None:
    user = User("once", {"webfetch": "ask"})
    await user.gate.permit("webfetch", ["h" * MOST_DETAIL])
    for subject, title in (("h" * (MOST_DETAIL + 1), "Fetch it?"), ("h", "h" * (MOST_DETAIL + 1))):
        with pytest.raises(ToolFailed, match="2,001 characters, more than a user can be shown"):
            await user.gate.permit("webfetch", [subject], title=title)
    assert [len(asking.detail) for asking in user.asked] == [MOST_DETAIL]


async def test_what_a_user_would_not_see_in_a_question_is_shown() -> None:
    user = User("session", {"read": "ask"})
    for subject in ("\u202eyp.ppa", "a\u200b\udcff", "\x1b[2K"):
        await user.gate.permit("read", [subject], title=f"Read {subject}?")
        assert user.asked[-1].detail == visible(subject) != subject
        assert user.asked[-1].title == f"Read {visible(subject)}?"
        assert ("read", subject) in user.approved.values(), "it is that file which was allowed"
    with pytest.raises(ToolFailed, match="more than a user can be shown"):
        await user.gate.permit("read", ["\u200b" * (MOST_DETAIL // 4)])


@pytest.mark.parametrize("answer", ["reject", None, "", "yes", "Allow once"])
async def test_anything_but_an_allowance_is_a_no(answer: str | None) -> None:
    user = User(answer, {"webfetch": "ask"})
    with pytest.raises(ToolFailed, match="The user did not allow webfetch for https"):
        await user.gate.permit("webfetch", ["https://a.test"])


async def test_allowed_once_is_asked_again() -> None:
    user = User("once", {"webfetch": "ask"})
    await user.gate.permit("webfetch", ["https://a.test"])
    await user.gate.permit("webfetch", ["https://a.test"])
    assert len(user.asked) == 2


async def test_allowed_in_the_session_holds_for_exactly_that_subject() -> None:
    user = User("session", {"webfetch": "ask"})
    await user.gate.permit("webfetch", ["https://a.test/*"])
    await user.gate.permit("webfetch", ["https://a.test/*"])
    assert len(user.asked) == 1
    await user.gate.permit("webfetch", ["https://a.test/x"])
    assert len(user.asked) == 2, "a star in an approved subject stands for itself"


async def test_allowed_in_the_session_holds_for_no_other_permission() -> None:
    user = User("session", {"*": "ask"})
    await user.gate.permit("webfetch", ["https://a.test"])
    await user.gate.permit("task", ["https://a.test"])
    assert len(user.asked) == 2


async def test_deny_beats_what_was_allowed_in_the_session() -> None:
    user = User("session", {"webfetch": {"*": "ask", "https://b*": "deny"}})
    user.approved = {"1": ("webfetch", "https://b.test")}
    with pytest.raises(ToolFailed, match="is denied"):
        await user.gate.permit("webfetch", ["https://b.test"])


async def test_revoked_approval_is_asked_again() -> None:
    user = User("session", {"webfetch": "ask"})
    await user.gate.permit("webfetch", ["https://a.test"])
    user.approved.clear()
    await user.gate.permit("webfetch", ["https://a.test"])
    assert len(user.asked) == 2


@pytest.mark.parametrize(("chain", "asked", "refused"), [
    ([{"x": "allow"}, {"x": "allow"}], 0, False),
    ([{"x": "allow"}, {"x": "ask"}], 1, False),
    ([{"x": "ask"}, {"x": "allow"}], 1, False),
    ([{"x": "allow"}, {"x": "deny"}], 0, True),
    ([{"x": "deny"}, {"x": "allow"}], 0, True),
    ([{"x": "ask"}, {"x": "deny"}], 0, True),
    ([{"x": "allow"}, {}], 1, False),
])  # fmt: skip
async def test_strictest_decision_along_a_chain_holds(
    chain: list[Mapping[str, Setting]], asked: int, refused: bool
) -> None:
    user = User("once", *chain)
    if refused:
        with pytest.raises(ToolFailed):
            await user.gate.permit("x", ["s"])
    else:
        await user.gate.permit("x", ["s"])
    assert len(user.asked) == asked


@pytest.mark.parametrize("rules", [
    {"bash": {"*": "allow", "rm *": "deny"}},
    {"bash": {"echo *": "ask", "rm *": "deny"}},
])  # fmt: skip
async def test_one_denied_subject_refuses_all_with_nothing_pending(
    rules: Mapping[str, Setting],
) -> None:
    user = User("session", rules)
    with pytest.raises(ToolFailed, match="denied"):
        await user.gate.permit("bash", ["echo hello", "rm -rf /"])
    assert user.asked == []
    assert user.approved == {}


async def test_several_subjects_are_one_question() -> None:
    user = User("session", {"bash": {"*": "allow", "b*": "ask"}})
    await user.gate.permit("bash", ["a", "b", "bb"])
    assert [asking.detail for asking in user.asked] == ["a, b, bb"]
    await user.gate.permit("bash", ["bb"])
    assert len(user.asked) == 1


async def test_edit_that_would_be_asked_passes_because_the_review_asks() -> None:
    user = User(None, {"edit": "ask"})
    await user.gate.permit("edit", ["app.py"])
    assert user.asked == []


@pytest.mark.parametrize("action", ["allow", "ask"])
async def test_question_that_is_wanted_is_put_once_whatever_the_rules_allow(action: str) -> None:
    user = User("once", {"*": action})
    await user.gate.permit("webfetch", ["https://a.test"], ask=True)
    assert len(user.asked) == 1


async def test_question_that_is_wanted_opens_no_denied_door() -> None:
    user = User("once", {"webfetch": "deny"})
    with pytest.raises(ToolFailed, match="is denied"):
        await user.gate.permit("webfetch", ["https://a.test"], ask=True)
    assert user.asked == []


async def test_strictest_of_several_names_decides_and_the_refusal_names_no_other() -> None:
    rules = {"edit": {"*": "allow", "vendor/*": "deny", "ci/*": "ask"}}
    gate = User(None, rules).gate
    with pytest.raises(ToolFailed, match=r"edit for vendor/x is denied by the rule") as caught:
        await gate.permit("edit", ["src/x", "vendor/x"])
    assert "src/x" not in str(caught.value)
    assert gate.decide("edit", ["src/x", "ci/x"]).action is Action.ASK
    assert gate.decide("edit", ["src/x"]).action is Action.ALLOW
