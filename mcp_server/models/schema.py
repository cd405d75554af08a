"""JSON schemas that every model vendor's converter accepts.

Allowed: flat objects, one primitive type a property, `required`, string enums, patterns, lengths,
ranges, non-null defaults, arrays of inline objects. Nothing else survives all of them: one
converter crashes on `additionalProperties`, others refuse `$ref`, unions, null types or `const`.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

_DROPPED = frozenset({"additionalProperties", "title", "$defs"})


class _PortableSchema(GenerateJsonSchema):
    """An optional field is one that may be left out, not one that may be null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") in (None, "", [], ()):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def input_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a tool's arguments, every reference written out in place."""
    schema = model.model_json_schema(schema_generator=_PortableSchema)
    portable: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    del portable["description"]  # the class docstring speaks to readers of the code
    return portable


def output_schema(model: type[BaseModel], bare: Collection[str] = ()) -> dict[str, Any]:
    """The schema of a tool's answer, nested objects in outline: every tool repeats it.

    Clients validate answers against it, so it has to admit every answer; it does not have to
    describe each value inside a preview or a finding a second time.

    Args:
        model: the answer.
        bare: properties of which only the type is said, because another tool's schema has them.
    """
    portable = _answers(model)
    return {
        "type": "object",
        "properties": {
            name: _outline(value, depth=2 if name in bare else 1)
            for name, value in portable["properties"].items()
        },
        "required": portable["required"],
    }


@cache
def _answers(model: type[BaseModel]) -> dict[str, Any]:
    """The whole schema of an answer; two tools have the same one, and neither changes it."""
    schema = model.model_json_schema(schema_generator=_PortableSchema, mode="serialization")
    portable: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return portable


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = {
            k: v for k, v in definitions[_name_of(node["$ref"])].items() if k != "description"
        }
        return _inlined(target | {k: v for k, v in node.items() if k != "$ref"}, definitions)
    return {
        key: {name: _inlined(value, definitions) for name, value in item.items()}
        if key == "properties"
        else _inlined(item, definitions)
        for key, item in node.items()
        if key not in _DROPPED
    }


def _name_of(reference: str) -> str:
    return reference.rpartition("/")[2]


def _outline(node: Mapping[str, Any], depth: int) -> dict[str, Any]:
    match node["type"]:
        case "array":
            return {"type": "array", "items": _outline(node["items"], depth)}
        case "object" if "properties" in node and depth == 1:
            inner = {name: _outline(value, depth + 1) for name, value in node["properties"].items()}
            return {"type": "object", "properties": inner}
        case kind if "enum" in node and depth == 1:
            return {"type": kind, "enum": node["enum"]}
        case kind:
            return {"type": kind}
