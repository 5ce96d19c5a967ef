"""The subcommands of ``backend-specialist`` that are no server and no editor.

Owns what they print. Like the composition root, it may join adapters; nothing imports it but ``cli``.
"""

DONE = 0
FAILED = 1
USAGE = 2
"""Exit codes: done; the task failed or was refused; usage or configuration."""
