"""What the system withholds from a command: streams that are closed, calls that fail.

Owns what stands in for a closed stream, and the sentence and the exit code for a call that nobody else expected to
fail.
"""

from __future__ import annotations

import errno
import os
import sys

from backend_specialist.command_line import FAILED, USAGE

# What writing to a full disk, a terminal that was closed or the like gives; it comes without the name of a file.
_OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def stand_in() -> None:
    """Put the null device in place of streams that were closed, so that no other file gets their numbers.

    ``sys.__stdin__`` and the like still tell that they were.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - it stays open


def explained(error: OSError) -> tuple[str, int]:
    """Say what the system refused and what to do; give the exit code as well."""
    why = error.strerror or str(error)
    if error.filename:
        return f"{os.fsdecode(error.filename)}: {why}. Put that right and try again.", FAILED
    if isinstance(error, FileNotFoundError):
        return (
            "The current directory does not exist any more. Change to one that does, and try again.",
            USAGE,
        )
    if error.errno in _OF_OUTPUT:
        return f"The output cannot be written: {why}. Send it to another place.", FAILED
    return f"The system refused something that is needed: {why}. Try again later.", FAILED
