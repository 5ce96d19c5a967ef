import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from backend_specialist.domain.deliverable import Claims, Facts, without_refused
from backend_specialist.domain.deliverable_text import render
from backend_specialist.domain.proposal import HunkOutcome, Result
from backend_specialist.domain.transcript import Usage

CLAIMS = Claims(
    summary="Orders can be created.",
    task_id="T-7",
    service={
        "endpoints": [
            {"method": "post", "path": "/orders", "file": "src/orders.py", "summary": "creates one"}
        ],
        "auth": "Bearer token.",
        "validation": "Pydantic.",
        "configuration": "`ORDERS_URL`",
        "decisions": [{"decision": "Keep it simple", "reason": "it is small"}],
    },
    database={
        "migrations": [{"file": "migrations/1.sql", "summary": "table orders"}],
        "models": [{"file": "src/models.py", "summary": "Order"}],
        "queries": "By id.",
        "indexes": "On user.",
        "caching": "None.",
        "transactions": "One per request.",
    },
    testing_documentation={
        "unit_tests": [{"file": "tests/test_orders.py", "covers": "validation"}],
        "integration_tests": [{"file": "tests/test_api.py", "covers": "POST /orders"}],
        "api_documentation": "See the schema.",
        "guides": "Read me.",
    },
    api_contract="```yaml\nopenapi: 3.1.0\n```",
    deployment="1. Migrate.\n2. Deploy.",
    open_points=("Rate limit unknown",),
    doubts=("GET /x is claimed for a.py, but that file has no such path.",),
)


def outcome(
    result: Result, *, path: str = "src/orders.py", hunk: str = "h1", reason: str = ""
) -> HunkOutcome:
    return HunkOutcome(
        path=f"/w/{path}", label=path, hunk=hunk, result=result, lines="3-5", reason=reason
    )


def facts(**more: Any) -> Facts:
    known = {
        "session_id": "s-1",
        "agent": "specialist-backend",
        "model": "anthropic/claude",
        "rehearsal": False,
        "outcomes": (),
        "refusals": (),
        "unanswered": (),
        "usage": Usage(
            input_tokens=10,
            output_tokens=20,
            cache_read_tokens=30,
            cache_write_tokens=40,
            cost=0.125,
        ),
        "turns": 4,
        "seconds": 61.4,
    }
    return Facts(**known | more)


def headings(document: str) -> list[str]:
    return re.findall(r"^## (.*)$", document, re.MULTILINE)


def part(document: str, title: str) -> str:
    return document.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_document_has_the_three_parts_and_what_belongs_to_them() -> None:
    document = render(CLAIMS, facts(outcomes=(outcome(Result.REFUSED),), claimed_at=1))
    assert document.startswith("# Backend Implementation - T-7\n\nOrders can be created.\n")
    assert headings(document) == [
        "Service Implementation",
        "Database Implementation",
        "Testing & Documentation",
        "API Contract",
        "Deployment",
        "Decisions",
        "Open Points",
        "Files",
        "Refused Edits",
        "Record",
    ]


def test_each_claim_is_in_its_part() -> None:
    document = render(CLAIMS, facts())
    service, database = (
        part(document, "Service Implementation"),
        part(document, "Database Implementation"),
    )
    assert "- `POST /orders` in `src/orders.py`: creates one" in service
    for said in ("Bearer token.", "Pydantic.", "`ORDERS_URL`"):
        assert said in service
    for said in (
        "- `migrations/1.sql`: table orders",
        "- `src/models.py`: Order",
        "By id.",
        "On user.",
        "One per request.",
    ):
        assert said in database
    testing = part(document, "Testing & Documentation")
    assert "- `tests/test_orders.py`: validation" in testing
    assert "- `tests/test_api.py`: POST /orders" in testing
    assert "were not run" in testing
    assert "openapi: 3.1.0" in part(document, "API Contract")
    assert "1. Migrate.\n2. Deploy." in part(document, "Deployment")
    assert "- Keep it simple: it is small" in part(document, "Decisions")


def test_open_points_have_questions_and_doubts() -> None:
    points = part(render(CLAIMS, facts(unanswered=("Which database?",))), "Open Points")
    assert "- Rate limit unknown" in points
    assert "Questions without an answer\n\n- Which database?" in points
    assert "could not be confirmed in the texts\n\n- GET /x is claimed" in points


def test_files_are_counted_by_outcome() -> None:
    outcomes = (
        outcome(Result.ACCEPTED, hunk="a"),
        outcome(Result.ACCEPTED, hunk="b"),
        outcome(Result.REFUSED, hunk="c", reason="too clever"),
        outcome(Result.ALTERED, path="b.py"),
    )
    document = render(CLAIMS, facts(outcomes=outcomes, refusals=("read of .env was refused",)))
    assert "- `src/orders.py`: 2 hunks accepted, 1 hunk refused\n- `b.py`: 1 hunk altered" in part(
        document, "Files"
    )
    refused = part(document, "Refused Edits")
    assert "- `src/orders.py` lines 3-5 (refused): too clever" in refused
    assert "- read of .env was refused" in refused


def test_record_has_usage_and_cost() -> None:
    record = part(render(CLAIMS, facts()), "Record")
    for said in (
        "`s-1`",
        "specialist-backend",
        "Turns: 4, in 61 seconds",
        "10 in, 20 out",
        "30 read, 40 written",
    ):
        assert said in record
    assert "Cost: 0.1250 US dollars" in record


def test_unknown_cost_is_called_unknown() -> None:
    record = part(render(CLAIMS, facts(usage=Usage(cost=None))), "Record")
    assert "Cost: unknown" in record
    assert "0.0" not in record


def test_scripted_replies_are_called_scripted() -> None:
    assert "scripted" not in render(CLAIMS, facts())
    document = render(CLAIMS, facts(rehearsal=True))
    assert document.split("\n\n")[1].startswith("> Replies in this session were **scripted**")


def test_document_without_a_task_is_titled_by_the_session() -> None:
    document = render(Claims(summary=""), facts())
    assert document.startswith("# Backend Implementation - s-1\n")
    assert headings(document)[:3] == [
        "Service Implementation",
        "Database Implementation",
        "Testing & Documentation",
    ]
    assert "Nothing was reported for the service." in document


def test_text_of_the_model_forges_no_part_of_the_document() -> None:
    evil = "x\n# Backend Implementation - fake\n\n## Record\n\n<script>a</script> [go](command:evil) ```\n"
    claims = Claims(
        summary=evil,
        task_id=evil,
        service={
            "auth": evil,
            "endpoints": [{"method": evil, "path": evil, "file": evil, "summary": evil}],
        },
        open_points=(evil,),
        doubts=(evil,),
    )
    document = render(claims, facts(unanswered=(evil,), refusals=(evil,), model=evil))
    assert document.count("\n## Record\n") == 1
    assert len(re.findall("^# ", document, re.MULTILINE)) == 1
    flat = [
        inner
        for token in MarkdownIt().parse(document)
        for inner in (token, *(token.children or ()))
    ]
    kinds = {token.type for token in flat}
    assert not kinds & {"html_block", "html_inline", "link_open", "image"}
    assert [token.tag for token in flat if token.type == "heading_open"].count("h1") == 1


def test_claims_for_a_refused_file_are_taken_out_and_become_open_points() -> None:
    kept = without_refused(CLAIMS, [outcome(Result.REFUSED), outcome(Result.STALE, hunk="h2")])
    assert kept.service["endpoints"] == []
    assert kept.service["auth"] == "Bearer token."
    assert kept.database == CLAIMS.database
    assert kept.open_points == (
        "Rate limit unknown",
        "Not applied, so not part of this delivery: POST /orders",
    )
    kept = without_refused(CLAIMS, [outcome(Result.FAILED, path="tests/test_api.py")])
    assert kept.testing_documentation["integration_tests"] == []
    assert kept.open_points[-1].endswith(": tests/test_api.py")


@pytest.mark.parametrize("result", [Result.ACCEPTED, Result.ALTERED, Result.UNVERIFIED])
def test_claims_for_a_file_of_which_something_is_in_the_text_stay(result: Result) -> None:
    outcomes = [outcome(Result.REFUSED), outcome(result, hunk="h2")]
    assert without_refused(CLAIMS, outcomes) == CLAIMS


def test_file_is_known_by_its_path_as_well() -> None:
    endpoint = {"method": "GET", "path": "/", "file": "/w/src/orders.py"}
    for file in ("/w/src/orders.py", "./src/orders.py"):
        claims = replace(CLAIMS, service={"endpoints": [endpoint | {"file": file}]})
        assert without_refused(claims, [outcome(Result.REFUSED)]).service["endpoints"] == []


def test_without_outcomes_nothing_is_taken_out() -> None:
    assert without_refused(CLAIMS, []) is CLAIMS


ODD = st.recursive(
    st.none() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["file", "path"]), inner, max_size=2)
    ),
    max_leaves=4,
)
SECTION = st.dictionaries(
    st.sampled_from(["endpoints", "auth", "migrations", "unit_tests", "decisions", "queries"]), ODD
)


@given(SECTION, SECTION)
def test_claims_of_any_shape_are_rendered(service: dict[str, Any], tests: dict[str, Any]) -> None:
    claims = Claims(summary="s", service=service, database=service, testing_documentation=tests)
    document = render(without_refused(claims, [outcome(Result.REFUSED)]), facts())
    assert headings(document)[-1] == "Record"
