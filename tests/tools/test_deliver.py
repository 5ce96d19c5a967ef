from pathlib import Path
from typing import Any

import pytest

from backend_specialist.tools.deliver import Deliver
from backend_specialist.tools.registry import ToolFailed
from backend_specialist.tools.toolbox import call
from support.tool_context import MemoryContext, make_context

API = (
    'router = APIRouter(prefix="/users")\n\n@router.post("/{user_id}/orders")\ndef create(): ...\n'
)
TEST = "def test_create():\n    assert True\n"


def report(**more: Any) -> dict[str, Any]:
    endpoint = {
        "method": "POST",
        "path": "/api/users/{id}/orders",
        "file": "src/orders.py",
        "summary": "creates one",
    }
    return {
        "summary": "Orders can be created.",
        "service": {"endpoints": [endpoint]},
        "database": {},
        "testing_documentation": {
            "unit_tests": [{"file": "tests/test_orders.py", "covers": "creation"}]
        },
    } | more


@pytest.fixture
def context(tmp_path: Path) -> MemoryContext:
    made = make_context(tmp_path, files={"src/orders.py": "nothing yet\n", "src/app.py": "x = 1\n"})
    made.texts[made.path("src/orders.py")] = API
    made.texts[made.path("tests/test_orders.py")] = TEST
    return made


async def test_claims_that_the_texts_bear_out_are_delivered(context: MemoryContext) -> None:
    output = await Deliver().run(context, report(task_id="T-1"))
    assert output.text == context.deliver_sentence
    assert output.title == "T-1"
    assert context.delivered[0].doubts == ()
    assert context.delivered[0].service["endpoints"][0]["method"] == "POST"
    assert context.send_backs == 1


async def test_doubtful_claims_are_sent_back_once_and_marked_afterwards(
    context: MemoryContext,
) -> None:
    doubtful = report(
        service={"endpoints": [{"method": "GET", "path": "/health", "file": "src/app.py"}]}
    )
    with pytest.raises(
        ToolFailed, match=r"Not delivered yet(.|\n)*GET /health is claimed for src/app\.py"
    ):
        await Deliver().run(context, doubtful)
    assert context.delivered == []
    assert (await Deliver().run(context, doubtful)).text == context.deliver_sentence
    assert context.delivered[0].doubts == (
        "GET /health is claimed for src/app.py, but that file has no such path.",
    )


@pytest.mark.parametrize(
    "name", ["src/missing.py", "../outside.py", "/etc/passwd", ".env", "src", "", "a\0b"]
)
async def test_file_that_is_not_to_be_seen_is_doubted_without_a_question(
    context: MemoryContext, name: str
) -> None:
    claims = report(database={"migrations": [{"file": name or " ", "summary": "m"}]})
    with pytest.raises(ToolFailed, match="there is no such file"):
        await Deliver().run(context, claims)
    assert context.permitted == []


async def test_existing_file_bears_a_claim_out_as_well(context: MemoryContext) -> None:
    claims = report(database={"models": [{"file": "./src/app.py", "summary": "m"}]})
    await Deliver().run(context, claims)
    assert context.delivered[0].doubts == ()


async def test_hundreds_of_files_are_not_all_read(context: MemoryContext) -> None:
    models = [{"file": f"m{n}.py", "summary": ""} for n in range(100)]
    context.send_backs = 0
    await Deliver().run(context, report(database={"models": models}))
    assert sum("no such file" in doubt for doubt in context.delivered[0].doubts) < 100


async def test_report_without_a_part_is_sent_back_by_its_name(context: MemoryContext) -> None:
    output, failed = await call(
        "deliver", {"summary": " ", "service": {}, "database": []}, [Deliver()], context
    )
    assert failed
    for said in (
        '"summary" must not be empty',
        '"database" must be an object',
        '"testing_documentation" is missing',
    ):
        assert said in output.text


async def test_report_with_empty_parts_is_delivered(context: MemoryContext) -> None:
    arguments = {
        "summary": "Only a comment.",
        "service": {},
        "database": {},
        "testing_documentation": {},
    }
    _, failed = await call("deliver", arguments, [Deliver()], context)
    assert not failed
    assert context.delivered[0].summary == "Only a comment."
