"""Words, assignments and redirections of tree-sitter-bash, as nodes of shfmt's tree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from mcp_server.guardrails.script.shell.shfmt import Node

_PLAIN: Final = frozenset(
    {"word", "number", "variable_name", "extglob_pattern", "regex", "test_operator",
     "special_variable_name", "file_descriptor", "heredoc_content", "string_content", "{", "}",
     ",", "..", "$", "[", "]", "=", "*", "?", "@", "!", "+", "-", "#"}
)  # fmt: skip
_DEFAULTS: Final = frozenset({"-", ":-", "=", ":=", "?", ":?", "+", ":+"})
_EXPANSION: Final = re.compile(
    r"\$\{(?P<name>\w+|[@*#?$!-])(?:\[(?P<index>[^\]$`\"']*)\])?"
    r"(?:(?P<operator>:?[-=?+]|##?|%%?)(?P<operand>[^$`\"'\\{}]*))?\}"
)
_EXPANDING: Final = re.compile(r"(?<!\\)(?:\\\\)*(?:`|\$[\w({])")
_DEEPEST: Final = 40


class NotUnderstood(Exception):  # noqa: N818 - it is no error but the answer
    """A node that has no counterpart here, or that is known to hide commands."""


def node_of(tree: Tree, kind: str = "", **fields: object) -> Node:
    """A node with its place."""
    node: Node = {
        "Pos": {"Offset": tree.start_byte},
        "End": {"Offset": tree.end_byte},
        **fields,
    }
    if kind:
        node["Type"] = kind
    return node


def _unknown(tree: Tree) -> Node:
    return node_of(tree, "ParamExp", Param={"Value": "_"}, Excl=True)


class Words:
    """Converts words.

    Args:
        source: the script.
        statements: converts those within a substitution.
    """

    def __init__(self, source: bytes, statements: Callable[[Tree], list[Node]]) -> None:
        self._source = source
        self._statements = statements
        self._depth = 0

    def word(self, tree: Tree) -> Node:
        """One word."""
        parts: list[Node] = []
        for part in self._parts(tree):
            if parts and part["Type"] == parts[-1]["Type"] == "Lit":
                parts[-1] = {**parts[-1], "Value": parts[-1]["Value"] + part["Value"]}
            else:
                parts.append(part)
        if any(p["Type"] == "Lit" and _EXPANDING.search(p["Value"]) for p in parts):
            raise NotUnderstood  # an expansion that was taken for text
        return node_of(tree, "Word", Parts=parts)

    def plain(self, tree: Tree) -> Node:
        """A word that is only its text."""
        return node_of(tree, "Word", Parts=[node_of(tree, "Lit", Value=self._text(tree))])

    def pattern(self, tree: Tree) -> Node:
        """A pattern of `case`; what is quoted within one is not read."""
        if tree.type == "extglob_pattern" and set(self._text(tree)) & set("$\"'`"):
            return node_of(tree, "Word", Parts=[_unknown(tree)])
        return self.word(tree)

    def assignment(self, tree: Tree) -> Node:
        """`name=value`, `name+=value`, `name[i]=value`, `name=(values)`."""
        name, value = tree.child_by_field_name("name"), tree.child_by_field_name("value")
        if name is None:
            raise NotUnderstood
        node = node_of(tree, Append=any(c.type == "+=" for c in tree.children))
        if name.type == "subscript":
            node["Index"] = True
            inner = name.child_by_field_name("name")
            name = name if inner is None else inner
        node["Name"] = node_of(name, Value=self._text(name))
        if value is not None and value.type == "array":
            elements = [{"Value": self.word(c)} for c in value.named_children]
            node["Array"] = node_of(value, Elems=elements)
        elif value is not None:
            node["Value"] = self.word(value)
        return node

    def redirect(self, tree: Tree) -> Node:
        """A redirection of any kind."""
        if tree.type == "heredoc_redirect":
            return self._here_document(tree)
        descriptor = tree.child_by_field_name("descriptor")
        targets = tree.children_by_field_name("destination")
        if tree.type == "herestring_redirect":
            targets = tree.named_children[-1:]
        operators = [c.type for c in tree.children if not c.is_named]
        if len(targets) != 1 or len(operators) != 1:
            raise NotUnderstood
        node = node_of(tree, Op=operators[0], Word=self.word(targets[0]))
        if descriptor is not None:
            node["N"] = {"Value": self._text(descriptor)}
        return node

    def _here_document(self, tree: Tree) -> Node:
        kinds = [child.type for child in tree.children]
        if kinds[1:] not in (
            ["heredoc_start", "heredoc_body", "heredoc_end"],
            ["heredoc_start", "heredoc_end"],
        ):
            raise NotUnderstood  # what stands behind it on its line is lost, or is in it
        start = tree.children[1]
        if self._source[start.end_byte : start.end_byte + 1] != b"\n":
            raise NotUnderstood
        line = self._source.rfind(b"\n", 0, start.start_byte) + 1
        if self._source.count(b"<<", line, start.start_byte) != 1:
            raise NotUnderstood
        delimiter = self._text(start)
        kind = "SglQuoted" if set(delimiter) & set("'\"\\") else "Lit"
        word = node_of(start, "Word", Parts=[node_of(start, kind, Value=delimiter)])
        body = tree.children[2]
        first, last = start.end_byte + 1, tree.children[-1].start_byte
        last = self._source.rfind(b"\n", 0, last) + 1  # the delimiter of <<- is indented
        parts: list[Node] = []
        if kind == "Lit" and body.type == "heredoc_body":
            parts = self._filled(body, first, last)
        else:
            value = self._source[first:last].decode("utf-8", "replace")
            parts.append(node_of(body, "Lit", Value=value))
        text = node_of(body, "Word", Parts=parts)
        text["Pos"], text["End"] = {"Offset": first}, {"Offset": max(first, last)}
        return node_of(tree, Op=kinds[0], Word=word, Hdoc=text)

    def arithmetic(self, tree: Tree, kind: str) -> Node:
        """An arithmetic expression: only the substitutions in it matter."""
        return node_of(tree, kind, X=self._substitutions(tree))

    def _substitutions(self, tree: Tree, depth: int = 0) -> list[Node]:
        if depth > _DEEPEST:
            raise NotUnderstood
        found: list[Node] = []
        for child in tree.named_children:
            if child.type == "command_substitution":
                found += self._parts(child)
            else:
                found += self._substitutions(child, depth + 1)
        return found

    def flat_test(self, tree: Tree, words: list[Node]) -> Node:
        """`[[ ... ]]` with its words one after another."""
        node: Node | None = None
        for word in reversed(words):
            node = word if node is None else node_of(tree, "BinaryTest", Op="", X=word, Y=node)
        return node_of(tree, "TestClause", X=node)

    # -- parts of words

    def _parts(self, tree: Tree) -> list[Node]:
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise NotUnderstood
            return self._converted(tree)
        finally:
            self._depth -= 1

    def _converted(self, tree: Tree) -> list[Node]:
        if tree.type in {"concatenation", "brace_expression"}:
            return [part for child in tree.children for part in self._parts(child)]
        if tree.type in _PLAIN:
            return [self._literal(tree, self._text(tree))]
        convert = _PARTS.get(tree.type)
        if convert is None:
            raise NotUnderstood
        return [convert(self, tree)]

    def _literal(self, tree: Tree, text: str) -> Node:
        if _EXPANDING.search(text):
            raise NotUnderstood  # an expansion that was taken for text
        return node_of(tree, "Lit", Value=text)

    def _double_quoted(self, tree: Tree) -> Node:
        first = self._source.index(b'"', tree.start_byte) + 1
        return node_of(tree, "DblQuoted", Parts=self._filled(tree, first, tree.end_byte - 1))

    def _single_quoted(self, tree: Tree) -> Node:
        return node_of(tree, "SglQuoted", Value=self._text(tree)[1:-1])

    def _ansi_c(self, tree: Tree) -> Node:
        return node_of(tree, "SglQuoted", Value=self._text(tree)[2:-1], Dollar=True)

    def _variable(self, tree: Tree) -> Node:
        return node_of(
            tree, "ParamExp", Param={"Value": self._text(tree).strip().removeprefix("$")}
        )

    def _process_substitution(self, tree: Tree) -> Node:
        return node_of(tree, "ProcSubst", Stmts=self._statements(tree))

    def _arithmetic_expansion(self, tree: Tree) -> Node:
        return self.arithmetic(tree, "ArithmExp")

    def _command_substitution(self, tree: Tree) -> Node:
        if tree.children[0].type == "`" and "\\" in self._text(tree):
            raise NotUnderstood  # nested backquotes
        return node_of(tree, "CmdSubst", Stmts=self._statements(tree))

    def _filled(self, tree: Tree, at: int, end: int) -> list[Node]:
        """Parts of a quoted text, with what stands between the nodes."""
        found: list[Node] = []
        children = [c for c in tree.named_children if c.end_byte > c.start_byte]
        for child in children:
            self._between(tree, at, child.start_byte, found)
            if child.type in {"string_content", "heredoc_content"}:
                self._between(tree, child.start_byte, child.end_byte, found)
            else:
                # The blanks before `$` are in the token of the expansion.
                text = self._source[child.start_byte : child.end_byte]
                blanks = len(text) - len(text.lstrip())
                self._between(tree, child.start_byte, child.start_byte + blanks, found)
                found += self._parts(child)
            at = child.end_byte
        self._between(tree, at, end, found)
        return found

    def _between(self, tree: Tree, start: int, end: int, found: list[Node]) -> None:
        if end > start:
            text = self._source[start:end].decode("utf-8", "replace")
            found.append(self._literal(tree, text))

    def _expansion(self, tree: Tree) -> Node:
        """`${...}`: plain forms alone; commands within another one would be lost."""
        text = self._text(tree).strip()
        if "`" in text or "$(" in text or "<(" in text:
            raise NotUnderstood
        found = _EXPANSION.fullmatch(text)
        if found is None:
            return _unknown(tree)
        node = node_of(tree, "ParamExp", Param={"Value": found["name"]})
        if found["index"] is not None:
            node["Index"] = {"Parts": [{"Value": found["index"]}]}
        if (operator := found["operator"]) is not None:
            operand = node_of(tree, "Word", Parts=[node_of(tree, "Lit", Value=found["operand"])])
            node["Exp"] = {"Op": operator, "Word": operand}
        return node

    def _text(self, tree: Tree) -> str:
        return self._source[tree.start_byte : tree.end_byte].decode("utf-8", "replace")


_PARTS: Final[dict[str, Callable[[Words, Tree], Node]]] = {
    "string": Words._double_quoted,
    "translated_string": Words._double_quoted,
    "raw_string": Words._single_quoted,
    "ansi_c_string": Words._ansi_c,
    "simple_expansion": Words._variable,
    "expansion": Words._expansion,
    "command_substitution": Words._command_substitution,
    "process_substitution": Words._process_substitution,
    "arithmetic_expansion": Words._arithmetic_expansion,
}
