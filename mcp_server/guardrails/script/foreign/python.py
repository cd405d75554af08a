"""What Python code starts and does, from its syntax tree."""

import ast
import warnings
from typing import Final

from mcp_server.guardrails.script.foreign.facts import (
    MOST_NESTED,
    MOST_STARTED,
    Act,
    Deed,
    Facts,
    Nested,
    Start,
    is_interactive_shell,
)
from mcp_server.guardrails.script.foreign.python_decoders import DECODING
from mcp_server.guardrails.script.foreign.python_names import MOST_LOOKS, Names
from mcp_server.guardrails.script.foreign.python_values import Values
from mcp_server.guardrails.script.foreign.python_words import (
    CONNECTING,
    ENCRYPTING,
    EXEC,
    FETCHING,
    LISTENING,
    PATH_CALLS,
    PATH_METHODS,
    PROGRAMS,
    RECEIVING,
    RECORDING,
    RUN,
    TEXTS,
    WALKING,
)
from mcp_server.guardrails.script.foreign.vocabulary import INJECTION, named_traits
from mcp_server.guardrails.script.model import HOLE, Trait, Word

_DEEPEST: Final = 90
"""Brackets within brackets; no code that people write has so many."""


def read(code: str) -> Facts:
    """What it starts and does; not read when it is no Python 3, or too deep."""
    tree = parsed(code)
    if tree is None:
        return Facts(is_read=False)
    return _Reader(code, tree).facts()


def parsed(code: str) -> ast.Module | None:
    """The syntax tree; None for what is no Python 3."""
    if _depth(code) > _DEEPEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of others' code: what it has is not ours to report
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _depth(code: str) -> int:
    depth = deepest = 0
    for character in code:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


class _Reader:
    """One pass over the calls of a tree."""

    def __init__(self, code: str, tree: ast.Module) -> None:
        self._names = Names(tree)
        self._values = Values(self._names)
        self._facts = Facts()
        self._lines = [0]
        for line in code.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        self._calls = [(call, self._names.qualified(call.func)) for call in calls]
        self._tails = {name.rpartition(".")[2] for _, name in self._calls}
        self._has_socket = any(
            value.partition(".")[0] in {"socket", "asyncio", "ssl", "socketserver", "websocket"}
            for value in self._names.imports.values()
        ) or any(name.startswith("socket.") for _, name in self._calls)
        self._is_networked = self._has_socket and bool(self._tails & (CONNECTING | LISTENING))
        self._text = code

    def facts(self) -> Facts:
        """Look at every call, then at all of them together."""
        for call, name in self._calls:
            if name in RUN or name in DECODING:
                self._run(call, name)
            elif not self._start(call, name):
                self._act(call, name)
        self._judge_shell()
        self._facts.traits |= named_traits(self._text)
        if "memfd_create" in self._tails and any(n in EXEC for _, n in self._calls):
            self._facts.traits.add(Trait.INJECTION)
        if self._tails & INJECTION:
            self._facts.traits.add(Trait.INJECTION)
        if any(name in RECORDING for _, name in self._calls):
            self._facts.traits.add(Trait.KEYLOGGER)
        if self._tails & ENCRYPTING and self._changes_a_tree():
            self._facts.traits.add(Trait.MASS_ENCRYPTION)
        self._facts.is_whole = self._names.looks <= MOST_LOOKS and self._values.is_whole
        return self._facts

    def _changes_a_tree(self) -> bool:
        walks = any(
            name in WALKING or name.rpartition(".")[2] in WALKING for _, name in self._calls
        )
        changing = {Deed.DELETE, Deed.WRITE, Deed.MOVE}
        return walks and any(act.deed in changing for act in self._facts.acts)

    def _at(self, node: ast.expr) -> int:
        line = node.lineno - 1
        return self._lines[line] + node.col_offset if line < len(self._lines) else 0

    def _start(self, call: ast.Call, name: str) -> bool:
        """A program that is started, or a text for a shell."""
        first = _argument(call, 0, "args", "cmd", "command", "argv")
        if name in TEXTS:
            start = Start((self._values.word(first),), self._at(call), is_text=True)
        elif name in PROGRAMS:
            start = self._program(call, first)
        elif name in EXEC:
            start = self._executed(call, name)
        else:
            return False
        if len(self._facts.starts) < MOST_STARTED:
            self._facts.starts.append(start)
        if first is not None:
            self._trace(first, start)
        return True

    def _program(self, call: ast.Call, first: ast.expr | None) -> Start:
        words = self._values.words(first)
        is_shell = any(
            keyword.arg == "shell" and not _is_false(keyword.value) for keyword in call.keywords
        )
        if words and is_shell:
            words = words[:1]
        return Start(
            words or (self._values.word(first),),
            self._at(call),
            is_text=is_shell or not words,
        )

    def _executed(self, call: ast.Call, name: str) -> Start:
        args = call.args[1:] if name.startswith("os.spawn") else call.args
        if not args:
            return Start((Word(HOLE),), self._at(call))
        listed = self._values.words(args[1]) if len(args) > 1 else None
        if name == "asyncio.create_subprocess_exec":
            given = tuple(self._values.word(arg) for arg in args[1:])
        elif listed is not None:
            given = listed[1:]
        else:
            given = tuple(self._values.word(arg) for arg in args[2:])
        return Start((self._values.word(args[0]), *given), self._at(call))

    def _trace(self, node: ast.expr, start: Start) -> None:
        """Where the command comes from, when it is not in the code."""
        sources = self._sources(node)
        if "received" in sources and self._has_socket:
            self._facts.traits.add(Trait.REVERSE_SHELL)
        elif "fetched" in sources and HOLE in start.words[0].text:
            self._facts.traits.add(Trait.REMOTE_CODE)
        elif "decoded" in sources and HOLE in start.words[0].text:
            self._facts.traits.add(Trait.HIDDEN_CODE)

    def _sources(self, node: ast.expr) -> set[str]:
        found: set[str] = set()
        for part in self._names.reached(node):
            if not isinstance(part, ast.Call):
                continue
            name = self._names.qualified(part.func)
            tail = name.rpartition(".")[2]
            if name in FETCHING:
                found.add("fetched")
            elif name in DECODING:
                found.add("decoded")
            elif (
                tail in RECEIVING and ("socket" in name or "[]" in name or "accept" in name)
            ) or tail in {"recv", "recvfrom"}:
                found.add("received")
        return found

    def _run(self, call: ast.Call, name: str) -> None:
        """Text that is run as Python."""
        if name not in RUN or not call.args:
            return
        source: ast.expr = call.args[0]
        while isinstance(source, ast.Call) and self._names.qualified(source.func) == "compile":
            source = source.args[0] if source.args else ast.Constant("")
        sources = self._sources(source)
        text = self._values.word(source).text
        if sources & {"fetched", "received"}:
            self._facts.traits.add(Trait.REMOTE_CODE)
        elif text.strip(HOLE) and len(self._facts.nested) < MOST_NESTED:
            if name != "eval" or "(" in text:
                found = Nested(text, self._at(call), "decoded" in sources)
                self._facts.nested.append(found)
        elif "decoded" in sources:
            self._facts.traits.add(Trait.HIDDEN_CODE)

    def _act(self, call: ast.Call, name: str) -> None:
        """Something that is done to files."""
        if len(self._facts.acts) >= MOST_STARTED:
            return
        found = self._file_act(call, name) or self._path_method(call, name)
        if found is not None:
            self._facts.acts.append(found)

    def _file_act(self, call: ast.Call, name: str) -> Act | None:
        at = self._at(call)
        if (deed := PATH_CALLS.get(name)) is not None and call.args:
            return Act(deed, tuple(self._values.word(arg) for arg in call.args[:2]), at)
        match name:
            case "open" | "io.open" | "codecs.open" | "os.fdopen" if call.args:
                return self._opened(call)
            case "os.chmod" if len(call.args) > 1:
                return Act(
                    Deed.MODE, (self._mode(call.args[1]), self._values.word(call.args[0])), at
                )
            case "os.chown" | "shutil.chown" if len(call.args) > 1:
                owner = Word(self._values.word(call.args[1]).text)
                return Act(Deed.OWNER, (owner, self._values.word(call.args[0])), at)
            case "urllib.request.urlretrieve" | "urllib.urlretrieve" | "wget.download" if call.args:
                return Act(Deed.FETCH, tuple(self._values.word(arg) for arg in call.args[:2]), at)
            case _:
                return None

    def _mode(self, node: ast.expr) -> Word:
        value = self._values.fold(node)
        return Word(f"{value:o}") if isinstance(value, int) and value >= 0 else Word(HOLE)

    def _opened(self, call: ast.Call) -> Act:
        mode_node = _argument(call, 1, "mode")
        mode = self._values.word(mode_node).text if mode_node is not None else "r"
        path = self._values.word(call.args[0])
        if "w" in mode or "x" in mode or "+" in mode:
            return Act(Deed.WRITE, (path,), self._at(call), self._written_to(call))
        if "a" in mode:
            return Act(Deed.APPEND, (path,), self._at(call), self._written_to(call))
        return Act(Deed.READ, (path,), self._at(call))

    def _written_to(self, opened: ast.Call) -> str | None:
        """What `open(...).write(...)` writes, also through a name."""
        found: list[str] = []
        for call, name in self._calls:
            if not (isinstance(call.func, ast.Attribute) and call.args):
                continue
            receiver = call.func.value
            if isinstance(receiver, ast.Name):
                receiver = self._names.sole_value(receiver.id) or receiver
            if receiver is opened and name.rpartition(".")[2] in {"write", "writelines"}:
                found.append(self._values.word(call.args[0]).text)
        return "".join(found) if found else None

    def _path_method(self, call: ast.Call, name: str) -> Act | None:
        if not isinstance(call.func, ast.Attribute) or "Path(" not in name:
            return None
        path = self._values.word(call.func.value)
        if call.func.attr == "chmod" and call.args:
            return Act(Deed.MODE, (self._mode(call.args[0]), path), self._at(call))
        deed = PATH_METHODS.get(call.func.attr)
        if deed is None:
            return None
        content = self._values.word(call.args[0]).text if call.args else None
        return Act(deed, (path,), self._at(call), content)

    def _judge_shell(self) -> None:
        """A connection and a shell that is tied to it."""
        if not self._is_networked:
            return
        is_tied = bool({"dup2", "dup", "fileno", "makefile"} & self._tails) or self._has_pipes()
        shells = [start for start in self._facts.starts if is_interactive_shell(start)]
        spawns = "pty.spawn" in {name for _, name in self._calls}
        if (shells and (is_tied or self._tails & RECEIVING)) or (spawns and is_tied):
            self._facts.traits.add(Trait.REVERSE_SHELL)
        if self._tails & {"recv"} and any(
            name in {"exec", "eval"} and self._sources(call.args[0]) & {"received"}
            for call, name in self._calls
            if call.args
        ):
            self._facts.traits.add(Trait.REVERSE_SHELL)

    def _has_pipes(self) -> bool:
        return any(
            keyword.arg in {"stdin", "stdout"} and isinstance(keyword.value, ast.Name | ast.Call)
            for call, name in self._calls
            if name in PROGRAMS
            for keyword in call.keywords
        )


def _argument(call: ast.Call, position: int, *names: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value
