"""The specialist in a real Neovim, with the configuration of the documentation. The model is scripted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Fault, Reply, Script
from support.neovim import Neovim, model_in_thread, neovim
from support.scripts_for_tests import DELIVER, EDIT, GUARDED, LEAVE, SCRIPT


@pytest.fixture
def nvim(
    request: pytest.FixtureRequest, root: Path, state: Path
) -> Iterator[tuple[Neovim, ScriptedApi]]:
    script: Script = request.param
    with model_in_thread(script) as (api, url):
        environment = {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
            "BACKEND_SPECIALIST_STATE_DIR": str(state),
        }
        with neovim(root, environment) as editor:
            editor.command("edit app/main.py")
            editor.attached()
            yield editor, api


def scripted(script: Script) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("nvim", [script], indirect=True, ids=["scripted"])


@scripted(SCRIPT)
def test_no_key_is_lost_while_a_proposal_arrives(nvim) -> None:
    editor, _ = nvim
    before = editor.text
    editor.command("Specialist Guard mean()")
    editor.press("ggO")
    typed = ""
    words = (f"word{number} 1 2 3 y n q " for number in range(100_000))
    while "to review" not in editor.messages:
        typed += (word := next(words))
        editor.press(word)
    for word in [next(words) for _ in range(20)]:
        typed += word
        editor.press(word)
    editor.press("<Esc>")
    editor.wait("vim.api.nvim_get_mode().mode == 'n' and not vim.api.nvim_get_mode().blocking")
    assert editor.text == f"{typed}\n{before}"


@scripted(SCRIPT)
def test_apply_all_changes_the_buffers_and_saves_nothing(nvim, root: Path) -> None:
    editor, _ = nvim
    saved = (root / "app/main.py").read_text()
    editor.command("Specialist Guard mean()")
    editor.said("to review")
    editor.command("SpecialistReview")
    editor.prompted()
    editor.press("2<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)
    assert editor.buffer("tests/test_mean.py") == "def test_mean():\n    pass\n"
    assert (root / "app/main.py").read_text() == saved


@scripted(SCRIPT)
def test_a_dismissed_question_is_no_answer(nvim) -> None:
    editor, _ = nvim
    before = editor.buffer("app/main.py")
    editor.command("Specialist Guard mean()")
    editor.said("to review")
    editor.command("SpecialistReview")
    editor.prompted()
    editor.press("<Esc>")
    editor.command("SpecialistReview")
    editor.prompted()
    editor.press("3<CR>")
    editor.said("has finished")
    assert editor.buffer("app/main.py") == before


@scripted(SCRIPT)
def test_review_asks_file_by_file(nvim, root: Path) -> None:
    editor, _ = nvim
    editor.command("Specialist Guard mean()")
    editor.said("to review")
    editor.command("SpecialistReview")
    for answer in ("1<CR>", "1<CR>", "2<CR>"):
        editor.prompted()
        editor.press(answer)
    editor.said("has finished")
    assert editor.buffer("app/main.py").endswith(GUARDED)
    assert not (root / "tests").exists()


@scripted([Reply(text="Waiting", fault=Fault(kind="stall", after=5))])
def test_a_session_is_cancelled(nvim) -> None:
    editor, _ = nvim
    editor.command("Specialist Guard mean()")
    editor.wait("vim.lsp.status() ~= ''")
    editor.command("SpecialistCancel")
    editor.said("was cancelled")


@scripted([Reply(tools=(EDIT, DELIVER)), LEAVE])
def test_code_actions_offer_recipes_on_a_selection(nvim) -> None:
    editor, _ = nvim
    titles = editor.lua(
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
    assert 0 < len(titles) <= 6
    assert all(title.startswith("Backend Specialist: ") for title in titles)
