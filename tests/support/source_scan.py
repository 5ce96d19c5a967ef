"""What a module of the package imports, writes and starts, read from its source with ``ast``.

Owns the reading; which of it is right is ``test_architecture``'s. Imports nothing of the package.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

PACKAGE = "backend_specialist"
HERE = os.path.dirname(os.path.abspath(__file__))
SERVER = os.path.join(HERE, "..", "..", "server", PACKAGE)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names of `os` that change a file system, or write to something that may be a file.
_CHANGES = _words(
    """
    chflags chmod chown copy_file_range fchmod fchown ftruncate lchflags lchmod lchown link
    makedirs mkdir mkfifo mknod posix_fallocate pwrite pwritev remove removedirs removexattr
    rename renames replace rmdir sendfile setxattr splice symlink truncate unlink utime write
    writev O_APPEND O_CREAT O_RDWR O_TMPFILE O_TRUNC O_WRONLY
    """
)
_STARTS = _words(
    """
    execl execle execlp execlpe execv execve execvp execvpe fork forkpty popen posix_spawn
    posix_spawnp spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe startfile system
    """
)
# Modules whose purpose is to write files; `pathlib` hides writing behind names that texts have too.
_WRITERS = _words(
    """
    bz2 dbm fileinput gzip lzma mmap pathlib pickle shelve shutil sqlite3 tarfile tempfile zipfile
    """
)
_STARTERS = _words(
    """
    multiprocessing popen2 pty subprocess webbrowser
    """
)
_START_CALLS = _words(
    """
    create_subprocess_exec create_subprocess_shell subprocess_exec subprocess_shell child_process
    ProcessPoolExecutor
    """
)
_WRITE_CALLS = _words(
    """
    FileHandler WatchedFileHandler RotatingFileHandler TimedRotatingFileHandler FileIO
    """
)
_PURE = _words("path name sep altsep fsencode")
_PURE_PATHS = _words(
    "basename commonpath dirname isabs join normcase normpath relpath split splitext"
)
_OPENERS = ("open", "fdopen")
# What could hide any of the above from this reading.
_HIDERS = _words(
    """
    __import__ eval exec compile globals vars
    """
)
_HIDING_MODULES = _words(
    """
    cffi code ctypes runpy
    """
)


@dataclass(frozen=True, kw_only=True)
class Module:
    """One module: ``name`` is its path below the package, with ``/`` (``lsp/server.py``)."""

    name: str
    tree: ast.Module = field(repr=False)

    @property
    def layer(self) -> str:
        """The folder, or the file's own name at the top."""
        return self.name.partition("/")[0].removesuffix(".py")


def module(name: str, source: str) -> Module:
    """Read one source text."""
    return Module(name=name, tree=ast.parse(source))


def modules() -> Iterator[Module]:
    """Every module of the package; the sample project of the demo is data, not code of ours."""
    for folder, folders, files in os.walk(SERVER):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "sample"))
        for file in sorted(files):
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                with open(path, encoding="utf-8") as opened:
                    yield module(os.path.relpath(path, SERVER).replace(os.sep, "/"), opened.read())


def imports(of: Module) -> frozenset[str]:
    """Dotted names of everything imported, anywhere in the module, constant ``import_module`` included."""
    found: set[str] = set()
    for node in ast.walk(of.tree):
        match node:
            case ast.Import():
                found.update(alias.name for alias in node.names)
            case ast.ImportFrom():
                home = _home(of, node)
                found.update(f"{home}.{alias.name}" for alias in node.names)
            case ast.Call() if _called(node) == "import_module" and node.args:
                given = node.args[0]
                found.add(str(given.value) if isinstance(given, ast.Constant) else "?")
            case _:
                pass
    return frozenset(found)


def _home(of: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = [PACKAGE, *of.name.split("/")][: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def writes(of: Module) -> tuple[str, ...]:
    """Everything in the module that could change a file, with its line."""
    return _findings(of, _CHANGES, _WRITERS, _WRITE_CALLS, opens=True)


def starts(of: Module) -> tuple[str, ...]:
    """Everything in the module that could start a program, with its line."""
    return _findings(of, _STARTS, _STARTERS, _START_CALLS, opens=False)


def reaches(of: Module) -> tuple[str, ...]:
    """Everything in the module that looks at the disk, or the environment without a port."""
    found: list[str] = []
    for node in ast.walk(of.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name):
                if name not in _PURE:
                    found.append(_at(node, f"os.{name}"))
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="os"), attr="path"), attr=name
            ):
                if name not in _PURE_PATHS:
                    found.append(_at(node, f"os.path.{name}"))
            case ast.Call(func=ast.Name(id="open" | "input" | "print" as name)):
                found.append(_at(node, name))
            case _:
                pass
    return tuple(found)


def hides(of: Module) -> tuple[str, ...]:
    """Everything that could hide an import or a call from this reading, with its line."""
    found: list[str] = []
    for node in ast.walk(of.tree):
        match node:
            case ast.Name(id=name) if name in _HIDERS:
                found.append(_at(node, name))
            case ast.Import(names=names) if any(a.asname and a.name == "os" for a in names):
                found.append(_at(node, "os under another name"))
            case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id="os"), name, *_]):
                if not isinstance(name, ast.Constant):
                    found.append(_at(node, "getattr(os, …) with a computed name"))
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                found.append(_at(node, "import *"))
            case _:
                pass
    found += [name for name in sorted(imports(of)) if name.partition(".")[0] in _HIDING_MODULES]
    return tuple(found)


def _findings(
    of: Module,
    members: frozenset[str],
    libraries: frozenset[str],
    calls: frozenset[str],
    *,
    opens: bool,
) -> tuple[str, ...]:
    found = [f"imports {n}" for n in sorted(imports(of)) if n.partition(".")[0] in libraries]
    for node in ast.walk(of.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os" | "posix" | "nt"), attr=name):
                if name in members:
                    found.append(_at(node, f"os.{name}"))
            case ast.ImportFrom(module="os" | "posix" | "nt"):
                found += [_at(node, f"os.{a.name}") for a in node.names if a.name in members]
            case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id="os"), name, *_]):
                if isinstance(name, ast.Constant) and name.value in members:
                    found.append(_at(node, f"os.{name.value}"))
            case ast.Call() if _called(node) in calls or (opens and _opens_to_write(node)):
                found.append(_at(node, _called(node)))
            case _:
                pass
    return tuple(found)


def _opens_to_write(call: ast.Call) -> bool:
    """Whether this may open a file for writing: a mode that is no constant counts, and so do bare flags."""
    name = _called(call)
    if name not in _OPENERS:
        return False
    if isinstance(call.func, ast.Attribute):
        if not (isinstance(call.func.value, ast.Name) and call.func.value.id in _MODULES_THAT_OPEN):
            return False
        if call.func.value.id == "os" and name == "open":
            return any(isinstance(flags, ast.Constant) for flags in call.args[1:2])
    modes = [*call.args[1:2], *(key.value for key in call.keywords if key.arg == "mode")]
    return any(not _reads(mode) for mode in modes)


_MODULES_THAT_OPEN = ("io", "os", "codecs", "builtins")


def _reads(mode: ast.expr) -> bool:
    return isinstance(mode, ast.Constant) and str(mode.value) in ("r", "rb", "rt", "br")


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _at(node: ast.AST, what: str) -> str:
    return f"line {getattr(node, 'lineno', 0)}: {what}"
