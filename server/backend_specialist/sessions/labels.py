"""How a path is shown to people.

Owns the label of a file: short, and clear about which folder is meant. Looks nothing up.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from backend_specialist.domain.ports import Root


def label_of(roots: Sequence[Root], path: str) -> str:
    """The root-relative path with ``/``, headed by the root's name where there are several."""
    fitting = [root for root in roots if path == root.path or path.startswith(root.path + os.sep)]
    if not fitting:
        return path
    root = max(fitting, key=lambda item: len(item.path))
    relative = os.path.relpath(path, root.path).replace(os.sep, "/")
    return f"{root.name}/{relative}" if len(roots) > 1 else relative
