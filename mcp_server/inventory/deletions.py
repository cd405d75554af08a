"""Deleting a command: a person agrees, and the answer has what it takes to undo it."""

import logging
import secrets
from collections.abc import Mapping
from typing import Any, Final

from mcp_server.creation.consent import Caller, Decision, Question, Reply
from mcp_server.creation.definition import arguments as arguments_of
from mcp_server.creation.definition import digest_of, fingerprint
from mcp_server.creation.refusal import blocked, invalid
from mcp_server.creation.seal import Broken, Sealer
from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.failure import Failure
from mcp_server.ecs.gateway import NO_SUCH_COMMAND, EcsError, Gateway
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.guardrails.inspection import Inspector
from mcp_server.guardrails.policy.request_checks import check_region_policy
from mcp_server.guardrails.policy.rules import RESOURCE_GROUP
from mcp_server.guardrails.query import query
from mcp_server.inventory.consent import answered_about, deletion_question, unconfirmed
from mcp_server.inventory.inventory import HOW_TO_FIND, reviewed, stored
from mcp_server.models.explanation import Explanation
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.query import DeleteCommandRequest
from mcp_server.models.result import Backend
from mcp_server.models.stored import Deletion, Standing
from mcp_server.settings import Settings

_HEAVY: Final = frozenset({Severity.INVALID, Severity.BLOCK})
"""What lets a command not be created, whoever agrees."""
_LOG: Final = logging.getLogger(__name__)
HOW_TO_UNDO: Final = "To undo it, call create_command with undo: the same command, under a new id."
HOW_TO_UNDO_NOT: Final = (
    "undo is what it was; create_command would refuse it as it stands, by {}: change it as the "
    "findings of preview_command say."
)


class Deletions:
    """Deletes commands. Between calls it holds nothing."""

    def __init__(
        self,
        settings: Settings,
        gateway: Gateway,
        inspector: Inspector,
        sealer: Sealer | None = None,
    ) -> None:
        """Nothing is called before the first request needs it.

        Args:
            settings: of the operator.
            gateway: to the cloud, or to the local endpoint.
            inspector: whose policy says where nothing may be changed, and whose rules tell
                whether a deletion can be undone.
            sealer: for questions; without one they are good for this process alone.
        """
        self._gateway = gateway
        self._inspector = inspector
        self._policy = inspector.policy
        self._extra_regions = settings.extra_regions
        self._sealer = sealer or Sealer([secrets.token_hex(32)])
        self.backend: Final = Backend.LOCAL if settings.local else Backend.ALIYUN

    async def deletion(self, arguments: Mapping[str, Any], caller: Caller) -> Deletion | Question:
        """Delete a command once a person agrees, or say what is in the way.

        Returns:
            What became of it; or a question, when a person's answer comes with another call.
        """
        asked = query(arguments, DeleteCommandRequest, self._extra_regions)
        if asked.request is None:
            return self._undeleted(Standing.INVALID, invalid(asked.findings), asked.findings)
        request = asked.request
        ruled = tuple(check_region_policy(request.region_id, self._policy))
        if ruled:
            return self._undeleted(Standing.BLOCKED, blocked(ruled), ruled)
        try:
            result = await self._deletion_of(request, caller)
        except EcsError as error:
            result = self._undeleted(Standing.FAILED, error.explanation)
        if isinstance(result, Question):
            return result
        self._log(request, result.status, result.digest, result.request_id)
        return result.model_copy(update={"command_id": request.command_id})

    async def _deletion_of(
        self, request: DeleteCommandRequest, caller: Caller
    ) -> Deletion | Question:
        command = await stored(self._gateway, request.region_id, request.command_id)
        if command is None:
            return self._gone()
        if command.provider:
            refused = explain(Failure("ProvidedByVendor"), action="DeleteCommand")
            return self._undeleted(Standing.BLOCKED, refused)
        about = {
            "region_id": request.region_id,
            "command_id": command.command_id,
            "fingerprint": fingerprint(command, request.region_id),
        }
        digest = digest_of(command, request.region_id)
        findings = [
            finding
            for finding in await reviewed(self._inspector, command, request.region_id)
            if finding.severity in _HEAVY
        ]
        if ruled := tuple(f for f in findings if f.rule_id == RESOURCE_GROUP.id):
            return self._undeleted(Standing.BLOCKED, blocked(ruled), ruled)
        against = tuple(dict.fromkeys(finding.rule_id for finding in findings))
        reply = await self._agreed(command, about, against, caller)
        if isinstance(reply, Question):
            return reply
        if reply.decision is not Decision.DELETE:
            said_no = reply.decision in {Decision.DECLINE, Decision.CANCEL}
            standing = Standing.DECLINED if said_no else Standing.NEEDS_CONFIRMATION
            return self._undeleted(standing, unconfirmed(reply)).model_copy(
                update={"name": command.name, "digest": digest}
            )
        return await self._agreed_deletion(request, about["fingerprint"], against)

    async def _agreed_deletion(
        self, request: DeleteCommandRequest, agreed: str, against: tuple[str, ...]
    ) -> Deletion:
        """Delete what a person agreed to, if it is that still; the API has no call for both."""
        now = await stored(self._gateway, request.region_id, request.command_id)
        if now is None:
            return self._gone()
        if fingerprint(now, request.region_id) != agreed or now.provider:
            changed = explain(Failure("CommandChanged"), action="DeleteCommand")
            return self._undeleted(Standing.FAILED, changed)
        result = await self._deleted(request, now, digest_of(now, request.region_id))
        if against and result.status is Standing.DELETED:
            step = HOW_TO_UNDO_NOT.format(", ".join(against))
            result = result.model_copy(update={"next_step": step})
        return result

    async def _agreed(
        self,
        command: StoredCommand,
        about: Mapping[str, str],
        against: tuple[str, ...],
        caller: Caller,
    ) -> Reply | Question:
        """What a person says to it: now, before this call, or not yet.

        They are asked whatever the policy says of creations: nobody agreed to deletions by that.
        """
        if caller.answered is not None:
            earlier = answered_about(self._sealer, caller.answered.state, caller.principal)
            if earlier is Broken.EXPIRED:
                return Reply(Decision.NO_ANSWER)
            if earlier == about:
                return caller.answered.reply.to(Decision.DELETE)
        asking = deletion_question(self._sealer, about, command, against, caller.principal)
        reply = await caller.ask(asking)
        return asking if reply is None else reply.to(Decision.DELETE)

    async def _deleted(
        self, request: DeleteCommandRequest, command: StoredCommand, digest: str
    ) -> Deletion:
        definition = {
            "name": command.name,
            "digest": digest,
            "undo": arguments_of(command, request.region_id),
        }
        # Before it is sent: who cancels the call never sees its answer.
        self._log(request, "sending", digest, None)
        try:
            request_id = await self._gateway.delete_command(request.region_id, request.command_id)
        except EcsError as error:
            if error.explanation.code == NO_SUCH_COMMAND:  # somebody was quicker
                return self._gone().model_copy(update=definition)
            return self._undeleted(Standing.FAILED, error.explanation).model_copy(
                update=definition  # it may be gone all the same
            )
        return Deletion(
            status=Standing.DELETED,
            backend=self.backend,
            request_id=request_id,
            next_step=HOW_TO_UNDO,
            **definition,
        )

    def _gone(self) -> Deletion:
        return Deletion(status=Standing.GONE, backend=self.backend, next_step=HOW_TO_FIND)

    def _undeleted(
        self, status: Standing, error: Explanation, findings: tuple[Finding, ...] = ()
    ) -> Deletion:
        return Deletion(
            status=status,
            backend=self.backend,
            request_id=error.request_id,
            findings=findings,
            error=error,
        )

    def _log(
        self, request: DeleteCommandRequest, what: str, digest: str | None, request_id: str | None
    ) -> None:
        """One line a decision: never the script, never a name."""
        _LOG.info(
            "delete: %s, backend %s, region %s, digest %s, command %s, request %s",
            what,
            self.backend,
            request.region_id,
            digest,
            request.command_id,
            request_id,
        )
