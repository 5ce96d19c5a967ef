"""What tokens cost.

Owns the price table (``data/prices.json``) and the sum. A model that is not in the table has no price:
its cost is unknown, which is not the same as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend_specialist.adapters.model_data import entry, table
from backend_specialist.domain.transcript import Usage

_MILLION = 1_000_000


def as_of() -> str:
    """The day on which the prices were looked up, as ``YYYY-MM-DD``."""
    return str(table("prices")["as_of"])


def is_priced(model_id: str) -> bool:
    """Whether the price of a model is known."""
    return entry("prices", model_id) is not None


def cost(model_id: str, usage: Usage) -> float | None:
    """What one turn cost in US dollars; ``None`` when the price is unknown.

    Ask for each turn apart: some models charge more for a long prompt.
    """
    prices = entry("prices", model_id)
    if prices is None:
        return None
    rates = _rates(prices, usage)
    return (
        float(
            usage.input_tokens * rates["input"]
            + usage.output_tokens * rates["output"]
            + usage.cache_write_tokens * rates["cache_write"]
            + usage.cache_read_tokens * rates["cache_read"]
        )
        / _MILLION
    )


def _rates(prices: Mapping[str, Any], usage: Usage) -> Mapping[str, Any]:
    longer: Mapping[str, Any] | None = prices.get("long_prompt")
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    return longer if longer and prompt > longer["over"] else prices
