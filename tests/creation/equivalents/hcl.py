"""Values of Terraform texts: parsed by python-hcl2, evaluated here.

The parser leaves strings as they are written, so escapes are resolved here, after the
specification of HCL's native syntax. It cannot read an escaped `${` that nothing closes.
"""

import base64
import re
from typing import Any, Final

import hcl2

_TEMPLATE: Final = r"(?P<template>[$%])(?P=template)\{"
_HEREDOC_ESCAPE: Final = re.compile(_TEMPLATE)
_STRING_ESCAPE: Final = re.compile(rf'\\(?:[nrt"\\]|u[0-9a-f]{{4}}|U[0-9a-f]{{8}})|{_TEMPLATE}')
_LIVE_TEMPLATE: Final = re.compile(r"(?<![$%])[$%]\{")
_CONTROLS: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def resource(text: str) -> tuple[str, str, dict[str, Any]]:
    """Type, label and arguments of the one resource in a text."""
    (block,) = hcl2.parses_to_tree(text).find_data("block")
    kind, label = (_value(string) for string in block.children[1:3])
    arguments = {
        _written(attribute.children[0]): _value(attribute.children[2])
        for attribute in block.find_data("attribute")
    }
    return kind, label, arguments


def _written(tree: Any) -> str:
    return "".join(map(_written, tree.children)) if hasattr(tree, "children") else str(tree)


def _value(tree: Any) -> Any:
    match tree.data:
        case "expr_term":
            (inner,) = (child for child in tree.children if child.data != "new_line_or_comment")
            return _value(inner)
        case "string":
            return _resolved(_STRING_ESCAPE, "".join(map(_written, tree.children[1:-1])))
        case "heredoc_template":
            start, *lines = _written(tree).split("\n")
            end = [line.strip() for line in lines].index(start.removeprefix("<<"))
            return _resolved(_HEREDOC_ESCAPE, "".join(f"{line}\n" for line in lines[:end]))
        case "function_call":
            (argument,) = (c for c in tree.children[2].children if c.data == "expr_term")
            return _called(_written(tree.children[0]), _value(argument))
        case "int_lit":
            return int(_written(tree))
        case "literal_value":
            return {"true": True, "false": False}[_written(tree)]
    raise AssertionError(tree.data)


def _called(function: str, text: str) -> str:
    if function == "chomp":
        return text.rstrip("\r\n")
    assert function == "base64encode"
    return base64.b64encode(text.encode()).decode()


def _resolved(escape: re.Pattern[str], written: str) -> str:
    assert not _LIVE_TEMPLATE.search(written), "a template that Terraform would fill in"
    return escape.sub(_meaning, written)


def _meaning(match: re.Match[str]) -> str:
    if match["template"]:
        return f"{match['template']}{{"
    escape = match[0][1:]
    return _CONTROLS.get(escape) or chr(int(escape[1:], 16))
