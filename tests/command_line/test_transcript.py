"""A stored session as lines: everything that was said is there, once, in its order."""

from __future__ import annotations

from backend_specialist.command_line.transcript import lines_of
from backend_specialist.domain.proposal import Answer
from backend_specialist.sessions import records
from backend_specialist.sessions.history import user_text


def test_reply_stands_where_it_was_typed_and_one_that_was_an_answer_stands_in_that() -> None:
    refusal = Answer(proposal_id="p", decision="reject", reason="use 4")
    lines = lines_of([
        records.user(user_text("Set x.")),
        records.replied("No, make it 3.", queued=True),
        records.simple("heard"),
        records.replied("use 4", queued=False),
        records.answered(refusal),
    ])  # fmt: skip
    assert list(lines) == [
        "\nYou:",
        "Set x.",
        "\nYou:",
        "No, make it 3.",
        "[answered reject: use 4]",
    ]
