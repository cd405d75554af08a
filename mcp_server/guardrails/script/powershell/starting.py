"""What a PowerShell command starts beside being one."""

from __future__ import annotations

import ntpath
import re
from typing import TYPE_CHECKING, Final

from mcp_server.guardrails.script import interpreters, sources
from mcp_server.guardrails.script.model import (
    HOLE,
    Command,
    Foreign,
    Language,
    Obstacle,
    Origin,
    Taint,
    Word,
)
from mcp_server.guardrails.script.powershell import invocation, names
from mcp_server.guardrails.script.reading import Place

if TYPE_CHECKING:
    from tree_sitter import Node

    from mcp_server.guardrails.script.powershell.context import Context
    from mcp_server.guardrails.script.powershell.values import Value
    from mcp_server.guardrails.script.powershell.walk import Walk

_MOST_WRAPPERS: Final = 12
_SPLIT: Final = re.compile(r'"([^"]*)"|(\S+)')
_REMOTE: Final = ("-computername", "-session", "-vmname", "-hostname", "-containerid")
_FOREIGN_FILES: Final = {".vbs": "vbscript", ".js": "jscript", ".py": "python"}
_LANGUAGES: Final = {
    ".ps1": Language.POWERSHELL,
    ".psm1": Language.POWERSHELL,
    ".bat": Language.BAT,
    ".cmd": Language.BAT,
}
_METHODS_RUNNING: Final = frozenset({".addscript", ".invokescript", ".newscriptblock"})
_METHODS_STARTING: Final = {"::start": 1, ".shellexecute": 1, ".executeshellcommand": 2}
"""Where the command line is among the arguments; the program comes first."""
_PROCESS_CLASSES: Final = frozenset({"wmiclass", "win32_process", "management.managementclass"})
_WSL_VALUED: Final = frozenset({"-d", "--distribution", "-u", "--user", "--cd", "--shell-type"})
_PLAIN: Final = re.compile(r"[^\s'\"]+")
_KEEPING: Final = frozenset({Origin.REMOTE, Origin.LATER, Origin.DECODED})


class Starter:
    """Starts commands for a walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def started(
        self, command: Command, context: Context, blocks: list[Node], given: Value | None
    ) -> list[Command]:
        """Everything that a command starts; what counts as its own level."""
        self._keep(command)
        inner = context._replace(wrappers=(*context.wrappers, command), inputs=(), stdin=None)
        if len(inner.wrappers) > _MOST_WRAPPERS:  # what it starts, if anything, is not read
            self._walk.reading.gap(Obstacle.DEPTH, command.span)
            return [command]
        if blocks:
            if command.name in {
                "invoke-command",
                "start-job",
                "register-scheduledjob",
            } and command.has(*_REMOTE):
                inner = inner._replace(origin=Origin.REMOTE)
            self._walk.read_blocks(blocks, inner, given, command.name)
        self._programs(command, inner)
        return [command]

    def read(
        self, word: Word, origin: Origin, context: Context, language: Language = Language.POWERSHELL
    ) -> list[Command]:
        """Read a text that is run."""
        walk = self._walk
        if Taint.DECODED in word.taints:
            origin = Origin.DECODED
        outer = context.origin or walk.place.origin
        place = Place(
            origin=outer if outer in _KEEPING and origin is Origin.STRING else origin,
            carrier=walk.place.carrier or word.span,
            depth=walk.place.depth + 1,
            wrappers=context.wrappers,
            conditions=context.conditions,
            function=context.function,
        )
        return [
            command
            for text in word.values
            if text.strip(HOLE + " \n\t")
            for command in self._read(text, place, language)
        ]

    def _read(self, text: str, place: Place, language: Language) -> tuple[Command, ...]:
        from mcp_server.guardrails.script.powershell.lowering import nests_too_deep  # noqa: PLC0415
        from mcp_server.guardrails.script.powershell.walk import Walk  # noqa: PLC0415 - they know each other

        walk = self._walk
        if language is not Language.POWERSHELL:
            return walk.reading.read(text, language, place)
        if not walk.reading.admits(text, place):
            return ()
        if nests_too_deep(text):
            walk.reading.gap(Obstacle.DEPTH, place.span(0, len(text)))
            return ()
        return Walk(text, walk.reading, place, walk.parse, walk).statements()

    # -- programs

    def _programs(self, command: Command, inner: Context) -> None:  # noqa: C901, PLR0912 - one case a program
        name = command.name
        match name:
            case "invoke-expression":
                word = command.value("-command") or (
                    command.operands[0] if command.operands else command.stdin
                )
                if word is not None:
                    whole = [w for w in command.args if not w.text.lower().startswith("-")]
                    if len(whole) > 1:
                        word = Word(" ".join(w.text for w in whole), word.span, word.taints)
                    self.read(word.at(command.span), Origin.STRING, inner)
            case "powershell" | "pwsh":
                self._powershell(command, inner)
            case "cmd":
                self._cmd(command, inner)
            case "start-process" | "invoke-item":
                self._start_process(command, inner)
            case "schtasks":
                if (task := command.value("/tr")) is not None:
                    self.read(
                        task.at(command.span),
                        Origin.LATER,
                        inner,
                        Language.BAT,
                    )
            case "new-scheduledtaskaction":
                self._task(command, inner)
            case "wmic" | "invoke-wmimethod" | "invoke-cimmethod":
                self._process_create(command, inner)
            case "runas" | "psexec" | "psexec64" | "paexec":
                self._as_another(command, inner)
            case "bash" | "wsl" | "sh":
                self._shell(command, inner)
            case "forfiles":
                if (code := command.value("/c")) is not None:
                    self.read(
                        code.at(command.span),
                        Origin.STRING,
                        inner,
                        Language.BAT,
                    )
            case "sudo" | "nohup" | "setsid" | "nice" | "time" | "env":
                self._prefixed(command, inner)
            case "set-variable" | "new-variable":
                self._set_variable(command)
            case "add-type":
                code = command.value("-typedefinition", "-memberdefinition") or (
                    command.operands[0] if command.operands else None
                )
                if code is not None and not command.has("-assemblyname", "-path"):
                    self._add("csharp", code, command, inner)
            case "set-alias" | "new-alias":
                told = [w.text for w in command.args if not w.text.startswith("-")]
                if len(told) > 1:
                    self._walk.aliases[told[0].lower()] = told[1]
            case "mshta":
                self._script_host(command, inner)
            case _:
                self._file_or_foreign(command, inner)

    def _shell(self, command: Command, inner: Context) -> None:
        """`bash -c text`, and `wsl program words`."""
        code = command.value("-c", "-lc")
        if code is None and command.name == "wsl":
            args = list(command.args)
            while args and args[0].text.startswith("-"):
                valued = args[0].text.lower() in _WSL_VALUED
                ends = args[0].text.lower() in {"-e", "--exec", "--"}
                args = args[2 if valued else 1 :]
                if ends:
                    break
            code = Word(" ".join(_shell_quoted(w) for w in args)) if args else None
        if code is not None:
            self.read(code.at(command.span), Origin.STRING, inner, Language.SHELL)

    def _prefixed(self, command: Command, inner: Context) -> None:
        """A program that runs the program after its options."""
        rest = list(command.args)
        while rest and (rest[0].text.startswith("-") or "=" in rest[0].text):
            rest = rest[1:]
        if rest:
            self.start_words(tuple(rest), command, inner)

    def _set_variable(self, command: Command) -> None:
        name, value = command.value("-name"), command.value("-value")
        plain = iter(word for word in command.operands if word not in (name, value))
        name = name or next(plain, None)
        value = value or next(plain, None)
        if name is not None and value is not None:
            self._walk.set_variable(name.text.lower(), value)

    def by_method(self, command: Command) -> None:
        """A method that starts a program or runs a text: of a process, a shell, a script block."""
        inner = self._walk.context._replace(
            wrappers=(*self._walk.context.wrappers, command), inputs=(), stdin=None
        )
        if not command.args or len(inner.wrappers) > _MOST_WRAPPERS:
            return
        language = _method_runs(command.words[0].text, command.name)
        if language is not None:
            told = command.args[0].at(command.span)
            self.read(told, Origin.STRING, inner, language)
        elif command.name in _METHODS_STARTING and (
            command.name != "::start" or command.words[0].text.endswith("diagnostics.process")
        ):
            at = _METHODS_STARTING[command.name]
            rest = _command_line(command.args[at]) if len(command.args) > at else []
            self.start_words((command.args[0], *rest), command, inner)

    def _powershell(self, command: Command, inner: Context) -> None:
        called = invocation.read_arguments(command.args)
        if called.text is not None:
            origin = Origin.DECODED if called.is_encoded else Origin.STRING
            self.read(called.text.at(command.span), origin, inner)
        elif called.file is not None:
            self._run_file(called.file, command, inner)
        elif command.stdin is not None:
            self.read(command.stdin.at(command.span), Origin.STRING, inner)

    def _cmd(self, command: Command, inner: Context) -> None:
        texts = command.texts
        at = next((i for i, t in enumerate(texts) if t[:2] in {"/c", "/k", "/r"}), None)
        if at is None:
            if command.stdin is not None:
                self.read(
                    command.stdin.at(command.span),
                    Origin.STRING,
                    inner,
                    Language.BAT,
                )
            return
        rest = list(command.args[at + 1 :])
        glued = command.args[at].text[2:]
        pieces = ([Word(glued)] if glued else []) + rest
        told = pieces[0].text if len(pieces) == 1 else " ".join(_quoted(w) for w in pieces)
        taints = (
            frozenset[Taint]().union(*(w.taints for w in pieces)) if pieces else frozenset[Taint]()
        )
        self.read(Word(told, command.span, taints), Origin.STRING, inner, Language.BAT)

    def _start_process(self, command: Command, inner: Context) -> None:
        args = list(command.args)
        file = command.value("-filepath", "-path")
        rest: list[Word] = []
        index, taking = 0, False
        while index < len(args):
            word = args[index]
            lower = word.text.lower()
            if lower.startswith("-") and len(lower) > 1 and lower[1].isalpha() and not word.quoted:
                taking = "-argumentlist".startswith(lower) or "-args".startswith(lower)
                if not taking and lower.rstrip(":") in {
                    "-verb",
                    "-windowstyle",
                    "-workingdirectory",
                    "-filepath",
                    "-credential",
                    "-redirectstandardoutput",
                    "-redirectstandarderror",
                    "-redirectstandardinput",
                }:
                    index += 1
            elif taking:
                rest.append(word)
            elif file is None:
                file = word
                taking = True
            index += 1
        if file is None:
            return
        pieces = [
            Word(m[1] if m[1] is not None else m[2], w.span, w.taints)
            for w in rest
            for m in _SPLIT.finditer(w.text)
        ]
        if (
            file.text
            and len(rest) == 1
            and names.resolved(file.text, "", "") in {"cmd", "powershell", "pwsh"}
        ):
            pieces = _command_line(rest[0])
        self.start_words(
            (file, *pieces), command, inner._replace(background=not command.has("-wait"))
        )

    def start_words(self, words: tuple[Word, ...], command: Command, inner: Context) -> None:
        """A program that is given by its words."""
        first, second = ([word.text for word in words[1:3]] + ["", ""])[:2]
        program = words[0].text
        name = "" if HOLE in program.rsplit("\\", 1)[-1] else names.resolved(program, first, second)
        started = self._walk.emit(words, command.span, inner, name=name)
        self.started(started, inner, [], None)

    def _task(self, command: Command, inner: Context) -> None:
        program, argument = command.value("-execute"), command.value("-argument")
        if program is None:
            return
        told = f"{_quoted(program)} {argument.text if argument is not None else ''}"
        self.read(Word(told, command.span), Origin.LATER, inner, Language.BAT)

    def _process_create(self, command: Command, inner: Context) -> None:
        texts = [w.text.lower() for w in command.args]
        creates = any("process" in t for t in texts) and any("create" in t for t in texts)
        if not creates:
            return
        last = command.value("-argumentlist", "-arguments") or (
            command.args[-1] if command.args else None
        )
        if last is not None and last.text.lower() not in {"create"}:
            remote = any(t.startswith(("-computername", "/node")) for t in texts)
            self.read(
                last.at(command.span),
                Origin.REMOTE if remote else Origin.STRING,
                inner,
                Language.BAT,
            )

    def _as_another(self, command: Command, inner: Context) -> None:
        args = list(command.args)
        while args and args[0].text.startswith(("-", "/", "\\\\")):
            args = args[2 if args[0].text.lower() in {"-u", "-p", "-w", "-n"} else 1 :]
        if args:
            told = args[0].text if len(args) == 1 else " ".join(_quoted(w) for w in args)
            self.read(Word(told, command.span), Origin.STRING, inner, Language.BAT)

    def _script_host(self, command: Command, inner: Context) -> None:
        for word in command.operands:
            scheme, mark, code = word.text.partition(":")
            language = {"vbscript": "vbscript", "javascript": "jscript"}.get(scheme.lower())
            if mark and language:
                self._add(language, Word(code, command.span, word.taints), command, inner)

    def _file_or_foreign(self, command: Command, inner: Context) -> None:
        runner = interpreters.runner_of(command.name)
        if runner is not None:
            code = command.value(*runner.code) if runner.code else None
            if code is None and command.operands:
                code = self._walk.files.get(command.operands[0].text.lower())
            if code is not None and code.text.strip(HOLE + " "):
                self._add(runner.language, code, command, inner)
            return
        self._run_file(command.words[0], command, inner)

    def _run_file(self, path: Word, command: Command, inner: Context) -> None:
        known = self._walk.files.get(path.text.lower())
        ending = ntpath.splitext(path.text.lower())[1]
        if known is None:
            return
        if ending in _FOREIGN_FILES:
            self._add(_FOREIGN_FILES[ending], known, command, inner)
        elif ending in _LANGUAGES:
            self.read(
                known.at(command.span),
                Origin.FILE,
                inner,
                _LANGUAGES[ending],
            )

    def _add(self, language: str, code: Word, command: Command, inner: Context) -> None:
        place = Place(
            Origin.STRING,
            self._walk.place.carrier or command.span,
            depth=self._walk.place.depth,
            wrappers=inner.wrappers,
            conditions=inner.conditions,
            function=inner.function,
        )
        self._walk.reading.add_foreign(Foreign(language, code, command=command), place)

    # -- files

    def _keep(self, command: Command) -> None:
        """Note what a command writes, and where to."""
        files = self._walk.files
        value: Word | None = None
        path: Word | None = None
        match command.name:
            case "set-content" | "add-content":
                value = command.value("-value") or (
                    command.operands[1] if len(command.operands) > 1 else command.stdin
                )
                path = command.value("-path", "-literalpath") or (
                    command.operands[0] if command.operands else None
                )
            case "out-file":
                value = command.value("-inputobject") or command.stdin
                path = command.value("-filepath", "-literalpath") or (
                    command.operands[0] if command.operands else None
                )
        if path is not None and value is not None:
            files[path.text.lower()] = value
        for redirect in command.redirects:
            if redirect.operator in {">", ">>"} and redirect.descriptor in {None, 1}:
                told = (
                    " ".join(w.text for w in command.args)
                    if command.name in {"write-output", "echo"}
                    else HOLE
                )
                files[redirect.target.text.lower()] = Word(
                    told, command.span, sources.output_taints(command)
                )


def _method_runs(receiver: str, method: str) -> Language | None:
    """The language of a method's first argument, where it runs that."""
    if method in _METHODS_RUNNING or (method == "::create" and receiver == "scriptblock"):
        return Language.POWERSHELL
    if method in {".run", ".exec"} and receiver == "wscript.shell":
        return Language.BAT
    return Language.BAT if method == ".create" and receiver in _PROCESS_CLASSES else None


def _shell_quoted(word: Word) -> str:
    """As a POSIX shell reads it; wsl joins its arguments and lets the shell split them."""
    if not word.quoted or _PLAIN.fullmatch(word.text):
        return word.text
    return "'" + word.text.replace("'", "'\\''") + "'"


def _quoted(word: Word) -> str:
    return f'"{word.text}"' if " " in word.text and '"' not in word.text else word.text


def _command_line(word: Word) -> list[Word]:
    """The arguments of cmd or PowerShell given as one text: what comes after `/c` stays one."""
    found = re.match(
        r"(?P<options>.*?)(?P<mark>[/-](?:c|k|r|command|e|ec|enc\w*|f|file)\s+)(?P<rest>.*)\Z",
        word.text,
        re.IGNORECASE | re.DOTALL,
    )
    if found is None:
        return [
            Word(m[1] if m[1] is not None else m[2], word.span, word.taints)
            for m in _SPLIT.finditer(word.text)
        ]
    options = [Word(piece, word.span) for piece in found["options"].split()]
    rest = found["rest"].strip()
    bare = (
        rest[1:-1] if rest[:1] == rest[-1:] and rest[:1] in {'"', "'"} and len(rest) > 1 else rest
    )
    return [*options, Word(found["mark"].strip(), word.span), Word(bare, word.span, word.taints)]
