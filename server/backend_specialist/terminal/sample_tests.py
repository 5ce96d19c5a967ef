"""The sample's own tests, run on what the user accepted.

Owns the child process: without keys, without the user's pytest settings, with an end.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys

PACKAGES = ("fastapi", "httpx", "pytest")
_SECONDS = 120
# Nothing else is handed on: an environment is full of keys.
_KEPT = frozenset(
    {
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "PATH",
        "SYSTEMROOT",
        "TEMP",
        "TMP",
        "TMPDIR",
        "USERPROFILE",
    }
)


def missing_packages() -> tuple[str, ...]:
    """Give what the sample's tests need and cannot import."""
    return tuple(name for name in PACKAGES if importlib.util.find_spec(name) is None)


async def run_tests(workspace: str, seconds: float = _SECONDS) -> tuple[int, str]:
    """Give pytest's exit code and what it printed."""
    environment = {key: value for key, value in os.environ.items() if key.upper() in _KEPT}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"),
        cwd=workspace,
        env=environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), seconds)
    except TimeoutError:
        return 1, f"The tests did not end within {seconds:.0f} seconds and were stopped."
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, output.decode("utf-8", "replace")
