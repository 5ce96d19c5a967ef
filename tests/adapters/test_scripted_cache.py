from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.adapters.scripted_cache import PromptCache

MARK = {"cache_control": {"type": "ephemeral"}}


def request(*texts: str, marked: set[int], **more: Any) -> dict[str, Any]:
    blocks = [
        {"type": "text", "text": text, **(MARK if index in marked else {})}
        for index, text in enumerate(texts)
    ]
    return {"model": "m", "messages": [{"role": "user", "content": blocks}], **more}


def test_entry_is_found_twenty_blocks_back_and_no_further() -> None:
    for distance, found in ((19, True), (20, False)):
        cache = PromptCache(minimum_tokens=0)
        texts = [str(number) for number in range(40)]
        written = cache.take(request(*texts[:5], marked={4})).written
        read = cache.take(request(*texts[: 5 + distance], marked={4 + distance})).read
        assert read == (written if found else 0)


def test_change_before_a_mark_loses_what_follows() -> None:
    cache = PromptCache(minimum_tokens=0)
    cache.take(request("a", "b", "c", marked={0, 2}))
    assert cache.take(request("a", "B", "c", marked={0, 2})).read > 0
    assert cache.take(request("A", "b", "c", marked={0, 2})).read == 0


def test_moving_a_mark_changes_no_prefix() -> None:
    cache = PromptCache(minimum_tokens=0)
    first = cache.take(request("a", "b", marked={1}))
    assert cache.take(request("a", "b", "c", marked={2})).read == first.written


def test_tool_choice_keeps_the_head_and_loses_the_messages() -> None:
    cache = PromptCache(minimum_tokens=0)
    head = {"system": [{"type": "text", "text": "Be useful.", **MARK}]}
    cache.take(request("a", marked={0}, **head, tool_choice={"type": "auto"}))
    again = cache.take(request("a", marked={0}, **head, tool_choice={"type": "none"}))
    assert again.read > 0
    assert again.written > 0


def test_another_model_shares_nothing() -> None:
    cache = PromptCache(minimum_tokens=0)
    cache.take(request("a", marked={0}))
    assert cache.take({**request("a", marked={0}), "model": "other"}).read == 0


@given(
    st.lists(st.text(max_size=9), min_size=1, max_size=30), st.sets(st.integers(0, 29), max_size=4)
)
def test_every_token_is_counted_once(texts: list[str], marked: set[int]) -> None:
    cache = PromptCache(minimum_tokens=5)
    first, again = (cache.take(request(*texts, marked=marked)) for _ in range(2))
    assert first.read == 0
    assert first.written + first.fresh == again.read + again.written + again.fresh
    assert again.read == first.written
    assert min(first.written, first.fresh, again.fresh) >= 0
