"""A session followed from its start to its end, against a scripted server."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from terminal_stage import Stage

WAIT = {"wait": "answer"}


async def test_session_that_completes_is_done_and_its_deliverable_is_fetched(stage: Stage) -> None:
    report = await stage.perform(
        {"event": {"kind": "text", "text": "I look "}},
        {"event": {"kind": "text", "text": "around.\n"}},
        {"event": {"kind": "toolCall", "id": "1", "name": "read", "title": "read a.py"}},
        {
            "event": {
                "kind": "toolResult",
                "id": "1",
                "name": "read",
                "title": "a.py:1-3",
                "isError": False,
            }
        },
        stage.status("completed"),
    )
    assert report.exit_code == 0
    assert report.text == "# Backend Implementation\n"
    assert "I look around.\n  · read a.py:1-3\n" in stage.out.getvalue()


async def test_session_says_goodbye_as_the_protocol_wants(stage: Stage) -> None:
    await stage.perform(stage.status("completed"))
    assert stage.methods()[:2] == ["initialize", "initialized"]
    assert stage.methods()[-2:] == ["shutdown", "exit"]


async def test_session_introduces_itself_with_what_it_draws(stage: Stage) -> None:
    await stage.perform(stage.status("completed"))
    params = stage.heard[0]["params"]
    assert params["initializationOptions"]["ui"] == ["proposal", "question", "permission"]
    assert params["initializationOptions"]["events"] is True
    assert params["workspaceFolders"] == [{"uri": stage.root.as_uri(), "name": "project"}]


async def test_accepted_proposal_is_saved_and_nothing_else(stage: Stage) -> None:
    file = stage.file("a.py", "one\ntwo\n", (1, 2, "two\n", "TWO\n"))
    report = await stage.perform(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file), stage.status("completed"),
        lines=["a"],
    )  # fmt: skip
    assert (stage.root / "a.py").read_text() == "one\nTWO\n"
    assert stage.commands("answer") == [
        {"sessionId": "s1", "proposalId": "p1", "decision": "applyAll"}
    ]
    assert stage.results == [{"applied": True}]
    assert report.exit_code == 0
    assert "1 edit in 1 file, +1 −1" in stage.out.getvalue()


async def test_server_sees_the_saved_text_before_the_answer_and_the_disk_after_the_review(
    stage: Stage,
) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    await stage.perform(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file), stage.status("completed"), yes=True
    )  # fmt: skip
    heard = [message.get("method", "answer") for message in stage.heard]
    at = heard.index("textDocument/didOpen")
    assert heard[at : at + 4] == [
        "textDocument/didOpen", "textDocument/didSave", "answer", "textDocument/didClose",
    ]  # fmt: skip
    assert stage.heard[at]["params"]["textDocument"]["text"] == "1\n"


async def test_new_file_is_created_with_its_directories(stage: Stage) -> None:
    file = stage.file("app/new.py", None, (0, 0, "", "x = 1\n"))
    report = await stage.perform(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file), stage.status("completed"), yes=True
    )  # fmt: skip
    assert (stage.root / "app/new.py").read_text() == "x = 1\n"
    assert report.to_json()["files"] == [
        {"path": "app/new.py", "created": True, "hunks": {"accepted": 1}}
    ]


async def test_rejected_proposal_with_a_reason_sends_the_reason(stage: Stage) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    report = await stage.perform(
        stage.proposal(file), WAIT, stage.review(file, result="refused"), stage.status("completed"),
        lines=["j", "no digits here"],
    )  # fmt: skip
    assert stage.commands("answer")[0]["decision"] == "reject"
    assert stage.commands("answer")[0]["reason"] == "no digits here"
    assert (stage.root / "a.py").read_text() == "one\n"
    assert report.exit_code == 1


async def test_edit_that_nobody_was_asked_about_is_refused(stage: Stage) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    await stage.perform(stage.apply(file), stage.status("completed"), yes=True)
    assert stage.results[0]["applied"] is False
    assert "asked about" in stage.results[0]["failureReason"]
    assert (stage.root / "a.py").read_text() == "one\n"


async def test_edit_after_the_review_is_refused(stage: Stage) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    await stage.perform(
        stage.proposal(file), WAIT, stage.review(file), stage.status("completed"), stage.apply(file), yes=True
    )  # fmt: skip
    assert stage.results[-1]["applied"] is False
    assert (stage.root / "a.py").read_text() == "one\n"


async def test_partial_review_allows_only_the_chosen_hunks(stage: Stage) -> None:
    file = stage.file("a.py", "1\n2\n3\n4\n", (0, 1, "1\n", "A\n"), (3, 4, "4\n", "D\n"))
    other = stage.file("b.py", "1\n", (0, 1, "1\n", "B\n"))
    chosen = file | {"hunks": file["hunks"][:1]}
    await stage.perform(
        stage.proposal(file, other), WAIT, stage.apply(file), stage.apply(chosen), stage.review(chosen),
        stage.status("completed"),
        lines=["r", "h", "y", "n", "n", "too much"],
    )  # fmt: skip
    assert stage.commands("answer") == [
        {
            "sessionId": "s1", "proposalId": "p1", "decision": "apply", "hunks": ["a.py-0"], "reason": "too much",
        }
    ]  # fmt: skip
    assert [result["applied"] for result in stage.results] == [False, True]
    assert (stage.root / "a.py").read_text() == "A\n2\n3\n4\n"


async def test_protected_proposal_is_never_covered_by_yes(stage: Stage) -> None:
    file = stage.file("AGENTS.md", "one\n", (0, 1, "one\n", "1\n"))
    report = await stage.perform(
        stage.proposal(file, protected="it instructs agents"), WAIT, stage.review(file, result="refused"),
        stage.status("completed"), yes=True,
    )  # fmt: skip
    assert stage.commands("answer")[0]["decision"] == "reject"
    assert "AGENTS.md is protected: it instructs agents" in stage.out.getvalue()
    assert report.exit_code == 1


async def test_without_a_terminal_nothing_is_answered_and_nothing_applied(stage: Stage) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    report = await stage.perform(stage.proposal(file), present=False)
    assert stage.commands("answer") == []
    assert report.status == "awaitingReview"
    assert report.exit_code == 1
    assert "Nothing was applied" in report.summary()


async def test_permission_is_rejected_and_question_dismissed_under_yes(stage: Stage) -> None:
    await stage.perform(
        {"event": {"kind": "permission", "requestId": "r1", "title": "Fetch?", "detail": "https://x.example"}},
        WAIT,
        {"event": {"kind": "question", "requestId": "r2", "title": "Which?", "detail": "A or B?", "options": ["A"]}},
        WAIT,
        stage.status("completed"),
        yes=True,
    )  # fmt: skip
    assert stage.commands("answer") == [
        {"sessionId": "s1", "requestId": "r1", "decision": "reject"},
        {"sessionId": "s1", "requestId": "r2", "text": None},
    ]


async def test_question_and_permission_are_answered_by_the_user(stage: Stage) -> None:
    await stage.perform(
        {"event": {"kind": "permission", "requestId": "r1", "title": "Fetch?", "detail": "https://x.example"}},
        WAIT,
        {"event": {"kind": "question", "requestId": "r2", "title": "Which?", "detail": "", "options": ["A", "B"]}},
        WAIT,
        stage.status("completed"),
        lines=["", "o", "2"],
    )  # fmt: skip
    answers = stage.commands("answer")
    assert (answers[0]["decision"], answers[1]["text"]) == ("once", "B")


async def test_answer_that_comes_too_late_is_said(stage: Stage) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    await stage.perform(
        stage.proposal(file), {"refuse": "Proposal p1 is no longer open."}, stage.apply(file),
        stage.status("completed"), yes=True,
    )  # fmt: skip
    assert "no longer open" in stage.out.getvalue()
    assert stage.results[0]["applied"] is False


async def test_text_of_the_model_cannot_command_the_terminal(stage: Stage) -> None:
    await stage.perform(
        {"event": {"kind": "text", "text": "\x1b]0;owned\x07 \x1b[2J \u202e done\n"}},
        stage.status("failed", "\x1b[31mred"),
    )
    assert "\x1b" not in stage.out.getvalue()
    assert "\u202e" not in stage.out.getvalue()


async def test_server_that_dies_is_reported_with_its_last_words(stage: Stage) -> None:
    report = await stage.perform({"exit": 3, "stderr": "Traceback\nKeyError: 'x'\n"})
    assert report.exit_code == 1
    assert "exit code 3" in report.reason
    assert "KeyError: 'x'" in stage.out.getvalue()


async def test_server_that_does_not_speak_the_protocol_is_reported(stage: Stage) -> None:
    report = await stage.perform({"raw": "Content-Length: nonsense\r\n\r\n"})
    assert "cannot be understood" in report.reason


async def test_failure_of_the_set_up_is_a_usage_error(stage: Stage) -> None:
    report = await stage.perform(
        {"event": {"kind": "error", "message": "Set ANTHROPIC_API_KEY.", "errorKind": "key"}},
        stage.status("failed", "Set ANTHROPIC_API_KEY."),
    )
    assert report.exit_code == 2
    assert report.summary() == "Session s1: failed (Set ANTHROPIC_API_KEY.)."


async def test_run_that_is_refused_is_a_usage_error(stage: Stage) -> None:
    report = await stage.perform({"refuse": "There is no recipe 'x'."}, begin=False)
    assert report.exit_code == 2
    assert stage.out.getvalue().count("There is no recipe 'x'.") == 1
    assert report.summary() == "No session was started."


async def test_message_that_repeats_an_event_is_not_said_twice(stage: Stage) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    await stage.perform(
        stage.proposal(file), WAIT, stage.review(file, result="stale"),
        {"message": "Backend Specialist: a.py:1 stale"}, {"message": "The setting maxSteps is no number."},
        stage.status("completed"), yes=True,
    )  # fmt: skip
    assert stage.out.getvalue().count("a.py:1 stale") == 1
    assert "The setting maxSteps is no number." in stage.out.getvalue()


# ---------------------------------------------------------------- Ctrl+C before there is a session


def press_ctrl_c() -> None:
    """In this thread: one that is sent to the process may come to another one, and there later."""
    signal.raise_signal(signal.SIGINT)


class PressedAtTheStart(list[str]):
    """A command during whose start Ctrl+C is pressed: it is taken apart right before the process is made."""

    def __iter__(self) -> Iterator[str]:
        press_ctrl_c()
        return super().__iter__()


def press_when_started(_: object) -> Mapping[str, Any]:
    press_ctrl_c()
    return {"instructions": "Do it"}


@pytest.mark.parametrize(
    "how",
    [{"around": PressedAtTheStart}, {"task": press_when_started}],
    ids=["while the server starts", "before the session starts"],
)
@pytest.mark.parametrize("yes", [True, False], ids=["unasked", "asked"])
async def test_interrupt_before_there_is_a_session_ends_everything(
    stage: Stage, how: dict[str, Any], yes: bool
) -> None:
    file = stage.file("a.py", "one\n", (0, 1, "one\n", "1\n"))
    report = await stage.perform(
        stage.proposal(file), WAIT, stage.apply(file), stage.review(file), stage.status("completed"),
        yes=yes, **how,
    )  # fmt: skip
    assert (stage.root / "a.py").read_text() == "one\n"
    assert report.to_json()["status"] == "cancelled"
    assert report.to_json()["reason"] is None
    assert report.exit_code == 130
    assert report.summary() == "Stopped."
    assert stage.out.getvalue() == ""
