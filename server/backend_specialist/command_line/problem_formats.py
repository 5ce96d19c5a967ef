"""How the problems of agent and recipe files are printed: for people, for programs, for code scanning.

Owns the three forms and the list of codes. Finds no problem itself. Lines and columns count from 1, columns in
code points.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from backend_specialist import __version__
from backend_specialist.domain.agent import AgentDefinition, Fix, Place, Problem
from backend_specialist.domain.recipe import Recipe

Item = AgentDefinition | Recipe

CODES: Mapping[str, str] = {
    "contradiction": "Two fields say different things about one tool.",
    "deprecated": "An older spelling.",
    "duplicate": "A key that is there twice.",
    "encoding": "The file is not UTF-8.",
    "ending-model": "A model that reaches its end of life soon.",
    "front-matter": "The front matter is not closed, too large, or not at the beginning.",
    "merge-key": "Entries that '<<' would bring in.",
    "model": "A model that is not written as provider/model.",
    "name": "A name that differs from the file's, or that two files have.",
    "never-matches": "A pattern that nothing matches.",
    "prompt": "A prompt that is empty or not used.",
    "retired-model": "A model that has reached its end of life.",
    "secret": "A pattern that seems to open files with secrets.",
    "shadowed": "A rule that never decides, because a later one matches all of it.",
    "shell": "A recipe that would run a command.",
    "type": "A value of the wrong type.",
    "unknown-agent": "A recipe for an agent that does not exist.",
    "unknown-key": "A key that does not exist.",
    "unknown-model": "A model or provider that is not known.",
    "unknown-stack": "A recipe about something that no manifest is known to name.",
    "unknown-tool": "A tool that does not exist here.",
    "unquoted": "A value with a colon that is not in quotes.",
    "unreadable": "A file on which the reading itself fails.",
    "unused": "A key that has no effect here.",
    "value": "A value that cannot be used.",
    "yaml": "The front matter is not YAML.",
}
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def _found(items: Sequence[Item]) -> Iterator[tuple[str, Problem]]:
    for item in items:
        path = os.path.normpath(item.source)
        for problem in sorted(item.problems, key=lambda each: (each.place.line, each.place.column)):
            yield path, problem


def _message(problem: Problem) -> str:
    return " ".join(problem.message.split())


def as_text(items: Sequence[Item]) -> Iterator[str]:
    """``file:line:col: severity: message``, one a line."""
    for path, problem in _found(items):
        place = problem.place
        yield f"{path}:{place.line + 1}:{place.column + 1}: {problem.severity}: {_message(problem)}"


def as_json(items: Sequence[Item]) -> Iterator[str]:
    """One object: what was checked, and every problem."""
    checked = [
        {
            "path": os.path.normpath(item.source),
            "kind": "recipe" if isinstance(item, Recipe) else "agent",
            "name": item.name,
        }
        for item in items
    ]
    problems = [
        {
            "path": path,
            "range": _region(problem.place),
            "severity": problem.severity,
            "code": problem.code,
            "message": _message(problem),
            "fixes": [fix.title for fix in problem.fixes],
        }
        for path, problem in _found(items)
    ]
    yield json.dumps({"checked": checked, "problems": problems}, indent=2)


def as_sarif(items: Sequence[Item]) -> Iterator[str]:
    """SARIF 2.1.0, fixes included."""
    driver = {
        "name": "backend-specialist",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": text}} for code, text in CODES.items()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(path, problem) for path, problem in _found(items)],
    }
    yield json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(path: str, problem: Problem) -> dict[str, Any]:
    artifact = {"uri": _uri(path)}
    location = {"artifactLocation": artifact, "region": _region(problem.place)}
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "level": _LEVELS[problem.severity],
        "message": {"text": _message(problem)},
        "locations": [{"physicalLocation": location}],
    }
    if problem.fixes:
        result["fixes"] = [_fix(artifact, fix) for fix in problem.fixes]
    return result


def _uri(path: str) -> str:
    spelled = quote(path.replace(os.sep, "/"))
    return f"file:///{spelled.lstrip('/')}" if os.path.isabs(path) else spelled


def _fix(artifact: Mapping[str, str], fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(each.place), "insertedContent": {"text": each.text}}
        for each in fix.replacements
    ]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line + 1,
        "startColumn": place.column + 1,
        "endLine": place.end_line + 1,
        "endColumn": place.end_column + 1,
    }


FORMATS: Mapping[str, Callable[[Sequence[Item]], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
}
