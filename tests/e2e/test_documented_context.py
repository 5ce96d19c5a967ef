"""docs/context.md shows a first message; it is what the real server sends for this project."""

from __future__ import annotations

import os
import re
from pathlib import Path

from backend_specialist.adapters.scripts import Reply
from support.project import write_project
from support.scripted_model import texts

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "context.md")
PROJECT = """
-- pyproject.toml --
[project]
name = "shop"
dependencies = ["fastapi>=0.115", "sqlalchemy>=2", "alembic", "psycopg[binary]", "httpx"]

[dependency-groups]
dev = ["pytest"]
-- web/package.json --
{"dependencies": {"next": "15"}}
-- AGENTS.md --
Amounts are whole cents. Every change of the schema has a migration.
-- app/AGENTS.md --
Routes raise `ServiceError`; they return no error responses of their own.
-- app/refunds.py --
from decimal import Decimal

from sqlalchemy.orm import (
    Session,
    joinedload,
)


class Refunds:
    def __init__(self, session: Session) -> None:
        self.session = session

    def refund(
        self,
        order_id: str,
        amount: int,
    ) -> Refund:
        order = self.session.get(Order, order_id)
        refund = Refund(order_id=order.id, amount=amount)
        self.session.add(refund)
        return refund
"""
PROBLEM = {
    "message": '"id" is not a known attribute of "None"',
    "severity": 1,
    "source": "Pyright",
    "range": {
        "start": {"line": 18, "character": 39},
        "end": {"line": 18, "character": 41},
    },
}


async def test_the_documented_first_message_is_the_real_one(start, api, root: Path) -> None:
    for old in root.rglob("*.*"):
        old.unlink()
    write_project(root, PROJECT)
    model = await api([Reply(text="Seen.")])
    editor = await start(model)
    await editor.command(
        "run",
        instructions="Refuse a refund of more than what is left of the order.",
        uri=editor.open("app/refunds.py"),
        range={"start": {"line": 17, "character": 0}, "end": {"line": 20, "character": 0}},
        diagnostics=[PROBLEM],
    )
    await editor.status("completed")
    said = texts(model.requests[0])[0]
    assert len(said.encode()) < 6 * 1024
    page = Path(PAGE).read_text(encoding="utf-8")
    shown = re.search(r"^````text\n(.*?)\n````$", page, re.DOTALL | re.MULTILINE)
    assert shown
    assert shown[1] == said
