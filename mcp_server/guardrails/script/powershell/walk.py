"""A walk over the statements of a PowerShell script, in the order in which they would run."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.model import (
    HOLE,
    PARAMETER,
    Assignment,
    Command,
    Condition,
    Language,
    Obstacle,
    Redirect,
    Span,
    Word,
)
from mcp_server.guardrails.script.powershell import names
from mcp_server.guardrails.script.powershell.compounds import Compounds
from mcp_server.guardrails.script.powershell.context import Context
from mcp_server.guardrails.script.powershell.elements import Elements
from mcp_server.guardrails.script.powershell.expressions import Evaluator
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
_SKIPPED: Final = frozenset(
    {"comment", "empty_statement", "command_argument_sep", "flow_control_label"}
)
_NUMBERS: Final = re.compile(r"(-?\d+)\.\.(-?\d+)\Z")


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
        self.elements = Elements(self)
        self.compounds = Compounds(self)
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
        found = self.each(root.named_children)
        if root.has_error:
            Mender(self).mend(root)
        return tuple(found)

    def each(self, nodes: Iterable[Node]) -> list[Command]:
        """Statements one after another."""
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
                return self.compounds.loop(node)
            if kind == "param_block":
                return self.compounds.parameters(node)
            match kind:
                case "if_statement" | "elseif_clause":
                    return self.compounds.branches(node)
                case "foreach_statement":
                    return self.compounds.foreach(node)
                case "function_statement" | "class_method_definition":
                    return self.compounds.function(node)
                case "assignment_expression":
                    return self._assignment(node)
                case "command":
                    return self._command(node, self.context)
                case "statement_block" | "else_clause" | "catch_clause" | "switch_clause":
                    return self.branch(node)
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
                return self.each(node.named_children)
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

    def branch(self, node: Node) -> list[Command]:
        """Statements that may not be reached: what they set is not certain after them."""
        before = dict(self.variables)
        found = self.each(node.named_children)
        for name, value in list(self.variables.items()):
            if before.get(name) != value:
                self.variables[name] = either(before.get(name), value)
        return found

    def under(self, condition: Condition) -> Context:
        """The context within a condition; one without commands says nothing."""
        if not condition.commands:
            return self.context
        return self.context._replace(conditions=(*self.context.conditions, condition))

    def within(self, context: Context, nodes: Iterable[Node]) -> list[Command]:
        """Statements in another context."""
        kept, self.context = self.context, context
        try:
            return self.each(nodes)
        finally:
            self.context = kept

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

    def bounded(self, words: Sequence[Word], node: Node) -> Sequence[Word]:
        """The values that are judged one by one."""
        if len(words) > _MOST_VALUES:
            self.reading.gap(Obstacle.SIZE, self.span(node))
        return words[:_MOST_VALUES]

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
                self.context = self.under(Condition(before, negated))
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
                context = outer._replace(inputs=tuple(last), stdin=stdin)
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
        redirects = tuple(one for child in nodes for one in self.elements.redirection(child))
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
            head = self.elements.head(node)
            words, redirects = self.elements.of(node)
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
                found += self.each(node.named_children)
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
            for word in self.bounded(words, nodes[0]):
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


def _added(left: Value, right: Value) -> Value:
    if left.is_array:
        return array([left, right])
    taints = left.taints | right.taints
    return text((left.text + right.text)[:65536], taints)
