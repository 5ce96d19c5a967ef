"""The captured capabilities are those of the real clients."""

from __future__ import annotations

import json
import subprocess

import pytest

from support import guises
from support.neovim import binary


def test_the_capabilities_of_neovim_are_those_of_the_neovim_here() -> None:
    code = "io.write(vim.json.encode({vim.version().minor, vim.lsp.protocol.make_client_capabilities()}))"
    command = [binary(), "--headless", "-u", "NONE", "-c", f"lua {code}", "-c", "qa!"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    minor, capabilities = json.loads(said.stdout or said.stderr)
    if minor != 11:
        pytest.skip("captured from Neovim 0.11; another version is installed")
    assert capabilities == guises.captured("neovim").capabilities


def test_vs_code_is_the_client_with_every_capability_we_use() -> None:
    guise = guises.captured("vscode")
    edits = guise.capabilities["workspace"]["workspaceEdit"]
    assert edits["changeAnnotationSupport"] == {"groupsOnLabel": True}
    assert edits["documentChanges"]
    assert guise.capabilities["workspace"]["textDocumentContent"]
