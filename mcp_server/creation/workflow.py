"""From a caller's arguments to a result; every failure that is to be expected is a result."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import anyio.to_thread

from mcp_server.creation import refusal
from mcp_server.creation.preview import build_preview, verdict
from mcp_server.creation.unsettled import UnsettledTokens
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.ecs.wire import api_request, digest
from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.models.explanation import Outcome
from mcp_server.models.finding import Severity
from mcp_server.models.request import CommandRequest, CreateCommandRequest, PreviewCommandRequest
from mcp_server.models.result import Backend, Preview, Result, Status, Verdict
from mcp_server.settings import Settings

_LOG: Final = logging.getLogger(__name__)

HOW_TO_RUN: Final = (
    "Stored, not run: creating a command does not run it. ecs:InvokeCommand with this CommandId "
    "and the instances runs it. Its content is final; ModifyCommand cannot change it."
)
HOW_TO_CREATE: Final = (
    "Nothing was created. To create it, call create_command with the same arguments. Creating "
    "does not run it either; ecs:InvokeCommand does."
)
HOW_TO_CHANGE: Final = (
    "Nothing was created, and create_command would not create it as it stands. Change the script "
    "as the findings say, or leave it to a person."
)
HOW_TO_REPAIR: Final = "Nothing was created. Change the arguments as error.fix says and call again."


_NEXT_STEPS: Final = {
    Verdict.WOULD_BE_CREATED: HOW_TO_CREATE,
    Verdict.NEEDS_CONFIRMATION: HOW_TO_CHANGE,
    Verdict.WOULD_BE_BLOCKED: HOW_TO_CHANGE,
    Verdict.WOULD_BE_REFUSED: HOW_TO_REPAIR,
}


def new_client_token() -> str:
    """A token that no other call has: 32 characters of ASCII, of the 64 allowed."""
    return uuid4().hex


class Workflow:
    """Previews and creates commands. Between calls it holds nothing but unsettled tokens."""

    def __init__(
        self,
        settings: Settings,
        gateway: Gateway,
        inspector: Inspector | None = None,
        new_token: Callable[[], str] = new_client_token,
    ) -> None:
        """Nothing is called or imported before the first request needs it."""
        self._settings = settings
        self._inspector = inspector or Inspector(settings)
        self._gateway = gateway
        self._new_token = new_token
        self._unsettled = UnsettledTokens()
        self._backend = Backend.LOCAL if settings.local else Backend.ALIYUN

    async def preview(self, arguments: Mapping[str, Any]) -> Result:
        """Everything about a command but its creation."""
        return await self._previewed(arguments, PreviewCommandRequest)

    async def create(self, arguments: Mapping[str, Any]) -> Result:
        """Create a command, or say what is in the way."""
        if arguments.get("dry_run") is True:
            return await self._previewed(arguments, CreateCommandRequest)
        inspection = await self._inspected(arguments, CreateCommandRequest)
        if (refused := self._refused(inspection)) is not None:
            return refused
        return await self._created(inspection)

    def crashed(self, outcome: Outcome) -> Result:
        """The result of a call that met a bug of ours."""
        return Result(
            status=Status.FAILED, backend=self._backend, error=refusal.server_error(outcome)
        )

    async def _inspected(
        self, arguments: Mapping[str, Any], model: type[CommandRequest]
    ) -> Inspection:
        # In a thread: a parser takes up to a second for what is made to be slow.
        return await anyio.to_thread.run_sync(self._inspector.inspect, arguments, model)

    async def _previewed(self, arguments: Mapping[str, Any], model: type[CommandRequest]) -> Result:
        inspection = await self._inspected(arguments, model)
        try:
            preview = await self._preview_of(inspection)
        except EcsError as error:  # a local endpoint that does not start
            return Result(status=Status.FAILED, backend=self._backend, error=error.explanation)
        refused = inspection.has(Severity.INVALID)
        result = Result(
            status=Status.INVALID if refused else Status.PREVIEW,
            backend=self._backend,
            next_step=_NEXT_STEPS[verdict(inspection)],
            preview=preview,
            findings=inspection.findings,
            error=refusal.invalid(inspection.findings) if refused else None,
        )
        self._log("dry run", result, preview.digest if preview else None)
        return result

    async def _preview_of(self, inspection: Inspection) -> Preview | None:
        """The preview, where the request is whole enough to have one."""
        request, content = inspection.request, inspection.content
        if content is None or not inspection.is_whole:
            return None
        endpoint = await self._gateway.endpoint(request.region_id)
        parameters = api_request(request, content.encoded)
        return build_preview(
            inspection, content, parameters, endpoint, self._settings.content_limit
        )

    def _refused(self, inspection: Inspection) -> Result | None:
        for severity, status, explain in (
            (Severity.INVALID, Status.INVALID, refusal.invalid),
            (Severity.BLOCK, Status.BLOCKED, refusal.blocked),
            (Severity.CONFIRM, Status.NEEDS_CONFIRMATION, refusal.unconfirmed),
        ):
            if inspection.has(severity):
                result = Result(
                    status=status,
                    backend=self._backend,
                    next_step=HOW_TO_REPAIR,
                    findings=inspection.findings,
                    error=explain(inspection.findings),
                )
                self._log("create", result, None)
                return result
        return None

    async def _created(self, inspection: Inspection) -> Result:
        content = inspection.content
        if content is None:
            raise AssertionError("a request without a script is invalid, and was refused before")
        parameters = api_request(inspection.request, content.encoded)
        request_digest = digest(parameters)
        # Taken even when the caller has the token: once settled, it must not come up again.
        left_behind = self._unsettled.take(request_digest)
        # One token for all attempts, so that no repetition can create a second command.
        token = inspection.request.client_token or left_behind or self._new_token()
        settled = False
        try:
            result = await self._sent(parameters | {"ClientToken": token}, inspection)
            settled = result.error is None or result.error.outcome is not Outcome.UNKNOWN
        finally:  # also when the call is cancelled, and its caller never sees the token
            if not settled:
                self._unsettled.keep(request_digest, token)
        self._log("create", result, request_digest)
        return result

    async def _sent(self, parameters: dict[str, Any], inspection: Inspection) -> Result:
        try:
            created = await self._gateway.create_command(parameters)
        except EcsError as error:
            return Result(
                status=Status.FAILED,
                backend=self._backend,
                request_id=error.explanation.request_id,
                client_token=parameters["ClientToken"],
                findings=inspection.findings,
                error=error.explanation,
            )
        return Result(
            status=Status.CREATED,
            backend=self._backend,
            command_id=created.command_id,
            request_id=created.request_id,
            client_token=parameters["ClientToken"],
            next_step=HOW_TO_RUN,
            findings=inspection.findings,
        )

    def _log(self, what: str, result: Result, request_digest: str | None) -> None:
        """One line a decision: never the script, never an argument's value."""
        _LOG.info(
            "%s: %s, backend %s, digest %s, command %s, request %s, findings %s",
            what,
            result.status,
            result.backend,
            request_digest,
            result.command_id,
            result.request_id,
            ",".join(finding.rule_id for finding in result.findings) or None,
        )
