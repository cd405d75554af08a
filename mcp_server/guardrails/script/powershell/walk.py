"""A walk over the statements of a PowerShell script, in the order in which they would run."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mcp_server.guardrails.script.model import (
    HOLE,
    PARAMETER,
    Assignment,
    Command,
    Condition,
    Language,
    Obstacle,
    Origin,
    Redirect,
    Span,
    Taint,
    Word,
)
from mcp_server.guardrails.script.placeholders import folded_parameters
from mcp_server.guardrails.script.powershell import names, strings
from mcp_server.guardrails.script.powershell.expressions import _IN_STRING, Evaluator
from mcp_server.guardrails.script.powershell.mending import Mender
from mcp_server.guardrails.script.powershell.printing import output
from mcp_server.guardrails.script.powershell.starting import Starter
from mcp_server.guardrails.script.powershell.values import Value, array, either, text, unknown
from mcp_server.guardrails.script.reading import Place, Reading

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_DEEPEST: Final = 170
_MOST_VALUES: Final = 64
"""Values of a loop that its body is read with; what is left out is a gap."""
_LOOPS: Final = frozenset({"while_statement", "do_statement", "for_statement"})
_STATEMENTS: Final = frozenset(
    {
        "statement_list",
        "statement_block",
        "script_block",
        "script_block_body",
        "program",
        "named_block_list",
        "named_block",
        "elseif_clauses",
        "catch_clauses",
        "switch_clauses",
        "switch_body",
    }
)
_TOKENS: Final = frozenset(
    {"generic_token", "command_name", "expandable_bareword", "concatenated_command_argument"}
)
_GLUING: Final = _TOKENS | {"variable", "unary_expression", "ERROR"}
_SKIPPED: Final = frozenset(
    {"comment", "empty_statement", "command_argument_sep", "flow_control_label"}
)
_DASHES: Final = frozenset({"- ", "-\t", "-\n"})
_MOST_TESTED: Final = 40
"""Operands and operators of one condition."""
_COMPARED: Final = re.compile(r"-(?:not|c|i)?(?:match|in|eq|ne|contains|like)\b", re.IGNORECASE)
_NUMBERS: Final = re.compile(r"(-?\d+)\.\.(-?\d+)\Z")


class Context(NamedTuple):
    """Handed down; see the fields of the same names of `Command`."""

    wrappers: tuple[Command, ...] = ()
    conditions: tuple[Condition, ...] = ()
    inputs: tuple[Command, ...] = ()
    stdin: Word | None = None
    function: str = ""
    background: bool = False
    origin: Origin | None = None

    def with_(self, **changes: Any) -> Context:  # noqa: ANN401 - those of the fields
        """The context with other values."""
        return self._replace(**changes)


class Walk:
    """Lowers one text.

    Args:
        text_: the script, LF alone.
        reading: gets what is found.
        place: where the text stands.
        parse: from bytes to a tree.
        outer: the walk that this text is nested in, whose variables it sees.
    """

    def __init__(
        self,
        text_: str,
        reading: Reading,
        place: Place,
        parse: Callable[[bytes], Tree],
        outer: Walk | None = None,
    ) -> None:
        self.text = text_
        self.reading = reading
        self.place = place
        self.parse = parse
        self.bytes = text_.encode("utf-8", "replace")
        self._starts: list[int] | None = None
        if not text_.isascii():
            self._starts = [0, *accumulate(len(c.encode("utf-8", "replace")) for c in text_)]
        self.variables: dict[str, Value] = outer.variables if outer else {}
        self.aliases: dict[str, str] = outer.aliases if outer else {}
        self.files: dict[str, Word] = outer.files if outer else {}
        self.evaluator = Evaluator(self)
        self.starter = Starter(self)
        self.context = Context(
            wrappers=place.wrappers, conditions=place.conditions, function=place.function
        )
        self._depth = 0
        self._pending: list[Node] | None = None

    # -- the text

    def source(self, node: Node) -> str:
        """What stands there."""
        return self.bytes_text(node.start_byte, node.end_byte)

    def bytes_text(self, start: int, end: int) -> str:
        """What stands between two offsets."""
        return self.bytes[start:end].decode("utf-8", "replace")

    def span(self, node: Node) -> Span:
        """Where a node stands."""
        if self.place.carrier is not None:
            return self.place.carrier
        return self.place.span(self._at(node.start_byte), self._at(node.end_byte))

    def stretch(self, start: int, end: int) -> Span:
        """Where what is between two offsets stands."""
        return self.place.carrier or self.place.span(self._at(start), self._at(end))

    def again(self, text_: str, place: Place) -> None:
        """Read a text in place of what stands there."""
        Walk(text_, self.reading, place, self.parse, self).statements()

    def _at(self, offset: int) -> int:
        return offset if self._starts is None else bisect_right(self._starts, offset) - 1

    def too_deep(self, node: Node) -> None:
        """Note that this part is not read."""
        self.reading.gap(Obstacle.DEPTH, self.span(node))

    # -- statements

    def statements(self) -> tuple[Command, ...]:
        """The whole text; the commands of its own level."""
        root = self.parse(self.bytes).root_node
        found = self._each(root.named_children)
        if root.has_error:
            Mender(self).mend(root)
        return tuple(found)

    def _each(self, nodes: Iterable[Node]) -> list[Command]:
        found: list[Command] = []
        for node in nodes:
            if self.reading.is_over:
                self.reading.gap(Obstacle.TIME, self.span(node))
                break
            found += self.statement(node)
        return found

    def statement(self, node: Node) -> list[Command]:  # noqa: C901, PLR0911, PLR0912 - one case a kind
        """One statement with everything in it; the commands of its own level."""
        if self._depth > _DEEPEST:
            self.too_deep(node)
            return []
        self._depth += 1
        try:
            kind = node.type
            if kind in _SKIPPED:
                return []
            if kind == "pipeline":
                return self._pipeline(node)[0]
            if kind in _LOOPS:
                return self._loop(node)
            if kind == "param_block":
                return self._parameters(node)
            match kind:
                case "if_statement" | "elseif_clause":
                    return self._if(node)
                case "foreach_statement":
                    return self._foreach(node)
                case "function_statement" | "class_method_definition":
                    return self._function(node)
                case "assignment_expression":
                    return self._assignment(node)
                case "command":
                    return self._command(node, self.context)
                case "statement_block" | "else_clause" | "catch_clause" | "switch_clause":
                    return self._branch(node)
            if (
                kind in _STATEMENTS
                or kind == "ERROR"
                or kind.endswith(
                    (
                        "statement",
                        "clauses",
                        "block",
                        "body",
                        "list",
                        "definition",
                        "clause",
                        "condition",
                    )
                )
            ):
                return self._each(node.named_children)
            before = len(self.reading.commands)
            self.evaluator.value(node)
            return self.reading.commands[before:]
        finally:
            self._depth -= 1

    def output_of(self, node: Node) -> Value:
        """What statements in parentheses or `$( )` put out."""
        children = [c for c in node.named_children if c.type not in _SKIPPED]
        values: list[Value] = []
        for child in children:
            if child.type in {
                "statement_list",
                "statement_block",
                "script_block",
                "script_block_body",
            }:
                return self.output_of(child)
            if child.type == "pipeline":
                values.append(self._pipeline(child)[1])
            elif child.type == "pipeline_chain":
                values.append(self._chain(child)[1])
            elif child.type == "assignment_expression":
                self.statement(child)
            else:
                self.statement(child)
                values.append(unknown())
        if len(values) == 1:
            return values[0]
        return array(values) if values else unknown()

    def piped(self, node: Node) -> Value:
        """What a pipeline, or a part of one, puts out."""
        match node.type:
            case "pipeline":
                return self._pipeline(node)[1]
            case "pipeline_chain":
                return self._chain(node)[1]
            case _:
                return self._run(node, self.context, None)[1]

    def _branch(self, node: Node) -> list[Command]:
        """Statements that may not be reached: what they set is not certain after them."""
        before = dict(self.variables)
        found = self._each(node.named_children)
        for name, value in list(self.variables.items()):
            if before.get(name) != value:
                self.variables[name] = either(before.get(name), value)
        return found

    def _under(self, condition: Condition) -> Context:
        if not condition.commands:
            return self.context
        return self.context.with_(conditions=(*self.context.conditions, condition))

    def _within(self, context: Context, nodes: Iterable[Node]) -> list[Command]:
        kept, self.context = self.context, context
        try:
            return self._each(nodes)
        finally:
            self.context = kept

    def _if(self, node: Node) -> list[Command]:
        test = node.child_by_field_name("condition")
        tested = self._tested(test)
        if test is not None and (not tested or _COMPARED.search(self.source(test))):
            tested = [*tested, self._test(node, test)]
        negated = test is not None and self.source(test).lstrip().lower().startswith(("!", "-not"))
        condition = Condition(tuple(tested), negated)
        rest = [c for c in node.named_children if c != test]
        found = tested
        for child in rest:
            opposite = child.type in {"else_clause", "elseif_clauses"}
            inner = dataclasses.replace(condition, negated=negated != opposite)
            found = found + self._within(self._under(inner), (child,))
        return found

    def _test(self, node: Node, test: Node) -> Command:
        """What is compared, as a command whose words are the operands and operators in a row."""
        words = [Word(self.source(node)[:2], self.span(test))]
        waiting = [test]
        while waiting and len(words) < _MOST_TESTED:
            one = waiting.pop()
            if one.type == "comparison_operator" or not one.is_named:
                words.append(Word(self.source(one).lower(), self.span(one)))
            elif one.type in {"variable", "string_literal", "integer_literal", "member_access"}:
                value = self.evaluator.value(one)
                words.append(value.word.at(self.span(one)))
            elif one.type != "command":
                waiting += (c for c in reversed(one.children) if c.is_named or _sign(c))
        return self.emit(tuple(words), self.span(test), self.context, name="if")

    def _tested(self, node: Node | None) -> list[Command]:
        if node is None:
            return []
        before = len(self.reading.commands)
        self.evaluator.value(node)
        return self.reading.commands[before:]

    def _loop(self, node: Node) -> list[Command]:
        """A loop; what it tests is a command of its own, so that rules see that it loops."""
        blocks = [c for c in node.named_children if c.type == "statement_block"]
        tests = [c for c in node.named_children if c.type != "statement_block"]
        found: list[Command] = []
        for test in tests:
            found += self._tested(test)
        told = " ".join(self.source(test) for test in tests)
        loop = self.emit(
            (Word("while", self.span(node)), Word(told)),
            self.span(node),
            self.context,
            name="while",
        )
        condition = Condition((loop, *found), negated=False)
        return [*found, *self._within(self._under(condition), blocks)]

    def _foreach(self, node: Node) -> list[Command]:
        children = node.named_children
        name = self.source(children[0]).lstrip("$").lower()
        blocks = [c for c in children if c.type == "statement_block"]
        given = [c for c in children[1:] if c.type != "statement_block"]
        before = len(self.reading.commands)
        items = self.evaluator.value(given[0]) if given else unknown()
        found = self.reading.commands[before:]
        kept = self.variables.get(name)
        words = (
            items.words
            if items.is_array or items.is_literal
            else (Word(HOLE, taints=items.taints),)
        )
        for word in self._bounded(words, node):
            self.variables[name] = Value((word,))
            found += self._each(blocks)
        if kept is not None:
            self.variables[name] = kept
        else:
            self.variables[name] = unknown(items.taints)
        return found

    def _bounded(self, words: Sequence[Word], node: Node) -> Sequence[Word]:
        """The values that are judged one by one."""
        if len(words) > _MOST_VALUES:
            self.reading.gap(Obstacle.SIZE, self.span(node))
        return words[:_MOST_VALUES]

    def _function(self, node: Node) -> list[Command]:
        named = [c for c in node.named_children if c.type in {"function_name", "simple_name"}]
        name = self.source(named[0]).lower() if named else ""
        self.reading.functions.add(name)
        kept = self.variables
        self.variables = dict(kept)
        body = [c for c in node.named_children if c.type in {"script_block", "statement_block"}]
        self._within(self.context.with_(function=name, inputs=(), stdin=None), body)
        self.variables = kept
        return []

    def _parameters(self, node: Node) -> list[Command]:
        """Parameters; a default may start something, and is what a script's own one holds."""
        before = len(self.reading.commands)
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one.type == "script_parameter":
                self._parameter(one)
            waiting += reversed(one.named_children)
        return self.reading.commands[before:]

    def _parameter(self, node: Node) -> None:
        named = next((c for c in node.named_children if c.type == "variable"), None)
        default = next((c for c in node.named_children if c.type.endswith("default")), None)
        if named is None:
            return
        # The grammar takes the next parameters for elements of an array.
        given = default.named_children[:1] if default is not None else []
        if given and given[0].type == "array_literal_expression":
            given = given[0].named_children
        values = [self.evaluator.value(one) for one in given]
        value = values[0] if values else unknown()
        if self.context.function or self.place.depth:
            value = unknown(value.taints)
        self.variables[self.source(named).lstrip("$").lower()] = value

    def _assignment(self, node: Node) -> list[Command]:
        left, right = node.named_children[0], node.child_by_field_name("value")
        operator = next((self.source(c) for c in node.named_children if "operator" in c.type), "=")
        before = len(self.reading.commands)
        value = self.evaluator.value(right) if right is not None else unknown()
        target = self.source(left).strip()
        name = re.sub(r"^(?:\[[^\]]*\]\s*)+(?=\$)", "", target).lstrip("$").strip("{}").lower()
        if target.startswith("["):
            cast, _, rest = target.partition("]")
            if rest.startswith("::"):
                name = f"{cast}]{rest}".lower()
        name = re.sub(r"^(?:global|script|local|private|variable):", "", name)
        if operator.strip() == "+=":
            value = _added(self.variables.get(name, unknown()), value)
        span = self.span(node)
        self.variables[name] = value
        word = value.word.at(span)
        self.reading.assignments.append(Assignment(name, word, span))
        return self.reading.commands[before:]

    # -- pipelines

    def _pipeline(self, node: Node) -> tuple[list[Command], Value]:
        found: list[Command] = []
        value = unknown()
        before: tuple[Command, ...] = ()
        children = [c for c in node.named_children if c.type not in _SKIPPED]
        operators = [self.source(c) for c in node.children if not c.is_named]
        for index, child in enumerate(children):
            kept = self.context
            if index and before and operators[index - 1 : index]:
                negated = operators[index - 1] == "||"
                self.context = self._under(Condition(before, negated))
            if child.type == "pipeline_chain":
                commands, value = self._chain(child)
            else:
                commands, value = self.statement(child), unknown()
            self.context = kept
            before = tuple(commands)
            found += commands
        return found, value

    def _chain(self, node: Node) -> tuple[list[Command], Value]:
        """`a | b | c`."""
        found: list[Command] = []
        last: list[Command] = []
        value: Value | None = None
        outer = self.context
        for child in node.named_children:
            if child.type in _SKIPPED:
                continue
            context = outer
            if value is not None:
                stdin = Word("\n".join(w.text for w in value.words), self.span(child), value.taints)
                context = outer.with_(inputs=tuple(last), stdin=stdin)
            if child.type == "command":
                last, value = self._run(child, context, value)
                found += last
            elif child.type in {"redirection", "redirections"}:
                found += self._printed(child, value, outer)
            else:
                before = len(self.reading.commands)
                value = self.evaluator.value(child)
                last = self.reading.commands[before:]
                found += last
        return found, value if value is not None else unknown()

    def _printed(self, node: Node, value: Value | None, context: Context) -> list[Command]:
        """`'text' > file`, which prints a value without naming a command."""
        nodes = [node] if node.type == "redirection" else node.named_children
        redirects = tuple(one for child in nodes for one in self._redirection(child))
        if value is None or not redirects:
            return []
        words = (Word("Write-Output"), *value.words)
        command = self.emit(
            words, self.span(node), context, name="write-output", redirects=redirects
        )
        return self.starter.started(command, context, [], value)

    def _run(
        self, node: Node, context: Context, given: Value | None
    ) -> tuple[list[Command], Value]:
        """A command of a pipeline, with what it puts out."""
        first = node.named_children[0] if node.named_children else node
        numbers = _NUMBERS.match(self.source(first)) if first.type == "command_name" else None
        if numbers:
            from mcp_server.guardrails.script.powershell import folding  # noqa: PLC0415 - one rare form

            return [], folding.spread(text(numbers[1]), text(numbers[2]))
        before = len(self.reading.commands)
        found = self._command(node, context, given)
        if not found:
            return self.reading.commands[before:], unknown(
                context.stdin.taints if context.stdin else frozenset()
            )
        return found, output(found[0], given, self.files)

    # -- commands

    def _command(self, node: Node, context: Context, given: Value | None = None) -> list[Command]:
        pending, self._pending = self._pending, []
        try:
            head = self._head(node)
            words, redirects = self._elements(node)
            blocks = self._pending
        finally:
            self._pending = pending
        if head is None:  # `& { ... }`
            return self._blocks(blocks, context)
        first = words[0].text if words else ""
        second = words[1].text if len(words) > 1 else ""
        program = self.aliases.get(head.text.lower(), head.text)
        name = (
            ""
            if HOLE in program or PARAMETER in program
            else names.resolved(program, first, second)
        )
        if HOLE in program and not program.endswith(HOLE):
            tail = re.split(r"[\\/]", program)[-1]
            name = (
                names.resolved(tail, first, second) if HOLE not in tail and tail != program else ""
            )
        command = self.emit(
            (head, *words), self.span(node), context, name=name, redirects=redirects
        )
        return self.starter.started(command, context, blocks, given)

    def _head(self, node: Node) -> Word | None:
        """The program; None for `& { ... }`, which is a block."""
        for child in node.named_children:
            if child.type == "command_name":
                return self._token(child)
            if child.type == "command_name_expr":
                inner = child.named_children[0] if child.named_children else child
                if inner.type in {"command_name", "path_command_name"}:
                    return self._token(inner)
                value = self.evaluator.value(inner)
                if value.type_name == "block":
                    return None
                first = value.words[0] if value.words else Word(HOLE)
                return first.at(self.span(inner))
        raw = self.source(node).split()
        return Word(raw[0] if raw else HOLE, self.span(node))

    def _token(self, node: Node) -> Word:
        """A bare token with variables in it."""
        raw = self.source(node)
        taints: set[Taint] = set()

        def put_in(found: re.Match[str]) -> str:
            value = self.evaluator.variable(found[0])
            taints.update(value.taints)
            return value.text

        value = raw
        if "$" in raw:
            value = _IN_STRING.sub(put_in, raw)
        for child in node.named_children:
            if child.type == "sub_expression":
                taints.update(self.evaluator.value(child).taints)
        value = folded_parameters(strings.bare(value))
        if PARAMETER in value:
            taints.add(Taint.PARAMETER)
        if "$(" in value:
            value = re.sub(r"\$\(.*\)", HOLE, value, flags=re.DOTALL)
        return Word(value, self.span(node), frozenset(taints))

    def _elements(  # noqa: C901 - one case a kind of element
        self, node: Node
    ) -> tuple[list[Word], tuple[Redirect, ...]]:
        words: list[Word] = []
        redirects: list[Redirect] = []
        attach, end = "", -1
        for child in _elements_of(node):
            is_glued = child.start_byte == end
            if child.type == "command_argument_sep" or (
                child.type == "argument_list" and _member_before(child) is not None
            ):
                if words and self.source(child) == ":":  # `-s=https://...` of a program
                    attach = f"{words.pop().text}:"
                continue
            if child.type == "redirection":
                redirects += self._redirection(child)
                continue
            if child.type == "command_parameter":
                raw = folded_parameters(strings.unescaped(self.source(child)))
                attach = raw if raw.endswith(":") else ""
                words += [] if attach else [Word(raw, self.span(child))]
                continue
            if child.type == "unary_expression" and self.source(child)[:2] in _DASHES:
                Mender(self).unglue(node)
                break
            found = self._argument(child)
            if attach and found:
                found[0] = dataclasses.replace(
                    found[0], text=attach + found[0].text, alternatives=()
                )
                attach = ""
            elif is_glued and words and len(found) == 1 and child.type in _GLUING:
                found[0] = _one_word(words.pop(), found[0])
            words += found
            end = child.end_byte
        return words, tuple(redirects)

    def _argument(self, node: Node) -> list[Word]:
        raw = self.source(node)
        if raw.startswith("@") and raw[1:].isidentifier():
            return self._splatted(raw)
        if node.type == "bareword_argument_list":
            return [word for child in node.named_children for word in self._argument(child)]
        if node.type == "argument_list":
            return [word for value in self.evaluator.arguments(node) for word in value.words]
        if node.type in _TOKENS:
            return self._bare(node, raw)
        after = node.next_named_sibling
        if after is not None and (member := _member_before(after)) is not None:
            value = self.evaluator.called(node, member, after)  # `iex $client.DownloadString(u)`
        else:
            value = self.evaluator.value(node)
        span = self.span(node)
        quoted = raw[:1] in {"'", '"'}
        if "commandline" in value.table:  # `-Arguments @{CommandLine = '...'}` of a new process
            value = value.table["commandline"]
        return [
            Word(word.text, span, word.taints, word.alternatives, quoted, word.may_be_empty)
            for word in value.words
        ]

    def _bare(self, node: Node, raw: str) -> list[Word]:
        """A token outside quotes; commas in it make it several arguments."""
        if raw.startswith("<"):  # "reserved for future use", as in `<<A`
            self.reading.gap(Obstacle.SYNTAX, self.span(node))
        word = self._token(node)
        if "," not in raw or '"' in raw or "'" in raw:
            return [word]
        return [dataclasses.replace(word, text=piece) for piece in word.text.split(",") if piece]

    def _splatted(self, raw: str) -> list[Word]:
        value = self.evaluator.variable(raw)
        words: list[Word] = []
        for name, held in value.table.items():
            if held.text == "$true":
                words.append(Word(f"-{name}"))
            elif held.text != "$false":
                words += [Word(f"-{name}"), *held.words]
        return words if value.table else list(value.words)

    def _redirection(self, node: Node) -> list[Redirect]:
        target = next((c for c in node.named_children if c.type == "redirected_file_name"), None)
        if target is None:
            return []
        raw = self.source(node.named_children[0])
        operator = ">>" if ">>" in raw else "<" if "<" in raw else ">"
        if operator == "<":  # "reserved for future use": no PowerShell runs this
            self.reading.gap(Obstacle.SYNTAX, self.span(node))
        number = int(raw[0]) if raw[:1].isdecimal() else None
        inner = [c for c in target.named_children if c.type != "command_argument_sep"]
        words = self._argument(inner[0]) if inner else []
        return [Redirect(operator, word, number) for word in words[:1]]

    # -- for the evaluator

    def block(self, node: Node) -> None:
        """A script block: read when its command is known, or now."""
        if self._pending is not None:
            self._pending.append(node)
        else:
            self._blocks([node], self.context)

    def _blocks(self, nodes: list[Node], context: Context) -> list[Command]:
        kept_pending, self._pending = self._pending, None
        kept, self.context = self.context, context
        try:
            found: list[Command] = []
            for node in nodes:
                found += self._each(node.named_children)
            return found
        finally:
            self.context, self._pending = kept, kept_pending

    def read_blocks(
        self, nodes: list[Node], context: Context, given: Value | None, name: str
    ) -> list[Command]:
        """The blocks of a command, once for each value that comes in where those are known."""
        if not nodes:
            return []
        if name in {"foreach-object", "where-object"} and given is not None:
            kept = self.variables.get("_")
            found: list[Command] = []
            words = given.words if given.is_literal else (Word(HOLE, taints=given.taints),)
            for word in self._bounded(words, nodes[0]):
                self.variables["_"] = Value((word,), type_name=given.type_name)
                found += self._blocks(nodes, context)
            if kept is not None:
                self.variables["_"] = kept
            else:
                self.variables.pop("_", None)
            return found
        return self._blocks(nodes, context)

    def method(self, node: Node, name: str, receiver: Word, arguments: list[Value]) -> Command:
        """A method call as a command."""
        span = self.span(node)
        words = [receiver.at(span)]
        for argument in arguments:
            words += [word.at(span) for word in argument.words]
        command = self.emit(tuple(words), span, self.context, name=name)
        self.starter.by_method(command)
        return command

    def set_variable(self, name: str, word: Word) -> None:
        """What a cmdlet sets a variable to."""
        self.variables[name] = Value((word,))

    def emit(
        self,
        words: tuple[Word, ...],
        span: Span,
        context: Context,
        *,
        name: str,
        redirects: tuple[Redirect, ...] = (),
    ) -> Command:
        """Add a command to what was found."""
        command = Command(
            name=name,
            words=words,
            span=span,
            language=Language.POWERSHELL,
            origin=context.origin or self.place.origin,
            redirects=redirects,
            inputs=context.inputs,
            stdin=context.stdin,
            wrappers=context.wrappers,
            conditions=context.conditions,
            function=context.function,
            background=context.background,
        )
        self.reading.commands.append(command)
        return command


def _elements_of(node: Node) -> Iterator[Node]:
    for group in node.named_children:
        if group.type == "command_elements":
            yield from group.named_children


def _sign(node: Node) -> bool:
    """Whether an unnamed token is an operator, not a bracket."""
    return node.type.startswith(("-", "!"))


def _one_word(left: Word, right: Word) -> Word:
    """`$a$b/c`, which is one argument."""
    span = Span(min(left.span.start, right.span.start), max(left.span.end, right.span.end))
    return Word(left.text + right.text, span, left.taints | right.taints)


def _member_before(node: Node) -> Node | None:
    """The member that an argument list is for: `$a.b` right before `(c)`."""
    before = node.prev_named_sibling
    if node.type != "argument_list" or before is None or before.end_byte != node.start_byte:
        return None
    inner = before.named_children[0] if before.named_children else before
    return inner if inner.type == "member_access" else None


def _added(left: Value, right: Value) -> Value:
    if left.is_array:
        return array([left, right])
    taints = left.taints | right.taints
    return text((left.text + right.text)[:65536], taints)
