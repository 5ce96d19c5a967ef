"""What the specialist reports, held against what it did, through the real server. The model is scripted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend_specialist.adapters.scripts import Call, Reply
from support.fake_editor import FakeEditor
from support.guises import unknown
from support.project import write_project
from support.stage import Case, Stage, edit, staged, write
from support.talk import results

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTRACT = 'openapi: 3.1.0\ninfo: {title: Shop, version: "1"}\npaths: {/means: {get: {responses: RESPONSES}}}\n'
GOOD = CONTRACT.replace("RESPONSES", "{200: {description: The mean}}")
BAD = CONTRACT.replace("RESPONSES", "{200: {}}")
ROUTE = '@app.get("/means")\ndef means(): ...\n'
TEST = "def test_mean():\n    pass\n\n\ndef test_none():\n    pass\n"
MOST_BYTES = 14_336


def deliver(**claims: Any) -> Call:
    parts = {"service": {}, "database": {}, "testing_documentation": {}}
    return Call("deliver", {"summary": "Means are served.", **parts, **claims})


def endpoint(path: str = "/means", file: str = "PATH") -> dict[str, Any]:
    return {"endpoints": [{"method": "GET", "path": path, "file": file}]}


async def deliverable(editor: FakeEditor, case: Case) -> str:
    shown = await editor.command("showDeliverable", sessionId=case.session)
    return Path(shown["uri"].removeprefix("file://")).read_text()


async def finished(stage: Stage, case: Case, decision: str = "applyAll", **answer: Any) -> str:
    """Answer the proposal and give the deliverable."""
    await stage.answer(case, await stage.event(case, "proposal"), decision, **answer)
    await stage.event(case, "status", status="completed")
    return await deliverable(stage.editor, case)


def part(document: str, title: str) -> str:
    return document.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


async def test_contract_that_is_no_openapi_is_sent_back_once_and_then_marked(stages) -> None:
    stage = await stages("draws")
    claims = deliver(api_contract=BAD)
    calls = (edit("PATH", "first = 1", "first = 10"), claims)
    case = await stage.run(script=[Reply(tools=calls), Reply(tools=(claims,))])
    text = await finished(stage, case)
    fault = "paths//means/get/responses/200: 'description' is a required property"
    told = results(stage.requests(case)[1])
    assert "Not delivered yet" in told
    assert f"api_contract is no valid OpenAPI: {fault}" in told
    contract = part(text, "API Contract")
    assert "**This is not a valid OpenAPI 3.1 document:**" in contract
    assert fault in contract.replace("\\", "")
    assert "paths: {/means" in contract


async def test_contract_that_is_openapi_is_delivered_at_once_as_it_is(stages) -> None:
    stage = await stages("draws")
    fenced = f"```yaml\n{GOOD}```"
    calls = (edit("PATH", "first = 1", "first = 10"), deliver(api_contract=fenced))
    case = await stage.run(script=[Reply(tools=calls)])
    text = await finished(stage, case)
    assert len(stage.requests(case)) == 1, "nothing was sent back"
    assert part(text, "API Contract").strip() == f"````yaml\n{GOOD.strip()}\n````".replace(
        "````", "```"
    )


async def test_missing_file_route_and_tests_are_sent_back_once_and_then_marked(stages) -> None:
    stage = await stages("draws")
    claims = deliver(
        summary="Means are served. I added tests.",
        service=endpoint(),
        database={"migrations": [{"file": "migrations/1.sql"}]},
        requests=[{"to": "reference", "about": "Every status of /means"}],
    )
    calls = (edit("PATH", "first = 1", "first = 10"), claims)
    case = await stage.run(script=[Reply(tools=calls), Reply(tools=(claims,))])
    text = await finished(stage, case)
    doubts = (
        "migrations/1.sql is named for a migration, but there is no such file",
        "GET /means is claimed for PATH, but that file has no such path",
        '"I added tests." speaks of tests, but no test file is named',
    )
    for doubt in doubts:
        shown = doubt.replace("PATH", case.path)
        assert shown in results(stage.requests(case)[1])
        assert shown in part(text, "Open Points")
    assert "- Reference documentation: Every status of /means" in part(text, "Requests to Others")
    await check_offers(stage, case)


async def offers(stage: Stage, case: Case) -> dict[str, Any]:
    """The actions that the last delivery has left, with what they run."""
    here = {"line": 0, "character": 0}
    params = {
        "textDocument": {"uri": stage.editor.uri(case.path)},
        "range": {"start": here, "end": here},
        "context": {"diagnostics": [], "only": ["source"]},
    }
    found = await stage.editor.request("textDocument/codeAction", params)
    named = [(one["title"], one["command"]) for one in found]
    return {title: command for title, command in named if "“" in title}


async def check_offers(stage: Stage, case: Case) -> None:
    """Standalone, the deliverable stays with the session until the user saves it; requests can be taken up."""
    found = await offers(stage, case)
    title = f"Work on {case.path.partition('/')[0]}."
    assert set(found) == {
        f"Save deliverable to workspace (“{title}”)",
        f"Document API, as “{title}” asks: Every status of /means",
    }
    save, document = found.values()
    assert document["command"] == "backendSpecialist.run"
    assert document["arguments"][0]["recipe"] == "document-api"
    assert document["arguments"][0]["instructions"] == "Every status of /means"
    since = len(stage.editor.heard)
    await stage.editor.request("workspace/executeCommand", save)
    proposal = await stage.event(case, "proposal", since=since)
    name = f"implementation-backend-{case.session}.md"
    assert [file["label"] for file in proposal["files"]] == [name]
    await stage.answer(case, proposal, "applyAll")
    await stage.event(case, "status", since=since, status="completed")
    assert (stage.editor.real(name) or "").startswith("# Backend Implementation")
    assert await offers(stage, case) == {}


async def test_what_was_refused_is_no_claim_any_more(stages) -> None:
    """One hunk of the file is accepted; the route and the tests are not."""
    stage = await stages("draws")
    claims = deliver(
        service=endpoint(),
        testing_documentation={"unit_tests": [{"file": "CREATED", "covers": "means"}]},
    )
    calls = (
        edit("PATH", "first = 1", "first = 10"),
        edit("PATH", "keep_e = 0\n", f"keep_e = 0\n{ROUTE}"),
        write("CREATED", TEST),
    )
    case = await stage.run(script=[Reply(tools=(*calls, claims))])
    proposal = await stage.event(case, "proposal")
    (first,) = [h["id"] for h in proposal["files"][0]["hunks"] if "first" in h["new"]]
    text = await finished(stage, case, "apply", hunks=[first])
    assert "GET /means" not in part(text, "Service Implementation")
    assert case.created not in part(text, "Testing & Documentation")
    points = part(text, "Open Points")
    assert "Not applied, so not part of this delivery: GET /means" in points
    assert f"Not applied, so not part of this delivery: {case.created}" in points
    assert "written before the review, in which 2 of 3 hunks were not applied" in text
    assert "Tests added" not in text
    assert f"`{case.path}`: 1 hunk accepted, 1 hunk refused" in part(text, "Files")


async def test_facts_of_the_document_come_from_the_record(stages) -> None:
    stage = await stages("draws")
    claims = deliver(service={**endpoint(), "decisions": [{"decision": "A", "reason": "B"}]})
    calls = (edit("PATH", "keep_e = 0\n", f"keep_e = 0\n{ROUTE}"), write("CREATED", TEST))
    ask = Call("question", {"questions": [{"header": "Zero", "question": "What of no items?"}]})
    case = await stage.run(script=[Reply(tools=(*calls, ask)), Reply(tools=(claims,))])
    question = await stage.event(case, "question")
    named = {"sessionId": case.session, "requestId": question["requestId"]}
    await stage.editor.command("answer", **named)
    text = await finished(stage, case)
    assert "GET /means" in part(text, "Service Implementation")
    assert "- A: B" in part(text, "Decisions")
    assert f"- `{case.created}`: 2" in part(text, "Files"), "two tests were added"
    assert "Questions without an answer\n\n- What of no items?" in part(text, "Open Points")
    listed = await stage.editor.command("listSessions")
    (row,) = [row for row in listed if row["sessionId"] == case.session]
    usage = row["usage"]
    assert f"Tokens: {usage['inputTokens']} in, {usage['outputTokens']} out" in part(text, "Record")
    assert "Cost: " in part(text, "Record")


async def test_contract_is_published_for_the_other_teams_of_a_workflow(tmp_path: Path) -> None:
    """And one that no tool can read is not."""
    root = write_project(
        tmp_path / "shop", "\n-- agent-docs/active-workflow.md --\n# Active workflow\n"
    )
    published = "agent-docs/outputs/implementation/implementation-{}.md"
    async with staged(root, tmp_path / "state", unknown(ui=["proposal"])) as stage:
        for contract, is_there in ((BAD, False), (GOOD, True)):
            claims = deliver(api_contract=contract)
            case = await stage.run(script=[Reply(tools=(claims,)), Reply(tools=(claims,))])
            proposal = await stage.event(case, "proposal")
            names = [file["label"] for file in proposal["files"]]
            assert published.format("backend") in names
            assert (published.format("api-contract") in names) is is_there
            await stage.answer(case, proposal, "applyAll")
            await stage.event(case, "status", status="completed")
            assert await offers(stage, case) == {}, "it is filed already"
        text = stage.editor.real(published.format("api-contract")) or ""
        assert text.startswith('---\nname: "implementation-api-contract"')
        assert f"````yaml\n{GOOD.strip()}\n````" in text


async def test_first_request_fits_its_budget(stages) -> None:
    stage = await stages("draws")
    case = await stage.run(script=[Reply(text="Nothing to do.")])
    await stage.event(case, "status", status="completed")
    first = stage.requests(case)[0]
    sent = [*first["system"], *first["tools"]]
    size = sum(
        len(json.dumps(each, separators=(",", ":"), ensure_ascii=False).encode()) for each in sent
    )
    assert size < MOST_BYTES
