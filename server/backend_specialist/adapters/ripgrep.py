"""Searching with ripgrep, in files, in texts and by name.

Owns what is asked of it: nothing that a model says can become an option, and a result is no more than was allowed. The
process itself is ``ripgrep_process``'s.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence

from backend_specialist.adapters.ripgrep_glob import Glob
from backend_specialist.adapters.ripgrep_output import LARGEST, Matches, Paths, Records, TextStream
from backend_specialist.adapters.ripgrep_process import SECONDS, Processes, find_binary
from backend_specialist.domain.ports import Match, SearchFailed

Keep = Callable[[str], bool]
"""Whether a file, by its absolute path, may be in a result."""

_LONGEST_PATTERN = 10_000
_GREP = (
    "--line-number",
    "--with-filename",
    "--no-heading",
    "--crlf",
    "--max-columns=8192",
    "--max-columns-preview",
)
# Not --json: there a line of 10 MB comes back whole, and once more for each of its million matches.


class Ripgrep:
    """Searches files and texts with the same engine."""

    def __init__(self, binary: str | None = None, *, seconds: float = SECONDS) -> None:
        self._processes = Processes(find_binary() if binary is None else binary, seconds)

    async def grep(  # noqa: PLR0913 - the port's signature
        self,
        pattern: str,
        directory: str,
        *,
        include: str | None,
        skip: frozenset[str],
        limit: int,
        keep: Keep | None = None,
    ) -> tuple[Match, ...]:
        """Search files below ``directory``, or the one file that it names."""
        glob = Glob(include) if include else None
        place, target = await asyncio.to_thread(_target, directory)

        def wanted(relative: str, path: str) -> bool:
            fits = glob is None or glob.matches(relative)
            fits = fits and path not in skip and (keep is None or keep(path))
            return fits and _small(path)

        matches = Matches(place, wanted, limit)
        narrowed = _narrowed(glob) if glob else ()
        options = (*_GREP, "--hidden", f"--max-count={limit}", *narrowed, _regexp(pattern))
        await self._processes.run((*options, "--", target), place, Records(b"\n", matches.take))
        return tuple(matches.found)

    async def grep_texts(
        self, pattern: str, texts: Mapping[str, str], *, limit: int
    ) -> tuple[Match, ...]:
        """Search texts in memory, all in one process that reads them from a pipe, so that none touches the disk.

        They are sent as one stream, in which a line number says which text a match is in: a pattern cannot match
        across lines, so the stream gives what each text alone would give. Only ``\\z`` can tell them apart, since a
        text without a line end gets one.
        """
        stream = await asyncio.to_thread(TextStream, texts)
        matches = Matches("", lambda _relative, _path: True, limit)
        options = (*_GREP, "--text", f"--max-count={limit}", _regexp(pattern), "--", "-")
        await self._processes.run(options, "/", Records(b"\n", matches.take), feed=stream.data)
        return tuple(map(stream.locate, matches.found))

    async def files(
        self, directory: str, pattern: str, *, limit: int, keep: Keep | None = None
    ) -> tuple[str, ...]:
        """Absolute paths of files below ``directory`` that match the glob, hidden ones only if it asks for them."""
        glob = Glob(pattern)

        def wanted(relative: str, path: str) -> bool:
            seen = glob.names_hidden or "/." not in f"/{relative}"
            return seen and glob.matches(relative) and (keep is None or keep(path))

        paths = Paths(directory, wanted, limit)
        hidden = ("--hidden",) if glob.names_hidden else ()
        options = ("--files", *hidden, *_narrowed(glob), "--", "./")
        await self._processes.run(options, directory, Records(b"\0", paths.take))
        return tuple(paths.found)

    async def match_paths(
        self, directory: str, pattern: str, paths: Sequence[str]
    ) -> tuple[str, ...]:
        """Those of ``paths`` (which need not exist) that the same glob matches below ``directory``."""
        return await asyncio.to_thread(_matching, Glob(pattern), directory, paths)


def _target(path: str) -> tuple[str, str]:
    """The directory to be in, and what to search there."""
    if os.path.isfile(path):
        return os.path.dirname(path), f"./{os.path.basename(path)}"
    return path, "./"


def _matching(glob: Glob, directory: str, paths: Sequence[str]) -> tuple[str, ...]:
    base = directory.rstrip(os.sep) + os.sep
    below = [(path, path[len(base) :]) for path in paths if path.startswith(base)]
    names = [(path, relative.replace(os.sep, "/")) for path, relative in below]
    return tuple(
        path for path, name in names if ".git" not in name.split("/") and glob.matches(name)
    )


def _small(path: str) -> bool:
    # Asked of the few files that match: --max-filesize asks it of all, which makes a search a fifth slower.
    try:
        return os.stat(path).st_size <= LARGEST
    except OSError:
        return False


def _narrowed(glob: Glob) -> tuple[str, ...]:
    """Let ripgrep leave out files by name. A type, unlike ``--glob``, does not override the ignore files."""
    name = glob.last_name
    return ("--type-clear=wanted", f"--type-add=wanted:{name}", "--type=wanted") if name else ()


def _regexp(pattern: str) -> str:
    if not pattern or len(pattern) > _LONGEST_PATTERN or "\0" in pattern:
        raise SearchFailed(
            f"A pattern needs 1 to {_LONGEST_PATTERN} characters, and no NUL. Send a shorter regular expression."
        )
    return f"--regexp={pattern}"
