"""VS Code as a process: code-server with a profile of its own.

Owns the process and its directories. Drives nothing: ``workbench`` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from patience import PATIENCE

# Whatever could let the developer's own keys, endpoint or sessions into a test.
_OWN = ("ANTHROPIC_", "BACKEND_SPECIALIST_", "XDG_", "VSCODE_")


class CodeServer:
    """The installed rig. ``extensions`` is the directory that extensions are installed into."""

    def __init__(self, rig: Path, extensions: Path) -> None:
        self._node = rig / "node/bin/node"
        self._entry = rig / "code/node_modules/code-server/out/node/entry.js"
        self._extensions = extensions

    def environment(self, home: Path, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of a user who has nothing of their own."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(_OWN)}
        return {**clean, "HOME": str(home), "EXTENSIONS_GALLERY": '{"serviceUrl": ""}', **more}

    async def install(self, vsix: Path, home: Path) -> None:
        """Install an extension, as a user does from a file."""
        process = await asyncio.create_subprocess_exec(
            self._node, self._entry, "--extensions-dir", self._extensions,
            "--user-data-dir", home / "installing", "--install-extension", vsix,
            env=self.environment(home, {}), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()

    @asynccontextmanager
    async def serve(
        self, home: Path, *, trust: bool = True, environment: Mapping[str, str] | None = None
    ) -> AsyncIterator[Profile]:
        """Run it with a profile below ``home``; ``trust`` trusts every workspace."""
        home.mkdir(parents=True, exist_ok=True)
        port = _free_port()
        profile = Profile(f"http://127.0.0.1:{port}/", home)
        profile.configure({})
        command = [
            self._node, self._entry, "--bind-addr", f"127.0.0.1:{port}", "--auth", "none",
            "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override",
            "--ignore-last-opened", "--reconnection-grace-time", "3",
            "--extensions-dir", self._extensions, "--user-data-dir", profile.data,
        ]  # fmt: skip
        if trust:
            command.append("--disable-workspace-trust")
        with (home / "code-server.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, env=self.environment(home, environment or {}), stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        try:
            await _answers(f"{profile.url}healthz")
            yield profile
        finally:
            # The whole group: extension hosts live on for a while without their window.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


class Profile:
    """A running code-server and the data directory of its user."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.data = home / "data"
        self.log = home / "code-server.log"
        _settings(self.data / "User/settings.json", _QUIET)

    def configure(self, machine: Mapping[str, Any]) -> None:
        """Set the machine-level settings for the next window."""
        _settings(self.data / "Machine/settings.json", machine)


_QUIET = {
    "window.commandCenter": False,
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    # A test that is about trust gives it by itself.
    "security.workspace.trust.startupPrompt": "never",
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoUpdate": False,
    "git.enabled": False,
    # Some editors lie over the others otherwise, depending on an experiment of VS Code's.
    "workbench.editor.useModal": "off",
    "chat.disableAIFeatures": True,
    "editor.minimap.enabled": False,
    "editor.lightbulb.enabled": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    # The web edition saves by itself; a desktop does not.
    "files.autoSave": "off",
}


def _settings(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(url: str) -> None:
    """Wait until the address answers."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(OSError):
                return await asyncio.to_thread(_get, url)
            await asyncio.sleep(0.1)


def _get(url: str) -> None:
    with urllib.request.urlopen(url, timeout=5) as answer:
        answer.read()
