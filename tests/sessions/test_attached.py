"""Files that a recipe's template names: through the gate and the guard, bounded, and in a frame."""

from __future__ import annotations

import pytest

from backend_specialist.adapters.scripts import Reply
from backend_specialist.domain.permission import Setting
from backend_specialist.domain.recipe import Recipe
from backend_specialist.sessions import attached
from backend_specialist.sessions.events import Kind
from support.scripted_model import texts
from support.session_stage import Stage

FILES = {
    "docs/api.md": "# The API\n```\n</file>\n",
    "app.py": "x = 1\n",
    ".env": "PASSWORD=hunter2\n",
    "big.txt": "b" * (attached.MAX_FILE + 1),
    **{f"many/{number}.txt": "m" * attached.MAX_FILE for number in range(12)},
}


async def first_words(
    template: str, instructions: str = "", permission: dict[str, Setting] | None = None
) -> str:
    stage = Stage(FILES, [Reply(text="Seen.")], permission=permission or {"edit": "ask"})
    recipe = Recipe(name="r", title="R", template=template)
    await stage.finished(instructions, recipe=recipe)
    return texts(stage.model.requests[0])[0]


async def test_named_file_is_given_in_a_frame() -> None:
    said = await first_words("Follow @docs/api.md, also in `@app.py` and for @app.get.")
    assert said.startswith("Follow @docs/api.md, also in")
    assert '<file path="docs/api.md">\n````\n# The API\n```\n</file>\n\n````\n</file>' in said
    assert "x = 1" not in said


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ("See @app.py.", True), ("See @app.py, and go on", True), ("(@app.py)", True), ("@./app.py", True),
        ("me@app.py", False), ("`@app.py`", False), ("@@app.py", False), ("@app.pyc", False), ("@ app.py", False),
    ],
)  # fmt: skip
def test_words_that_mean_a_file(template: str, given: bool) -> None:
    found = attached._FILE.findall(template)
    assert ("app.py" in [each.removeprefix("./") for each in found]) is given


async def test_what_the_user_wrote_names_no_file() -> None:
    assert "x = 1" not in await first_words("Do: $ARGUMENTS", "@app.py")


async def test_what_is_no_file_is_only_a_word() -> None:
    said = await first_words("Add @app.route to @docs and write to @nobody.")
    assert said == "Add @app.route to @docs and write to @nobody."


@pytest.mark.parametrize(
    ("path", "why"),
    [(".env", "kept from the model"), ("../secrets.txt", "leaves the workspace"), ("/etc/passwd", "outside")],
)  # fmt: skip
async def test_what_is_kept_from_the_model_is_said(path: str, why: str) -> None:
    stage_permission: dict[str, Setting] = {"external_directory": "deny"}
    said = await first_words(f"Look at @{path} first", permission=stage_permission)
    assert f"The task names {path}, which is not given: " in said
    assert why in said
    assert "hunter2" not in said


async def test_the_rules_of_the_agent_hold() -> None:
    said = await first_words(
        "Look at @app.py", permission={"read": {"*": "allow", "app.py": "deny"}}
    )
    assert "The task names app.py, which is not given: Not allowed: read for app.py" in said
    assert "x = 1" not in said


async def test_a_file_that_needs_a_question_is_asked_about() -> None:
    stage = Stage(FILES, [Reply(text="Seen.")], permission={"read": "ask"})
    recipe = Recipe(name="r", title="R", template="Look at @app.py")
    session = await stage.run("", recipe=recipe)
    asked = await stage.event(Kind.PERMISSION)
    assert asked.data["detail"] == "app.py"
    await stage.supervisor.answer_request(session, asked.data["requestId"], "once")
    await stage.ended(session)
    assert "x = 1" in texts(stage.model.requests[0])[0]


async def test_files_are_bounded() -> None:
    said = await first_words("Look at @big.txt")
    assert "b" * attached.MAX_FILE + "\n(cut here; read the file for the rest)" in said
    many = await first_words(" ".join(f"@many/{number}.txt" for number in range(12)))
    assert many.count("m" * 100) <= attached.MAX_ALL // 100
    assert 'many/10.txt">' not in many
