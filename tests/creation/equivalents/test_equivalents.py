import base64

import pytest
from hypothesis import given

from mcp_server.creation.equivalents import equivalents
from mcp_server.tools.visible import visible
from tests.creation.equivalents.cases import HOST, NO_TEXT, names, request, texts


@given(script=texts, name=names)
def test_what_is_shown_of_any_text_is_the_text_itself(script, name):
    for equivalent in equivalents(request(script, Name=name, Description=script), script, HOST):
        for text in (equivalent.text, equivalent.note or ""):
            assert visible(text) == text
            assert "\t" not in text


def test_a_script_that_is_no_text_is_in_base64_everywhere_and_that_is_said():
    encoded = base64.b64encode(NO_TEXT).decode()
    shown = NO_TEXT.decode(errors="replace")
    for equivalent in equivalents(request(CommandContent=encoded), shown, HOST):
        assert encoded in equivalent.text
        assert "The script is in Base64, because it is not UTF-8 text" in (equivalent.note or "")


def test_each_tool_has_its_text_once_and_no_text_repeats_the_client_token_of_another_call():
    made = equivalents(request(), "df -h\n", HOST)
    assert [equivalent.tool for equivalent in made] == ["aliyun CLI", "Terraform", "Python SDK"]
    for equivalent in made:
        assert "token" not in equivalent.text.lower()


def test_without_a_client_token_repetition_is_warned_of_and_with_one_it_is_not():
    without = equivalents(request(), "df -h\n", HOST)
    having = equivalents(request(ClientToken="token-1"), "df -h\n", HOST)
    assert [(made[0].note, made[2].note) for made in (without, having)] == [
        ("Each run creates one more command.",) * 2,
        (None, None),
    ]


def test_at_a_local_endpoint_the_texts_are_for_the_cloud_and_say_so():
    local = equivalents(request(), "df -h\n", "127.0.0.1:43121")
    cloud = equivalents(request(), "df -h\n", HOST)
    assert [equivalent.text for equivalent in local] == [equivalent.text for equivalent in cloud]
    for equivalent in local:
        assert equivalent.note is not None
        assert equivalent.note.startswith(
            "This creates the command in Alibaba Cloud, not at the local endpoint 127.0.0.1:43121."
        )


@pytest.mark.parametrize(
    ("script", "hindrance"),
    [
        ("a\n\tb\n", "line 2 has a tab"),
        ("a\r\n", "line 1 has a carriage return"),
        ("a\u202e\n", "line 1 has U+202E"),
        ("a\nb \n", "line 2 ends in a blank"),
        ("e\u0301", "it has characters in decomposed form"),
    ],
)
def test_why_a_script_is_in_base64_is_said_where_it_is(script, hindrance):
    cli, terraform, python = equivalents(request(script), script, HOST)
    told = f"The script is in Base64, because {hindrance}: "
    assert [told in (made.note or "") for made in (cli, terraform, python)] == [True, True, False]
