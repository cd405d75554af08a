"""What the names in Python code stand for, wherever in it they are bound."""

import ast
from collections.abc import Iterator
from typing import Final

_DEEPEST: Final = 24
MOST_LOOKS: Final = 60_000
"""Nodes that are looked at for where values come from, over all of one code."""
_MODULES_ALL_OF: Final = ("os", "subprocess", "socket", "shutil", "pty")
"""Modules of which `from m import *` is understood."""
_LOOKUPS: Final = frozenset(
    {"__builtins__", "builtins.__dict__", "globals()", "vars()", "locals()"}
)


class Names:
    """The bindings of every name, without regard to scope or order: what it may stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self.imports: dict[str, str] = {}
        self.values: dict[str, list[ast.expr]] = {}
        self.elements: dict[str, list[ast.expr]] = {}
        self.opaque: set[str] = set()
        self._functions: dict[str, list[str]] = {}
        self._all_of: list[str] = []
        self.looks = 0
        nodes = list(ast.walk(tree))
        for node in nodes:
            self._bind(node)
        for node in nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                self._bind_parameters(node.func.id, node)

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    top = alias.name if alias.asname else alias.name.partition(".")[0]
                    self.imports[alias.asname or top] = top
            case ast.ImportFrom(module=module, names=names) if module:
                self._import_from(module, names)
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._assign(target, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, value)
            case ast.AugAssign(target=ast.Name(id=name)):
                self.opaque.add(name)
            case _:
                self._bind_in_blocks(node)

    def _import_from(self, module: str, names: list[ast.alias]) -> None:
        for alias in names:
            if alias.name == "*":
                self._all_of.append(module)
            else:
                self.imports[alias.asname or alias.name] = f"{module}.{alias.name}"

    def _bind_in_blocks(self, node: ast.AST) -> None:
        match node:
            case ast.NamedExpr(target=target, value=value):
                self._assign(target, value)
            case (
                ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source)
            ):
                for name in _target_names(target):
                    self.elements.setdefault(name, []).append(source)
            case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
                self._assign(target, value)
            case ast.FunctionDef(name=name, args=args) | ast.AsyncFunctionDef(name=name, args=args):
                self._functions[name] = [arg.arg for arg in (*args.posonlyargs, *args.args)]
                self.opaque.update(self._functions[name])
            case ast.Lambda(args=args):
                self.opaque.update(arg.arg for arg in args.args)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target, value:
            case ast.Name(id=name), _:
                self.values.setdefault(name, []).append(value)
            case (
                (ast.Tuple(elts=targets) | ast.List(elts=targets)),
                (ast.Tuple(elts=values) | ast.List(elts=values)),
            ) if len(targets) == len(values):
                for part, of in zip(targets, values, strict=True):
                    self._assign(part, of)
            case _:
                for name in _target_names(target):
                    self.opaque.add(name)
                    self.values.setdefault(name, []).append(value)

    def _bind_parameters(self, function: str, call: ast.Call) -> None:
        for name, value in zip(self._functions.get(function, ()), call.args, strict=False):
            self.values.setdefault(name, []).append(value)

    def sole_value(self, name: str) -> ast.expr | None:
        """The one expression that a name is ever bound to."""
        values = self.values.get(name, [])
        is_sole = len(values) == 1 and name not in self.opaque and name not in self.elements
        return values[0] if is_sole else None

    def qualified(self, node: ast.expr, depth: int = 0) -> str:
        """What an expression is called: `os.system`, `socket.socket().connect`; at worst empty."""
        if depth > _DEEPEST:
            return ""
        match node:
            case ast.Name(id=name):
                return self._qualified_name(name, depth)
            case ast.Attribute(value=value, attr=attr):
                return f"{self.qualified(value, depth + 1)}.{attr}".removeprefix("builtins.")
            case ast.Call(func=func, args=args):
                return self._qualified_call(func, args, depth)
            case ast.Subscript(value=value, slice=key):
                base = self.qualified(value, depth + 1)
                if isinstance(key, ast.Constant) and (base in _LOOKUPS or base == "sys.modules"):
                    return str(key.value)
                return f"{base}[]"
            case ast.Await(value=value) | ast.BinOp(left=value, op=ast.Div()):
                return self.qualified(value, depth + 1)
            case _:
                return ""

    def _qualified_name(self, name: str, depth: int) -> str:
        if (value := self.sole_value(name)) is not None:
            return self.qualified(value, depth + 1) or name
        if name in self.imports:
            return self.imports[name]
        if len(sources := self.elements.get(name, [])) == 1:
            return f"{self.qualified(sources[0], depth + 1)}[]"
        if self._all_of and name not in self.values:
            return next((f"{m}.{name}" for m in self._all_of if m in _MODULES_ALL_OF), name)
        return name

    def _qualified_call(self, func: ast.expr, args: list[ast.expr], depth: int) -> str:
        name = self.qualified(func, depth + 1)
        match name, args:
            case (
                ("__import__" | "importlib.import_module"),
                [ast.Constant(value=str() as module), *_],
            ):
                return module
            case "getattr", [base, ast.Constant(value=str() as attr), *_]:
                return f"{self.qualified(base, depth + 1)}.{attr}".removeprefix("__builtins__.")
            case _:
                return f"{name}()"

    def reached(self, node: ast.expr) -> Iterator[ast.AST]:
        """Every node in an expression and in what its names are bound to."""
        seen: set[str] = set()
        waiting: list[ast.expr] = [node]
        while waiting:
            for part in ast.walk(waiting.pop()):
                self.looks += 1
                if self.looks > MOST_LOOKS:
                    return
                yield part
                if isinstance(part, ast.Name) and part.id not in seen:
                    seen.add(part.id)
                    waiting += self.values.get(part.id, ())
                    waiting += self.elements.get(part.id, ())


def _target_names(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id
