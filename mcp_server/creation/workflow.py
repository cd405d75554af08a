"""From a caller's arguments to a result; every failure that is to be expected is a result."""

import logging
import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, overload
from uuid import uuid4

import anyio.to_thread

from mcp_server.creation import refusal
from mcp_server.creation.binding import binding_findings
from mcp_server.creation.consent import (
    NOBODY,
    Caller,
    Decision,
    Question,
    Reply,
    asked,
    question,
)
from mcp_server.creation.preview import Outgoing, build_preview, verdict
from mcp_server.creation.preview_token import Previewed, opened, preview_token
from mcp_server.creation.proposal import EarlierAnswer, Proposal, proposal
from mcp_server.creation.seal import Broken, Sealer
from mcp_server.creation.unsettled import UnsettledTokens
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.ecs.wire import api_request, digest
from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.models.explanation import Outcome
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.request import CommandRequest, CreateCommandRequest, PreviewCommandRequest
from mcp_server.models.result import Backend, LiveCheck, Preview, Result, Status, Verdict
from mcp_server.settings import Settings

_LOG: Final = logging.getLogger(__name__)

HOW_TO_RUN: Final = (
    "Stored, not run: creating a command does not run it. ecs:InvokeCommand with this CommandId "
    "and the instances runs it. Its content is final; ModifyCommand cannot change it."
)
HOW_TO_CREATE: Final = (
    "Nothing was created. To create exactly this, call create_command with the same arguments and "
    "this preview_token within ten minutes. Creating does not run it either; ecs:InvokeCommand "
    "does. Its content is final once created; ModifyCommand cannot change it."
)
HOW_TO_AGREE: Final = (
    "Nothing was created, and a person has to agree first. create_command with the same arguments "
    "and this preview_token asks them through your client; it is created only on their yes."
)
HOW_TO_HAND_OFF: Final = (
    "Nothing was created, and a person has to agree first. Show them this preview; once they "
    "agree, call create_command with the same arguments and this preview_token within ten minutes."
)
NOBODY_IS_ASKED: Final = (
    'Nobody is asked: the policy says confirmation = "never", and '
    "CLOUD_ASSISTANT_CREATE_WITHOUT_CONSENT agrees."
)
NOTHING_IS_CREATED_HERE: Final = (
    "Nothing was created, and nothing can be through this server: its operator publishes no tool "
    "that creates."
)
HOW_TO_CHANGE: Final = (
    "Nothing was created, and create_command would not create it as it stands. Change the script "
    "as the findings say."
)
HOW_TO_REPAIR: Final = "Nothing was created. Change the arguments as error.fix says and call again."


_WITHOUT_TOKEN: Final = {
    Verdict.WOULD_BE_CREATED: "Nothing was created. create_command with the same arguments creates "
    "it. Creating does not run it either; ecs:InvokeCommand does. Its content is final once "
    "created; ModifyCommand cannot change it.",
    Verdict.NEEDS_CONFIRMATION: "Nothing was created, and a person has to agree first: "
    "create_command with the same arguments asks them, and creates it only on their yes.",
}
_NEXT_STEPS: Final = {
    Verdict.WOULD_BE_CREATED: HOW_TO_CREATE,
    Verdict.NEEDS_CONFIRMATION: HOW_TO_AGREE,
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
        sealer: Sealer | None = None,
        new_token: Callable[[], str] = new_client_token,
        *,
        creates: bool = True,
    ) -> None:
        """Nothing is called or imported before the first request needs it.

        Args:
            settings: of the operator.
            gateway: to the cloud, or to the local endpoint.
            inspector: with the operator's policy.
            sealer: for preview tokens and questions; without one there are no tokens, and
                questions are good for this process alone.
            new_token: makes client tokens.
            creates: whether callers can go on from a preview to a creation.
        """
        self._settings = settings
        self._inspector = inspector or Inspector(settings)
        self._policy = self._inspector.policy
        self._gateway = gateway
        self._creates = creates
        self._gives_tokens = sealer is not None and creates
        self._sealer = sealer or Sealer([secrets.token_hex(32)])
        self._new_token = new_token
        self._unsettled = UnsettledTokens()
        self._backend = Backend.LOCAL if settings.local else Backend.ALIYUN

    async def preview(self, arguments: Mapping[str, Any], caller: Caller = NOBODY) -> Result:
        """Everything about a command but its creation."""
        return self._told(await self._previewed(arguments, PreviewCommandRequest, caller))

    @overload
    async def create(self, arguments: Mapping[str, Any]) -> Result: ...

    @overload
    async def create(self, arguments: Mapping[str, Any], caller: Caller) -> Result | Question: ...

    async def create(
        self, arguments: Mapping[str, Any], caller: Caller = NOBODY
    ) -> Result | Question:
        """Create a command, or say what is in the way.

        Returns:
            What became of it; or a question, when a person's answer comes with another call.
        """
        if arguments.get("dry_run") is True:
            return self._told(await self._previewed(arguments, CreateCommandRequest, caller))
        result = await self._decided(arguments, caller)
        return result if isinstance(result, Question) else self._told(result)

    async def _decided(self, arguments: Mapping[str, Any], caller: Caller) -> Result | Question:
        inspection = await self._inspected(arguments, CreateCommandRequest)
        if (refused := self._refused(inspection.findings)) is not None:
            return refused
        inspection, checks = await self._looked_up(inspection)
        result = await self._concluded(inspection, caller)
        if checks is None or isinstance(result, Question):
            return result
        return result.model_copy(update={"checks": checks})

    async def _concluded(self, inspection: Inspection, caller: Caller) -> Result | Question:
        """What becomes of a request that is right as far as this server can tell by itself."""
        if (refused := self._refused(inspection.findings)) is not None:
            return refused
        proposal = self._proposal(inspection, caller)
        if proposal.binding and (unbound := self._refused(proposal.binding)) is not None:
            return unbound
        if self._needs_person(inspection, proposal):
            reply = await self._asked(inspection, proposal, caller)
            if isinstance(reply, Question):
                return reply
            if reply.decision is not Decision.CREATE:
                return self._unconfirmed(inspection, reply)
        return await self._created(inspection, proposal, caller.principal)

    def _told(self, result: Result) -> Result:
        """The result; where nobody is asked it says so, whatever became of the request."""
        if self._policy.confirmation != "never":
            return result
        step = f"{result.next_step} {NOBODY_IS_ASKED}" if result.next_step else NOBODY_IS_ASKED
        return result.model_copy(update={"next_step": step})

    def crashed(self, outcome: Outcome) -> Result:
        """The result of a call that met a bug of ours."""
        return Result(
            status=Status.FAILED, backend=self._backend, error=refusal.server_error(outcome)
        )

    # -- preview

    async def _inspected(
        self, arguments: Mapping[str, Any], model: type[CommandRequest]
    ) -> Inspection:
        # In a thread: a parser takes up to a second for what is made to be slow.
        return await anyio.to_thread.run_sync(self._inspector.inspect, arguments, model)

    async def _looked_up(
        self, inspection: Inspection
    ) -> tuple[Inspection, tuple[LiveCheck, ...] | None]:
        """With what the cloud says of it, where that is asked for and there is something to ask."""
        request, content = inspection.request, inspection.content
        if content is None or not inspection.is_whole:
            return inspection, None
        if not (self._settings.checks_live or request.live_checks):
            return inspection, None
        from mcp_server.creation.live_checks import LiveChecks  # noqa: PLC0415 - not at start-up

        seen = await LiveChecks(self._gateway).look_up(request, content)
        return self._inspector.with_findings(inspection, seen.findings), seen.checks

    async def _previewed(
        self, arguments: Mapping[str, Any], model: type[CommandRequest], caller: Caller
    ) -> Result:
        inspection, checks = await self._looked_up(await self._inspected(arguments, model))
        try:
            preview = await self._preview_of(inspection, caller)
        except EcsError as error:  # a local endpoint that does not start
            return Result(status=Status.FAILED, backend=self._backend, error=error.explanation)
        refused = inspection.has(Severity.INVALID)
        result = Result(
            status=Status.INVALID if refused else Status.PREVIEW,
            backend=self._backend,
            next_step=self._next_step(verdict(inspection, self._policy.confirmation)),
            preview=preview,
            checks=checks,
            findings=inspection.findings,
            error=refusal.invalid(inspection.findings) if refused else None,
        )
        self._log("dry run", result, preview.digest if preview else None)
        return result

    async def _preview_of(self, inspection: Inspection, caller: Caller) -> Preview | None:
        """The preview, where the request is whole enough to have one."""
        request, content = inspection.request, inspection.content
        if content is None or not inspection.is_whole:
            return None
        endpoint = await self._gateway.endpoint(request.region_id)
        parameters = api_request(request, content.encoded)
        decision = verdict(inspection, self._policy.confirmation)
        left_behind = self._unsettled.of(caller.principal, digest(parameters))
        client_token = request.client_token or left_behind or self._new_token()
        token: str | None = None
        is_possible = decision in {Verdict.WOULD_BE_CREATED, Verdict.NEEDS_CONFIRMATION}
        if is_possible and self._gives_tokens:
            token = preview_token(self._sealer, parameters, caller.principal, client_token)
        return await anyio.to_thread.run_sync(
            lambda: build_preview(
                inspection,
                content,
                Outgoing(parameters, client_token, endpoint, self._settings.content_limit),
                self._inspector,
                decision=decision,
                token=token,
            )
        )

    def _next_step(self, decision: Verdict) -> str:
        if not self._creates:
            return NOTHING_IS_CREATED_HERE
        if not self._gives_tokens and decision in _WITHOUT_TOKEN:
            return _WITHOUT_TOKEN[decision]
        step = _NEXT_STEPS[decision]
        if decision is Verdict.NEEDS_CONFIRMATION and self._policy.confirmation == "handoff":
            step = HOW_TO_HAND_OFF
        return step

    # -- what is in the way

    def _refused(self, findings: tuple[Finding, ...]) -> Result | None:
        for severity, status, explain in (
            (Severity.INVALID, Status.INVALID, refusal.invalid),
            (Severity.BLOCK, Status.BLOCKED, refusal.blocked),
        ):
            if any(finding.severity is severity for finding in findings):
                result = Result(
                    status=status,
                    backend=self._backend,
                    next_step=HOW_TO_REPAIR,
                    findings=findings,
                    error=explain(findings),
                )
                self._log("create", result, None)
                return result
        return None

    def _unconfirmed(self, inspection: Inspection, reply: Reply) -> Result:
        said_no = reply.decision in {Decision.DECLINE, Decision.CANCEL}
        result = Result(
            status=Status.DECLINED if said_no else Status.NEEDS_CONFIRMATION,
            backend=self._backend,
            findings=inspection.findings,
            error=refusal.unconfirmed(inspection.findings, reply),
        )
        self._log("create", result, None)
        return result

    # -- consent

    def _proposal(self, inspection: Inspection, caller: Caller) -> Proposal:
        """What would be created, and what the caller brings for it."""
        request, content = inspection.request, inspection.content
        if content is None or not isinstance(request, CreateCommandRequest):
            raise AssertionError("a request without a script is invalid, and was refused before")
        parameters = api_request(request, content.encoded)
        earlier = self._earlier(caller)
        previewed: Previewed | Broken | None = None
        is_agreed = isinstance(earlier, EarlierAnswer) and earlier.digest == digest(parameters)
        # What a person said yes to was bound when they were asked; its token may be over by now.
        if request.preview_token is not None and not is_agreed:
            previewed = opened(self._sealer, request.preview_token, caller.principal)
        binding = binding_findings(
            request,
            parameters,
            previewed,
            required=self._policy.require_preview and not is_agreed,
        )
        return proposal(
            request,
            parameters,
            previewed=None if isinstance(previewed, Broken) else previewed,
            binding=tuple(binding),
            answered=earlier,
            left_behind=partial(self._unsettled.of, caller.principal),
            new_token=self._new_token,
        )

    def _earlier(self, caller: Caller) -> EarlierAnswer | Broken | None:
        """What a person said to an earlier question, and what that was about."""
        if caller.answered is None:
            return None
        about = asked(self._sealer, caller.answered.state, caller.principal)
        if isinstance(about, Broken):
            return about
        reply = caller.answered.reply.to(Decision.CREATE)
        return EarlierAnswer(about["digest"], about["client_token"], reply)

    def _needs_person(self, inspection: Inspection, proposal: Proposal) -> bool:
        confirmation = self._policy.confirmation
        if confirmation == "handoff" and proposal.is_previewed:
            return False
        return verdict(inspection, confirmation) is Verdict.NEEDS_CONFIRMATION

    async def _asked(
        self, inspection: Inspection, proposal: Proposal, caller: Caller
    ) -> Reply | Question:
        if proposal.reply is not None:
            return proposal.reply
        asking = question(
            self._sealer,
            inspection.request,
            inspection.findings,
            proposal.digest,
            proposal.client_token,
            caller.principal,
        )
        reply = await caller.ask(asking)
        return asking if reply is None else reply.to(Decision.CREATE)

    # -- creation

    async def _created(self, inspection: Inspection, proposal: Proposal, principal: str) -> Result:
        # Once settled, it must not come up again.
        self._unsettled.forget(principal, proposal.digest, proposal.client_token)
        settled = False
        try:
            # One token for all attempts, so that no repetition can create a second command.
            result = await self._sent(
                proposal.parameters | {"ClientToken": proposal.client_token}, inspection
            )
            settled = result.error is None or result.error.outcome is not Outcome.UNKNOWN
        finally:  # also when the call is cancelled, and its caller never sees the token
            if not settled:
                self._unsettled.keep(principal, proposal.digest, proposal.client_token)
        self._log("create", result, proposal.digest)
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
