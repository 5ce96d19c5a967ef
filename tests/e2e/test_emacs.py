"""The specialist in a real Emacs with eglot, with the configuration of the documentation. The model is scripted."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Call, Fault, Reply, Script
from support.emacs import MODE_LINE, Emacs, emacs, missing
from support.neovim import model_in_thread
from support.scripts_for_tests import DELIVER, EDIT, GUARDED, LEAVE, SCRIPT

Begin = Callable[[Script], tuple[Emacs, ScriptedApi]]

ONE_FILE = [Reply(tools=(EDIT, DELIVER))]
BUFFER = "main.py"
INTERRUPTED = "Review the edits of"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if lack := missing():
        pytest.skip(lack)


@pytest.fixture
def begin(root: Path, state: Path) -> Iterator[Begin]:
    """Start Emacs on the project, connected to the server, with a scripted model behind it."""
    # Emacs takes for a project what is under version control.
    (root / ".git").mkdir()
    with ExitStack() as stack:

        def start(script: Script) -> tuple[Emacs, ScriptedApi]:
            api, url = stack.enter_context(model_in_thread(script))
            environment = {
                "ANTHROPIC_BASE_URL": url,
                "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
                "BACKEND_SPECIALIST_STATE_DIR": str(state),
            }
            editor = stack.enter_context(emacs(root, environment))
            editor.connect()
            return editor, api

        yield start
    gc.collect()


def propose(editor: Emacs, times: int = 1) -> None:
    editor.command("backend-specialist", "Guard mean()")
    editor.said("to review", times)


def review(editor: Emacs, title: str = "Review proposed edits") -> None:
    """The code action comes first, so it is what Enter takes."""
    editor.command("eglot-code-actions")
    editor.answer(f"(default {title}", "\r")
    editor.asked("[Review, Apply all, Reject]")
    assert editor.lisp("(minibuffer-depth)") == "1", "another question is below this one"


def apply_all(editor: Emacs) -> None:
    review(editor)
    editor.press("a\r")


def results(api: ScriptedApi) -> str:
    """The last message to the model."""
    return str(api.requests[-1]["messages"][-1]["content"])


# ---------------------------------------------------------------- the main path


def test_a_recipe_on_a_selection_is_reviewed_applied_and_saved(begin: Begin, root: Path) -> None:
    editor, api = begin(ONE_FILE)
    saved = (root / "app/main.py").read_text()
    editor.press("\x1b>\x00\x1b{")  # to the end, mark, back by one paragraph
    editor.command("eglot-code-actions")
    editor.answer("Backend Specialist:", "Backend Specialist: Validate\t\r")
    editor.said("to review")
    task = str(api.requests[0]["messages"][0])
    assert "Check the input of the selected code" in task
    assert "def mean(items):" in task
    assert "def total(items):" not in task
    apply_all(editor)
    editor.said("has finished")
    assert editor.buffer(BUFFER).endswith(GUARDED)
    assert (root / "app/main.py").read_text() == saved
    editor.press("\x18\x13")
    editor.said("Wrote ")
    assert (root / "app/main.py").read_text() == editor.buffer(BUFFER)


def test_the_diff_is_on_the_screen_before_the_question(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    propose(editor)
    review(editor)
    shown = "(mapconcat (lambda (at) (with-current-buffer (window-buffer at) (buffer-string))) (window-list) nil)"
    assert "+    if not items:" in editor.lisp(shown)


def test_a_created_file_is_a_buffer_until_it_is_saved(begin: Begin, root: Path) -> None:
    editor, _ = begin(SCRIPT)
    propose(editor)
    apply_all(editor)
    editor.said("has finished")
    assert editor.buffer("test_mean.py") == "def test_mean():\n    pass\n"
    created = root / "tests/test_mean.py"
    assert not created.exists()
    editor.press("\x18s!")  # C-x s saves them all
    editor.said("Wrote ", times=2)
    assert created.read_text() == "def test_mean():\n    pass\n"


def test_no_key_is_lost_while_a_proposal_arrives(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    before = editor.buffer(BUFFER)
    editor.press("\x1b<")
    editor.command("backend-specialist", "Guard mean()")
    typed = ""
    while "to review" not in editor.messages:
        typed += "# y n a q\n"
        editor.press("# y n a q\n")
    typed += "# after\n"
    editor.press("# after\n")
    editor.wait(
        f'(with-current-buffer "{BUFFER}" (save-excursion (goto-char 1) (search-forward "# after" nil t)))'
    )
    assert editor.buffer(BUFFER) == typed + before


def test_a_question_is_answered_in_the_minibuffer(begin: Begin) -> None:
    question = {"question": "Which status?", "header": "Status", "options": ["400", "422"]}
    ask = Reply(tools=(Call("question", {"questions": [question]}),))
    editor, api = begin([ask, Reply(tools=(DELIVER,))])
    editor.command("backend-specialist", "Guard mean()")
    editor.said("has a question")
    editor.command("eglot-code-actions")
    editor.answer("(default Answer the specialist", "\r")
    editor.answer("Which status?", "422\r")
    editor.said("has finished")
    assert "Answer: 422" in results(api)


# ---------------------------------------------------------------- no


def test_a_reply_to_a_proposal_rejects_it_with_the_reason(begin: Begin) -> None:
    editor, api = begin([*ONE_FILE, LEAVE])
    before = editor.buffer(BUFFER)
    propose(editor)
    editor.command("backend-specialist-reply", "raise ValueError instead")
    editor.said("has finished")
    assert "raise ValueError instead" in results(api)
    assert editor.buffer(BUFFER) == before


def test_a_dismissed_question_is_no_answer_and_a_rejection_is_one(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    before = editor.buffer(BUFFER)
    propose(editor)
    review(editor)
    editor.press("\x07")  # C-g
    editor.wait("(not (active-minibuffer-window))")
    review(editor)
    assert "has finished" not in editor.messages
    editor.press("rej\r")
    editor.said("has finished")
    assert editor.buffer(BUFFER) == before


# ---------------------------------------------------------------- afterwards


def test_undo_takes_an_applied_edit_back_and_the_next_one_fits(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    before = editor.buffer(BUFFER)
    propose(editor)
    apply_all(editor)
    editor.said("has finished")
    assert editor.buffer(BUFFER).endswith(GUARDED)
    editor.press("\x1f")  # C-/
    editor.wait(
        f'(not (with-current-buffer "{BUFFER}" (string-search "return 0" (buffer-string))))'
    )
    assert editor.buffer(BUFFER) == before
    propose(editor, times=2)
    apply_all(editor)
    editor.said("has finished", times=2)
    assert editor.buffer(BUFFER).endswith(GUARDED)


def test_a_session_is_cancelled(begin: Begin) -> None:
    editor, _ = begin([Reply(text="Waiting", fault=Fault(kind="stall", after=5))])
    editor.command("backend-specialist", "Guard mean()")
    editor.wait(f'(string-search "[Waiting]" {MODE_LINE})')
    editor.command("backend-specialist-cancel")
    editor.said("was cancelled")


def test_a_proposal_survives_the_death_of_the_server(begin: Begin) -> None:
    editor, api = begin(ONE_FILE)
    editor.press("\x1b<# unsaved\r")
    propose(editor)
    os.kill(editor.server, signal.SIGKILL)
    editor.said("Server exited")
    editor.connect(times=2)
    editor.said("its edits wait for your review")
    review(editor, INTERRUPTED)
    editor.press("a\r")
    editor.said("has finished")
    text = editor.buffer(BUFFER)
    assert text.startswith("# unsaved\n")
    assert text.endswith(GUARDED)
    assert len(api.requests) == 1


def test_a_proposal_survives_the_end_of_emacs(begin: Begin) -> None:
    first, _ = begin(ONE_FILE)
    propose(first)
    first.quit()
    second, api = begin(ONE_FILE)
    second.said("its edits wait for your review")
    review(second, INTERRUPTED)
    second.press("a\r")
    second.said("has finished")
    assert second.buffer(BUFFER).endswith(GUARDED)
    assert not api.requests


def test_what_was_applied_is_reverted_and_the_transcript_is_shown(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    before = editor.buffer(BUFFER)
    propose(editor)
    apply_all(editor)
    editor.said("has finished")
    editor.command("backend-specialist-revert")
    editor.said("to review", times=2)
    apply_all(editor)
    editor.said("has finished", times=2)
    assert editor.buffer(BUFFER) == before
    editor.command("backend-specialist-transcript")
    editor.wait('(get-buffer-window "transcript.md")')
    assert editor.buffer("transcript.md").startswith("# Guard mean()")
