"""`check`: script files judged as a compiler would, for people and for CI."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import click

from mcp_server.cli.application import load_settings, policy_of
from mcp_server.cli.check_reports import REPORTS
from mcp_server.cli.script_file import TYPES
from mcp_server.guardrails.inspection import LANGUAGES
from mcp_server.guardrails.judgement import Judge, ScriptJudgement
from mcp_server.guardrails.script.model import Language

_ENDINGS: Final = {
    **{ending: LANGUAGES[kind] for ending, kind in TYPES.items()},
    ".bash": Language.SHELL,
    ".psm1": Language.POWERSHELL,
}
_TYPES: Final = {**LANGUAGES, **{str(language): language for language in Language}}
_WEIGHTS: Final = ("ok", "advice", "confirm", "block")
_FAILED: Final = 1
_LARGEST: Final = 1 << 20
"""Bytes of a file that are read; an analysis takes far less, and says so."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file and what was found in it."""

    path: Path
    text: str
    judgement: ScriptJudgement


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--type",
    "type_name",
    type=click.Choice(sorted(_TYPES)),
    help="What the files are; by default from the file's ending or its shebang.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(sorted(REPORTS)),
    default="text",
    show_default=True,
    help="How findings are told.",
)
@click.option(
    "--fail-on",
    type=click.Choice(_WEIGHTS[:0:-1]),
    default="confirm",
    show_default=True,
    help="The least weight that makes the exit code 1.",
)
@click.option("--parameters", is_flag=True, help="{{name}} is a parameter in these scripts.")
@click.option(
    "--jsonl",
    is_flag=True,
    help="Read lines {id, type, command_content} from standard input, and answer each with a "
    "line {id, verdict, findings}.",
)
@click.pass_obj
def command(
    overrides: dict[str, object],
    /,
    *,
    paths: tuple[Path, ...],
    type_name: str | None,
    form: str,
    fail_on: str,
    parameters: bool,
    jsonl: bool,
) -> None:
    """Judge script files: what would be blocked, needs a person, or could be better.

    Exit code 1 when anything weighs as much as --fail-on, 2 when a file cannot be read.
    """
    judge = Judge(policy_of(load_settings(overrides)))
    language = _TYPES[type_name] if type_name else None
    verdicts: Iterator[str]
    if jsonl:
        if paths:
            raise click.UsageError("--jsonl reads standard input; leave the paths out")
        verdicts = _answered(sys.stdin, judge, language, parameters=parameters)
    else:
        if not paths:
            raise click.UsageError("give files or folders to check")
        checked = [_checked(path, judge, language, parameters=parameters) for path in _files(paths)]
        click.echo(REPORTS[form](checked), nl=False)
        verdicts = iter([file.judgement.verdict for file in checked])
    worst = max((_WEIGHTS.index(verdict) for verdict in verdicts), default=0)
    raise SystemExit(_FAILED if worst >= _WEIGHTS.index(fail_on) else 0)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files that are named, and the scripts in the folders that are."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                p for p in path.rglob("*") if p.suffix.lower() in _ENDINGS and p.is_file()
            )
        else:
            yield path


def _checked(
    path: Path, judge: Judge, language: Language | None, *, parameters: bool
) -> CheckedFile:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None
    kind = language or _language_of(path, text)
    return CheckedFile(path, text, judge.judge(text, kind, parameters=parameters))


def _language_of(path: Path, text: str) -> Language:
    known = _ENDINGS.get(path.suffix.lower())
    if known is not None:
        return known
    if text.startswith("#!"):
        first = text.partition("\n")[0]
        return Language.POWERSHELL if "pwsh" in first or "powershell" in first else Language.SHELL
    raise click.UsageError(f"{path}: neither its ending nor a shebang tells the type; give --type")


def _answered(
    lines: TextIO, judge: Judge, language: Language | None, *, parameters: bool
) -> Iterator[str]:
    """Each line as it comes, so that a long stream needs no memory."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            raise click.UsageError(f"line {number} is not JSON") from None
        answer, verdict = _answer(given, number, judge, language, parameters=parameters)
        click.echo(json.dumps(answer, ensure_ascii=False))
        yield verdict


def _answer(
    given: Any,  # noqa: ANN401 - JSON
    number: int,
    judge: Judge,
    language: Language | None,
    *,
    parameters: bool,
) -> tuple[dict[str, Any], str]:
    if not isinstance(given, dict) or not isinstance(given.get("command_content"), str):
        raise click.UsageError(f"line {number} has no text command_content")
    kind = language or _TYPES.get(str(given.get("type")))
    if kind is None:
        raise click.UsageError(f"line {number} has no type: {', '.join(_TYPES)}")
    judgement = judge.judge(given["command_content"], kind, parameters=parameters)
    findings = [
        finding.model_dump(mode="json", exclude_none=True) for finding in judgement.findings
    ]
    return {
        "id": given.get("id"),
        "verdict": judgement.verdict,
        "findings": findings,
    }, judgement.verdict
