"""What a project is built with, as its manifests tell.

Owns the step from the texts of a directory's manifests to technologies, and the words for them. Guesses nothing from
code, and reads no file.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend_specialist.domain.framing import named
from backend_specialist.domain.manifests import MANIFESTS, manifest_of, names_in
from backend_specialist.domain.technologies import DEPENDENCIES, FILES, KINDS, technologies

Technology = tuple[str, str]
"""A kind of :data:`.technologies.KINDS` and a label, such as ``("orm", "SQLAlchemy")``."""

_MOST_OF_A_KIND = 5
_MOST_FILES = 6
_PREFIXES = tuple(name for name in DEPENDENCIES if name.endswith("*"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """A directory with manifests; ``directory`` is absolute, ``label`` what it is called, ``files`` are names."""

    directory: str
    label: str
    files: tuple[str, ...]
    technologies: frozenset[Technology]


TELLING = frozenset({*FILES, *(row.pattern for row in MANIFESTS if "*" not in row.pattern)})
"""The names of files that say something about the stack, those apart that are known by a glob."""


# One pattern: a directory may have very many names.
_TELLS = re.compile("|".join(map(fnmatch.translate, [*FILES, *(row.pattern for row in MANIFESTS)])))


def tells(name: str) -> bool:
    """Whether a file of this name says something about the stack."""
    return _TELLS.match(name) is not None


def component(directory: str, label: str, texts: Mapping[str, str]) -> Component:
    """Read a directory's manifests, by name; takes as long as the texts are, for at most some hundred KB each."""
    found: set[Technology] = set()
    for name, text in texts.items():
        found.update(technologies(FILES.get(name, "")))
        manifest = manifest_of(name)
        if manifest:
            found.add(("language", manifest.language))
            for dependency in names_in(manifest, text):
                found.update(_known(dependency))
    if ("language", "TypeScript") in found:
        found.discard(("language", "JavaScript"))
    if ("language", "Kotlin") in found and "pom.xml" not in texts:
        found.discard(("language", "Java"))
    return Component(
        directory=directory, label=label, files=tuple(texts), technologies=frozenset(found)
    )


def _known(dependency: str) -> Iterable[Technology]:
    exact = DEPENDENCIES.get(dependency)
    if exact:
        return technologies(exact)
    begun = [name for name in _PREFIXES if dependency.startswith(name[:-1])]
    return technologies(DEPENDENCIES[max(begun, key=len)]) if begun else ()


def around(components: Sequence[Component], path: str) -> tuple[Component, ...]:
    """The components that a file belongs to, the nearest first; all of them when it belongs to none."""
    found = [each for each in components if path.startswith(each.directory.rstrip("/") + "/")]
    return tuple(sorted(found, key=lambda each: -len(each.directory))) or tuple(components)


def words(stack: frozenset[Technology]) -> frozenset[str]:
    """The kinds and the labels of a stack in lower case, by which a recipe may name it."""
    return frozenset(word.lower() for technology in stack for word in technology)


def described(components: Sequence[Component], room: int) -> str:
    """One line a component, as many whole lines as go into ``room`` bytes."""
    lines: list[str] = []
    for each in components:
        line = f"{named(each.label)} ({_files(each)}): {_told(each.technologies)}"
        room -= len(line.encode()) + 1
        if room < 0:
            break
        lines.append(line)
    return "\n".join(lines)


def _files(of: Component) -> str:
    shown = [named(name) for name in of.files[:_MOST_FILES]]
    return ", ".join([*shown, *(["…"] if len(of.files) > _MOST_FILES else [])])


def _told(stack: frozenset[Technology]) -> str:
    parts = []
    for kind, word in KINDS.items():
        labels = sorted(label for own, label in stack if own == kind)[:_MOST_OF_A_KIND]
        if labels:
            parts.append(f"{word} {', '.join(labels)}")
    return "; ".join(parts) or "nothing that is known here"
