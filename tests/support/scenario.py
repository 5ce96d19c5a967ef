"""A recipe's scenario: what is in front of the user, what the specialist is scripted to do, and what must come of it.

One YAML file for each recipe, named like it. Its keys are those of :class:`Scenario`; ``turns`` is a script in the JSON
form of ``backend_specialist.adapters.scripts``. The edits of a script are what a good backend engineer would propose
for this recipe in this project; the model that plays them is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import yaml

from backend_specialist.adapters.scripts import Script, script_from_json

HERE = Path(__file__).resolve().parent.parent / "recipes"
LANGUAGES: Mapping[str, str] = {
    ".cs": "csharp",
    ".go": "go",
    ".java": "java",
    ".md": "markdown",
    ".php": "php",
    ".py": "python",
    ".rb": "ruby",
    ".rs": "rust",
    ".ts": "typescript",
}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """``select`` is the beginning of the selected text and its end; none means that the cursor is on the first line.
    ``unsaved`` is what the user has typed and not saved: what stood there, and what stands there now.

    ``because`` says why the recipe is, or is not, among the few that are offered. ``diagnostic`` has ``at``, the text
    that it is about, and the keys of LSP. The first message must name what encloses the selection (``inside``), some of
    the file's ``imports``, what ``stacks.yaml`` says of the project, and what else is ``told``;
    ``answers`` are the user's to the specialist's questions, ``advice`` what a consultant says who is asked,
    ``sent_back`` what the specialist is told about a claim that the files do not bear out.
    ``files`` has every file that is changed or created, with what must be in it, ``gone`` what must not be there any
    more; ``deliverable`` is what the document must say.
    """

    recipe: str
    project: str
    file: str
    because: str
    turns: Sequence[Any]
    select: Sequence[str] = ()
    unsaved: Sequence[str] = ()
    offered: bool = True
    instructions: str = ""
    diagnostic: Mapping[str, Any] = field(default_factory=dict)
    inside: str = ""
    imports: Sequence[str] = ()
    told: Sequence[str] = ()
    answers: Sequence[str] = ()
    advice: str = ""
    sent_back: str = ""
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gone: Mapping[str, Sequence[str]] = field(default_factory=dict)
    deliverable: Sequence[str] = ()

    @property
    def language(self) -> str:
        return LANGUAGES[PurePath(self.file).suffix]

    @property
    def stack(self) -> str:
        """What the specialist is told of the project."""
        stacks = yaml.safe_load((HERE / "stacks.yaml").read_text(encoding="utf-8"))
        return str(stacks[self.project])

    @property
    def script(self) -> Script:
        return script_from_json(json.dumps(self.turns))

    def typed(self, text: str) -> str:
        """The text of the file as the user has it in the editor."""
        if not self.unsaved:
            return text
        old, new = self.unsaved
        at = once(text, old)
        return text[:at] + new + text[at + len(old) :]

    def selection(self, text: str) -> tuple[int, int]:
        """The selected part of the file, as offsets."""
        if not self.select:
            return 0, 0
        first, last = self.select
        return once(text, first), once(text, last) + len(last)


def once(text: str, part: str) -> int:
    """Where a part is in a text, which has it once."""
    assert text.count(part) == 1, f"{part!r} is there {text.count(part)} times"
    return text.index(part)


def scenarios() -> list[Scenario]:
    """Every scenario, by the name of its recipe."""
    return [
        Scenario(recipe=path.stem, **yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted((HERE / "scenarios").glob("*.yaml"))
    ]
