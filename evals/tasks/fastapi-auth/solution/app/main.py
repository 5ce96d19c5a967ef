"""The notes service."""

import time
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field

from app.auth import Guard, TokenIn
from app.tables import Tables


class NoteIn(BaseModel):
    text: str = Field(min_length=1, max_length=10_000)


def create_app(
    tables: Tables, admin_secret: str, clock: Callable[[], float] = time.time
) -> FastAPI:
    """Build the service. ``clock`` gives seconds since the epoch."""
    app = FastAPI(title="Notes")
    guard = Guard(tables, admin_secret, clock)
    # FastAPI reads these from the signatures, so they are values and not types.
    reader = Depends(guard.needs("notes:read"))
    writer = Depends(guard.needs("notes:write"))
    admin = Depends(guard.admin)

    @app.get("/health")
    def health() -> dict:
        return {"status": "ok"}

    @app.post("/tokens", status_code=201, dependencies=[admin])
    def add_token(wanted: TokenIn) -> dict:
        return guard.issue(wanted)

    @app.delete("/tokens/{token_id}", status_code=204, dependencies=[admin])
    def revoke_token(token_id: str) -> None:
        if not guard.revoke(token_id):
            raise HTTPException(404, "There is no such token.")

    @app.get("/notes")
    def list_notes(user: Annotated[str, reader]) -> list[dict]:
        return [note for note in tables.notes() if note["owner"] == user]

    @app.post("/notes", status_code=201)
    def add_note(user: Annotated[str, writer], note: NoteIn) -> dict:
        return tables.add_note(user, note.text)

    @app.get("/notes/{note_id}")
    def get_note(user: Annotated[str, reader], note_id: int) -> dict:
        return _own(user, note_id)

    @app.delete("/notes/{note_id}", status_code=204)
    def delete_note(user: Annotated[str, writer], note_id: int) -> None:
        _own(user, note_id)
        tables.delete_note(note_id)

    def _own(user: str, note_id: int) -> dict:
        note = tables.note(note_id)
        if note is None or note["owner"] != user:
            raise HTTPException(404, "There is no such note.")
        return note

    return app
