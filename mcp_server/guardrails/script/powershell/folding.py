"""Operators and methods of PowerShell on constants."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final

from mcp_server.guardrails.script.integers import integer
from mcp_server.guardrails.script.model import HOLE, Taint, Word
from mcp_server.guardrails.script.powershell.values import Value, array, text, unknown

_LONGEST: Final = 64 * 1024
_MOST: Final = 24 * 1024
"""Elements of an array that is worked out."""
_FORMAT: Final = re.compile(r"\{(\d+)(?:,-?\d+)?(?::[^}]*)?\}")
_BYTES: Final = "\ue020"
"""Begins the text that stands for bytes: one character each."""
_SIMPLE: Final = re.compile(r"[^\\.^$|?*+()\[\]{}]*")


def bounded(value: str, taints: frozenset[Taint]) -> Value:
    """A text; of a very long one nothing is known."""
    return text(value, taints) if len(value) <= _LONGEST else unknown(taints)


def joined(left: Value, right: Value) -> Value:
    """`a + b`."""
    if left.is_array:
        return array([left, right])
    taints = left.taints | right.taints
    whole = left.text + (
        right.text if not right.is_array else " ".join(w.text for w in right.words)
    )
    return bounded(whole, taints)


def formatted(template: Value, values: Value) -> Value:
    """`"{1}{0}" -f a, b`."""
    taints = template.taints | values.taints
    texts = [word.text for word in values.words]

    def filled(found: re.Match[str]) -> str:
        at = integer(found[1])
        return texts[at] if at is not None and at < len(texts) else HOLE

    return bounded(_FORMAT.sub(filled, template.text), taints)


def operated(operator: str, left: Value, right: Value) -> Value:
    """`-join`, `-replace`, `-split` and the comparisons."""
    taints = left.taints | right.taints
    name = operator.lower().lstrip("-").lstrip("ci")
    if name == "join":
        return text(right.text.join(w.text for w in left.words), taints)
    if name == "replace" and left.is_literal and right.is_literal:
        old = right.words[0].text if right.words else ""
        new = right.words[1].text if len(right.words) > 1 else ""
        return _replaced(left, old, new, taints)
    if (
        name in {"split", "plit"}
        and left.is_literal
        and right.words
        and _SIMPLE.fullmatch(right.words[0].text)
        and right.text
    ):
        return _listed(left.text.split(right.words[0].text), taints)
    if name == "bxor" and left.is_literal and right.is_literal:
        one, other = integer(left.text, 0), integer(right.text, 0)
        if one is not None and other is not None:
            return text(str(one ^ other), taints)
    return unknown(taints)


def _listed(pieces: Sequence[str], taints: frozenset[Taint]) -> Value:
    """Pieces of a text as an array; of very many nothing is known."""
    if len(pieces) > _MOST:
        return unknown(taints)
    return array([text(piece, taints) for piece in pieces])


def _replaced(left: Value, old: str, new: str, taints: frozenset[Taint]) -> Value:
    plain = (
        old.replace("\\", "") if re.fullmatch(r"(?:[^\\.^$|?*+()\[\]{}]|\\[^\w])*", old) else None
    )
    if plain is None or not plain:
        return unknown(taints)
    return text(re.sub(re.escape(plain), lambda _: new, left.text, flags=re.IGNORECASE), taints)


def cast(type_name: str, value: Value) -> Value:
    """`[char]114`, `[string]`, `[char[]]"text"`."""
    match type_name:
        case "char" if value.is_literal and not value.is_array:
            return _character(value)
        case "char[]" if value.is_literal:
            if value.is_array:
                return array([_character(Value((word,))) for word in value.words])
            return _listed(value.text, value.taints)
        case "string":
            return text(value.text, value.taints)
        case "int" | "byte" | "byte[]" | "int32" | "array" | "object[]" | "string[]" | "psobject":
            return value
        case "scriptblock":
            return value
    return Value(value.words, value.is_array, type_name, value.table)


def _character(value: Value) -> Value:
    code = integer(value.text, 0)
    if code is None:
        return value if len(value.text) == 1 else unknown(value.taints)
    return text(chr(code), value.taints) if 0 <= code < 0xD800 else unknown(value.taints)  # noqa: PLR2004


def indexed(value: Value, index: Value) -> Value:
    """`$a[0]`, `$text[3,1,2]`, `$text[-1..-9]`."""
    items = (
        [Value((w,)) for w in value.words]
        if value.is_array
        else [text(c, value.taints) for c in value.text]
    )
    if not value.is_literal or not index.is_literal:
        return unknown(value.taints)
    numbers = [integer(word.text) for word in index.words]
    if None in numbers:
        return unknown(value.taints)
    found = [items[n] for n in numbers if n is not None and -len(items) <= n < len(items)]
    if len(numbers) == 1:
        return found[0] if found else unknown(value.taints)
    return array(found)


def spread(first: Value, last: Value) -> Value:
    """`1..9`."""
    low, high = integer(first.text), integer(last.text)
    if low is None or high is None or abs(high - low) > _MOST:
        return unknown()
    numbers = range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return array([text(str(number)) for number in numbers])


def called(  # noqa: C901, PLR0911 - one case a method
    method: str, receiver: Value, arguments: Sequence[Value]
) -> Value | None:
    """A method of a text; None when it is not one that is worked out."""
    taints = receiver.taints.union(*(a.taints for a in arguments))
    texts = [a.text for a in arguments]
    if not receiver.is_literal or not all(a.is_literal for a in arguments) or receiver.type_name:
        return None
    match method, len(texts):
        case "replace", 2 if texts[0]:
            return bounded(receiver.text.replace(texts[0], texts[1]), taints)
        case "tolower" | "tolowerinvariant", 0:
            return text(receiver.text.lower(), taints)
        case "toupper" | "toupperinvariant", 0:
            return text(receiver.text.upper(), taints)
        case "trim", 0:
            return text(receiver.text.strip(), taints)
        case "tostring", 0:
            return text(receiver.text, taints)
        case "tochararray", 0:
            return _listed(receiver.text, taints)
        case "substring", 1 | 2 if (stretch := _stretch(texts)) is not None:
            return text(receiver.text[stretch], taints)
        case "insert", 2 if (stretch := _stretch(texts[:1])) is not None:
            at = stretch.start
            return text(receiver.text[:at] + texts[1] + receiver.text[at:], taints)
        case "remove", 1 | 2 if (stretch := _stretch(texts)) is not None:
            rest = "" if stretch.stop is None else receiver.text[stretch.stop :]
            return text(receiver.text[: stretch.start] + rest, taints)
        case "split", 1 if texts[0]:
            return _listed(re.split(f"[{re.escape(texts[0])}]", receiver.text), taints)
        case "concat" | "padleft" | "padright", _:
            return None
    return None


def _stretch(texts: list[str]) -> slice | None:
    """From a start, as many characters as a length says, or all."""
    numbers = [number for one in texts if (number := integer(one)) is not None and number >= 0]
    if len(numbers) < len(texts):
        return None
    return slice(numbers[0], sum(numbers) if len(numbers) > 1 else None)


def called_on_type(  # noqa: C901, PLR0911 - one case a method
    type_name: str, method: str, arguments: Sequence[Value]
) -> Value | None:
    """A static method; None when it is not one that is worked out."""
    taints = frozenset[Taint]().union(*(a.taints for a in arguments))
    if not arguments or not all(a.is_literal for a in arguments):
        return None
    kind = type_name.removeprefix("system.")
    if kind == "string" and method == "join":
        pieces = [w.text for a in arguments[1:] for w in a.words]
        return bounded(arguments[0].text.join(pieces), taints)
    if kind == "string" and method in {"concat", "format"}:
        if method == "format":
            return formatted(arguments[0], array(list(arguments[1:])))
        return bounded("".join(w.text for a in arguments for w in a.words), taints)
    if kind == "convert" and method == "frombase64string":
        try:
            data = base64.b64decode("".join(arguments[0].text.split()), validate=True)
        except (binascii.Error, ValueError):
            return unknown(taints | {Taint.DECODED})
        return text(_BYTES + data.decode("latin-1"), taints | {Taint.DECODED})
    if kind == "convert" and method in {"tochar", "toint32", "tobyte", "toint16"}:
        return _converted(method, arguments, taints)
    if kind == "array" and method == "reverse":
        return None
    if kind in {"uri", "net.webutility", "web.httputility"} and method in {
        "unescapedatastring",
        "urldecode",
    }:
        from urllib.parse import unquote  # noqa: PLC0415 - one rare case

        return text(unquote(arguments[0].text), taints | {Taint.DECODED})
    if kind == "regex" and method == "replace" and len(arguments) > 2:  # noqa: PLR2004
        return _replaced(arguments[0], arguments[1].text, arguments[2].text, taints)
    if kind == "io.path" and method == "combine":
        return text("\\".join(w.text for a in arguments for w in a.words), taints)
    return None


def _converted(method: str, arguments: Sequence[Value], taints: frozenset[Taint]) -> Value | None:
    base = integer(arguments[1].text) if len(arguments) > 1 else 10
    number = integer(arguments[0].text, base if base in {2, 8, 10, 16} else 10)
    if number is None:
        return None
    return (
        _character(text(str(number), taints)) if method == "tochar" else text(str(number), taints)
    )


def decoded(encoding: str, value: Value) -> Value:
    """`[Text.Encoding]::Unicode.GetString(bytes)`."""
    if not value.text.startswith(_BYTES):
        numbers = [integer(word.text) for word in value.words]
        if value.is_array and value.is_literal and None not in numbers:
            data = bytes(number & 0xFF for number in numbers if number is not None)
            return text(data.decode("utf-8", "replace"), value.taints | {Taint.DECODED})
        return unknown(value.taints)
    data = value.text[len(_BYTES) :].encode("latin-1")
    codec = "utf-16-le" if "unicode" in encoding else "utf-8"
    return Value((Word(data.decode(codec, "replace"), taints=value.taints),))
