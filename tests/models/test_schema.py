"""The schemas that are published: portable to every converter, and true to the models."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from mcp_server.models.request import CreateCommandRequest, PreviewCommandRequest
from mcp_server.models.result import Result
from mcp_server.models.schema import input_schema, output_schema
from tests.guardrails.requests import VALID, Arguments, valid_requests

_REQUESTS = (PreviewCommandRequest, CreateCommandRequest)
_INPUT = input_schema(CreateCommandRequest)
_SCHEMAS = {
    "preview input": input_schema(PreviewCommandRequest),
    "create input": _INPUT,
    "output": output_schema(Result),
}
_ALLOWED = {
    "object": {"type", "properties", "required", "description"},
    "array": {"type", "items", "maxItems", "description"},
    "string": {"type", "enum", "pattern", "minLength", "maxLength", "default", "description"},
    "integer": {"type", "minimum", "maximum", "default", "description"},
    "boolean": {"type", "default", "description"},
}


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for inner in schema.get("properties", {}).values():
        yield from _nodes(inner)
    if "items" in schema:
        yield from _nodes(schema["items"])


@pytest.mark.parametrize("schema", _SCHEMAS.values(), ids=_SCHEMAS.keys())
def test_field_case_38_a_schema_has_only_what_every_converter_takes(
    schema: dict[str, Any],
) -> None:
    Draft202012Validator.check_schema(schema)
    for node in _nodes(schema):
        assert node.keys() <= _ALLOWED[node["type"]]
        assert node.get("default", "") is not None
        assert all(isinstance(choice, str) for choice in node.get("enum", []))
        assert set(node.get("required", [])) <= set(node.get("properties", {}))
        assert (node["type"] == "array") == ("items" in node)


@pytest.mark.parametrize("model", _REQUESTS)
def test_the_input_is_flat_but_for_lists_of_inline_objects(model: type[BaseModel]) -> None:
    schema = input_schema(model)
    for name, field in schema["properties"].items():
        assert field["type"] != "object", name
        if field["type"] == "array":
            kinds = {part["type"] for part in field["items"]["properties"].values()}
            assert kinds <= {"string", "integer", "boolean"}


@pytest.mark.parametrize("model", _REQUESTS)
def test_the_schema_has_every_argument_and_requires_what_the_model_does(
    model: type[BaseModel],
) -> None:
    schema = input_schema(model)
    assert list(schema["properties"]) == list(model.model_fields)
    assert schema["required"] == [n for n, f in model.model_fields.items() if f.is_required()]
    assert schema["required"] == list(VALID)


def test_a_description_says_in_words_what_a_converter_may_drop() -> None:
    for name, field in _INPUT["properties"].items():
        words = field["description"]
        for limit in ("maxLength", "minimum", "maxItems"):
            assert str(field.get(limit, "")) in words, name
        for choice in field.get("enum", []):
            assert choice in words, name
    for part in _INPUT["properties"]["tags"]["items"]["properties"].values():
        assert str(part["maxLength"]) in part["description"]


@given(valid_requests())
def test_a_valid_request_is_valid_by_schema_and_by_model(arguments: Arguments) -> None:
    given_arguments = {name: value for name, value in arguments.items() if value is not None}
    assert list(Draft202012Validator(_INPUT).iter_errors(given_arguments)) == []
    CreateCommandRequest.model_validate(given_arguments)


_EDGES = {
    "region_id": st.from_regex(r"[a-z]{1,3}(-[a-zA-Z0-9]{0,9}){0,9}", fullmatch=True),
    "name": st.integers(0, 130).map("é".__mul__),
    "type": st.sampled_from(["RunShellScript", "runshellscript", "RunBatScript ", ""]),
    "command_content": st.text(max_size=1),
    "content_encoding": st.sampled_from(["PlainText", "Base64", "base64", ""]),
    "description": st.integers(510, 514).map("😀".__mul__),
    "working_dir": st.integers(198, 202).map("/".__mul__),
    "timeout": st.integers(-2, 2) | st.integers(2**31 - 3, 2**31 + 3) | st.booleans(),
    "enable_parameter": st.booleans() | st.sampled_from(["true", 1, 0]),
    "launcher": st.text() | st.integers(),
    "resource_group_id": st.integers(62, 66).map("r".__mul__),
    "client_token": st.integers(62, 66).map("t".__mul__),
    "normalize_content": st.booleans() | st.just("yes"),
    "live_checks": st.booleans() | st.just("yes"),
    "dry_run": st.booleans() | st.just("yes"),
    "tags": st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "key": st.sampled_from([0, 1, 64, 65]).map("k".__mul__) | st.integers(),
                "value": st.sampled_from([0, 128, 129]).map("v".__mul__) | st.booleans(),
            },
        ),
        max_size=2,
    )
    | st.integers(19, 22).map([{"key": "k"}].__mul__)
    | st.just({}),
    "preview_token": st.integers(4095, 4097).map("t".__mul__),
}


def test_every_argument_is_tried_at_its_edges() -> None:
    assert _EDGES.keys() == CreateCommandRequest.model_fields.keys()


@given(st.sampled_from(sorted(_EDGES)).flatmap(lambda n: st.tuples(st.just(n), _EDGES[n])))
def test_schema_and_model_agree_at_every_edge(argument: tuple[str, Any]) -> None:
    arguments = VALID | dict([argument])
    try:
        CreateCommandRequest.model_validate(arguments)
        by_model = True
    except ValidationError:
        by_model = False
    assert Draft202012Validator(_INPUT).is_valid(arguments) is by_model


def test_the_model_takes_no_argument_that_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        CreateCommandRequest.model_validate(VALID | {"colour": "red"})


def test_the_model_converts_nothing() -> None:
    for change in ({"timeout": "60"}, {"enable_parameter": "true"}, {"name": 5}, {"tags": "[]"}):
        with pytest.raises(ValidationError):
            CreateCommandRequest.model_validate(VALID | change)


def test_callers_give_plain_text_unless_they_say_otherwise() -> None:
    assert CreateCommandRequest.model_validate(VALID).content_encoding == "PlainText"
    assert _INPUT["properties"]["content_encoding"]["default"] == "PlainText"
