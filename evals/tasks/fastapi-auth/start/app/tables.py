"""The tables, in memory. In production they are in a database that others can read a copy of."""

from typing import Any


class Tables:
    """Rows are dictionaries of plain values; ``dump`` gives all of them, as a backup has them."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[Any, dict]] = {"notes": {}}

    def dump(self) -> dict[str, list[dict]]:
        return {name: list(rows.values()) for name, rows in self._tables.items()}

    def table(self, name: str) -> dict[Any, dict]:
        """A table, made when it is not there: rows by their key."""
        return self._tables.setdefault(name, {})

    def notes(self) -> list[dict]:
        return list(self.table("notes").values())

    def note(self, note_id: int) -> dict | None:
        return self.table("notes").get(note_id)

    def add_note(self, owner: str, text: str) -> dict:
        rows = self.table("notes")
        note = {"id": max(rows, default=0) + 1, "owner": owner, "text": text}
        rows[note["id"]] = note
        return note

    def delete_note(self, note_id: int) -> None:
        self.table("notes").pop(note_id, None)
