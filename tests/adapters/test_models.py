from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend_specialist.adapters.anthropic_model import Endpoint, lifetimes
from backend_specialist.adapters.models import ModelCatalog
from backend_specialist.adapters.retired import lifetimes_of
from backend_specialist.adapters.scripted_api import ScriptedApi
from backend_specialist.adapters.scripts import Reply
from backend_specialist.domain.ports import ModelError
from support.model_server import asking, turn_of

TODAY = date(2026, 11, 24)
KEYED = {"ANTHROPIC_API_KEY": "sk-1"}


def catalog(environment: dict[str, str] | None = None, today: date = TODAY) -> ModelCatalog:
    return ModelCatalog(KEYED if environment is None else environment, today=lambda: today)


async def refused(name: str, environment: dict[str, str] | None = None) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await catalog(environment).resolve(name)
    return caught.value


# ---------------------------------------------------------------- names and keys


async def test_name_is_split_at_the_first_slash() -> None:
    environment = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}
    model = await catalog(environment).resolve("anthropic/org/model:tag")
    assert (model.info.id, model.info.provider) == ("org/model:tag", "anthropic")
    assert model.info.name == "anthropic/org/model:tag"


@pytest.mark.parametrize("name", ["claude-sonnet-5-5", "openai/gpt", "anthropic/", "", "/x"])
async def test_name_that_leads_nowhere_says_how_to_write_one(name: str) -> None:
    error = await refused(name)
    assert error.kind == "model"
    assert "provider/model" in str(error)


async def test_missing_key_is_found_before_any_request() -> None:
    error = await refused("anthropic/claude-sonnet-5-5", {})
    assert (error.kind, error.retryable) == ("key", False)
    for word in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "rehearsal/demo"):
        assert word in str(error)


@pytest.mark.parametrize("key", ["sk-1\nx", "sk 1", "sk-ключ", "sk-\x07"])
async def test_key_that_cannot_be_sent_is_refused_without_being_shown(key: str) -> None:
    error = await refused("anthropic/claude-sonnet-5-5", {"ANTHROPIC_API_KEY": key})
    assert error.kind == "key"
    assert key not in str(error)


@pytest.mark.parametrize(
    "url", ["gateway.example", "ftp://gateway.example", "http://", "https:///x"]
)
async def test_address_that_is_none_is_refused(url: str) -> None:
    error = await refused("anthropic/m", {**KEYED, "ANTHROPIC_BASE_URL": url})
    assert (error.kind, "ANTHROPIC_BASE_URL" in str(error)) == ("configuration", True)


def test_endpoint_never_shows_its_key() -> None:
    shown = repr(Endpoint(base_url="https://user:secret@host.example:8080/x", key="sk-1"))
    assert "sk-1" not in shown
    assert Endpoint(base_url="https://user:secret@host.example:8080/x").host == "host.example:8080"


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
async def test_key_reaches_the_endpoint_from_either_variable(variable: str) -> None:
    async with ScriptedApi([Reply(text="Hi.")], key="right") as api:
        models = catalog({variable: " right\n", "ANTHROPIC_BASE_URL": await api.start()})
        assert models.key_name == variable
        await turn_of(await models.resolve("anthropic/m"), asking())
        await models.close()


async def test_server_without_keys_needs_none() -> None:
    async with ScriptedApi([Reply(text="Hi.")]) as api:
        models = catalog({"ANTHROPIC_BASE_URL": await api.start()})
        await turn_of(await models.resolve("anthropic/m"), asking())
        await models.close()


async def test_proxy_of_the_environment_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    await test_server_without_keys_needs_none()


async def test_models_of_one_endpoint_share_its_name() -> None:
    models = catalog()
    first = await models.resolve("anthropic/claude-sonnet-5-5")
    second = await models.resolve("anthropic/claude-opus-5-5")
    assert first.endpoint == second.endpoint == models.host == "api.anthropic.com"


@pytest.mark.parametrize("provider", ["bedrock", "vertex"])
async def test_cloud_platform_without_its_packages_names_the_extra(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: Any = lambda _: None  # noqa: E731 - a package that is not installed
    monkeypatch.setattr("importlib.util.find_spec", found)
    model = await catalog({}).resolve(f"{provider}/claude-sonnet-5-5")
    with pytest.raises(ModelError, match=rf"backend-specialist\[{provider}\]") as caught:
        await turn_of(model, asking())
    assert caught.value.kind == "configuration"
    assert not caught.value.retryable


# ---------------------------------------------------------------- facts


async def test_known_model_brings_its_limits() -> None:
    info = (await catalog().resolve("anthropic/claude-sonnet-5-5")).info
    assert (info.context_window, info.max_output) == (1_000_000, 128_000)
    assert (info.thinking, info.priced, info.notice) == (True, True, "")


async def test_unknown_model_is_passed_on() -> None:
    info = (await catalog().resolve("anthropic/claude-opus-9")).info
    assert (info.id, info.priced, info.notice) == ("claude-opus-9", False, "")


# ---------------------------------------------------------------- retirement


async def test_retired_model_is_replaced_by_the_newest_of_its_family() -> None:
    info = (await catalog().resolve("anthropic/claude-sonnet-4-20250514")).info
    assert (info.id, info.name) == ("claude-sonnet-5-5", "anthropic/claude-sonnet-5-5")
    assert "claude-sonnet-4-20250514 reached its end of life on 15 June 2026" in info.notice
    assert "claude-sonnet-5-5" in info.notice


@pytest.mark.parametrize(
    ("model", "newest"),
    [
        ("claude-3-5-haiku-latest", "claude-haiku-5-5"),
        ("claude-3-opus-20240229", "claude-opus-5-5"),
        ("claude-3-7-sonnet-20250219", "claude-sonnet-5-5"),
        ("claude-mythos-preview", "claude-mythos-5-2"),
    ],
)
async def test_family_is_found_in_every_form_of_name(model: str, newest: str) -> None:
    assert (await catalog().resolve(f"anthropic/{model}")).info.id == newest


async def test_retired_model_without_a_family_is_an_error_that_says_what_to_do() -> None:
    error = await refused("anthropic/claude-2.1")
    assert error.kind == "model"
    assert "backendSpecialist.model" in str(error)


@pytest.mark.parametrize(
    ("today", "replaced"), [(date(2026, 6, 14), False), (date(2026, 6, 15), True)]
)
async def test_model_is_replaced_from_its_last_day_on(today: date, replaced: bool) -> None:
    info = (await catalog(today=today).resolve("anthropic/claude-sonnet-4-20250514")).info
    assert (info.id == "claude-sonnet-5-5") is replaced
    assert info.notice


@pytest.mark.parametrize(
    ("today", "noticed"), [(date(2026, 10, 30), False), (date(2026, 10, 31), True)]
)
async def test_end_within_thirty_days_is_announced(today: date, noticed: bool) -> None:
    info = (await catalog(today=today).resolve("anthropic/claude-sonnet-4-5")).info
    assert info.id == "claude-sonnet-4-5"
    assert ("30 November 2026. Change to claude-sonnet-5-5." in info.notice) is noticed


async def test_custom_endpoint_gets_every_name_as_it_is() -> None:
    environment = {**KEYED, "ANTHROPIC_BASE_URL": "https://gateway.example"}
    info = (await catalog(environment).resolve("anthropic/claude-sonnet-4-20250514")).info
    assert (info.id, info.notice) == ("claude-sonnet-4-20250514", "")


async def test_end_of_life_is_known_by_either_name() -> None:
    models = catalog()
    for name in ("anthropic/claude-sonnet-4-20250514", "claude-sonnet-4-20250514"):
        assert await models.end_of_life(name) == date(2026, 6, 15)
        assert await models.replacement(name) == "anthropic/claude-sonnet-5-5"
    assert await models.end_of_life("anthropic/claude-sonnet-5-5") is None
    assert await models.replacement("anthropic/claude-sonnet-5-5") is None
    assert await models.replacement("rehearsal/demo") is None


async def test_every_date_of_the_sdk_can_be_read() -> None:
    known = await lifetimes()
    assert len(known.ends) > 10
    assert [name for name in known.ends if known.end_of_life(name) is None] == []
    assert [name for name in known.current if not name.startswith("claude-")] == []


def test_a_model_that_the_sdk_has_forgotten_is_still_known_to_be_gone() -> None:
    """The SDK 2.14 lists no model any more that has ended before; agent files still name them."""
    newer = lifetimes_of(
        {"claude-sonnet-4-5": "November 30th, 2026"}, ("claude-sonnet-5-5", "claude-sonnet-4-5")
    )
    today = date(2026, 11, 25)
    assert newer.is_retired("claude-sonnet-4-20250514", today)
    assert newer.newest_of_family("claude-sonnet-4-20250514", today) == "claude-sonnet-5-5"
    assert not newer.is_retired("claude-sonnet-4-5", today)


def test_every_date_of_our_own_table_can_be_read() -> None:
    known = lifetimes_of({}, ())
    assert known.ends
    assert [name for name in known.ends if known.end_of_life(name) is None] == []
