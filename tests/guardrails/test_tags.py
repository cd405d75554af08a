from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcp_server.guardrails.tags import check_tags, repaired_tags
from mcp_server.models.finding import Finding, Severity
from tests.guardrails.requests import VALID, found, invalid, key

_WORDS = st.lists(
    st.sampled_from(
        ["acs:", "ACS:", "aliyun", "http://", "HTTPS://", "http:/", "/", "a", "é", " ", "\t", "k"]
    ),
    max_size=40,
).map("".join)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | st.text()
_TAGS = st.dictionaries(
    st.sampled_from(["key", "value", "Key", "Value", "tagKey", "tag_value", "other"]),
    _SCALARS | st.lists(_SCALARS),
)


@given(
    st.lists(_TAGS | _SCALARS, max_size=30) | st.dictionaries(_WORDS, _SCALARS) | _SCALARS | _TAGS
)
@example({"acs:acs:aliyunacs:x": "hthttp://tp://y"})
@example([{"key": "x" * 60 + " http://" + " y"}])
def test_repaired_tags_always_pass_the_rules(tags: Any) -> None:
    assert found(VALID | {"tags": repaired_tags(tags)}) == []


_GOOD_TAG = st.fixed_dictionaries(
    {
        "key": st.from_regex(r"[b-z]{1,9}", fullmatch=True),
        "value": st.text(st.characters(exclude_categories=["C"]), max_size=128).filter(
            lambda value: "://" not in value
        ),
    }
)


@given(st.lists(_GOOD_TAG, max_size=20, unique_by=lambda tag: tag["key"]))
def test_tags_that_pass_the_rules_are_repaired_to_themselves(tags: list[dict[str, str]]) -> None:
    assert repaired_tags(tags) == tags


@pytest.mark.parametrize(
    ("given_tags", "repaired"),
    [
        ({"env": "prod", "n": 5}, [{"key": "env", "value": "prod"}, {"key": "n", "value": "5"}]),
        ({"key": "env", "value": "prod"}, [{"key": "env", "value": "prod"}]),
        ([{"Key": "a", "Value": "b"}], [{"key": "a", "value": "b"}]),
        ([{"TagKey": "a", "TagValue": True}], [{"key": "a", "value": "true"}]),
        ([{"key": "aliyun acs: x"}], [{"key": "x", "value": ""}]),
        ([{"key": "a", "value": "hthttp://tp://x"}], [{"key": "a", "value": "x"}]),
        ([{"key": "a"}, {"key": "b"}, {"key": "a", "value": "2"}],
         [{"key": "b", "value": ""}, {"key": "a", "value": "2"}]),
        ([{"key": " "}, "text", None, {"value": "x"}], []),
        ("text", []),
        (None, []),
    ],
)  # fmt: skip
def test_tags_are_repaired_to_the_nearest_that_pass(given_tags: Any, repaired: Any) -> None:
    assert repaired_tags(given_tags) == repaired


def test_field_case_35_every_tag_has_its_own_finding_in_one_answer() -> None:
    tags = [
        {"key": "acs:x", "value": ""},
        {"key": "aliyunFoo", "value": ""},
        {"key": "a http://b", "value": ""},
        {"key": "", "value": ""},
        {"key": "twice", "value": "1"},
        {"key": "twice", "value": "2"},
        *({"key": f"k{number}", "value": ""} for number in range(15)),
    ]
    findings = found(VALID | {"tags": tags})
    assert [key(finding) for finding in findings] == [
        ("ARG005", "tags"),
        ("TAG001", "tags[0].key"),
        ("TAG001", "tags[1].key"),
        ("TAG002", "tags[2].key"),
        ("ARG006", "tags[3].key"),
        ("TAG003", "tags"),
    ]
    (repair,) = {str(finding.repair) for finding in findings}
    assert repair == str({"tags": repaired_tags(tags)})


def test_a_reserved_key_is_told_with_its_prefix_and_its_repair() -> None:
    assert list(check_tags([{"key": "acs:team", "value": "x"}])) == [
        Finding(
            rule_id="TAG001",
            rule="reserved-tag-key",
            severity=Severity.INVALID,
            field="tags[0].key",
            message="tags[0].key starts with acs:, which is reserved.",
            why="Keys of that prefix belong to the vendor.",
            fix="Choose another key.",
            repair={"tags": [{"key": "team", "value": "x"}]},
        )
    ]


@pytest.mark.parametrize("text", ['[{"key":"env","value":"prod"}]', ' [{"key": "env"}]\n', "[]"])
def test_a_tags_list_sent_as_json_text_is_decoded(text: str) -> None:
    assert found(VALID | {"tags": text}) == []


def test_the_tags_of_json_text_are_checked_like_any_other() -> None:
    (finding,) = found(VALID | {"tags": '[{"key":"acs:x","value":null}]'})
    assert (key(finding), finding.repair) == (
        ("TAG001", "tags[0].key"),
        {"tags": [{"key": "x", "value": ""}]},
    )


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5000, '"x"', ""])
def test_tags_sent_as_any_other_text_are_no_list_and_are_not_dropped_silently(text: str) -> None:
    (finding,) = invalid(found(VALID | {"tags": text}))
    assert (key(finding), finding.message, finding.repair) == (
        ("ARG003", "tags"),
        "tags is not a list.",
        None,
    )


@pytest.mark.parametrize(
    "tags", ["env=prod,team = sre", ["env=prod", "team=sre"], {"env": "prod", "team": "sre"}]
)
def test_tags_written_as_elsewhere_are_read_by_their_repair(tags: Any) -> None:
    finding = invalid(found(VALID | {"tags": tags}))[0]
    assert finding.repair == {
        "tags": [{"key": "env", "value": "prod"}, {"key": "team", "value": "sre"}]
    }


def test_control_characters_in_tags_are_refused_by_place() -> None:
    findings = found(VALID | {"tags": [{"key": "a\x07", "value": "b\x9b"}]})
    assert [key(finding) for finding in findings] == [
        ("ARG009", "tags[0].key"),
        ("ARG009", "tags[0].value"),
    ]
    assert findings[0].repair == {"tags": [{"key": "a", "value": "b"}]}


@pytest.mark.parametrize("tags", [None, "null", [], [{"key": "a", "value": None}]])
def test_null_in_tags_is_absent(tags: Any) -> None:
    assert found(VALID | {"tags": tags}) == []


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        ({"key": "k" * 64, "value": "語" * 128}, True),
        ({"key": "k" * 65}, False),
        ({"key": "k", "value": "v" * 129}, False),
        ({"key": "acs"}, True),
        ({"key": "my-aliyun"}, True),
        ({"key": "a", "value": "acs:aliyun"}, True),
        ({"key": "a", "value": "ftp://x"}, True),
        ({"key": "a", "value": "see http://x"}, False),
    ],
)
def test_tag_limits_are_exact(tag: dict[str, str], fits: bool) -> None:
    assert (found(VALID | {"tags": [tag]}) == []) is fits
