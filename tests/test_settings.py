"""Settings are taken, or reported by name and left at their default."""

from __future__ import annotations

import dataclasses
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.settings import NAMES, Settings, narrow, parse

EVERY = {
    "agent": "specialist-backend",
    "model": "anthropic/claude-sonnet-4-5",
    "review": "each",
    "reviewGranularity": "hunk",
    "approval": "preview",
    "approvalTimeoutSeconds": 60,
    "maxSteps": 10,
    "maxCostUsd": 0.5,
    "maxTokens": 5_000,
    "artifacts": {"mode": "workflow", "directory": "docs/agents/"},
    "webfetch": {
        "policy": "open",
        "allowHosts": ["docs.example.com", "localhost:8080", "[::1]:80"],
    },
    "secretGlobs": ["*.secret"],
    "agentDirectories": ["/opt/agents", "~/agents"],
    "workspaceRecipes": "replace",
    "events": True,
    "ui": ["proposal", "question"],
    "trusted": True,
}
TAKEN = Settings(
    agent="specialist-backend",
    model="anthropic/claude-sonnet-4-5",
    review="each",
    review_granularity="hunk",
    approval="preview",
    approval_timeout_seconds=60.0,
    max_steps=10,
    max_cost_usd=0.5,
    max_tokens=5_000,
    artifacts_mode="workflow",
    artifacts_directory="docs/agents",
    webfetch_policy="open",
    webfetch_allow_hosts=("docs.example.com", "localhost:8080", "[::1]:80"),
    secret_globs=("*.secret",),
    agent_directories=("/opt/agents", os.path.expanduser("~/agents")),
    workspace_recipes="replace",
    events=True,
    ui=("proposal", "question"),
    trusted=True,
)


def flat(raw: dict[str, object]) -> dict[str, object]:
    dotted: dict[str, object] = {}
    for key, value in raw.items():
        inner = value if isinstance(value, dict) else None
        dotted |= {f"{key}.{k}": v for k, v in inner.items()} if inner is not None else {key: value}
    return dotted


def test_every_setting_is_taken_nested_and_dotted() -> None:
    assert parse(EVERY) == (TAKEN, ())
    assert parse(flat(EVERY)) == (TAKEN, ())
    assert set(flat(EVERY)) == set(NAMES)
    assert len(NAMES) == len(dataclasses.fields(Settings))


@pytest.mark.parametrize(
    "raw", [None, {}, {"agent": None, "webfetch": None, "artifacts": {"mode": None}}]
)
def test_what_is_not_set_has_its_default_without_a_word(raw: object) -> None:
    assert parse(raw) == (Settings(), ())


def test_settings_of_the_client_are_ignored() -> None:
    assert parse({"client": {"path": "/x"}, "client.trace": 1}) == (Settings(), ())


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            {"maxStep": 3},
            "maxStep is not a setting, so it was ignored. Did you mean backendSpecialist.maxSteps?",
        ),
        ({"webfetch": {"allowhosts": []}}, "Did you mean backendSpecialist.webfetch.allowHosts?"),
        ({"apiKey": "sk-ant-1"}, "only read from the environment"),
        ({"zzz": 1}, "docs/protocol.md"),
        ([1], "must be an object with settings"),
        ("text", "must be an object with settings"),
        ({"webfetch": "open"}, "webfetch must be an object"),
        ({"review": {"a": 1}}, "review must be 'changeset' or 'each'"),
        ({"review": ["each"]}, "review must be 'changeset' or 'each'"),
        ({"maxSteps": "60"}, "maxSteps must be a number from 1 to 1,000"),
        ({"maxSteps": True}, "maxSteps must be a number"),
        ({"maxSteps": 0}, "maxSteps must be a number from 1 to 1,000"),
        ({"maxSteps": 2.5}, "maxSteps must be a whole number"),
        ({"maxSteps": 10**400}, "maxSteps must be a number from 1 to 1,000"),
        ({"maxCostUsd": float("nan")}, "maxCostUsd must be a number from 0.01 to 1,000"),
        ({"maxCostUsd": float("inf")}, "maxCostUsd must be a number from 0.01 to 1,000"),
        ({"maxCostUsd": -1}, "maxCostUsd must be a number from"),
        ({"maxTokens": 10}, "maxTokens must be a number from 1,000 to 1,000,000,000"),
        (
            {"approvalTimeoutSeconds": 0},
            "approvalTimeoutSeconds must be a number from 1 to 604,800",
        ),
        ({"events": "yes"}, "events must be true or false"),
        ({"events": 1}, "events must be true or false"),
        ({"agent": ""}, "agent must be text"),
        ({"agent": "a\nb"}, "agent must be one line"),
        ({"model": 5}, "model must be text"),
        ({"ui": "proposal"}, "ui must be a list"),
        ({"ui": ["proposal", "dance"]}, "ui is wrong at entry 2, which must be 'proposal' or"),
        ({"secretGlobs": [""]}, "secretGlobs is wrong at entry 1"),
        ({"secretGlobs": ["a"] * 201}, "secretGlobs must be a list of at most 200"),
        ({"agentDirectories": ["agents"]}, "must be an absolute path"),
        ({"artifacts.directory": "../out"}, "artifacts.directory must be a directory below"),
        ({"artifacts.directory": "/etc"}, "artifacts.directory must be a directory below"),
        ({"artifacts.directory": "C:\\out"}, "artifacts.directory must be a directory below"),
        ({"artifacts.directory": "."}, "artifacts.directory must be a directory below"),
        ({"webfetch.allowHosts": ["https://a.example"]}, "must be a host or host:port"),
        ({"webfetch.allowHosts": ["a.example/x"]}, "must be a host or host:port"),
        ({"webfetch.allowHosts": ["*"]}, "must be a host or host:port"),
    ],
)
def test_value_that_cannot_be_used_is_said_and_the_default_stands(raw: object, said: str) -> None:
    settings, problems = parse(raw)
    assert settings == Settings()
    assert len(problems) == 1
    assert said in problems[0]
    assert problems[0].startswith("backendSpecialist")


def test_value_is_never_repeated() -> None:
    secret = "sk-ant-secret"
    for key in (*NAMES, "apiKey", "artifacts", "webfetch"):
        for value in ({secret: secret}, [{"a": secret}], f"{secret}\n"):
            for problem in parse({key: value})[1]:
                assert secret not in problem.replace(f"{key}.{secret}", "")


def test_one_wrong_value_leaves_the_others() -> None:
    settings, problems = parse({"maxSteps": "x", "events": True})
    assert settings == Settings(events=True)
    assert len(problems) == 1


def test_whole_number_may_come_as_a_float() -> None:
    settings, _ = parse({"maxSteps": 7.0})
    assert settings.max_steps == 7
    assert isinstance(settings.max_steps, int)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(
    raw=JSON | st.dictionaries(st.sampled_from([*NAMES, "artifacts", "webfetch", "client"]), JSON)
)
def test_anything_gives_settings_and_at_most_sentences(raw: object) -> None:
    settings, problems = parse(raw)
    assert isinstance(settings, Settings)
    assert all(problem.endswith((".", "?")) for problem in problems)


def test_later_layers_go_before_earlier_ones_name_by_name() -> None:
    options = {"webfetch": {"policy": "open"}, "maxSteps": 5, "model": "anthropic/a"}
    pulled = {"webfetch": {"allowHosts": ["example.com"]}, "maxSteps": 7, "model": None}
    settings, problems = parse(options, pulled)
    assert problems == ()
    assert settings == Settings(
        webfetch_policy="open",
        webfetch_allow_hosts=("example.com",),
        max_steps=7,
        model="anthropic/a",
    )


# ---------------------------------------------------------------- a workspace


def test_trusted_workspace_chooses_and_makes_stricter() -> None:
    workspace = {
        "agent": "theirs",
        "review": "each",
        "reviewGranularity": "hunk",
        "approval": "preview",
        "artifacts": {"mode": "workflow", "directory": "docs"},
    }
    settings, problems = narrow(Settings(agent="mine"), workspace)
    assert problems == ()
    assert settings == Settings(
        agent="theirs",
        review="each",
        review_granularity="hunk",
        approval="preview",
        artifacts_mode="workflow",
        artifacts_directory="docs",
    )


@pytest.mark.parametrize(
    "key", sorted(set(NAMES) - {"agent", "artifacts.mode", "artifacts.directory"})
)
def test_trusted_workspace_widens_nothing(key: str) -> None:
    strict = {"review": "each", "reviewGranularity": "hunk", "approval": "preview"}
    loose = {"review": "changeset", "reviewGranularity": "file", "approval": "ask"}
    value = loose.get(key, flat(EVERY)[key])
    settings, problems = narrow(parse(strict)[0], {key: value})
    assert settings == parse(strict)[0]
    assert problems == (
        f"backendSpecialist.{key} cannot be set by a workspace, so it was ignored. Set it in your own settings.",
    )


def test_wrong_value_of_a_workspace_leaves_the_users() -> None:
    settings, problems = narrow(Settings(agent="mine"), {"agent": 5})
    assert settings.agent == "mine"
    assert len(problems) == 1
