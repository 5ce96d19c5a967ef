"""The process that judges one OpenAPI document: text on standard input, problems as JSON on standard output.

Owns the reading of the document and the call of the validating library. Fetches nothing: a reference may only point
into the document itself. It runs apart from the server, since a hostile pattern can keep a regular expression busy for
ever, and only a process can be stopped then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import Unresolvable

from backend_specialist.adapters.apart import given, say
from backend_specialist.adapters.yaml_values import StrictLoader

MOST_PROBLEMS = 5
_LONGEST = 240


class _DocumentLoader(StrictLoader):
    """OpenAPI has references of its own, so that nothing needs an alias."""

    max_depth = 64
    max_aliases = 0


class _NothingIsFetched(dict[str, Any]):
    """In the place of the library's handlers, for every scheme."""

    def __contains__(self, scheme: object) -> bool:
        return True

    def __missing__(self, scheme: str) -> Any:
        raise LookupError(scheme)


class _Validator(OpenAPIV31SpecValidator):
    resolver_handlers = _NothingIsFetched()


def problems(text: str) -> list[str]:
    """Say what is wrong with a document, the first few things of it."""
    try:
        # Through JSON, since statuses are keys and numbers as well (`200:`).
        document = json.loads(json.dumps(_DocumentLoader(text).get_single_data()))
    except yaml.YAMLError as error:
        return [_unreadable(error)]
    except (TypeError, ValueError, RecursionError):
        return ["it holds a value that JSON does not have"]
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.1."):
        return ["it must be one OpenAPI document, in YAML or JSON, that begins with openapi: 3.1.0"]
    outside = [
        f"{ref!r} points outside of the document, and nothing is fetched: put it under components"
        for ref in _references(document)
        if not ref.startswith("#")
    ]
    return outside[:MOST_PROBLEMS] or _invalid(document)


def _references(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        match pending.pop():
            case dict() as found:
                yield from (
                    found[key]
                    for key in ("$ref", "$dynamicRef", "$id")
                    if isinstance(found.get(key), str)
                )
                pending += found.values()
            case list() as found:
                pending += found
            case _:
                pass


def _invalid(document: dict[str, Any]) -> list[str]:
    found: list[str] = []
    try:
        for error in _Validator(document).iter_errors():
            found.append(_told(error))
            if len(found) == MOST_PROBLEMS:
                break
    except Unresolvable as error:
        found.append(f"{error.ref[:_LONGEST]!r} is not in the document")
    return list(dict.fromkeys(found))


def _told(error: Any) -> str:
    """The most specific of what the library says, and where."""
    while error.context:
        error = max(error.context, key=lambda each: len(each.absolute_path))
    place = "/".join(str(part) for part in error.absolute_path)
    return (f"{place}: " if place else "") + str(error.message)[:_LONGEST]


def _unreadable(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"line {mark.line + 1}: " if mark else ""
    return f"{place}it is not readable as YAML: {getattr(error, 'problem', None) or 'broken'}"


def main() -> None:
    """Judge what comes in."""
    say(problems(given()))


if __name__ == "__main__":
    main()
