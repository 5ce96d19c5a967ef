"""The user's state directory and the small files in it.

Owns where the server keeps its own data, and that nobody else can read it: directories 0700, files 0600, whatever the
umask says. Refuses a directory in a workspace, since nothing there may change without the editor. Knows no
session: ``adapters.sqlite_store`` does. Every call may block, so the event loop calls it through a thread.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import platformdirs

VARIABLE = "BACKEND_SPECIALIST_STATE_DIR"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
# A file that exists already is never followed, nor opened, when ours is created.
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)


class StateFailed(Exception):
    """The state directory cannot be used as it is; the message says why, and what to do."""


def state_directory(environment: Mapping[str, str]) -> str:
    """Give the absolute path that the environment names, else the platform's; raise :class:`StateFailed`."""
    named = environment.get(VARIABLE, "")
    if not named:
        return os.path.abspath(_usual_directory())
    path = os.path.expanduser(named)
    if not os.path.isabs(path):
        raise StateFailed(
            f"{VARIABLE} is {named!r}, which is a relative path and would depend on where the server is started. "
            "Set it to an absolute path outside your workspaces."
        )
    return os.path.normpath(path)


def _usual_directory() -> str:
    try:
        return platformdirs.user_state_dir("backend-specialist", appauthor=False)
    except RuntimeError as error:
        raise StateFailed(
            "You have no home directory, so there is no usual place for the server's own data. "
            f"Set HOME, or set {VARIABLE} to an absolute path outside your workspaces."
        ) from error


@dataclass(frozen=True, slots=True)
class StateFiles:
    """One state directory. Making the object touches nothing; :meth:`prepare` creates the directory."""

    directory: str

    def check_outside(self, roots: Iterable[str]) -> None:
        """Raise :class:`StateFailed` when the directory is, or would be, in one of these workspace roots."""
        above = tuple(_existing(self.directory))
        for root in roots:
            if _is_one_of(root, above):
                raise StateFailed(
                    f"The state directory {self.directory} lies in the workspace {root}, where nothing may be "
                    f"written without your approval. Set {VARIABLE} to a directory outside your workspaces, "
                    "or open a narrower workspace folder."
                )

    def prepare(self) -> None:
        """Create the directory, and make sure that it is ours and private; raise :class:`StateFailed`."""
        try:
            _make_private(self.directory)
            self.check()
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def check_possible(self) -> None:
        """Raise :class:`StateFailed` when :meth:`prepare` would, as far as can be seen without doing anything."""
        place = self.directory
        while not os.path.lexists(place) and place != os.path.dirname(place):
            place = os.path.dirname(place)
        if not os.path.isdir(place):
            raise self._unusable(os.strerror(errno.ENOTDIR))
        if not os.access(place, os.W_OK | os.X_OK):
            raise self._unusable(os.strerror(errno.EACCES))
        if place == self.directory:
            self.check()

    def _unusable(self, why: str) -> StateFailed:
        return StateFailed(
            f"The state directory {self.directory} cannot be used: {why}. "
            f"Make it a writable directory, or set {VARIABLE} to another one."
        )

    def check(self) -> None:
        """Raise :class:`StateFailed` unless the directory is ours and private, or empty and made so."""
        found = os.lstat(self.directory)
        if stat.S_ISLNK(found.st_mode):
            raise self._refused("is a symbolic link, so its target could be changed by others")
        if not hasattr(os, "getuid"):
            return
        if found.st_uid != os.getuid():
            raise self._refused("belongs to another user, who could read your source code in it")
        if stat.S_IMODE(found.st_mode) & 0o077:
            self._tighten()

    def _tighten(self) -> None:
        # A directory that has a use already is not ours to close: it may be somebody's home.
        if os.listdir(self.directory) and not os.path.exists(self.path("sessions.sqlite3")):
            raise self._refused(
                f"is open to other users (close it with: chmod 700 {self.directory})"
            )
        os.chmod(self.directory, 0o700)

    def _refused(self, why: str) -> StateFailed:
        return StateFailed(
            f"The state directory {self.directory} {why}. "
            f"Set {VARIABLE} to a directory of your own outside your workspaces."
        )

    def path(self, name: str) -> str:
        """Give the path of a file in the directory."""
        return os.path.join(self.directory, name)

    def write_document(self, session_id: str, name: str, text: str) -> str:
        """Keep a read-only text for the editor to show, and give its path; raise :class:`StateFailed`."""
        folder = self._documents(session_id)
        path = os.path.join(folder, _checked(name))
        try:
            _make_private(os.path.dirname(folder))
            _make_private(folder)
            write_private(path, text, mode=0o400)
        except OSError as error:
            raise StateFailed(
                f"A document could not be written to {path}: {error.strerror or error}. "
                "Free some space or repair the directory; what it shows is kept in the session."
            ) from error
        return path

    def remove_session(self, session_id: str) -> None:
        """Remove the documents of a session; what cannot be removed stays."""
        shutil.rmtree(self._documents(session_id), ignore_errors=True)

    def _documents(self, session_id: str) -> str:
        return os.path.join(self.directory, "documents", _checked(session_id))


def write_private(path: str, text: str, *, mode: int = 0o600) -> None:
    """Write a small file whole or not at all, with exactly this mode; raise ``OSError``."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}")
    try:
        _write_new(temporary, text, mode)
        os.replace(temporary, path)
    except BaseException:
        _discard(temporary)
        raise
    _sync_directory(folder)


def create_private(path: str) -> None:
    """Create an empty file that only its owner can read, unless it exists; raise ``OSError``."""
    try:
        _write_new(path, "", 0o600)
    except FileExistsError:
        return


def _write_new(path: str, text: str, mode: int) -> None:
    descriptor = os.open(path, _CREATE, mode)
    with open(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _make_private(path: str) -> None:
    with contextlib.suppress(FileExistsError):
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.mkdir(path, 0o700)
        os.chmod(path, 0o700)


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _sync_directory(path: str) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checked(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise StateFailed(
            f"{identifier!r} cannot be the name of a file. Use the id as the server gave it."
        )
    return identifier


def _existing(path: str) -> Iterator[os.stat_result]:
    """Give the directory and those above it, as far as they exist, symbolic links resolved."""
    current = os.path.realpath(path)
    while True:
        # What is not created yet counts as where it would be.
        with contextlib.suppress(OSError):
            yield os.stat(current)
        parent = os.path.dirname(current)
        if parent == current:
            return
        current = parent


def _is_one_of(root: str, directories: tuple[os.stat_result, ...]) -> bool:
    # Identity, not spelling: a root may be reached by a link or in another letter case.
    try:
        found = os.stat(root)
    except OSError:
        return False
    return any(os.path.samestat(found, directory) for directory in directories)
