"""The notes service."""

import time
from collections.abc import Callable

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from app.tables import Tables


class NoteIn(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)


def create_app(
    tables: Tables, admin_secret: str, clock: Callable[[], float] = time.time
) -> FastAPI:
    """Build the service. ``clock`` gives seconds since the epoch."""
    app = FastAPI(title="Notes")

    @app.get("/health")
    def health() -> dict:
        return {"status": "ok"}

    @app.get("/notes")
    def list_notes() -> list[dict]:
        return tables.notes()

    @app.post("/notes", status_code=201)
    def add_note(note: NoteIn) -> dict:
        return tables.add_note("anonymous", note.text)

    @app.get("/notes/{note_id}")
    def get_note(note_id: int) -> dict:
        return _existing(note_id)

    @app.delete("/notes/{note_id}", status_code=204)
    def delete_note(note_id: int) -> None:
        _existing(note_id)
        tables.delete_note(note_id)

    def _existing(note_id: int) -> dict:
        note = tables.note(note_id)
        if note is None:
            raise HTTPException(404, "There is no such note.")
        return note

    return app
