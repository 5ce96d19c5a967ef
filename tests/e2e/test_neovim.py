"""The specialist in a real Neovim, with the configuration of the documentation. The model is scripted."""

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
from support.neovim import Neovim, documented_settings, model_in_thread, neovim
from support.scripts_for_tests import DELIVER, EDIT, GUARDED, LEAVE, SCRIPT

Begin = Callable[..., tuple[Neovim, ScriptedApi]]

TYPED = Call(
    "edit",
    {
        "filePath": "app/main.py",
        "oldString": "def total(items):",
        "newString": "def total(items: list[int]) -> int:",
    },
)
ONE_FILE = [Reply(tools=(EDIT, DELIVER))]
LONG = "Guard mean() " + "and say why " * 10
# What was drawn when a question got the keys: a look from outside would have it drawn again.
KEEP_SCREEN = """
vim.api.nvim_create_autocmd('CmdlineEnter', { callback = function()
  local cells = {}
  for row = 1, vim.o.lines do
    for column = 1, vim.o.columns do table.insert(cells, vim.fn.screenstring(row, column)) end
  end
  vim.g.drawn = table.concat(cells)
end })
"""


@pytest.fixture
def begin(root: Path, state: Path) -> Iterator[Begin]:
    """Start Neovim on the project, attached to the server, with a scripted model behind it."""

    with ExitStack() as stack:

        def start(script: Script, settings: str = "") -> tuple[Neovim, ScriptedApi]:
            api, url = stack.enter_context(model_in_thread(script))
            environment = {
                "ANTHROPIC_BASE_URL": url,
                "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
                "BACKEND_SPECIALIST_STATE_DIR": str(state),
            }
            editor = stack.enter_context(neovim(root, environment, settings))
            editor.command("edit app/main.py")
            editor.attached()
            return editor, api

        yield start
    # Whatever was left open fails this test, not one that runs when the garbage is collected.
    gc.collect()


def propose(editor: Neovim, task: str = "Guard mean()", times: int = 1) -> None:
    editor.command(f"Specialist {task}")
    editor.said("to review", times)


def results(api: ScriptedApi) -> str:
    """The last message to the model."""
    return str(api.requests[-1]["messages"][-1]["content"])


# ---------------------------------------------------------------- keys


def test_no_key_is_lost_while_a_proposal_arrives(begin: Begin) -> None:
    editor, _ = begin(SCRIPT)
    before = editor.text
    editor.command(f"Specialist {LONG}")
    editor.press("ggO")
    typed = ""
    words = (f"word{number} 1 2 3 y n q\n" for number in range(100_000))
    while "to review" not in editor.messages:
        typed += (word := next(words))
        editor.press(word)
    for word in [next(words) for _ in range(20)]:
        typed += word
        editor.press(word)
    editor.press("<Esc>")
    editor.wait("vim.api.nvim_get_mode().mode == 'n'")
    assert editor.text == f"{typed}\n{before}"


def test_a_long_message_waits_for_no_key_and_is_kept_whole(begin: Begin) -> None:
    editor, _ = begin([Reply(tools=(DELIVER,))])
    editor.command("Specialist " + "very long " * 20)
    editor.said("has finished")
    editor.press("ix<Esc>")
    editor.wait("vim.api.nvim_get_current_line():find('^x')")
    shown = next(line for line in editor.messages.splitlines() if "has finished" in line)
    assert len(shown) > 80


# ---------------------------------------------------------------- reviewing


def test_apply_all_changes_the_buffers_and_saves_nothing(begin: Begin, root: Path) -> None:
    editor, _ = begin(SCRIPT)
    saved = (root / "app/main.py").read_text()
    propose(editor, LONG)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)
    assert editor.buffer("tests/test_mean.py") == "def test_mean():\n    pass\n"
    assert (root / "app/main.py").read_text() == saved


def test_an_empty_file_gets_the_text_and_no_line_below_it(begin: Begin, root: Path) -> None:
    (root / "app/__init__.py").write_text("")
    content = "from app.main import mean\n"
    change = Call("write", {"filePath": "app/__init__.py", "content": content})
    editor, _ = begin([Reply(tools=(change, DELIVER))])
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/__init__.py") == content


def test_the_diff_is_on_the_screen_before_the_question(begin: Begin) -> None:
    editor, _ = begin(SCRIPT)
    propose(editor)
    editor.lua(KEEP_SCREEN)
    editor.command("SpecialistReview")
    editor.prompted()
    drawn = editor.nvim.vars["drawn"]
    assert "+    if not items:" in drawn
    assert len(editor.servers) == 1, (
        "the diff, which belongs to no project, has a server of its own"
    )


def test_a_dismissed_question_is_no_answer(begin: Begin) -> None:
    editor, _ = begin(SCRIPT)
    before = editor.buffer("app/main.py")
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("<Esc>")
    # At once: the server may not have heard of the dismissal yet.
    editor.execute("review")
    editor.answer("3<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py") == before


def test_text_that_neovim_does_not_tell_of_is_unverified(begin: Begin, root: Path) -> None:
    (root / "NOTES").write_text("one\n")
    change = {"filePath": "NOTES", "oldString": "one", "newString": "two"}
    editor, _ = begin([Reply(tools=(Call("edit", change), DELIVER))])
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("NOTES:1 unverified")
    editor.said("has finished")
    assert editor.buffer("NOTES") == "two\n"


def test_review_asks_file_by_file(begin: Begin, root: Path) -> None:
    editor, _ = begin(SCRIPT)
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("1<CR>", "1<CR>", "2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)
    assert not (root / "tests").exists()


def test_review_asks_hunk_by_hunk(begin: Begin) -> None:
    editor, _ = begin([Reply(tools=(TYPED, EDIT, DELIVER))], documented_settings())
    before = editor.buffer("app/main.py")
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("1<CR>", "2<CR>", "1<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py") == before[: before.index("def mean")] + GUARDED


def test_a_reply_to_a_proposal_rejects_it_with_the_reason(begin: Begin) -> None:
    editor, api = begin([*ONE_FILE, LEAVE])
    before = editor.buffer("app/main.py")
    propose(editor)
    editor.command("SpecialistReply raise ValueError instead")
    editor.said("has finished")
    assert "raise ValueError instead" in results(api)
    assert editor.buffer("app/main.py") == before


def test_undo_takes_an_applied_edit_back_and_the_next_one_fits(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    before = editor.buffer("app/main.py")
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)
    editor.command("buffer app/main.py")
    editor.press("u")
    editor.wait("not vim.fn.join(vim.fn.getbufline('app/main.py', 1, '$')):find('return 0')")
    assert editor.buffer("app/main.py") == before
    propose(editor, times=2)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished", times=2)
    assert editor.buffer("app/main.py").endswith(GUARDED)


def test_revert_proposes_the_reverse(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    before = editor.buffer("app/main.py")
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    editor.command("SpecialistRevert")
    editor.said("to review", times=2)
    assert editor.buffer("app/main.py").endswith(GUARDED)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished", times=2)
    assert editor.buffer("app/main.py") == before


# ---------------------------------------------------------------- sessions


def test_a_session_is_cancelled(begin: Begin) -> None:
    editor, _ = begin([Reply(text="Waiting", fault=Fault(kind="stall", after=5))])
    editor.command("Specialist Guard mean()")
    editor.wait("vim.lsp.status() ~= ''")
    editor.command("SpecialistCancel")
    editor.said("was cancelled")


def test_a_proposal_survives_the_death_of_the_server(begin: Begin) -> None:
    editor, api = begin(ONE_FILE)
    editor.press("O# unsaved<Esc>")
    propose(editor)
    (server,) = editor.servers
    os.kill(server, signal.SIGKILL)
    editor.dismissed("quit with exit code 0 and signal 9")
    editor.command("lua vim.lsp.enable('backend_specialist')")
    editor.attached()
    editor.said("its edits wait for your review")
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    text = editor.buffer("app/main.py")
    assert text.startswith("# unsaved\n")
    assert text.endswith(GUARDED)
    assert len(api.requests) == 1


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="watches a process that is no child")
def test_a_proposal_survives_the_end_of_neovim(begin: Begin) -> None:
    first, _ = begin(ONE_FILE)
    propose(first)
    first.quit()
    second, api = begin(ONE_FILE)
    second.said("its edits wait for your review")
    second.command("SpecialistReview")
    second.answer("2<CR>")
    second.said("has finished")
    assert second.buffer("app/main.py").endswith(GUARDED)
    assert not api.requests


def test_a_reply_to_an_ended_session_continues_it(begin: Begin) -> None:
    editor, api = begin([Reply(tools=(DELIVER,)), Reply(tools=(EDIT, DELIVER))])
    editor.command("Specialist Look at mean()")
    editor.said("has finished")
    editor.command("SpecialistReply now guard it")
    editor.said("to review")
    assert "now guard it" in results(api)


def test_transcript_and_deliverable_are_shown(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    propose(editor)
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    editor.command("SpecialistDeliverable")
    assert "# Backend Implementation" in editor.shown("implementation-backend.md")
    editor.command("SpecialistTranscript")
    assert editor.shown("transcript.md").startswith("# Guard mean()")


def test_one_of_several_sessions_is_picked(begin: Begin) -> None:
    editor, _ = begin([Reply(tools=(DELIVER,))])
    editor.command("SpecialistTranscript")
    editor.said("There is no session yet")
    for times, task in enumerate(("The older", "The newer"), 1):
        editor.command(f"Specialist {task}")
        editor.said("has finished", times)
    editor.command("SpecialistTranscript")
    editor.answer("2<CR>")
    assert editor.shown("transcript.md").startswith("# The older")


# ---------------------------------------------------------------- code actions


def titles(editor: Neovim) -> list[str]:
    """What is offered for the first three lines."""
    return editor.lua(
        """
        local params = vim.lsp.util.make_given_range_params({1, 0}, {3, 0}, 0, 'utf-8')
        params.context = { diagnostics = {} }
        local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 5000)
        local titles = {}
        for _, answer in pairs(answers) do
          for _, action in ipairs(answer.result) do table.insert(titles, action.title) end
        end
        return titles
        """
    )


def test_code_actions_offer_recipes_on_a_selection(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    found = titles(editor)
    assert 1 < len(found) <= 7
    assert found[-1] == "Backend Specialist: More…"
    assert all(title.startswith("Backend Specialist: ") for title in found)


def test_a_recipe_is_picked_for_a_visual_selection(begin: Begin) -> None:
    editor, api = begin(ONE_FILE)
    number = titles(editor).index("Backend Specialist: Validate and transform input") + 1
    editor.press("5GVjgra")
    editor.answer(f"{number}<CR>")
    editor.said("to review")
    task = str(api.requests[0]["messages"][0])
    assert "Check the input of the selected code" in task
    assert "def mean(items):" in task
    assert "def total(items):" not in task
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)


def test_a_waiting_proposal_is_a_code_action(begin: Begin) -> None:
    editor, _ = begin(ONE_FILE)
    propose(editor)
    editor.press("gra")
    editor.answer("1<CR>", "2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)


def test_a_range_is_what_the_specialist_is_told_about(begin: Begin) -> None:
    editor, api = begin(ONE_FILE)
    editor.command("5,6Specialist Guard it")
    editor.said("to review")
    task = str(api.requests[0]["messages"][0])
    assert "def mean(items):" in task
    assert "def total(items):" not in task


# ---------------------------------------------------------------- questions


def asking(*options: str) -> list[Reply]:
    question = {"question": "Which status?", "header": "Status", "options": list(options)}
    return [Reply(tools=(Call("question", {"questions": [question]}),)), Reply(tools=(DELIVER,))]


def test_a_question_with_options_is_answered_from_a_list(begin: Begin) -> None:
    editor, api = begin(asking("400", "422"))
    editor.command("Specialist Guard mean()")
    editor.said("has a question")
    editor.command("SpecialistReview")
    editor.answer("2<CR>")
    editor.said("has finished")
    assert "Answer: 422" in results(api)


def test_a_question_is_answered_in_the_users_words(begin: Begin) -> None:
    editor, api = begin(asking("400", "422"))
    editor.command("Specialist Guard mean()")
    editor.said("has a question")
    editor.command("SpecialistReply 404, as everywhere")
    editor.said("has finished")
    assert "Answer: 404, as everywhere" in results(api)


@pytest.mark.parametrize(("key", "allowed"), [("1", True), ("3", False)], ids=["once", "reject"])
def test_a_page_is_fetched_once_when_the_user_allows_it(
    begin: Begin, key: str, allowed: bool
) -> None:
    fetch = Call("webfetch", {"url": "https://pages.invalid/limits"})
    editor, api = begin([Reply(tools=(fetch,)), Reply(tools=(DELIVER,))])
    editor.command("Specialist Guard mean()")
    editor.said("asks for a permission")
    editor.command("SpecialistReview")
    editor.answer(f"{key}<CR>")
    editor.said("has finished")
    # `.invalid` never resolves: nothing leaves this machine.
    assert ("could not be resolved" in results(api)) is allowed
    assert ("The user did not allow" in results(api)) is not allowed
