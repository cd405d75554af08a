import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.ecs.error_catalogue.foreign_text import clean, repeats

SCRIPT = "#!/bin/sh\nmysql -u root --password='Hunter2 + more' < dump.sql\n"
ENCODED = base64.b64encode(SCRIPT.encode()).decode()


@pytest.mark.parametrize(
    "quotation",
    [
        SCRIPT,
        ENCODED,
        quote(ENCODED),
        quote_plus(SCRIPT),
        quote(SCRIPT, safe=""),
        SCRIPT.upper(),
        SCRIPT.replace("\n", " "),
        ENCODED[10:40],
        "mysql -u root --pass",
        "password='Hunter2",
    ],
)
def test_a_message_that_quotes_the_script_in_any_spelling_is_recognised(quotation):
    assert repeats(clean(f"The specified CommandContent {quotation} is not valid."), [ENCODED])


@pytest.mark.parametrize(
    "message",
    ["", "The specified parameter is not valid.", "CommandContent is longer than 18 KB."],
)
def test_a_message_that_does_not_quote_the_script_passes(message):
    assert not repeats(message, [ENCODED])


def test_a_script_shorter_than_any_telling_run_is_recognised_whole():
    assert repeats("cannot run ls -l here", [base64.b64encode(b"ls -l").decode()])


@given(st.text(max_size=3000), st.integers(1, 400))
def test_cleaned_text_is_one_short_printable_line(text, longest):
    cleaned = clean(text, longest)
    assert len(cleaned) <= longest
    assert cleaned.isprintable()
    assert clean(cleaned, longest) == cleaned


@given(st.text(alphabet="abcdefghij", min_size=12), st.text(max_size=50), st.text(max_size=50))
def test_text_around_a_quotation_does_not_hide_it(secret, before, after):
    assert repeats(before + secret[:40] + after, [secret])
