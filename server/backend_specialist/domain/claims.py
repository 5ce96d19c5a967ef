"""Claims of the model, held against texts: what is not to be found is doubted.

Owns the doubts and the JSON form of claims. Reads nothing: the texts are given. A doubt is a reason to look again and
no proof, so the checks are made to miss a false claim rather than to doubt a true one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from backend_specialist.domain.deliverable import Claims, entries, route_of, spelling
from backend_specialist.domain.routes import Routes, segments
from backend_specialist.domain.testing import is_test

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n")
_WHAT_RUNS = (
    r"(?:(?:all|the|both|every|full|complete|entire|unit|integration|my|our|new|existing|whole) )*"
    r"(?:tests?|test suite|suite|pytest|migrations?|linter|type checks?|server)\b"
)
_RAN = re.compile(
    rf"\b(?:ran|re-?ran|(?:have|has) run|executed|after (?:running|executing)) {_WHAT_RUNS}"
    rf"|\b(?:verified|confirmed|checked|validated)\b[^.\n]{{0,40}}\bby (?:running|executing) {_WHAT_RUNS}"
    r"|\btests?(?: suite)?(?:,? (?:all|now|also|still|have|had|are|is|currently|successfully))*"
    r" (?:pass|passes|passed|passing|succeed(?:s|ed)?|green|clean)\b(?! (?:an?|the|in|it|them|to|through|by)\b)"
    r"|\btests? (?:was|were|have been|has been) (?:run|executed)\b",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"\b(?:added|adds|wrote|writes|includes?|created|extended|covered by)\b[^.\n]{0,60}\btests?\b"
    r"|\btests? (?:was|were|have been|are) (?:added|written|included|created)\b",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(
    r"\b(?:not|no|never|none|without|cannot|should|shall|would|could|will|must|may|might|if|once|when|until|unless|"
    r"to|yet|expect\w*|needs?|please|ensure|make sure)\b|n't\b",
    re.IGNORECASE,
)
# A key of a mapping that is a path, in YAML or JSON, block or flow.
_CONTRACT_PATH = re.compile(
    r"""(?:^|[\s{,])["']?(/(?:[^\s"',:{}]|\{[^\s{}]*\})*)["']?[ ]*:(?=\s|\Z)"""
)
_FILES = (
    ("service", "endpoints", "endpoint"),
    ("database", "migrations", "migration"),
    ("database", "models", "model"),
    ("testing_documentation", "unit_tests", "unit test"),
    ("testing_documentation", "integration_tests", "integration test"),
)
_PROSE = ("summary", "deployment")
_SECTIONS = ("service", "database", "testing_documentation")


def doubts(claims: Claims, read_text: Mapping[str, str]) -> tuple[str, ...]:
    """Say what the claims name and the texts do not show.

    ``read_text`` has the text of each named file that exists, under the name that the claims use, and whatever else
    the session proposes, under any name. Sentences are for the model and for the user.
    """
    return (
        *_missing_files(claims, read_text),
        *_missing_routes(claims, read_text),
        *_not_in_contract(claims),
        *_no_tests(claims, read_text),
        *_not_run(claims),
    )


def named_files(claims: Claims) -> tuple[str, ...]:
    """The files that the claims name, as they spell them."""
    return tuple(dict.fromkeys(name for _, name in _named(claims)))


def lost_endpoints(
    claims: Claims, refused: Mapping[str, str], present: Mapping[str, str]
) -> tuple[Mapping[str, Any], ...]:
    """The endpoints that stood in what was refused and do not stand in the text that there is.

    ``refused`` has the proposed text of the refused hunks of a file, ``present`` its text of now, both under the
    file's name below the workspace.
    """
    proposed, now = Routes(refused), Routes(present)
    return tuple(
        entry
        for entry in entries(claims, "service", "endpoints")
        for name, path in [(spelling(entry.get("file", "")), entry.get("path", ""))]
        if path and name in refused and name in present
        if proposed.has(path, name) and not now.has(path, name)
    )


def claims_to_json(claims: Claims) -> dict[str, Any]:
    """Give claims as plain JSON."""
    return _plain(asdict(claims))  # type: ignore[no-any-return] # a dict stays a dict


def claims_from_json(raw: Mapping[str, Any]) -> Claims:
    """Read what :func:`claims_to_json` gave; keys that are missing have their default."""
    return Claims(
        summary=raw.get("summary", ""),
        task_id=raw.get("task_id", ""),
        service=raw.get("service", {}),
        database=raw.get("database", {}),
        testing_documentation=raw.get("testing_documentation", {}),
        api_contract=raw.get("api_contract", ""),
        deployment=raw.get("deployment", ""),
        open_points=tuple(raw.get("open_points", ())),
        criteria=tuple(raw.get("criteria", ())),
        requests=tuple(raw.get("requests", ())),
        doubts=tuple(raw.get("doubts", ())),
        contract_faults=tuple(raw.get("contract_faults", ())),
    )


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _named(claims: Claims) -> Iterator[tuple[str, str]]:
    for section, key, what in _FILES:
        for entry in entries(claims, section, key):
            if entry.get("file"):
                yield what, entry["file"]
    yield from (("criterion", each["file"]) for each in claims.criteria if each.get("file"))


def _missing_files(claims: Claims, texts: Mapping[str, str]) -> Iterator[str]:
    for what, name in dict.fromkeys(_named(claims)):
        if name not in texts:
            yield f"{name} is named for a{_n(what)} {what}, but there is no such file, neither proposed nor existing."


def _missing_routes(claims: Claims, texts: Mapping[str, str]) -> Iterator[str]:
    routes = Routes(texts)
    for entry in entries(claims, "service", "endpoints"):
        name, path = entry.get("file", ""), entry.get("path", "")
        if name in texts and path and not routes.has(path, name):
            yield (
                f"{entry.get('method', '')} {path}".strip()
                + f" is claimed for {name}, but that file has no such path."
            )


def _not_in_contract(claims: Claims) -> Iterator[str]:
    """A contract may leave a prefix to its servers, or have one that the claims leave out."""
    paths = {segments(found) for found in _CONTRACT_PATH.findall(claims.api_contract)}
    for entry in entries(claims, "service", "endpoints") if paths else ():
        wanted = segments(entry.get("path", ""))
        if wanted and not any(
            wanted[-len(found) :] == found or found[-len(wanted) :] == wanted for found in paths
        ):
            yield f"{route_of(entry)} is reported, but api_contract has no such path."


def _no_tests(claims: Claims, texts: Mapping[str, str]) -> Iterator[str]:
    named = [
        entry["file"]
        for key in ("unit_tests", "integration_tests")
        for entry in entries(claims, "testing_documentation", key)
        if entry.get("file")
    ]
    for name in dict.fromkeys(named):
        if name in texts and not is_test(name, texts[name]):
            yield f"{name} is named as a test file, but holds no test."
    if not named and not any(is_test(name, text) for name, text in texts.items()):
        for sentence in _sentences(claims, _WROTE):
            yield f'"{sentence}" speaks of tests, but no test file is named.'


def _not_run(claims: Claims) -> Iterator[str]:
    for sentence in _sentences(claims, _RAN):
        yield f'"{sentence}" says that something was run, but nothing can be run here.'


def _sentences(claims: Claims, pattern: re.Pattern[str]) -> Iterator[str]:
    """Sentences of the prose that state what the pattern means; a wish, a plan or a denial begins otherwise."""
    prose = "\n".join([getattr(claims, key) for key in _PROSE] + [*_strings(claims)])
    for sentence in _SENTENCE.split(prose):
        match = pattern.search(sentence)
        if match and not _NOT_SAID.search(sentence[: match.end()]):
            yield sentence.strip()[:200]


def _strings(claims: Claims) -> Iterator[str]:
    pending = [getattr(claims, section) for section in _SECTIONS]
    while pending:
        value = pending.pop(0)
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            pending += value.values()
        elif isinstance(value, list | tuple):
            pending += value


def _n(word: str) -> str:
    return "n" if word[0] in "aeiou" and not word.startswith("unit") else ""
