"""The shell parser for machines without shfmt: tree-sitter-bash, as nodes of shfmt's tree.

It hides commands in some places: after a here-document on its line, behind `time` and `coproc`,
in what it could not parse. Whatever is of that kind, or of a kind that is not converted here, is
given back as a stretch that was not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script.shell.bash_words import NotUnderstood, Words, node_of

if TYPE_CHECKING:
    from tree_sitter import Node as Tree
    from tree_sitter import Parser

    from mcp_server.guardrails.script.shell.shfmt import Node

_DEEPEST: Final = 60
_CERTAIN: Final = re.compile(r"[A-Za-z0-9 \t\n./:=,@%+_~*?\-;&|>'\"]*")
_KEYWORDS: Final = re.compile(
    r"(?:^|[\s;&|])(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|select|function|time"
    r"|coproc|in)(?=$|[\s;&|])|[-+]=|>>?&|&>|\|&|=\s*$|\\|''|\"\"",
    re.MULTILINE,
)
_IGNORED: Final = frozenset({"comment", ";", "\n", ";;"})
_BETWEEN: Final = b" \t\n\\"
_LISTS: Final = {"subshell": "Subshell", "compound_statement": "Block"}
_DECLARATIONS: Final = frozenset({"export", "declare", "typeset", "local", "readonly"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of a text."""

    statements: list[Node] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    """Stretches that were not understood, in bytes."""


@cache
def _parser() -> Parser | None:
    try:
        import tree_sitter_bash  # noqa: PLC0415 - an optional parser
        from tree_sitter import Language, Parser  # noqa: PLC0415
    except ImportError:
        return None
    return Parser(Language(tree_sitter_bash.language()))


def is_certain(text: str) -> bool:
    """Whether a text is so plain that this parser is known to read it as shfmt does."""
    return bool(_CERTAIN.fullmatch(text)) and _KEYWORDS.search(text) is None


def parse(text: str) -> Parsed | None:
    """The statements of a script; None when there is no such parser."""
    parser = _parser()
    if parser is None:
        return None
    source = text.encode("utf-8", "replace")
    return _Conversion(source).program(parser.parse(source).root_node)


class _Conversion:
    """From one tree to the other."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._words = Words(source, self.statements)
        self._gaps: list[tuple[int, int]] = []
        self._depth = 0

    def program(self, root: Tree) -> Parsed:
        if root.type != "program":
            return Parsed([], [(root.start_byte, root.end_byte)])
        return Parsed(self.statements(root), self._gaps)

    def statements(self, tree: Tree) -> list[Node]:
        """Those that stand in a node, one after another."""
        return self._converted(tree.children)

    def _converted(self, children: list[Tree]) -> list[Node]:
        found: list[Node] = []
        for child in children:
            if child.type == "&" and found:
                found[-1]["Background"] = True
            elif child.is_named and child.type not in _IGNORED:
                found += self._one(child)
            elif child.is_missing:
                self._gaps.append((child.start_byte, child.end_byte))
        return found

    def _one(self, tree: Tree) -> list[Node]:
        if not (tree.is_error or tree.has_error):
            try:
                return [self.statement(tree)]
            except NotUnderstood:
                pass
        self._gaps.append((tree.start_byte, tree.end_byte))
        return []

    def statement(self, tree: Tree) -> Node:
        """One statement."""
        if self._depth > _DEEPEST:
            raise NotUnderstood
        self._depth += 1
        try:
            return self._statement(tree)
        finally:
            self._depth -= 1

    def _check_cover(self, tree: Tree) -> None:
        """Some tokens are in no node: `-` before a here-document."""
        at = tree.start_byte
        for child in tree.children:
            if self._source[at : child.start_byte].strip(_BETWEEN):
                raise NotUnderstood
            at = child.end_byte

    def _statement(self, tree: Tree) -> Node:
        self._check_cover(tree)
        match tree.type:
            case "redirected_statement":
                return self._redirected(tree)
            case "negated_command":
                inner = self.statement(tree.named_children[-1])
                return node_of(tree, Negated=not inner.get("Negated"), Cmd=inner["Cmd"])
            case "pipeline" | "list":
                return self._binary(tree)
            case "command" | "variable_assignment" | "variable_assignments" | "unset_command":
                return self._simple(tree)
            case kind:
                convert = _COMPOUNDS.get(kind)
                if convert is None:
                    raise NotUnderstood
                return node_of(tree, Cmd=convert(self, tree))

    def _binary(self, tree: Tree) -> Node:
        """Operators bind to the left in both trees; a pipeline is flat in this one."""
        children = [c for c in tree.children if c.type not in {"comment", "\n"}]
        left = self.statement(children[0])
        negated = tree.type == "pipeline" and left.pop("Negated", False)
        for operator, right in zip(children[1::2], children[2::2], strict=True):
            command = node_of(tree, "BinaryCmd", Op=operator.type, X=left, Y=self.statement(right))
            left = node_of(tree, Cmd=command)
        return {**left, "Negated": True} if negated else left

    def _redirected(self, tree: Tree) -> Node:
        body = tree.child_by_field_name("body")
        statement = self.statement(body) if body is not None else node_of(tree)
        redirects = [
            self._words.redirect(child)
            for child in tree.named_children
            if child.type.endswith("redirect")
        ]
        if len(redirects) + (body is not None) != len(tree.named_children):
            raise NotUnderstood
        last = statement
        while body is not None and body.type in {"list", "pipeline"}:
            # `a && b > f`: the redirection is of the last command alone.
            if last["Cmd"]["Type"] != "BinaryCmd":
                break
            last = last["Cmd"]["Y"]
        last.setdefault("Redirs", []).extend(redirects)
        return statement

    def _simple(self, tree: Tree) -> Node:
        children = [c for c in tree.children if c.type != "comment"]
        if tree.type == "variable_assignment":
            children = [tree]
        redirects = [self._words.redirect(c) for c in children if c.type.endswith("redirect")]
        assigns = [self._words.assignment(c) for c in children if c.type == "variable_assignment"]
        args = self._arguments(children)
        command = node_of(tree, "CallExpr", Assigns=assigns, Args=args)
        if args or assigns:
            command["End"] = (args or assigns)[-1]["End"]
        return node_of(tree, Cmd=command, Redirs=redirects)

    def _arguments(self, children: list[Tree]) -> list[Node]:
        args: list[Node] = []
        for child in children:
            if child.type.endswith("redirect") or child.type == "variable_assignment":
                continue
            if self._source[child.end_byte : child.end_byte + 1] in {b"<", b">"}:
                raise NotUnderstood  # `0<file`: a descriptor that was taken for a word
            word = self._words.word(child.children[0] if child.type == "command_name" else child)
            if args and args[-1]["End"]["Offset"] == child.start_byte:
                # Without white space between them they are one word.
                args[-1]["Parts"] += word["Parts"]
                args[-1]["End"] = word["End"]
            else:
                args.append(word)
        if args and args[0]["Parts"] and args[0]["Parts"][0].get("Value") == "coproc":
            raise NotUnderstood
        return args

    def _list(self, tree: Tree) -> Node:
        if tree.children and tree.children[0].type == "((":
            return self._words.arithmetic(tree, "ArithmCmd")
        return node_of(tree, _LISTS[tree.type], Stmts=self.statements(tree))

    def _if(self, tree: Tree) -> Node:
        then = next((i for i, c in enumerate(tree.children) if c.type == "then"), None)
        if then is None:
            raise NotUnderstood
        body = [c for c in tree.children[then:] if not c.type.endswith("_clause")]
        clauses = [c for c in tree.children[then:] if c.type.endswith("_clause")]
        rest: Node | None = None
        for clause in reversed(clauses):
            if clause.type == "else_clause":
                rest = node_of(clause, Then=self.statements(clause))
            else:
                rest = {**self._if(clause), "Else": rest}
        return node_of(
            tree,
            "IfClause",
            Cond=self._converted(tree.children[:then]),
            Then=self._converted(body),
            Else=rest,
        )

    def _while(self, tree: Tree) -> Node:
        body = self._body(tree)
        condition = [c for c in tree.children if c.type != "do_group"]
        return node_of(
            tree,
            "WhileClause",
            Until=tree.children[0].type == "until",
            Cond=self._converted(condition),
            Do=body,
        )

    def _for(self, tree: Tree) -> Node:
        name = tree.child_by_field_name("variable")
        if name is None:
            raise NotUnderstood
        items = [self._words.word(c) for c in tree.children_by_field_name("value")]
        loop = node_of(tree, "WordIter", Name=node_of(name, Value=self._text(name)), Items=items)
        return node_of(tree, "ForClause", Loop=loop, Do=self._body(tree))

    def _counted(self, tree: Tree) -> Node:
        return node_of(tree, "ForClause", Loop=node_of(tree, "CStyleLoop"), Do=self._body(tree))

    def _body(self, tree: Tree) -> list[Node]:
        body = tree.child_by_field_name("body")
        if body is None:
            raise NotUnderstood
        return self.statements(body)

    def _case(self, tree: Tree) -> Node:
        value = tree.child_by_field_name("value")
        if value is None:
            raise NotUnderstood
        items = [self._item(c) for c in tree.named_children if c.type == "case_item"]
        return node_of(tree, "CaseClause", Word=self._words.word(value), Items=items)

    def _item(self, tree: Tree) -> Node:
        patterns = tree.children_by_field_name("value")
        end = next((i for i, c in enumerate(tree.children) if c.type == ")"), None)
        if end is None:
            raise NotUnderstood
        return node_of(
            tree,
            Patterns=[self._words.pattern(p) for p in patterns],
            Stmts=self._converted(tree.children[end + 1 :]),
        )

    def _function(self, tree: Tree) -> Node:
        name, body = tree.child_by_field_name("name"), tree.child_by_field_name("body")
        if name is None or body is None or tree.child_by_field_name("redirect") is not None:
            raise NotUnderstood
        return node_of(
            tree,
            "FuncDecl",
            Name=node_of(name, Value=self._text(name)),
            Body=self.statement(body),
        )

    def _test(self, tree: Tree) -> Node:
        words = list(self._operands(tree))
        if tree.children[0].type == "[":
            return node_of(tree, "CallExpr", Args=words)
        return self._words.flat_test(tree, words[1:-1])

    def _operands(self, tree: Tree, depth: int = 0) -> Iterator[Node]:
        if depth > _DEEPEST:
            raise NotUnderstood
        for child in tree.children:
            if child.type.endswith("_expression") and child.type != "brace_expression":
                yield from self._operands(child, depth + 1)
            elif child.is_named and child.type != "test_operator":
                yield self._words.word(child)
            else:
                yield self._words.plain(child)

    def _declaration(self, tree: Tree) -> Node:
        variant = tree.children[0]
        if variant.type not in _DECLARATIONS:
            raise NotUnderstood
        args: list[Node] = []
        for child in tree.children[1:]:
            if child.type == "variable_assignment":
                args.append(self._words.assignment(child))
            else:
                args.append(node_of(child, Naked=True, Value=self._words.word(child)))
        return node_of(tree, "DeclClause", Variant=node_of(variant, Value=variant.type), Args=args)

    def _text(self, tree: Tree) -> str:
        return self._source[tree.start_byte : tree.end_byte].decode("utf-8", "replace")


_COMPOUNDS: Final = {
    "subshell": _Conversion._list,
    "compound_statement": _Conversion._list,
    "if_statement": _Conversion._if,
    "while_statement": _Conversion._while,
    "for_statement": _Conversion._for,
    "c_style_for_statement": _Conversion._counted,
    "case_statement": _Conversion._case,
    "function_definition": _Conversion._function,
    "test_command": _Conversion._test,
    "declaration_command": _Conversion._declaration,
}
