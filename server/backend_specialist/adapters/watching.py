"""Notices when files in some directories change.

Owns the watching: directories that do not exist yet are waited for in the nearest one that does, and nothing else is
looked at, so that a large workspace costs nothing. Reads no file. The library is imported when watching begins.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from backend_specialist.loading import uncollected

_log = logging.getLogger(__name__)

# What editors do to save a file takes a few milliseconds; a checkout of another branch takes longer.
_QUIET_MS = 100
_MOST_MS = 1_600


@dataclass(frozen=True, slots=True)
class _Targets:
    """``deep`` with everything below, ``shallow`` for the directories on the way to ``wanted`` alone.

    ``found`` tells a directory from another one that has taken its place.
    """

    wanted: frozenset[str]
    deep: frozenset[str]
    shallow: frozenset[str]
    found: frozenset[tuple[str, int, int]]

    def matters(self, path: str) -> bool:
        """Whether a change in a shallow directory can be one of a wanted directory."""
        return any(each == path or each.startswith(path + os.sep) for each in self.wanted)


class Watcher:
    """Calls ``changed`` after something changed in ``directories()``, once for many changes at a time."""

    def __init__(
        self, directories: Callable[[], Iterable[str]], changed: Callable[[], Awaitable[None]]
    ) -> None:
        self._directories = directories
        self._changed = changed
        self._targets: _Targets | None = None
        self._followers: list[asyncio.Task[None]] = []
        self._happened = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Watch from now on, or watch other directories than before."""
        async with self._starting:
            await self._start()

    async def _start(self) -> None:
        targets = await asyncio.to_thread(_targets, frozenset(self._directories()))
        if targets != self._targets:
            await self._stop_following()
            # Known only once it is watched: what fails before that is tried again.
            self._targets = None
            await asyncio.to_thread(_library)
            for paths, deep in ((targets.deep, True), (targets.shallow, False)):
                if paths:
                    follower = self._follow(targets, sorted(paths), deep)
                    self._followers.append(asyncio.create_task(follower, name="watch files"))
            # Each follower runs until it waits, and from then on nothing is missed.
            await asyncio.sleep(0)
            self._targets = targets
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell(), name="tell of changes")

    async def close(self) -> None:
        """Watch no more."""
        telling, self._telling = self._telling, None
        if telling:
            telling.cancel()
            await asyncio.wait({telling})
        await self._stop_following()

    async def _stop_following(self) -> None:
        followers, self._followers = self._followers, []
        for follower in followers:
            follower.cancel()
        if followers:
            await asyncio.wait(followers)

    async def _follow(self, targets: _Targets, paths: list[str], deep: bool) -> None:
        def matters(_: object, path: str) -> bool:
            return deep or targets.matters(path)

        try:
            async for _ in _library()(
                *paths, watch_filter=matters, debounce=_MOST_MS, step=_QUIET_MS, recursive=deep
            ):
                self._happened.set()
        except Exception as error:  # noqa: BLE001 - a directory that has gone, or the system's limit of watches
            _log.warning("Agent files and manifests are not watched any more: %s", error)
            self._happened.set()

    async def _tell(self) -> None:
        while True:
            await self._happened.wait()
            self._happened.clear()
            try:
                # First the watching: what appears meanwhile is read as well.
                await self.start()
                await self._changed()
            except Exception:  # noqa: BLE001 - what one change does must not be the end of the watching
                _log.exception("Agent files and manifests changed and could not be read anew")


def _targets(wanted: frozenset[str]) -> _Targets:
    deep = frozenset(path for path in wanted if os.path.isdir(path))
    # The directory above one that exists tells when that one goes and comes again.
    shallow = frozenset(_existing(os.path.dirname(path)) for path in wanted)
    found = frozenset(identity for path in deep | shallow for identity in _identity(path))
    return _Targets(wanted=wanted, deep=deep, shallow=shallow, found=found)


def _identity(path: str) -> Iterator[tuple[str, int, int]]:
    with contextlib.suppress(OSError):
        status = os.stat(path)
        yield path, status.st_dev, status.st_ino


def _existing(path: str) -> str:
    while not os.path.isdir(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    return path


@cache
def _library() -> Callable[..., AsyncIterator[object]]:
    with uncollected():
        # It is large, and most commands never watch. What it needs later would be loaded in the event loop.
        from watchfiles import awatch  # noqa: PLC0415

        importlib.import_module("anyio._backends._asyncio")

    return awatch
