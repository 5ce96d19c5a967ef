"""Starts the server and writes down what is said: ``recorder.py PLACE COMMAND…``.

Owns two files in ``PLACE``: ``lsp.log``, the conversation, and ``server.pid``. Changes nothing of what passes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO


def copy(source: int, target: BinaryIO, log: BinaryIO, mark: bytes) -> None:
    """Pass on what comes, until its end."""
    while data := os.read(source, 65536):
        log.write(mark + data + b"\n")
        target.write(data)
        target.flush()
    target.close()


def main(place: Path, command: list[str]) -> int:
    with (place / "lsp.log").open("ab", buffering=0) as log:
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert server.stdin
        assert server.stdout
        (place / "server.pid").write_text(str(server.pid))
        said = (sys.stdin.fileno(), server.stdin, log, b"--> ")
        threading.Thread(target=copy, args=said, daemon=True).start()
        copy(server.stdout.fileno(), sys.stdout.buffer, log, b"<-- ")
        # The editor's side may be open still: only the end of this process tells it.
        os._exit(server.wait())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
