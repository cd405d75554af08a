"""What code in languages without a parser here starts and does, from its tokens."""

import re
from typing import Final

from mcp_server.guardrails.script.foreign import scanner_words as words
from mcp_server.guardrails.script.foreign.code import Code
from mcp_server.guardrails.script.foreign.facts import (
    MOST_NESTED,
    MOST_STARTED,
    Act,
    Deed,
    Facts,
    Nested,
    Start,
)
from mcp_server.guardrails.script.foreign.peers import gives_shell
from mcp_server.guardrails.script.foreign.scanner_words import Form, last_part
from mcp_server.guardrails.script.foreign.syntaxes import SYNTAXES
from mcp_server.guardrails.script.foreign.tokens import Kind, Token
from mcp_server.guardrails.script.foreign.vocabulary import named_traits
from mcp_server.guardrails.script.model import HOLE, Trait, Word

_WALKING: Final = frozenset({"find", "Find.find", "Dir.glob", "readdir", "walk", "opendir", "glob"})
_FETCHING_MODULES: Final = frozenset({"http", "https", "axios", "node-fetch", "got", "request"})
_BEYOND_PRINTING: Final = re.compile(r"[|<>@]|system|getline|/inet")
"""Without any of it an awk program, as most that are written, only prints."""
_ENCRYPTING: Final = frozenset({"encrypt", "openssl_encrypt", "createCipheriv", "cipher.update"})


def read(code: str, language: str) -> Facts:
    """What it starts and does, as far as its tokens say."""
    if language == "awk" and not _BEYOND_PRINTING.search(code):
        return Facts()
    return _Reader(code, language).facts()


class _Reader:
    def __init__(self, code: str, language: str) -> None:
        syntax = SYNTAXES[language]
        self._syntax = syntax
        self._language = language
        self._starting = words.STARTING.get(language, {})
        self._code = Code(code, syntax)
        self._names = self._code.names()
        self._lasts = {last_part(name) for name in self._names}
        self._facts = Facts()

    def facts(self) -> Facts:
        """Look at every token, then at all of them together."""
        for index, token in enumerate(self._code.tokens):
            if token.kind is Kind.COMMAND:
                self._add(Start((Word(self._code.filled(token)),), token.at, is_text=True))
            elif token.kind is Kind.NAME:
                self._look(index, token)
            elif token.kind is Kind.TEXT:
                self._look_at_text(index, token)
        self._judge()
        self._facts.is_whole = not self._code.is_exhausted
        return self._facts

    def _look(self, index: int, token: Token) -> None:
        name = token.text.lower() if self._syntax.ignores_case else token.text
        if (form := self._form(name)) is not None:
            self._start(index, form)
        elif (deed := words.ACTING.get(name) or self._method_deed(name)) is not None:
            self._act(index, deed)
        elif name in {"open", "io.open", "IO::File", "fopen", "File.open"}:
            self._opened(index)
        if last_part(name) in words.EVALUATING.get(self._language, ()):
            self._evaluated(index)

    def _form(self, name: str) -> Form | None:
        form = self._starting.get(name)
        if form is None and (last := last_part(name)) != name and last in self._starting:
            form = self._starting[last]
        if form is not None and self._language == "node":
            needs_module = not name.startswith(("Deno.", "Bun."))
            if needs_module and "child_process" not in self._code.text:
                return None
        return form

    def _method_deed(self, name: str) -> Deed | None:
        if self._language in {"vbscript", "jscript"}:
            return words.ACTING.get(last_part(name).lower())
        return (
            words.ACTING.get(last_part(name)) if name.startswith(self._syntax.separators) else None
        )

    def _start(self, index: int, form: Form) -> None:
        items = self._code.call(index)
        at = self._code.tokens[index].at
        if not items:
            return
        if self._language == "csharp":
            form, items = Form.TEXT, [" ".join(items[:2])]
        is_text = form is Form.TEXT or (form is Form.EITHER and len(items) == 1)
        if is_text:
            self._add(Start((Word(items[0]),), at, is_text=True))
        else:
            self._add(Start(tuple(Word(item) for item in items), at))

    def _add(self, start: Start) -> None:
        if len(self._facts.starts) < MOST_STARTED:
            self._facts.starts.append(start)

    def _act(self, index: int, deed: Deed) -> None:
        items = self._code.call(index)
        at = self._code.tokens[index].at
        if not items or len(self._facts.acts) >= MOST_STARTED:
            return
        content = None
        if deed in {Deed.WRITE, Deed.APPEND}:
            content = items[1] if len(items) > 1 else None
            items = items[:1]
        elif deed is Deed.READ:
            if "://" in items[0]:
                return
            items = items[:1]
        elif deed is Deed.MODE:
            if self._language in {"php", "node", "go"} and len(items) > 1:
                items = [items[1], items[0]]
            items[0] = items[0].removeprefix("0o").lstrip("0") or "0"
        elif deed is Deed.DELETE_TREE:
            items = items[:1] if self._language not in {"ruby", "perl"} else items
        self._facts.acts.append(Act(deed, tuple(Word(item) for item in items), at, content))

    def _opened(self, index: int) -> None:
        """A file that is opened to write, or a program that is opened to talk to."""
        items = [item for item in self._code.call(index) if item != HOLE]
        at = self._code.tokens[index].at
        if not items or len(self._facts.acts) >= MOST_STARTED:
            return
        first = items[0].strip()
        if self._language == "perl" and first in {"-|", "|-"} and len(items) > 1:
            _, *given = items
            self._add(Start(tuple(Word(item) for item in given), at, is_text=len(given) == 1))
        elif self._language in {"perl", "ruby"} and first.startswith("|"):
            self._add(Start((Word(first[1:]),), at, is_text=True))
        elif self._language == "perl" and first.endswith("|"):
            self._add(Start((Word(first[:-1]),), at, is_text=True))
        elif first.startswith(("+>", ">>", ">")):
            path = first.lstrip("+> ") or (items[1] if len(items) > 1 else "")
            if path and not path.startswith("&"):
                deed = Deed.APPEND if first.startswith(">>") else Deed.WRITE
                self._facts.acts.append(Act(deed, (Word(path),), at))
        elif len(items) > 1 and items[1][:1] in {"w", "a"} and "://" not in first:
            deed = Deed.APPEND if items[1][0] == "a" else Deed.WRITE
            self._facts.acts.append(Act(deed, (Word(first),), at))

    def _look_at_text(self, index: int, token: Token) -> None:
        before = [t.text for t in self._code.tokens[max(0, index - 3) : index]]
        if self._language == "osascript" and before == ["do", "shell", "script"]:
            rest = HOLE if self._code.is_mark(index + 1, "&") else ""
            self._add(Start((Word(token.text + rest),), token.at, is_text=True))
        elif self._language in {"groovy", "scala"} and self._code.next_name(index) == ".execute":
            self._add(Start((Word(self._code.filled(token)),), token.at, is_text=True))
        elif self._language == "awk":
            self._look_at_awk_text(index, token, before[-1:])

    def _look_at_awk_text(self, index: int, token: Token, before: list[str]) -> None:
        is_piped_out = before in (["|"], ["|&"])
        is_piped_in = self._code.is_mark(index + 1, "|") or self._code.is_mark(index + 1, "|&")
        if token.text.startswith("/inet"):
            return
        if is_piped_out or (is_piped_in and self._code.next_name(index + 1) == "getline"):
            self._add(Start((Word(token.text),), token.at, is_text=True))
        elif before == [">"] and token.text.startswith("/"):
            self._facts.acts.append(Act(Deed.WRITE, (Word(token.text),), token.at))

    def _evaluated(self, index: int) -> None:
        """Text that is run as code."""
        parts = [] if self._code.is_exhausted else self._code.parts(index)
        if not parts or parts[0].text == "{":
            return
        items = self._code.call(index)
        names = {part.text for part in parts if part.kind is Kind.NAME}
        text = items[0] if items else ""
        if names & words.FETCHING and _has_address(parts):
            self._facts.traits.add(Trait.REMOTE_CODE)
        elif text.strip(HOLE) and HOLE not in text:
            if len(self._facts.nested) < MOST_NESTED:
                is_decoded = bool(names & words.DECODING)
                at = self._code.tokens[index].at
                self._facts.nested.append(Nested(text, at, is_decoded))
        elif names:
            self._facts.traits |= self._unknown_code(names)

    def _unknown_code(self, names: set[str]) -> set[Trait]:
        """Where code comes from that these names stand for."""
        if not names & words.DECODING and self._is_fetching():
            return {Trait.REMOTE_CODE}
        return {Trait.HIDDEN_CODE} if self._names & words.DECODING else set()

    def _is_fetching(self) -> bool:
        names = self._names & (words.FETCHING - {"get", "open", "fopen", "URL"})
        modules = self._code.texts() & _FETCHING_MODULES
        return bool(names or modules) and _has_address(self._code.tokens)

    def _judge(self) -> None:
        self._facts.traits |= named_traits(self._code.text)
        if gives_shell(self._code, self._language, self._facts.starts):
            self._facts.traits.add(Trait.REVERSE_SHELL)
        changing = {Deed.DELETE, Deed.WRITE, Deed.MOVE}
        if (
            self._lasts & _ENCRYPTING
            and self._lasts & _WALKING
            and any(act.deed in changing for act in self._facts.acts)
        ):
            self._facts.traits.add(Trait.MASS_ENCRYPTION)


def _has_address(parts: list[Token]) -> bool:
    return any(part.kind is Kind.TEXT and "://" in part.text for part in parts) or any(
        part.kind is Kind.NAME and part.text.startswith("$") for part in parts
    )
