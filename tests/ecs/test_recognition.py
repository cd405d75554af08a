import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.ecs.error_catalogue import ROWS
from mcp_server.ecs.error_catalogue.phrases import API_SENTENCES, CLIENT_TEXTS
from mcp_server.ecs.error_catalogue.recognition import Reading, read
from mcp_server.emulator.errors import ERRORS
from tests.ecs.pasted_texts import (
    CLI,
    KEY_ID,
    KEY_SECRET,
    PYTHON_SDK,
    REQUEST_ID,
    TERRAFORM,
    TEXTS,
)

LISTED = [row.code for row in ROWS if not row.code.endswith("*")]


@pytest.mark.parametrize(("text", "code"), TEXTS.values(), ids=TEXTS.keys())
def test_the_code_of_a_pasted_text_is_found_wherever_its_program_writes_it(text, code):
    assert read(text).codes == (code,)


def test_all_that_a_text_says_of_the_failure_is_read():
    assert read(PYTHON_SDK) == Reading(
        codes=("CmdContent.ExceedLimit",),
        http_status=403,
        request_id=REQUEST_ID,
        region_id="cn-shanghai",
    )
    assert read(CLI) == Reading(
        codes=("InvalidAccessKeyId.NotFound",),
        request_id=REQUEST_ID,
        region_id=None,
        action="CreateCommand",
    )
    assert read(TERRAFORM) == Reading(
        codes=("Forbidden.RAM",),
        http_status=403,
        request_id=REQUEST_ID,
        region_id="cn-hangzhou",
        action="CreateCommand",
        denial="ImplicitDeny",
        diagnosis=True,
    )


@pytest.mark.parametrize("code", LISTED)
@pytest.mark.parametrize("around", ["{}", " {}\n", '"{}"', "`{}`.", "Code: {}", '"Code":"{}"'])
def test_every_code_of_the_catalogue_is_recognised_alone_and_labelled(code, around):
    assert read(around.format(code)).codes == (code,)
    assert read(around.format(code.lower())).codes == (code,)


@pytest.mark.parametrize("code", ERRORS)
def test_every_sentence_that_the_local_endpoint_says_leads_to_its_code(code):
    # The endpoint has them from the vendor's page by itself.
    expected = () if code.startswith("InvalidParam.Page") else (code,)
    assert read(f"It said: {ERRORS[code][1]}").codes == expected


@pytest.mark.parametrize("table", [API_SENTENCES, CLIENT_TEXTS], ids=["api", "clients"])
def test_a_phrase_is_normal_and_leads_to_a_row(table):
    assert set(table.values()) <= set(LISTED)
    assert [phrase for phrase in table if phrase != " ".join(phrase.lower().split())] == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Code: Forbidden.Something", ("Forbidden.Something",)),
        ("Code: InvalidIPv6Address.NotFound", ("Invalid*",)),  # not made of words
        ("Code: Brand.NewCode", ("Brand.NewCode",)),
        ("Brand.NewCode", ()),
        ("Code: Swordfish", ()),
        (f"Code: {KEY_ID}", ()),
        (f'"code": "{KEY_SECRET}"', ()),
        (f"Code: Forbidden.{KEY_SECRET}", ("Forbidden",)),
        ("Code: None", ()),
        ("code: 400, nothing else", ()),
        ("exit code: 1", ()),
        ("Timeout while we waited, and it is Forbidden", ()),
        ("the weather is bad", ()),
        ("", ()),
        ("Code: Throttling then Code: InternalError", ("Throttling", "InternalError")),
        (
            "first Throttling.Api, then CmdName.ExceedLimit",
            ("Throttling.Api", "CmdName.ExceedLimit"),
        ),
    ],
)
def test_only_what_is_written_as_a_code_is_one(text, codes):
    assert read(text).codes == codes


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("InvalidTimout.ExceedLimit", ("InvalidTimeout.ExceedLimit",)),
        ("Throtling", ("Throttling", "Throttling.Api", "Throttling.User")),
        (
            "WorkingDir",
            ("InvalidParameterCharacter.CommandWorkingDir", "InvalidParameter.WorkingDir"),
        ),
        ("it says forbidden", ("Forbidden",)),
        ("Code: InvalidTimout.ExceedLimit", ()),  # the API makes no slips
        ("Throttling.User", ()),
        ("xyzzy", ()),
    ],
)
def test_what_may_be_meant_is_told_apart_from_what_is_said(text, near):
    assert read(text).near == near


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("HostId: ecs.cn-beijing.aliyuncs.com", "cn-beijing"),
        ("host ecs-vpc.cn-hangzhou.aliyuncs.com", "cn-hangzhou"),
        ('"RegionId": "ap-southeast-1"', "ap-southeast-1"),
        ("ecs.cn-evil.example.com", None),
        ("region=xx-yy", None),
    ],
)
def test_only_a_published_region_is_taken(text, region):
    assert read(text).region_id == region


def test_what_one_of_our_own_codes_says_no_status_can_change():
    failure = read("Code: NoCredentials StatusCode: 503").failure("NoCredentials")
    assert failure.http_status is None


@given(st.text(max_size=8192))
def test_any_text_is_read(text):
    reading = read(text)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9.]*\*?", code) for code in reading.codes)


@pytest.mark.parametrize(
    "piece",
    [
        "code: ",
        "Code:",
        'code"',
        "a.",
        "A",
        "Error: A ",
        "request id ",
        "ecs.",
        "cn-",
        "\\",
        "[(",
        "-",
    ],
)
def test_a_long_text_of_beginnings_is_read_in_a_moment(piece):
    text = (piece * 8192)[:8192]
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 0.5
