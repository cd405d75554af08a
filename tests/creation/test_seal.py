"""Seals: only what this service said comes back as such, and only for ten minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.creation.seal import LIFE, Broken, Sealer

KEY = "k" * 32


def sealer(*keys: str, now: float = 1000.0) -> Sealer:
    return Sealer(keys or (KEY,), clock=lambda: now)


@given(st.dictionaries(st.text(max_size=5).filter(lambda k: k != "at"), st.text(), max_size=4))
def test_what_is_sealed_comes_back_as_it_was(content):
    assert sealer().open("a", sealer().seal("a", content)) == content


@given(st.text())
def test_no_text_of_somebody_else_is_taken(text):
    assert sealer().open("a", text) is Broken.FORGED


@given(st.data())
def test_a_changed_seal_is_forged(data):
    sealed = sealer().seal("a", {"digest": "sha256:0"})
    at = data.draw(st.integers(0, len(sealed) - 2))  # the last character has spare bits
    other = data.draw(st.sampled_from("AbZ09_-.").filter(lambda c: c != sealed[at]))
    assert sealer().open("a", sealed[:at] + other + sealed[at + 1 :]) is Broken.FORGED


def test_a_seal_for_one_purpose_is_none_for_another():
    assert sealer().open("b", sealer().seal("a", {})) is Broken.FORGED


@pytest.mark.parametrize(
    ("later", "found"),
    [(0, {}), (LIFE, {}), (LIFE + 1, Broken.EXPIRED), (-60, {}), (-61, Broken.EXPIRED)],
)
def test_a_seal_holds_for_ten_minutes_and_a_skew_of_clocks(later, found):
    sealed = sealer().seal("a", {})
    assert sealer(now=1000.0 + later).open("a", sealed) == found


def test_the_newest_key_seals_and_each_key_opens():
    old, new = "o" * 32, "n" * 32
    assert sealer(new, old).open("a", sealer(old).seal("a", {})) == {}
    assert sealer(new).open("a", sealer(new, old).seal("a", {})) == {}
    assert sealer(old).open("a", sealer(new, old).seal("a", {})) is Broken.FORGED
