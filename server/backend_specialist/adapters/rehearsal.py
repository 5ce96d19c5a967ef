"""The embedded offline model: ``rehearsal/<script>``.

Owns finding scripts and the server that plays them. A rehearsal drives the whole real path: the SDK talks
HTTP to a scripted Messages API on loopback. Scripts are the files ``rehearsals/<script>.json`` of the
package, or of the directory that ``BACKEND_SPECIALIST_REHEARSALS`` names (an absolute path); their form
is described in :mod:`.scripts`.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Mapping
from importlib import resources

from backend_specialist.adapters.anthropic_model import AnthropicModel, Connection, Endpoint
from backend_specialist.adapters.model_data import ModelFacts
from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Script, ScriptError, script_from_json
from backend_specialist.domain.ports import ModelError, ModelInfo
from backend_specialist.domain.transcript import Usage

_DIRECTORY = "BACKEND_SPECIALIST_REHEARSALS"
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_FACTS = ModelFacts(context=200_000, output=32_000, thinking="adaptive", sampling=False)
_NOTICE = (
    "The replies of this session are scripted: no model is asked, and nothing is sent anywhere. For a "
    "real model, set ANTHROPIC_API_KEY and name the model as anthropic/<model>."
)


class Rehearsals:
    """The scripts, and one server for all of them, started when the first is used."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        directory = environment.get(_DIRECTORY, "")
        self._directory = directory if os.path.isabs(directory) else _package_directory()
        self._scripts: dict[str, Script] = {}
        self._api: ScriptedApi | None = None
        self._connection: Connection | None = None
        self._starting = asyncio.Lock()

    def names(self) -> tuple[str, ...]:
        """Give the names of all scripts, sorted; reads a directory."""
        files = os.listdir(self._directory) if os.path.isdir(self._directory) else []
        return tuple(sorted(name[:-5] for name in files if name.endswith(".json")))

    async def model(self, name: str) -> AnthropicModel:
        """Give the model that plays a script; raise :class:`ModelError`."""
        self._scripts[name] = await asyncio.to_thread(self._load, name)
        info = ModelInfo(
            name=f"rehearsal/{name}",
            id=name,
            provider="rehearsal",
            context_window=_FACTS.context,
            max_output=_FACTS.output,
            thinking=True,
            priced=True,
            notice=_NOTICE,
        )
        return AnthropicModel(info, _FACTS, await self._connected(), _costs_nothing)

    async def close(self) -> None:
        """Stop the server."""
        if self._connection and self._api:
            await self._connection.close()
            await self._api.close()

    def _load(self, name: str) -> Script:
        if not _NAME.fullmatch(name) or name not in self.names():
            known = ", ".join(self.names()) or "none"
            message = f"There is no rehearsal {name!r}. The scripts that exist: {known}."
            raise ModelError("model", message)
        path = os.path.join(self._directory, f"{name}.json")
        try:
            with open(path, encoding="utf-8") as file:
                return script_from_json(file.read())
        except (OSError, UnicodeDecodeError, ScriptError) as error:
            message = f"The rehearsal {name!r} cannot be played: {error}"
            raise ModelError("configuration", message) from error

    async def _connected(self) -> Connection:
        async with self._starting:
            if self._connection is None:
                # Other programs of this machine can reach the port too, so it takes a key.
                key = secrets.token_hex(16)
                self._api = ScriptedApi(self._scripts, key=key)
                endpoint = Endpoint(base_url=await self._api.start(), key=key)
                self._connection = Connection(endpoint)
            return self._connection


def _package_directory() -> str:
    return str(resources.files("backend_specialist").joinpath("rehearsals"))


def _costs_nothing(_: Usage) -> float:
    return 0.0
