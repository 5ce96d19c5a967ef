import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.claims import claims_from_json, claims_to_json, doubts, named_files
from backend_specialist.domain.deliverable import Claims

APP = '@app.get("/users")\ndef users(): ...\n'
TEST = "def test_users():\n    pass\n"


def claims(**more: Any) -> Claims:
    return Claims(**{"summary": "Users can be listed."} | more)


def endpoint(path: str = "/users", file: str = "src/app.py", method: str = "GET") -> dict[str, str]:
    return {"method": method, "path": path, "file": file, "summary": "s"}


def unit_tests(*files: str) -> dict[str, Any]:
    return {"unit_tests": [{"file": file, "covers": "users"} for file in files]}


def test_claims_that_the_texts_show_are_not_doubted() -> None:
    given_claims = claims(
        service={"endpoints": [endpoint()], "auth": "None needed."},
        database={"migrations": [{"file": "migrations/1.sql", "summary": "table"}]},
        testing_documentation=unit_tests("tests/test_app.py"),
    )
    texts = {"src/app.py": APP, "migrations/1.sql": "create table", "tests/test_app.py": TEST}
    assert doubts(given_claims, texts) == ()


def test_endpoint_that_its_file_does_not_have_is_doubted() -> None:
    found = doubts(
        claims(service={"endpoints": [endpoint("/orders", method="POST")]}), {"src/app.py": APP}
    )
    assert found == ("POST /orders is claimed for src/app.py, but that file has no such path.",)


@pytest.mark.parametrize(
    ("section", "key", "said"),
    [
        ("service", "endpoints", "an endpoint"),
        ("database", "migrations", "a migration"),
        ("database", "models", "a model"),
        ("testing_documentation", "unit_tests", "a unit test"),
        ("testing_documentation", "integration_tests", "an integration test"),
    ],
)
def test_file_that_does_not_exist_is_doubted_once(section: str, key: str, said: str) -> None:
    entry = {"file": "gone.py", "path": "/x", "method": "GET"}
    given_claims = claims(**{section: {key: [entry, entry]}})
    assert doubts(given_claims, {}) == (
        f"gone.py is named for {said}, but there is no such file, neither proposed nor existing.",
    )
    assert named_files(given_claims) == ("gone.py",)


def test_file_without_a_test_is_doubted_as_a_test_file() -> None:
    found = doubts(claims(testing_documentation=unit_tests("src/app.py")), {"src/app.py": APP})
    assert found == ("src/app.py is named as a test file, but holds no test.",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tests/test_app.py", ""),
        ("src/app_test.go", ""),
        ("src/app.spec.ts", ""),
        ("src/AppTest.java", ""),
        ("src/lib.rs", "#[test]\nfn a() {}"),
        ("src/checks.js", "it('works', () => {})"),
        ("features/login.feature", "Scenario: x"),
    ],
)
def test_test_files_are_known_by_name_or_by_what_they_hold(name: str, text: str) -> None:
    assert doubts(claims(testing_documentation=unit_tests(name)), {name: text}) == ()


def test_tests_that_are_only_spoken_of_are_doubted() -> None:
    told = claims(summary="Listed users. I added unit tests for it.")
    assert doubts(told, {"src/app.py": APP}) == (
        '"I added unit tests for it." speaks of tests, but no test file is named.',
    )
    assert doubts(told, {"src/app.py": APP, "/w/tests/test_app.py": TEST}) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "All tests pass.",
        "The tests passed.",
        "The test suite is green.",
        "All 12 tests are passing now.",
        "I ran the tests and fixed a bug.",
        "We executed the full test suite.",
        "Verified the endpoint by running pytest.",
        "The migrations were checked after running all migrations.",
        "The integration tests were executed.",
        "Tests succeed with no errors.",
    ],
)
def test_claim_that_something_was_run_is_doubted(sentence: str) -> None:
    expected = (f'"{sentence}" says that something was run, but nothing can be run here.',)
    assert doubts(claims(summary=f"Done.\n{sentence}"), {}) == expected
    assert doubts(claims(testing_documentation={"guides": sentence}), {}) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The tests were not run.",
        "Tests have not been run, since there is no shell.",
        "Run the tests with pytest.",
        "Verify by running pytest.",
        "The tests should pass once the database is up.",
        "If the tests pass, deploy.",
        "Make sure all tests pass.",
        "I expect the tests to pass.",
        "I could not have run the tests.",
        "The test client is passed a session.",
        "Queries are executed in one transaction.",
        "No tests were added.",
        "The migration was run by the framework in version 2.",
    ],
)
def test_wish_plan_or_denial_is_not_doubted(sentence: str) -> None:
    assert doubts(claims(summary=f"Done.\n{sentence}"), {}) == ()


def test_open_points_may_say_anything() -> None:
    assert doubts(claims(open_points=("All tests pass.",)), {}) == ()


@pytest.mark.parametrize("value", ["text", 3, None, ["a", 1], [[]], {"a": 1}])
def test_sections_of_another_shape_are_not_judged(value: object) -> None:
    odd = claims(
        service={"endpoints": value},
        database={"models": value},
        testing_documentation={"unit_tests": value},
    )
    assert doubts(odd, {}) == ()


def test_claims_survive_json() -> None:
    full = claims(
        task_id="T-1",
        service={"endpoints": [endpoint()]},
        database={"queries": "q"},
        testing_documentation=unit_tests("t.py"),
        api_contract="a",
        deployment="d",
        open_points=("o",),
        doubts=("x",),
    )
    assert claims_from_json(json.loads(json.dumps(claims_to_json(full)))) == full
    assert claims_from_json({"summary": "s"}) == Claims(summary="s")


@given(st.text(max_size=120), st.text(max_size=20), st.text(max_size=60))
def test_any_claim_is_judged(summary: str, path: str, text: str) -> None:
    found = doubts(
        claims(summary=summary, service={"endpoints": [endpoint(path, "f")]}), {"f": text}
    )
    assert all(isinstance(doubt, str) for doubt in found)


@pytest.mark.parametrize(
    "contract",
    [
        "openapi: 3.1.0\npaths:\n  /users/{id}:\n    get: {}\n",
        'paths:\n  "/users/{user_id}" :\n',
        "servers: [{url: /api/v1}]\npaths: {/users/{id}: {get: {}}}",
        '{"paths": {"/api/v1/users/{id}": {"get": {}}}}',
        "no paths at all, see https://example.com/x: there",
        "",
    ],
)
def test_endpoint_that_the_contract_has_is_not_doubted(contract: str) -> None:
    told = claims(service={"endpoints": [endpoint("/v1/users/{id}")]}, api_contract=contract)
    assert doubts(told, {"src/app.py": '@app.get("/v1/users/{id}")\n'}) == ()


def test_endpoint_that_the_contract_has_not_is_doubted() -> None:
    contract = "paths:\n  /orders:\n    get: {}\n  /users/{id}/mail:\n    get: {}\n"
    told = claims(service={"endpoints": [endpoint()]}, api_contract=contract)
    assert doubts(told, {"src/app.py": APP}) == (
        "GET /users is reported, but api_contract has no such path.",
    )


@given(st.text(alphabet="/{}a:,\" '\n", max_size=200))
def test_any_contract_is_searched_for_paths(contract: str) -> None:
    told = claims(service={"endpoints": [endpoint(), {}]}, api_contract=contract)
    assert len(doubts(told, {"src/app.py": APP})) <= 2
