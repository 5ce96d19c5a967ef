"""What to do after a failure, said to somebody at a terminal.

Owns the words for the steps that an editor would take otherwise. Which steps there are, the server says.
"""

from __future__ import annotations

from collections.abc import Mapping

from backend_specialist.domain.failure import KEY, MODEL, REPLY

_HERE: Mapping[str, str] = {
    KEY: "Set the key in the environment of this terminal.",
    MODEL: "Choose a model that exists, with --model PROVIDER/NAME.",
    REPLY: "Run the command again: it begins anew, on your files as they are then.",
}


def in_a_terminal(step: str) -> str:
    """Give a step as it is done here."""
    return _HERE.get(step, step)
