"""Agent files in a real Neovim, with the configuration of the documentation."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend_specialist.adapters.scripts import Reply
from support.neovim import Neovim, model_in_thread, neovim
from support.scripts_for_tests import DELIVER

FILE = """---
description: Builds the shop
permisson:
  edit: deny
permission:
  read: allow
  "*": ask
---
You build the shop.
"""


@pytest.fixture
def editor(root: Path, state: Path) -> Iterator[Neovim]:
    """Neovim on an agent file of the project."""
    file = root / ".opencode/agent/shop.md"
    file.parent.mkdir(parents=True)
    file.write_text(FILE)
    with model_in_thread([Reply(tools=(DELIVER,))]) as (_, url):
        environment = {
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789abcdef",
            "BACKEND_SPECIALIST_STATE_DIR": str(state),
        }
        with neovim(root, environment) as nvim:
            nvim.command("edit .opencode/agent/shop.md")
            nvim.attached()
            yield nvim
    gc.collect()


def test_problems_of_an_agent_file_are_shown_and_fixed(editor: Neovim) -> None:
    editor.wait("#vim.diagnostic.get(0) == 2")
    found = editor.lua(
        """
        local found = vim.diagnostic.get(0)
        table.sort(found, function(one, other) return one.lnum < other.lnum end)
        return vim.tbl_map(function(each) return { each.lnum, each.col, each.end_col, each.code } end, found)
        """
    )
    assert found == [[2, 0, 9, "unknown-key"], [5, 2, 6, "shadowed"]]
    editor.command("3")
    editor.lua(
        """
        vim.lsp.buf.code_action({
          apply = true,
          filter = function(action) return action.title:find("Remove 'permisson'", 1, true) ~= nil end,
        })
        """
    )
    editor.wait("vim.fn.search('permisson', 'n') == 0")
    editor.wait("#vim.diagnostic.get(0) == 1")
    editor.command("4")
    editor.lua(
        """
        vim.lsp.buf.code_action({
          apply = true,
          filter = function(action) return action.title:find('Move', 1, true) ~= nil end,
        })
        """
    )
    editor.wait("#vim.diagnostic.get(0) == 0")
    assert editor.text == (
        '---\ndescription: Builds the shop\npermission:\n  "*": ask\n  read: allow\n---\n'
        "You build the shop.\n"
    )


def test_an_agent_is_picked_from_a_list(editor: Neovim) -> None:
    editor.command("SpecialistAgent")
    editor.answer("2<CR>")
    listed = "vim.g.listed and vim.g.listed[1].name or ''"
    editor.lua(
        """
        local client = vim.lsp.get_clients({ name = 'backend_specialist' })[1]
        local function look()
          client:exec_cmd({ command = 'backendSpecialist.listAgents', arguments = { vim.empty_dict() } }, nil,
            function(_, agents)
              vim.g.listed = agents
              if agents[1].name == 'specialist-backend' then vim.defer_fn(look, 20) end
            end)
        end
        look()
        """
    )
    editor.wait(f"{listed} ~= '' and {listed} ~= 'specialist-backend'")
