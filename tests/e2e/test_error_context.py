"""A session that fails, and where its error context is seen. The model is scripted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from support.guises import unknown
from support.project import write_project
from support.stage import edit, staged

REFUSED = Reply(text="No.", stop_reason="refusal")
MISSING = Call("read", {"filePath": "gone.py"})
MODEL = "anthropic/claude-sonnet-4-20250514"
SAID = "The model refused to go on with this task."
STEPS = [
    "Say the task in other words, or in smaller parts.",
    "Choose another model or agent.",
]


@pytest.mark.parametrize("draws", [False, True], ids=["plain client", "client that draws errors"])
async def test_failure_is_told_with_what_was_tried_and_what_comes_next(
    tmp_path: Path, *, draws: bool
) -> None:
    root, state = write_project(tmp_path / "shop", "\n-- a.py --\nx = 1\n"), tmp_path / "state"
    ui = ["proposal", "question", *(["error"] if draws else [])]
    async with staged(root, state, unknown(ui=ui)) as stage:
        editor = stage.editor
        calls = (MISSING, edit("PATH", "first = 1", "first = 10"))
        case = await stage.run(script=[Reply(tools=calls), REFUSED, REFUSED, Reply(text="Done.")])
        await stage.answer(case, await stage.event(case, "proposal"), "applyAll")
        error = await stage.event(case, "error")
        assert (error["errorKind"], error["category"], error["severity"]) == (
            "failed",
            "agent capability",
            "high",
        )
        assert error["nextSteps"] == STEPS
        await stage.event(case, "status", status="failed")
        mark = len(editor.heard)
        await editor.command("reply", sessionId=case.session, text="Try again.")
        await stage.event(case, "status", status="failed", since=mark)

        (row,) = await editor.command("listSessions")
        assert row["error"] == {
            "message": row["error"]["message"],
            "errorKind": "failed",
            "category": "agent capability",
            "severity": "high",
            "attempts": 2,
            "nextSteps": STEPS,
        }
        shown = await editor.command("showTranscript", sessionId=case.session)
        transcript = editor.path(shown["uri"]).read_text()
        for text in (
            transcript,
            stage.told(case, "window/logMessage")[-1]["message"],
            listed(state, case.session),
        ):
            assert f"# Error context - {case.session}" in text
            assert "- Category: agent capability\n- Severity: high" in text
            assert "Impact: hunks in your files: 1" in text
            assert f"- 1: specialist-backend with {MODEL}, turns: 2: {SAID}" in text
            assert f"- 2: specialist-backend with {MODEL}, turns: 1: {SAID}" in text
            assert "- `read`: " in text
            assert all(f"- {step}" in text for step in STEPS)
        messages = [one["message"] for one in stage.told(case, "window/showMessage")]
        told = [one for one in messages if "The transcript says what was tried" in one]
        assert len(told) == (0 if draws else 2)

        # What succeeds in the end is no failure any more.
        mark = len(editor.heard)
        await editor.command("reply", sessionId=case.session, text="Once more.")
        await stage.event(case, "status", status="completed", since=mark)
        (row,) = await editor.command("listSessions")
        assert row["error"] is None
        shown = await editor.command("showTranscript", sessionId=case.session)
        assert "Error context" not in editor.path(shown["uri"]).read_text()


def listed(state: Path, session: str) -> str:
    """What the terminal shows of a stored session."""
    done = subprocess.run(
        [sys.executable, "-m", "backend_specialist", "sessions", "show", session],
        env={**os.environ, "BACKEND_SPECIALIST_STATE_DIR": str(state)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout
