from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from backend_specialist.lsp.requests import GONE, Answer, Requests


class Wire:
    """What the editor is told; a test answers by hand."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.requests = Requests(self.sent.put_nowait)

    async def next(self) -> Mapping[str, Any]:
        async with asyncio.timeout(5):
            return await self.sent.get()

    def answer(self, request: Mapping[str, Any], **members: object) -> None:
        self.requests.settle({"jsonrpc": "2.0", "id": request["id"], **members})


@pytest.fixture
def wire() -> Wire:
    return Wire()


async def test_ask_gives_the_raw_result(wire: Wire) -> None:
    asking = asyncio.create_task(wire.requests.ask("x/y", {"a": 1}))
    request = await wire.next()
    assert (request["method"], request["params"]) == ("x/y", {"a": 1})
    wire.answer(request, result={"b": [2]})
    assert await asking == Answer(value={"b": [2]})


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        ({"code": -32601, "message": "no"}, Answer(error="no", code=-32601)),
        ({"code": "x"}, Answer(error="unknown error", code=-1)),
        ("broken", Answer(error="broken", code=-1)),
        ([], Answer(error="[]", code=-1)),
        ({"message": {"a": 1}, "code": 3}, Answer(error="{'a': 1}", code=3)),
    ],
)
async def test_ask_reads_every_shape_of_error(wire: Wire, error: object, answer: Answer) -> None:
    asking = asyncio.create_task(wire.requests.ask("x/y", None))
    wire.answer(await wire.next(), error=error)
    assert await asking == answer
    assert answer.unsupported == (answer.code == -32601)


async def test_an_error_of_null_is_none(wire: Wire) -> None:
    asking = asyncio.create_task(wire.requests.ask("x/y", None))
    wire.answer(await wire.next(), error=None, result=1)
    assert await asking == Answer(value=1)


@pytest.mark.parametrize("spell", [str, float, int])
async def test_answers_are_found_under_every_spelling_of_the_id(wire: Wire, spell: Any) -> None:
    asking = asyncio.create_task(wire.requests.ask("x/y", None))
    request = await wire.next()
    wire.requests.settle({"id": spell(request["id"]), "result": 1})
    assert (await asking).value == 1


@pytest.mark.parametrize(
    "other", [None, True, "", "one", "9" * 5000, 1.5, 1e300, float("nan"), [], {}]
)
async def test_answers_to_nobody_are_passed_over(wire: Wire, other: object) -> None:
    asking = asyncio.create_task(wire.requests.ask("x/y", None))
    request = await wire.next()
    wire.requests.settle({"id": other, "result": "wrong"})
    wire.requests.settle({"result": "wrong"})
    wire.answer(request, result="right")
    assert (await asking).value == "right"


async def test_a_request_without_an_answer_times_out_and_is_withdrawn(wire: Wire) -> None:
    answer = await wire.requests.ask("x/y", None, seconds=0.01)
    assert answer == Answer(timed_out=True)
    request, withdrawn = await wire.next(), await wire.next()
    assert withdrawn == {
        "jsonrpc": "2.0",
        "method": "$/cancelRequest",
        "params": {"id": request["id"]},
    }
    wire.answer(request, result="late")
    assert wire.sent.empty()


async def test_a_cancelled_request_is_withdrawn_and_gives_its_turn_back(wire: Wire) -> None:
    first = asyncio.create_task(wire.requests.ask("x/y", 1, seconds=None))
    await wire.next()
    second = asyncio.create_task(wire.requests.ask("x/y", 2, seconds=None))
    first.cancel()
    assert (await wire.next())["method"] == "$/cancelRequest"
    wire.answer(await wire.next(), result="second")
    assert (await second).value == "second"


async def test_a_cancelled_caller_gets_an_answer_that_comes_in_its_patience(wire: Wire) -> None:
    async def ask() -> tuple[Answer, int]:
        answer = await wire.requests.send("x/y", None, seconds=None, patience=60)
        task = asyncio.current_task()
        assert task
        return answer, task.cancelling()

    asking = asyncio.create_task(ask())
    request = await wire.next()
    asking.cancel()
    await asyncio.sleep(0)
    wire.answer(request, result="done")
    assert await asking == (Answer(value="done"), 1)
    assert wire.sent.empty(), "what was answered is not withdrawn"


@pytest.mark.parametrize("patience", [0.0, 0.01])
async def test_a_cancelled_caller_ends_when_its_patience_does(wire: Wire, patience: float) -> None:
    sending = wire.requests.send("x/y", None, seconds=None, patience=patience)
    asking = asyncio.create_task(sending)
    request = await wire.next()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await wire.next())["params"] == {"id": request["id"]}


async def test_an_answer_in_the_moment_of_the_cancellation_is_none_without_patience(
    wire: Wire,
) -> None:
    asking = asyncio.create_task(wire.requests.ask("x/y", None))
    request = await wire.next()
    asking.cancel()
    wire.answer(request, result="late")
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_requests_of_one_kind_follow_each_other(wire: Wire) -> None:
    asking = [asyncio.create_task(wire.requests.choose(f"{n}?", ["Yes"])) for n in range(3)]
    for number in range(3):
        request = await wire.next()
        assert request["params"].message == f"{number}?"
        await asyncio.sleep(0)
        assert wire.sent.empty()
        wire.answer(request, result={"title": "Yes"})
    assert [answer.value for answer in await asyncio.gather(*asking)] == ["Yes"] * 3


async def test_requests_of_another_kind_do_not_wait_for_a_question(wire: Wire) -> None:
    question = asyncio.create_task(wire.requests.choose("?", ["Yes"]))
    asked = await wire.next()
    other = asyncio.create_task(wire.requests.ask("other", None))
    wire.answer(await wire.next(), result=1)
    assert (await other).value == 1
    wire.answer(asked, result={"title": "Yes"})
    assert (await question).value == "Yes"


async def test_close_answers_everybody_now_and_later(wire: Wire) -> None:
    asking = [asyncio.create_task(wire.requests.ask("x/y", n, seconds=None)) for n in range(2)]
    await wire.next()
    wire.requests.close()
    assert await asyncio.gather(*asking) == [GONE, GONE]
    assert await wire.requests.choose("?", ["Yes"]) == GONE
    assert wire.sent.empty()


async def test_a_broken_connection_is_an_answer() -> None:
    def broken(message: object) -> None:
        raise BrokenPipeError

    assert await Requests(broken).ask("x/y", None, seconds=None) == GONE


async def test_choose_gives_only_a_title_that_was_offered(wire: Wire) -> None:
    for result, value in (({"title": "No"}, "No"), ({"title": "no"}, None), ("No", None)):
        asking = asyncio.create_task(wire.requests.choose("?", ["Yes", "No"]))
        request = await wire.next()
        assert [action.title for action in request["params"].actions] == ["Yes", "No"]
        wire.answer(request, result=result)
        assert await asking == Answer(value=value)


async def test_show_document_wants_to_hear_success(wire: Wire) -> None:
    for members, shown in (
        ({"result": {"success": True}}, True),
        ({"result": {"success": False}}, False),
        ({"result": None}, False),
        ({"error": {"code": -32601, "message": "?"}}, False),
    ):
        asking = asyncio.create_task(wire.requests.show_document("file:///a"))
        wire.answer(await wire.next(), **members)
        assert await asking is shown


async def test_create_progress_says_whether_there_is_one(wire: Wire) -> None:
    for members, there in (({"result": None}, True), ({"error": {"message": "no"}}, False)):
        asking = asyncio.create_task(wire.requests.create_progress("t"))
        wire.answer(await wire.next(), **members)
        assert await asking is there
