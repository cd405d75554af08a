from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.samples import repaired_samples
from tests.guardrails.requests import VALID, found

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300)
_SAMPLES = st.dictionaries(
    st.sampled_from(["name", "value", "Name", "parameter", "parameter_value", "other"]),
    _SCALARS | st.lists(_SCALARS),
)
_GOOD = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=64), "value": st.text(max_size=256)}
)


@given(
    st.lists(_SAMPLES | _SCALARS, max_size=30)
    | st.dictionaries(st.text(max_size=70), _SCALARS)
    | _SCALARS
    | _SAMPLES
)
def test_repaired_samples_always_pass_the_rules(samples: Any) -> None:
    repaired = repaired_samples(samples)
    assert repaired is None or found(VALID | {"sample_parameters": repaired}) == []


@given(st.lists(_GOOD, max_size=20))
def test_samples_that_pass_the_rules_are_repaired_to_themselves(
    samples: list[dict[str, str]],
) -> None:
    assert repaired_samples(samples) == samples


@pytest.mark.parametrize(
    ("given_samples", "repaired"),
    [
        ({"service": "nginx", "n": 5},
         [{"name": "service", "value": "nginx"}, {"name": "n", "value": "5"}]),
        ({"name": "service", "value": "nginx"}, [{"name": "service", "value": "nginx"}]),
        ([{"Parameter": "a", "Value": True}], [{"name": "a", "value": "true"}]),
        ("a=1, b=2", [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]),
        ([{"value": "x"}, "text", None], []),
        (7, []),
        ([{"name": "a" * 65, "value": ""}], None),
        ([{"name": "a", "value": "v" * 257}], None),
    ],
)  # fmt: skip
def test_samples_are_read_in_every_way_they_are_written(given_samples: Any, repaired: Any) -> None:
    assert repaired_samples(given_samples) == repaired
