import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from mcp_server.http.bodies import REQUEST_ID
from mcp_server.http.posts import Posts

pytestmark = pytest.mark.anyio

App = Callable[[Scope, Receive, Send], Awaitable[None]]


def scope(**known: Any) -> Scope:
    return {"type": "http", "method": "POST", "path": "/mcp", "headers": [], **known}


async def nothing() -> Message:
    await anyio.sleep_forever()
    raise AssertionError("nothing comes")


def start(content_type: str) -> Message:
    return {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", content_type.encode())],
    }


def body(text: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": text, "more_body": more}


async def stopped_during(
    before: list[Message], after: list[Message], **known: Any
) -> list[Message]:
    """What is sent when an application has sent `before` at the stop, and `after` follows."""
    sent: list[Message] = []
    waiting, go_on = anyio.Event(), anyio.Event()

    async def app(_: Scope, __: Receive, send: Send) -> None:
        for message in before:
            await send(message)
        waiting.set()
        await go_on.wait()
        for message in after:
            await send(message)

    async def send(message: Message) -> None:
        sent.append(message)

    posts = Posts(app)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(posts, scope(**known), nothing, send)
        await waiting.wait()
        await posts.finish(0)
        go_on.set()
    return sent


async def test_an_answer_that_has_not_begun_is_the_error_and_nothing_after_it() -> None:
    late = [start("application/json"), body(b"late")]
    begun, answered = await stopped_during([], late, **{REQUEST_ID: 7})
    assert begun["status"] == 503
    assert json.loads(answered["body"])["id"] == 7


async def test_a_stream_that_has_begun_ends_with_the_error_as_an_event() -> None:
    before = [start("text/event-stream; charset=utf-8"), body(b": ping\r\n\r\n", more=True)]
    sent = await stopped_during(before, [body(b"late")], **{REQUEST_ID: "a"})
    assert sent[:2] == before
    assert len(sent) == 3
    assert not sent[2]["more_body"]
    event, data, *end = sent[2]["body"].split(b"\r\n")
    assert (event, end) == (b"event: message", [b"", b""])
    assert json.loads(data.removeprefix(b"data: "))["id"] == "a"


@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream"])
async def test_an_answer_that_is_complete_stays_as_it_is(content_type: str) -> None:
    before = [start(content_type), body(b"whole")]
    assert await stopped_during(before, []) == before


async def test_an_answer_that_is_under_way_is_not_cut_off() -> None:
    before, after = [start("application/json")], [body(b"wh", more=True), body(b"ole")]
    assert await stopped_during(before, after) == [*before, *after]


async def test_a_message_that_comes_after_the_stop_never_reaches_the_application() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(_: Scope, __: Receive, ___: Send) -> None:
        raise AssertionError("the application is called")

    posts = Posts(app)
    await posts.finish(0)
    await posts(scope(), nothing, send)
    assert [message.get("status") for message in sent] == [503, None]


async def test_a_client_that_reads_nothing_holds_up_neither_the_others_nor_the_stop() -> None:
    sent: list[Message] = []
    under_way = [anyio.Event(), anyio.Event()]

    async def app(this: Scope, _: Receive, __: Send) -> None:
        under_way[this["number"]].set()
        await anyio.sleep_forever()

    async def blocked(_: Message) -> None:
        await anyio.sleep_forever()

    async def send(message: Message) -> None:
        sent.append(message)

    posts = Posts(app)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(posts, scope(number=0), nothing, blocked)
        await under_way[0].wait()
        tasks.start_soon(posts, scope(number=1), nothing, send)
        await under_way[1].wait()
        with anyio.fail_after(5):
            await posts.finish(0)
        tasks.cancel_scope.cancel()
    assert [message.get("status") for message in sent] == [503, None]


@pytest.mark.parametrize("other", [{"type": "lifespan"}, {"type": "http", "method": "GET"}])
async def test_what_is_no_message_is_passed_on_and_not_waited_for(other: Scope) -> None:
    async def app(this: Scope, receive: Receive, send: Send) -> None:
        assert this is other
        await Response("its own")(this, receive, send)
        await posts.finish(60)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    posts = Posts(app)
    with anyio.fail_after(5):
        await posts(other, nothing, send)
    assert sent[-1]["body"] == b"its own"
