from pathlib import Path

import pytest

from backend_specialist.tools.question import Question
from backend_specialist.tools.registry import ToolFailed
from support.tool_context import make_context


async def test_answers_come_in_the_order_of_the_questions(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    context.answers = ["Postgres ", "v2"]
    questions = [
        {
            "question": "Which database?",
            "header": "Database",
            "options": ("Postgres", "MySQL", "Postgres"),
        },
        {"question": " Which version? ", "header": "H" * 40},
    ]
    output = await Question().run(context, {"questions": questions})
    assert output.text == "Which database?\nAnswer: Postgres\n\nWhich version?\nAnswer: v2"
    assert output.title == "Database"
    assert context.questions == [
        {"question": "Which database?", "header": "Database", "options": ["Postgres", "MySQL"]},
        {"question": "Which version?", "header": "H" * 30, "options": []},
    ]
    assert context.permitted == [("question", ("*",))]


@pytest.mark.parametrize("answer", [None, "  "])
async def test_dismissed_question_asks_for_an_assumption_as_open_point(
    tmp_path: Path, answer: str | None
) -> None:
    context = make_context(tmp_path)
    context.answers = [answer]
    output = await Question().run(context, {"questions": [{"question": "Which?", "header": "H"}]})
    assert "Not answered: the user dismissed" in output.text
    assert "open_points" in output.text


async def test_denied_question_is_not_asked(tmp_path: Path) -> None:
    context = make_context(tmp_path)
    context.denials["question"] = "Questions are denied."
    with pytest.raises(ToolFailed, match="denied"):
        await Question().run(context, {"questions": [{"question": "Which?", "header": "H"}]})
    assert context.questions == []
