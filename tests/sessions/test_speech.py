"""Streamed text is told in pieces that people can follow; none is lost, and none comes late."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.sessions.speech import Speech


@given(st.lists(st.one_of(st.none(), st.text(max_size=5))))
def test_pieces_are_told_in_order_and_before_whatever_is_said_next(said: list[str | None]) -> None:
    """``None`` stands for something else that is said."""
    told: list[str | None] = []

    async def speak() -> None:
        speech = Speech(told.append)
        for piece in said:
            if piece is None:
                speech.flush()
                told.append(None)
            else:
                speech.add(piece)
        speech.flush()

    asyncio.run(speak())
    assert _joined(told) == _joined(said)


def _joined(said: list[str | None]) -> list[str]:
    """The texts between the other things."""
    return "".join("|" if piece is None else piece.replace("|", "") for piece in said).split("|")


async def test_pieces_that_come_together_are_told_together() -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    speech = Speech(told.put_nowait)
    for piece in ("one ", "two ", "three"):
        speech.add(piece)
    assert told.empty()
    assert await told.get() == "one two three"


async def test_nothing_is_told_twice() -> None:
    told: list[str] = []
    speech = Speech(told.append)
    speech.add("once")
    speech.flush()
    speech.flush()
    speech.add("more")
    speech.flush()
    assert told == ["once", "more"]
