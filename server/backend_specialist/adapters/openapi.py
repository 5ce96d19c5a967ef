"""OpenAPI documents, judged in a process of their own.

Owns the bounds of size and time. What is judged, and by which library, is
``openapi_process``'s. A document that could not be judged counts as wrong.
"""

from __future__ import annotations

from backend_specialist.adapters.apart import NotDone, run_apart

MOST_BYTES = 400_000
SECONDS = 20.0


class OpenApi:
    """Implements :class:`~backend_specialist.domain.ports.Contracts`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds

    async def problems(self, text: str) -> tuple[str, ...]:
        """Why a text is no valid OpenAPI 3.1 document; nothing when it is one."""
        if len(text.encode("utf-8", "replace")) > MOST_BYTES:
            return (f"it is over {MOST_BYTES:,} bytes long",)
        try:
            return tuple(await run_apart("openapi_process", text, seconds=self._seconds))
        except TimeoutError:
            return (f"it could not be checked within {self._seconds:g} s; make it simpler",)
        except NotDone as error:
            return (f"it could not be checked: {error}",)
