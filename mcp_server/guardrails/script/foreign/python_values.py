"""The values of Python expressions that are constant, and the parts of texts that are."""

import ast
import posixpath
from collections.abc import Callable
from typing import Final

from mcp_server.guardrails.script.foreign.python_decoders import Decoder, decoded, decoder
from mcp_server.guardrails.script.foreign.python_names import Names
from mcp_server.guardrails.script.model import HOLE, TEMPORARY, Word

_DEEPEST: Final = 40
_LONGEST: Final = 64 * 1024
_MOST_ALTERNATIVES: Final = 512
"""Of one name; `is_whole` tells whether there were more."""
_SURROGATES: Final = 0xD800
"""The first code point of those that stand for no character; texts are not followed further."""
_FIRST_ARGUMENT: Final = frozenset(
    {"str", "bytes", "list", "tuple", "set", "sorted", "iter", "glob.glob", "glob.iglob"}
    | {"os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath", "os.fsencode"}
    | {"os.path.expanduser", "os.path.expandvars", "shlex.split", "reversed"}
)
"""What gives back its first argument, as far as it matters here."""
_JOINED: Final = frozenset(
    {"os.path.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.WindowsPath"}
)
_TEMPORARY: Final = frozenset(
    {"tempfile.mkdtemp", "tempfile.mkstemp", "tempfile.mktemp", "tempfile.gettempdir"}
    | {"tempfile.NamedTemporaryFile", "tempfile.TemporaryDirectory"}
)
_KEPT: Final = frozenset(
    {"decode", "encode", "strip", "rstrip", "lstrip", "expanduser", "resolve", "absolute"}
    | {"as_posix", "format", "glob", "rglob", "iterdir", "joinpath", "lower", "upper", "split"}
    | {"replace", "join"}
)
"""Methods of texts and paths that are understood."""

Value = str | bytes | int | tuple["Value | None", ...]
"""A constant; an unknown stretch of a text is a HOLE in it."""


class Options(tuple[str, ...]):
    """The texts that a name may stand for, one after the other."""

    __slots__ = ()


class Values:
    """Folds the expressions of one code."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._busy: set[str] = set()
        self._known: dict[str, Value | None] = {}
        self.is_whole = True
        """Whether nothing was left out for being too many."""

    def word(self, node: ast.expr | None) -> Word:
        """An argument's text; HOLE where nothing is known of it."""
        value = None if node is None else self.fold(node)
        if isinstance(value, Options):
            return Word(HOLE, alternatives=value)
        return Word(_text(value))

    def words(self, node: ast.expr | None) -> tuple[Word, ...] | None:
        """The texts of a list; None when it is no list that can be read."""
        if isinstance(node, ast.Name):
            node = self._names.sole_value(node.id)
        if isinstance(node, ast.List | ast.Tuple):
            return tuple(self.word(part) for part in node.elts)
        value = None if node is None else self.fold(node)
        if isinstance(value, tuple) and not isinstance(value, Options):
            return tuple(Word(_text(part)) for part in value)
        return None

    def fold(self, node: ast.expr, depth: int = 0) -> Value | None:
        """The constant value; None when it is unknown altogether."""
        if depth > _DEEPEST:
            return None
        match node:
            case ast.Constant(value=(str() | bytes() | int()) as value):
                return value
            case ast.Name(id=name):
                return self._name(name, depth)
            case ast.JoinedStr(values=parts):
                return _bounded("".join(self._part(part, depth) for part in parts))
            case ast.BinOp():
                return self._operation(node, depth)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return tuple(self.fold(part, depth + 1) for part in parts)
            case ast.Call():
                return self._call(node, depth)
            case _:
                return self._rarer(node, depth)

    def _rarer(self, node: ast.expr, depth: int) -> Value | None:
        match node:
            case ast.Subscript(value=value, slice=ast.Slice(None, None, ast.UnaryOp())):
                folded = self.fold(value, depth + 1)
                return folded[::-1] if isinstance(folded, str | bytes) else None
            case ast.IfExp(body=body, orelse=other):
                return _either(self.fold(body, depth + 1), self.fold(other, depth + 1))
            case ast.Starred(value=value):
                return self.fold(value, depth + 1)
            case ast.Attribute(value=value, attr="parent"):
                folded = self.fold(value, depth + 1)
                return folded.rpartition("/")[0] if isinstance(folded, str) else None
            case _:
                return None

    def _name(self, name: str, depth: int) -> Value | None:
        if name in self._busy:
            return None
        if name not in self._known:
            self._busy.add(name)
            self._known[name] = self._binding(name, depth + 1)
            self._busy.discard(name)
        return self._known[name]

    def _binding(self, name: str, depth: int) -> Value | None:
        if (sole := self._names.sole_value(name)) is not None:
            return self.fold(sole, depth)
        found: list[str] = []
        for source in self._names.elements.get(name, ())[:_MOST_ALTERNATIVES]:
            listed = self.fold(source, depth)
            found += _texts(listed)
        if name not in self._names.opaque or name not in self._names.elements:
            for value in self._names.values.get(name, ())[:_MOST_ALTERNATIVES]:
                found += _texts(self.fold(value, depth))
        self.is_whole &= len(set(found)) <= _MOST_ALTERNATIVES
        return _options(found)

    def _part(self, node: ast.expr, depth: int) -> str:
        if isinstance(node, ast.FormattedValue):
            node = node.value
        return _text(self.fold(node, depth + 1))

    def _operation(self, node: ast.BinOp, depth: int) -> Value | None:
        left, right = self.fold(node.left, depth + 1), self.fold(node.right, depth + 1)
        match node.op:
            case ast.Add():
                return _sum(left, right)
            case ast.Div() if isinstance(left, str | Options):
                return _each(left, lambda text: f"{text.rstrip('/')}/{_text(right)}")
            case ast.Mod() if isinstance(left, str):
                return _formatted(left, right)
            case ast.Mult() if isinstance(left, str | bytes) and isinstance(right, int):
                return left * right if 0 <= right * len(left) <= _LONGEST else None
            case _:
                return None

    def _call(self, node: ast.Call, depth: int) -> Value | None:
        name = self._names.qualified(node.func)
        args = node.args
        if name in _TEMPORARY:
            return TEMPORARY
        if name in _JOINED:
            return posixpath.join("", *(_text(self.fold(arg, depth + 1)) for arg in args))
        if name in {"os.listdir", "os.scandir", "os.walk"} and args:
            return _each(self.fold(args[0], depth + 1), lambda text: f"{text.rstrip('/')}/*")
        if name in _FIRST_ARGUMENT:
            return self.fold(args[0], depth + 1) if args else ""
        if name == "chr" and args:
            return _character(self.fold(args[0], depth + 1))
        if (found := self._decoder(name, args)) is not None and args:
            return decoded(found, self.fold(args[0], depth + 1))
        if isinstance(node.func, ast.Attribute) and node.func.attr in _KEPT:
            return self._method(node.func, args, depth)
        return None

    def _decoder(self, name: str, args: list[ast.expr]) -> Decoder | None:
        return decoder(name, _text(self.fold(args[1])) if len(args) > 1 else "")

    def _method(self, func: ast.Attribute, args: list[ast.expr], depth: int) -> Value | None:
        base = self.fold(func.value, depth + 1)
        if func.attr == "join" and isinstance(base, str) and args:
            return self._joined(base, args[0], depth)
        if func.attr == "format" and isinstance(base, str):
            return _braces(base, [_text(self.fold(arg, depth + 1)) for arg in args])
        if func.attr in {"glob", "rglob", "joinpath", "iterdir"}:
            tail = _text(self.fold(args[0], depth + 1)) if args else "*"
            return _each(base, lambda text: f"{text.rstrip('/')}/{tail}")
        if func.attr == "replace" and isinstance(base, str) and len(args) > 1:
            old, new = (_text(self.fold(arg, depth + 1)) for arg in args[:2])
            return _bounded(base.replace(old, new)) if old else base
        if func.attr == "split" and isinstance(base, str):
            return tuple(base.split())
        if func.attr == "decode" and isinstance(base, bytes):
            return base.decode("latin-1")
        return base

    def _joined(self, mark: str, node: ast.expr, depth: int) -> str | None:
        match node:
            case (
                ast.GeneratorExp(elt=element, generators=[made])
                | ast.ListComp(elt=element, generators=[made])
            ):
                numbers, is_chr = self.fold(made.iter, depth + 1), self._is_chr(element)
            case ast.Call(func=ast.Name(id="map"), args=[function, source]):
                numbers = self.fold(source, depth + 1)
                is_chr = isinstance(function, ast.Name) and function.id == "chr"
            case _:
                numbers, is_chr = self.fold(node, depth + 1), False
        if isinstance(numbers, bytes):
            numbers = tuple(numbers)
        if not isinstance(numbers, tuple):
            return None
        if is_chr:
            return mark.join(_character(number) or HOLE for number in numbers)
        return _bounded(mark.join(_text(part) for part in numbers))

    def _is_chr(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._names.qualified(node.func) == "chr"


def _text(value: Value | None) -> str:
    match value:
        case str():
            return value
        case bytes():
            return value.decode("latin-1")
        case int():
            return str(value)
        case _:
            return HOLE


def _character(value: Value | None) -> str | None:
    return chr(value) if isinstance(value, int) and 0 <= value < _SURROGATES else None


def _texts(value: Value | None) -> list[str]:
    if isinstance(value, tuple):
        return [part for part in value if isinstance(part, str)]
    return [value] if isinstance(value, str) else []


def _options(found: list[str]) -> Value | None:
    unique = tuple(dict.fromkeys(found))[:_MOST_ALTERNATIVES]
    if len(unique) == 1:
        return unique[0]
    return Options(unique) if unique else None


def _either(left: Value | None, right: Value | None) -> Value | None:
    return _options([*_texts(left), *_texts(right)])


def _each(value: Value | None, change: Callable[[str], str]) -> Value | None:
    if isinstance(value, Options):
        return Options(tuple(_bounded(change(text)) for text in value))
    return _bounded(change(_text(value)))


def _sum(left: Value | None, right: Value | None) -> Value | None:
    match left, right:
        case bytes(), bytes():
            return (left + right)[:_LONGEST]
        case int(), int():
            return left + right if abs(left) + abs(right) < 1 << 64 else None
        case Options(), _:
            return _each(left, lambda text: text + _text(right))
        case _, Options():
            return _each(right, lambda text: _text(left) + text)
        case tuple(), tuple():
            return (*left, *right)[:_LONGEST]
        case ((str() | bytes()), _):
            return _bounded(_text(left) + _text(right))
        case _, (str() | bytes()):
            return _bounded(_text(left) + _text(right))
        case _:
            return None


def _formatted(pattern: str, value: Value | None) -> str:
    parts = list(value) if isinstance(value, tuple) else [value]
    pieces = pattern.replace("%d", "%s").replace("%r", "%s").split("%s")
    filled = pieces[0]
    for index, piece in enumerate(pieces[1:]):
        filled += (_text(parts[index]) if index < len(parts) else HOLE) + piece
    return _bounded(filled)


def _braces(pattern: str, args: list[str]) -> str:
    for index, arg in enumerate(args[:_MOST_ALTERNATIVES]):
        pattern = pattern.replace(f"{{{index}}}", arg).replace("{}", arg, 1)[:_LONGEST]
    return pattern


def _bounded(text: str) -> str:
    return text[:_LONGEST]
