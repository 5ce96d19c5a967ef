from __future__ import annotations

import re
from datetime import date

import pytest

from backend_specialist.adapters.model_data import facts, table
from backend_specialist.adapters.prices import as_of, cost, is_priced
from backend_specialist.domain.transcript import Usage

MILLION = Usage(
    input_tokens=1_000_000,
    output_tokens=1_000_000,
    cache_read_tokens=1_000_000,
    cache_write_tokens=1_000_000,
)


@pytest.mark.parametrize(
    ("model", "dollars"),
    [
        ("claude-sonnet-4-6", 3 + 15 + 3.75 + 0.3),
        ("claude-sonnet-4-5-20250929", 3 + 15 + 3.75 + 0.3),
        ("claude-opus-4-5", 5 + 25 + 6.25 + 0.5),
        ("claude-opus-4-1-20250805", 15 + 75 + 18.75 + 1.5),
        ("claude-opus-4-20250514", 15 + 75 + 18.75 + 1.5),
        ("claude-haiku-4-5", 1 + 5 + 1.25 + 0.1),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", 1 + 5 + 1.25 + 0.1),
        ("claude-sonnet-4-5@20250929", 3 + 15 + 3.75 + 0.3),
        ("claude-sonnet-5-5", 2 + 10 + 2.5 + 0.1),
    ],
)
def test_cost_of_a_million_tokens_of_each_kind(model: str, dollars: float) -> None:
    assert cost(model, MILLION) == pytest.approx(dollars)
    assert is_priced(model)


@pytest.mark.parametrize("model", ["claude-fable-5-2", "claude-opus-4-9", "gpt", "", "claude-opus"])
def test_unknown_price_is_unknown_and_not_zero(model: str) -> None:
    assert cost(model, Usage()) is None
    assert not is_priced(model)


def test_long_prompt_costs_more_where_the_price_list_says_so() -> None:
    short = cost("claude-haiku-5-5", Usage(input_tokens=100_000))
    long = cost("claude-haiku-5-5", Usage(input_tokens=50_000, cache_read_tokens=50_001))
    assert short == pytest.approx(0.01)
    assert long == pytest.approx(0.025 + 0.0025, rel=1e-3)


def test_cached_tokens_cost_less_to_read_and_more_to_write() -> None:
    for name, prices in table("prices")["models"].items():
        assert prices["cache_read"] < prices["input"] < prices["cache_write"], name
        assert prices["input"] < prices["output"], name


def test_table_says_when_and_where_it_was_looked_up() -> None:
    assert date.fromisoformat(as_of()) > date(2026, 1, 1)
    assert "https://" in table("prices")["source"]


def test_model_table_holds_together() -> None:
    for name, known in table("models")["models"].items():
        assert re.fullmatch(r"claude-[a-z0-9-]+", name)
        assert known["output"] < known["context"]
        assert known["thinking"] in ("adaptive", "enabled", "")


def test_unknown_models_are_met_with_caution() -> None:
    newer, local = facts("claude-opus-9"), facts("qwen-coder")
    assert (newer.sampling, newer.thinking) == (False, "")
    assert (local.sampling, local.thinking) == (True, "")
    assert local.context < newer.context
