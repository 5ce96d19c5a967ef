"""A workspace from one text literal: ``-- path --`` begins a file."""

from __future__ import annotations

import re
from pathlib import Path

# A directory with an agent.
ASKER = """
-- asker.md --
---
description: Asks before it fetches.
permission:
  webfetch: ask
  edit: ask
---
Work.
"""
_HEAD = re.compile(r"^-- (.+) --$", re.MULTILINE)


def write_project(root: Path, text: str) -> Path:
    parts = _HEAD.split(text.lstrip("\n"))
    assert parts[0] == "", "a project begins with a file"
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.removeprefix("\n").encode())
    return root
