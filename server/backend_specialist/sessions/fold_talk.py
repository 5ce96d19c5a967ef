"""What the records of the conversation change in a session's state.

Owns the meaning of those kinds. Each step gives the state after one record, from its data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backend_specialist.domain.transcript import Message, Usage, message_from_json
from backend_specialist.sessions.codec import usage_from_json
from backend_specialist.sessions.facts import urls_in
from backend_specialist.sessions.history import user_text, without_thinking
from backend_specialist.sessions.state import State, Step


def _started(state: State, data: Mapping[str, Any]) -> State:
    return replace(state, system=tuple(data["system"]))


def _model(state: State, data: Mapping[str, Any]) -> State:
    messages = tuple(map(without_thinking, state.messages))
    return replace(state, models=(*state.models, data["model"]), messages=messages)


def _user(state: State, data: Mapping[str, Any]) -> State:
    return replace(_spoken(state, message_from_json(data["message"])), untold=())


def _spoken(state: State, *messages: Message) -> State:
    """The user's word begins a new budget, and what they refused may be proposed again."""
    return replace(
        state,
        messages=(*state.messages, *messages),
        reopened=len(state.declined),
        budget=Usage(),
        steps=0,
        round=0,
        reason="",
    )


def _replied(state: State, data: Mapping[str, Any]) -> State:
    text = data["text"]
    queued = (*state.queued, text) if data["queued"] else state.queued
    return replace(state, queued=queued, typed_urls=state.typed_urls | urls_in(text))


def _heard(state: State, _: Mapping[str, Any]) -> State:
    return replace(_spoken(state, *map(user_text, state.queued)), queued=())


def _note(state: State, data: Mapping[str, Any]) -> State:
    message = message_from_json(data["message"])
    return replace(state, messages=(*state.messages, message), untold=())


def _assistant(state: State, data: Mapping[str, Any]) -> State:
    message = message_from_json(data["message"])
    # An answer may be empty: it was paid for, and cannot go back.
    messages = (*state.messages, message) if message.content else state.messages
    return _consulted(_counted(replace(state, messages=messages), data), data)


def _counted(state: State, data: Mapping[str, Any]) -> State:
    tokens = usage_from_json(data["usage"]).total_tokens
    # Small servers count nothing: then all of it is still to be estimated.
    return replace(state, filled=tokens, counted=len(state.messages)) if tokens else state


def _consulted(state: State, data: Mapping[str, Any]) -> State:
    usage = usage_from_json(data["usage"])
    return replace(
        state,
        usage=state.usage + usage,
        budget=state.budget + usage,
        turns=state.turns + 1,
        steps=state.steps + 1,
        seconds=state.seconds + data["seconds"],
    )


def _compacted(state: State, data: Mapping[str, Any]) -> State:
    messages = tuple(message_from_json(item) for item in data["messages"])
    spent = usage_from_json(data["usage"])
    return replace(
        state,
        messages=messages,
        filled=0,
        counted=0,
        usage=state.usage + spent,
        budget=state.budget + spent,
    )


TALK: Mapping[str, Step] = {
    "started": _started,
    "model": _model,
    "user": _user,
    "replied": _replied,
    "heard": _heard,
    "note": _note,
    "toolResults": _note,
    "assistant": _assistant,
    "consulted": _consulted,
    "compacted": _compacted,
}
