"""A disk that is a dictionary: path to bytes."""

from __future__ import annotations

from backend_specialist.domain.document import TextFormat, Unreadable, decode


class DictDisk:
    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = files if files is not None else {}
        self.on_read = lambda path: None

    async def read(self, path: str) -> tuple[str, TextFormat]:
        self.on_read(path)
        if path not in self.files:
            raise Unreadable("missing", f"{path} does not exist.")
        return decode(self.files[path])

    async def kind(self, path: str) -> str:
        if path in self.files:
            return "file"
        return "directory" if await self.entries(path) else "missing"

    async def entries(self, path: str) -> tuple[str, ...]:
        below = [
            name.removeprefix(f"{path}/") for name in self.files if name.startswith(f"{path}/")
        ]
        return tuple(sorted({head + slash for head, slash, _ in (n.partition("/") for n in below)}))

    async def spellings(self, *paths: str) -> list[tuple[str, ...]]:
        return [(path,) for path in paths]
