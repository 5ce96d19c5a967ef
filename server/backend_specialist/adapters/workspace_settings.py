"""The settings that a trusted workspace brings along: ``.backend-specialist/settings.json`` of each root.

Owns finding and parsing them. What a workspace may say, and that it never widens anything, is ``settings``'s business.
Every call blocks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence

from backend_specialist.adapters.root_files import SETTINGS
from backend_specialist.adapters.trust import Trust

FILE = f"{SETTINGS}/settings.json"


def workspace_settings(
    trust: Trust, roots: Sequence[str], vouched: bool
) -> Iterator[tuple[object, str]]:
    """Give what each trusted root says, as JSON with a sentence about what is wrong with it.

    The last root comes first, so that the editor's first one has the last word. ``vouched``: the client keeps trust.
    """
    for root in reversed(roots):
        data = (trust.contents(root, vouched=vouched) or {}).get(FILE)
        if data is not None:
            yield _read(os.path.join(root, FILE), data)


def _read(path: str, data: bytes) -> tuple[object, str]:
    try:
        return json.loads(data.decode()), ""
    except (ValueError, RecursionError):
        return None, f"{path} is not JSON in UTF-8, so its settings were ignored. Correct the file."
