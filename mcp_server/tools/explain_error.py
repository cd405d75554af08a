"""The tool explain_error."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import to_json

from mcp_server.creation.consent import Caller
from mcp_server.creation.refusal import server_error
from mcp_server.models.diagnosis import LONGEST_ERROR, Clarity, Diagnosis, ExplainErrorRequest
from mcp_server.models.explanation import Explanation, Outcome, Retry, Source
from mcp_server.models.schema import input_schema, output_schema
from mcp_server.tools.rendering import error_lines
from mcp_server.tools.tool import Answer, Traits
from mcp_server.tools.visible import escaped

_HEADLINES: Final = {
    Clarity.EXPLAINED: "Explained",
    Clarity.UNCLEAR: "Not clear which error is meant",
    Clarity.UNKNOWN: "Not known",
    Clarity.INVALID: "Not explained: the arguments need a change",
    Clarity.FAILED: "Failed",
}
_ERRORS: Final = frozenset({Clarity.INVALID, Clarity.FAILED})
_PROBLEMS: Final = {
    "missing": "error is missing.",
    "string_too_short": "error is empty.",
    "string_too_long": f"error is longer than {LONGEST_ERROR} characters.",
    "extra_forbidden": "There is an argument that this tool does not have.",
}
_NOT_TEXT: Final = "error is not text."


class ExplainError:
    """Says what an error means and how to get past it. Calls nobody."""

    name = "explain_error"
    title = "Explain an error"
    description = (
        "Explain an ECS or Cloud Assistant error: cause, fix, whether to retry, and whether the "
        "command may exist. Takes a code, a rule id, a message, or a whole pasted SDK, CLI or "
        "Terraform error text; repeats nothing of it but codes and the request id. candidates: "
        "what may be meant when that is not clear."
    )
    traits = Traits(read_only=True, destructive=False, idempotent=True, open_world=False)

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """From the request model."""
        return input_schema(ExplainErrorRequest)

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """From the answer's model."""
        return output_schema(Diagnosis, bare={"error"})

    async def handle(self, arguments: Mapping[str, Any], caller: Caller) -> Answer:  # noqa: ARG002 - nobody is asked
        """Explain an error text."""
        try:
            request = ExplainErrorRequest.model_validate(arguments)
        except ValidationError as error:
            return _answer(Diagnosis(status=Clarity.INVALID, error=_refused(error)))
        from mcp_server.tools.diagnosing import diagnose  # noqa: PLC0415 - all rules, by name

        return _answer(diagnose(request.error))

    def crashed(self, _: Mapping[str, Any]) -> Answer:
        """The answer to a call that met a bug."""
        return _answer(Diagnosis(status=Clarity.FAILED, error=server_error(Outcome.NOT_SENT)))


def _answer(diagnosis: Diagnosis) -> Answer:
    data = diagnosis.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return Answer(
        structured=data,
        text="\n".join([*_lines(diagnosis), escaped(to_json(data).decode())]),
        is_error=diagnosis.status in _ERRORS,
    )


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    error = diagnosis.error
    headline = _HEADLINES[diagnosis.status]
    yield f"{headline}: {error.code}" if error else headline
    if error:
        yield from error_lines(error, told=False)
    if diagnosis.candidates:
        yield f"Candidates: {', '.join(diagnosis.candidates)}"
    if diagnosis.next_step:
        yield diagnosis.next_step


def _refused(error: ValidationError) -> Explanation:
    """What is wrong with the arguments, and none of their values: they may hold a secret."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    problems = dict.fromkeys(_PROBLEMS.get(detail["type"], _NOT_TEXT) for detail in details)
    return Explanation(
        code="InvalidArguments",
        source=Source.INPUT,
        field="error",
        message=" ".join(problems),
        cause="This tool takes one argument, error, and it is text.",
        fix=f"Give error, 1 to {LONGEST_ERROR} characters: of a long text the part with the "
        "code, the message and the request id.",
        retry=Retry.AFTER_FIX,
        outcome=Outcome.NOT_SENT,
    )
