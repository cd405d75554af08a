"""What an endpoint may say of the outcome, and what it may put into logs and answers."""

import base64
import json
import logging
from contextlib import suppress

import pytest

from mcp_server.ecs.error_catalogue import ROWS, explain, row_for
from mcp_server.ecs.error_catalogue.local_rows import LOCAL_ROWS
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.gateway import EcsError
from mcp_server.ecs.replies import echoes
from tests.ecs.fixed_backend import FixedBackend, some_keys
from tests.ecs.hostile import CREATED, endpoint, http

SCRIPT = "mysql --password=hunter2-hunter2 < dump.sql\n"
SENT = base64.b64encode(SCRIPT.encode()).decode()


@pytest.fixture
def ask(open_gateway, creation):
    """What a caller gets who is answered so, with one attempt."""

    async def ask_once(answer):
        with endpoint(answer) as hostile:
            gateway = open_gateway(FixedBackend(hostile.address), max_attempts=1)
            try:
                return await gateway.create_command(creation(SCRIPT))
            except EcsError as error:
                return error.explanation

    return ask_once


def said(status: int, *headers: tuple[str, str], **body: object) -> bytes:
    return http(status, json.dumps(body).encode(), *headers)


@pytest.mark.anyio
@pytest.mark.parametrize("code", [row.code for row in LOCAL_ROWS])
async def test_no_endpoint_can_answer_with_a_code_of_our_own(ask, code):
    got = []
    for status in (400, 403, 429, 500, 503):
        for spelled in (code, f"{code}.Again"):
            explanation = await ask(said(status, Code=spelled))
            got.append((status, explanation.code, explanation.outcome, explanation.repair))

    assert set(got) == {
        (400, "Intercepted", "not_created", None),
        (403, "Intercepted", "not_created", None),
        (429, "Intercepted", "not_created", None),
        (500, "BadResponse", "unknown", None),
        (503, "BadResponse", "unknown", None),
    }


@pytest.mark.parametrize("code", ["Never.Seen", *(row.code.removesuffix("*") for row in ROWS)])
def test_after_a_status_that_settles_nothing_only_throttling_is_a_refusal(code):
    for status in (408, 499, *range(500, 1000)):
        outcome = explain(Failure(code, http_status=status)).outcome
        assert outcome == ("not_created" if code.startswith("Throttling") else "unknown")


@pytest.mark.parametrize("code", ["Never.Seen", *(row.code.removesuffix("*") for row in ROWS)])
def test_any_other_status_leaves_the_word_to_the_code(code):
    for status in (None, 400, 403, 404, 429):
        assert row_for(code, status) == row_for(code)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
@pytest.mark.parametrize(
    "code", ["Forbidden", "InvalidParameter", "Operation.Forbidden", "New.One"]
)
async def test_a_refusal_with_a_server_failures_status_is_none(ask, status, code):
    explanation = await ask(said(status, Code=code, RequestId="R-1"))

    assert (explanation.code, explanation.outcome, explanation.request_id) == (
        code,
        "unknown",
        "R-1",
    )


@pytest.mark.anyio
@pytest.mark.parametrize("status", [408, 499])
@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"<html>", "text/html", "BadResponse"),
        (b"", "text/html", "EmptyResponse"),
        (b"{}", "application/json", "BadResponse"),
        (b'{"Code":"New.One"}', "application/json", "New.One"),
    ],
)
async def test_a_gateway_that_gave_up_waiting_settles_nothing(ask, status, body, kind, code):
    explanation = await ask(http(status, body, kind=kind))

    assert (explanation.code, explanation.outcome, explanation.retry) == (
        code,
        "unknown",
        "same_token",
    )


@pytest.mark.anyio
@pytest.mark.parametrize("status", [200, 201, 202, 299])
async def test_a_success_is_one(ask, status):
    assert (await ask(http(status, CREATED))).command_id == "c-1"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (300, "Intercepted", "not_created"),
        (302, "Intercepted", "not_created"),
        (399, "Intercepted", "not_created"),
        (400, "Intercepted", "not_created"),
        (500, "BadResponse", "unknown"),
        (600, "BadResponse", "unknown"),
        (777, "BadResponse", "unknown"),
        (999, "BadResponse", "unknown"),
    ],
)
async def test_no_other_status_is_a_success_whatever_the_body_says(ask, status, code, outcome):
    explanation = await ask(http(status, CREATED))

    assert (explanation.code, explanation.outcome) == (code, outcome)


@pytest.mark.anyio
@pytest.mark.parametrize("place", ["http://[::1/x", "http:///", "http://a:bc/", "foo://\xe9/", ""])
async def test_a_redirect_to_nowhere_is_a_redirect(ask, place):
    explanation = await ask(http(307, b"{}", ("Location", place)))

    assert (explanation.code, explanation.outcome) == ("Intercepted", "not_created")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "wait",
    [
        "9" * 400,
        "9" * 311,
        "9" * 5000,
        "3600001",
        "0",
        "-5",
        "1.5",
        "1e400",
        "nan",
        "٣",
        "soon",
        "",
    ],
)
async def test_a_wait_that_nobody_could_follow_is_not_asked_for(ask, wait):
    plain = await ask(said(429, Code="Throttling"))

    assert await ask(said(429, ("x-acs-retry-after", wait), Code="Throttling")) == plain


@pytest.mark.anyio
@pytest.mark.parametrize(("wait", "told"), [("1", "0.001 s"), ("3600000", "3600 s")])
async def test_a_wait_that_can_be_followed_is_told(ask, wait, told):
    explanation = await ask(said(429, ("x-acs-retry-after", wait), Code="Throttling"))

    assert f"asks to wait {told}" in explanation.fix


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


VALUES = [
    b"null", b"7", b"1e999", b"-1", b'""', b'"\\ud800"', b'"\\u0000"', b"[1]", b'{"a":[]}',
    b'"' + b"x" * 100_000 + b'"', deep(400), deep(900), deep(960), deep(980), deep(5000),
    b"9" * 4000, b"9" * 5000, b"NaN",
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_no_value_in_a_reply_raises_anything_but_an_explanation(ask, value, status):
    names = ["Code", "Message", "RequestId", "Recommend", "AccessDeniedDetail", "CommandId"]
    for name in names:
        body = b'{"Code":"New.One","%b":%b}' % (name.encode(), value)
        got = await ask(http(status, body, ("x-acs-retry-after", "7")))
        assert type(got).__name__ in {"Explanation", "CreatedCommand"}


@pytest.mark.anyio
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
async def test_no_value_in_a_list_raises_anything_but_an_explanation(open_gateway, value):
    names = ["Name", "CommandContent", "Timeout", "Tags", "CreationTime", "EnableParameter"]
    for name in names:
        body = b'{"Commands":{"Command":[{"CommandId":"c-1","%b":%b}]},"Regions":%b}' % (
            name.encode(),
            value,
            value,
        )
        with endpoint(http(200, body)) as hostile:
            gateway = open_gateway(FixedBackend(hostile.address), max_attempts=1)
            for call in (gateway.describe_commands("cn-x", "c-1"), gateway.describe_regions()):
                with suppress(EcsError):
                    await call


def spellings(secret: str) -> list[str]:
    raw = secret.encode()
    return [
        secret,
        raw.hex(),
        raw.hex().upper(),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
        base64.b64encode(b"x" + raw).decode(),
        base64.b64encode(b"xy" + raw).decode(),
        base64.b64encode(raw).decode().swapcase(),
        "-".join(base64.b64encode(raw).decode()),
    ]


ECHOES = [
    "".join(character for character in f"A{spelled}" if character.isalnum() or character in "-.")[
        :64
    ]
    for secret in (SCRIPT, SENT, some_keys().access_key_id, some_keys().access_key_secret)
    for spelled in spellings(secret)
]


@pytest.mark.anyio
@pytest.mark.parametrize("echo", ECHOES)
async def test_no_code_and_no_id_of_an_endpoint_shows_the_script_or_a_key(ask, echo, caplog):
    caplog.set_level(logging.DEBUG, logger="mcp_server")

    refused = await ask(said(403, Code=echo, RequestId=echo))
    failed = await ask(said(500, Code=echo, RequestId=echo))
    unread = await ask(http(403, b"<html>", ("x-acs-request-id", echo)))
    unnamed = await ask(said(200, CommandId=echo, RequestId=echo))
    created = await ask(said(200, CommandId="c-1", RequestId=echo))

    assert [(one.code, one.request_id) for one in (refused, failed, unread, unnamed)] == [
        ("Intercepted", None),
        ("BadResponse", None),
        ("Intercepted", None),
        ("NoCommandId", None),
    ]
    assert (created.command_id, created.request_id) == ("c-1", None)
    assert echo not in caplog.text


@pytest.mark.parametrize("script", ["a", "c-1", "df", "ls \n", "echo hi\n", "w       \n", "", "="])
def test_a_short_script_does_not_hide_what_merely_looks_alike(script):
    withheld = (base64.b64encode(script.encode()).decode(), "LTAI5tQ7x2W9z4K3v8M1n6B2")
    for word in (
        "c-hz0123456789abc", "4B8E0E4D-DFC1-5A2B-9D7E-1A2B3C4D5E6F", "InvalidParameter.Echo",
        "Throttling.User", "Instance.NotRunning",
    ):  # fmt: skip
        assert not echoes(word, withheld)


@pytest.mark.anyio
async def test_a_code_of_the_catalogue_is_shown_even_if_the_script_mentions_it(
    open_gateway, creation
):
    with endpoint(said(403, Code="InvalidAccessKeyId.NotFound")) as hostile:
        gateway = open_gateway(FixedBackend(hostile.address), max_attempts=1)
        with pytest.raises(EcsError, match=r"InvalidAccessKeyId\.NotFound"):
            await gateway.create_command(creation("echo InvalidAccessKeyId.NotFound"))
