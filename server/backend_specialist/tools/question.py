"""The tool ``question``: ask the user.

Owns how questions are put and how answers are told to the model. Who asks, and how, is the session's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.domain.ports import ToolSpec
from backend_specialist.tools.registry import ToolContext, ToolOutput

_HEADER = 30


class Question:
    """Asks up to four questions, one after the other."""

    permission = "question"
    spec = ToolSpec(
        name="question",
        description=(
            "Ask the user what only they can decide (requirements, boundaries, contracts), not what the code says. "
            "header: a title of up to 30 characters; options: answers to choose from, none for free text."
        ),
        schema={
            "type": "object",
            "properties": {
                "questions": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": 4,
                    "items": {
                        "type": "object",
                        "properties": {
                            "question": {"type": "string", "minLength": 1, "maxLength": 2000},
                            "header": {"type": "string", "maxLength": 200},
                            "options": {
                                "type": "array",
                                "maxItems": 8,
                                "items": {"type": "string", "minLength": 1, "maxLength": 200},
                            },
                        },
                        "required": ["question", "header"],
                    },
                }
            },
            "required": ["questions"],
        },
    )

    async def run(self, context: ToolContext, arguments: Mapping[str, Any]) -> ToolOutput:
        """Ask and wait, as long as the user needs."""
        await context.permit("question", ["*"], title="Ask you a question")
        questions = [
            {
                "question": item["question"].strip(),
                "header": item["header"].strip()[:_HEADER],
                "options": list(dict.fromkeys(item.get("options", ()))),
            }
            for item in arguments["questions"]
        ]
        answers = await context.ask(questions)
        pairs = zip(questions, answers, strict=True)
        text = "\n\n".join(_told(item["question"], answer) for item, answer in pairs)
        return ToolOutput(text, questions[0]["header"])


def _told(question: str, answer: str | None) -> str:
    if answer is None or not answer.strip():
        return (
            f"{question}\nNot answered: the user dismissed the question. Go on with the most sensible assumption, "
            "name it in open_points of deliver, and do not ask this again."
        )
    return f"{question}\nAnswer: {answer.strip()}"
