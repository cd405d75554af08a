"""Calls to ECS: in worker threads, repeated where that is safe, answered within a time limit."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar, cast

import anyio
import anyio.to_thread

from mcp_server.ecs import replies
from mcp_server.ecs.backend import Backend
from mcp_server.ecs.call import AttemptFailedError, Call, Slot
from mcp_server.ecs.clients import Clients
from mcp_server.ecs.credentials import Account, CredentialsError
from mcp_server.ecs.error_catalogue import explain
from mcp_server.ecs.failure import Failure, worse
from mcp_server.ecs.retry import Backoff, full_jitter, pause_before_next
from mcp_server.ecs.services import CENTRAL_ACTIONS
from mcp_server.ecs.stored_command import StoredCommand
from mcp_server.models.explanation import Explanation, Outcome
from mcp_server.settings import Settings

_LOG: Final = logging.getLogger("mcp_server.ecs")
_ANY_REGION: Final = "cn-hangzhou"
NO_SUCH_COMMAND: Final = "InvalidCmdId.NotFound"
"""The API's code."""
_GRACE: Final = 1.0
"""Seconds that the reply to a cancelled call still has to reach the log."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class CreatedCommand:
    """ECS has the command."""

    command_id: str
    request_id: str | None
    attempts: int


class EcsError(Exception):
    """A call that did not succeed; its text is only the code.

    Attributes:
        explanation: what happened, what is known of the outcome, and the way out.
        attempts: how many times the request was tried.
    """

    def __init__(self, explanation: Explanation, attempts: int) -> None:
        super().__init__(explanation.code)
        self.explanation = explanation
        self.attempts = attempts


class Gateway:
    """The one way to ECS. Safe to share between the tasks of one event loop."""

    def __init__(
        self, settings: Settings, backend: Backend, *, backoff: Backoff = full_jitter
    ) -> None:
        """Import, read and connect nothing yet.

        Args:
            settings: timeouts, attempts and how many calls may run at once.
            backend: where calls go, and with which keys.
            backoff: seconds to wait after an attempt, counted from 1.
        """
        self._settings = settings
        self._backend = backend
        self._backoff = backoff
        self._threads = anyio.CapacityLimiter(settings.max_concurrent_calls)
        self._unlimited = anyio.CapacityLimiter(math.inf)
        self._clients = Clients(backend.protocol)

    async def endpoint(self, region_id: str) -> str:
        """The host that a call for this region goes to. May start a local endpoint.

        Raises:
            EcsError: a local endpoint cannot be started.
            ValueError: the region id was not validated (a bug).
        """
        try:
            return await anyio.to_thread.run_sync(self._backend.host, region_id)
        except OSError:
            explanation = explain(Failure("LocalEndpointFailed"))
            raise EcsError(explanation, attempts=0) from None

    async def create_command(self, request: Mapping[str, object]) -> CreatedCommand:
        """Create a command.

        Args:
            request: API names and values, with RegionId and a ClientToken, which is the same for
                every attempt: so a repeated request cannot create a second command.

        Raises:
            EcsError: it was not created, or nobody knows.
            ValueError: no ClientToken, or a name that the API does not have (a bug).
        """
        if not request.get("ClientToken"):
            raise ValueError("a request without a ClientToken cannot be repeated safely")
        call = self._call("CreateCommand", str(request["RegionId"]), request)
        command_id, request_id = await self._perform(call, replies.created)
        return CreatedCommand(command_id, request_id, call.attempts)

    async def describe_commands(
        self, region_id: str, command_id: str, provider: str | None = None
    ) -> StoredCommand | None:
        """Read one command back; None when the region has none with this id.

        Args:
            region_id: where.
            command_id: of the account's own commands, or of a provider's.
            provider: of public commands.

        Raises:
            EcsError: the call failed.
        """
        request = {"RegionId": region_id, "CommandId": command_id, "ContentEncoding": "Base64"}
        request |= {"Provider": provider} if provider else {}
        call = self._call("DescribeCommands", region_id, request)
        return await self._perform(call, partial(replies.stored, command_id))

    async def list_commands(
        self, request: Mapping[str, object], seconds: float | None = None
    ) -> replies.CommandPage:
        """One page of the commands of a region, the newest first.

        Args:
            request: API names and values, with RegionId.
            seconds: for all attempts, where that is less than the settings say.

        Raises:
            EcsError: the call failed.
            ValueError: a name that the API does not have (a bug).
        """
        whole = {**request, "ContentEncoding": "Base64"}
        call = self._call("DescribeCommands", str(request["RegionId"]), whole, seconds)
        return await self._perform(call, replies.page)

    async def delete_command(self, region_id: str, command_id: str) -> str | None:
        """Delete a command of the account.

        Returns:
            The id of the request; None when it was an attempt before that deleted the command,
            and its answer was lost.

        Raises:
            EcsError: it was not deleted, or nobody knows.
        """
        request = {"RegionId": region_id, "CommandId": command_id}
        call = self._call("DeleteCommand", region_id, request)
        try:
            return await self._perform(call, replies.request_id)
        except EcsError as error:
            settled = error.explanation.outcome is not Outcome.UNKNOWN
            if error.explanation.code == NO_SUCH_COMMAND and not settled:
                return None
            raise

    async def probe(self, region_id: str) -> None:
        """A harmless call that shows whether calls work: list one command, whichever.

        Raises:
            EcsError: the call failed.
        """
        request = {"RegionId": region_id, "MaxResults": 1}
        await self._perform(self._call("DescribeCommands", region_id, request), replies.answered)

    async def describe_regions(
        self, region_id: str = _ANY_REGION, seconds: float | None = None
    ) -> tuple[str, ...]:
        """The ids of the regions that the account sees.

        Raises:
            EcsError: the call failed.
        """
        call = self._call("DescribeRegions", region_id, {}, seconds)
        return await self._perform(call, replies.region_ids)

    async def caller_identity(self, seconds: float | None = None) -> replies.CallerIdentity:
        """Who calls, by the account's keys.

        Raises:
            EcsError: the call failed.
        """
        call = self._call("GetCallerIdentity", _ANY_REGION, {}, seconds)
        return await self._perform(call, replies.caller_identity)

    async def resource_groups(
        self, seconds: float | None = None
    ) -> tuple[replies.ResourceGroup, ...]:
        """The account's resource groups, at most a hundred.

        Raises:
            EcsError: the call failed.
        """
        call = self._call("ListResourceGroups", _ANY_REGION, {"PageSize": 100}, seconds)
        return await self._perform(call, replies.resource_groups)

    def close(self) -> None:
        """Close the connections. A later call would open new ones."""
        self._clients.close()

    def _call(
        self,
        action: str,
        region_id: str,
        request: Mapping[str, object],
        seconds: float | None = None,
    ) -> Call[Any]:
        longest = self._settings.call_timeout
        seconds = longest if seconds is None else min(longest, seconds)
        deadline = time.monotonic() + seconds
        return Call(action, region_id, request, deadline)

    async def _perform(
        self, call: Call[_Value], read: Callable[[Mapping[str, Any]], _Value | Failure]
    ) -> _Value:
        failure: Failure | None = None
        try:
            with anyio.move_on_after(max(0.0, call.seconds_left())):
                return await self._attempts(call, read)
        except AttemptFailedError as error:
            failure = error.failure
        except anyio.get_cancelled_exc_class():
            if call.abandon() is None:
                self._log_ending(call, call.value)
            left = min(_GRACE, max(0.0, call.seconds_left()))
            asyncio.get_running_loop().call_later(left, call.line.cut)
            _LOG.warning(
                "%s was cancelled, outcome %s, client token %s, command %s",
                call.action,
                call.outcome,
                call.client_token,
                call.command_id,
            )
            raise
        failure = failure or call.abandon()
        if failure is None:
            return cast("_Value", call.value)
        call.line.cut()
        # Raised here, not above, so that no earlier exception hangs on it.
        raise self._error(call, failure)

    async def _attempts(
        self, call: Call[_Value], read: Callable[[Mapping[str, Any]], _Value | Failure]
    ) -> _Value:
        import stamina  # noqa: PLC0415 - 20 ms that start-up does not need

        def pause(error: Exception) -> bool | float:
            if not isinstance(error, AttemptFailedError):
                return False
            wait = pause_before_next(
                error.failure, call.attempts, call.seconds_left(), self._backoff
            )
            return False if wait is None else wait

        caller = stamina.AsyncRetryingCaller(attempts=self._settings.max_attempts, timeout=None)
        return await caller(pause, self._attempt, call, read)

    async def _attempt(
        self, call: Call[_Value], read: Callable[[Mapping[str, Any]], _Value | Failure]
    ) -> _Value:
        # Not anyio's own use of a limiter, which lets go while an abandoned thread goes on.
        slot = Slot(self._threads)
        await slot.take()
        try:
            return await anyio.to_thread.run_sync(
                slot.run,
                partial(self._attempt_in_thread, call, read),
                abandon_on_cancel=True,
                limiter=self._unlimited,
            )
        finally:
            slot.leave()

    def _attempt_in_thread(
        self, call: Call[_Value], read: Callable[[Mapping[str, Any]], _Value | Failure]
    ) -> _Value:
        call.begin()
        reply = self._send(call)
        value = reply if isinstance(reply, Failure) else read(reply)
        if not call.end(value):
            self._log_ending(call, value)
        if isinstance(value, Failure):
            raise AttemptFailedError(value)
        return value

    def _log_ending(self, call: Call[_Value], value: object) -> None:
        _LOG.warning(
            "%s, no longer waited for, ended %s, client token %s, command %s",
            call.action,
            _ending(value),
            call.client_token,
            call.command_id,
        )

    def _send(self, call: Call[_Value]) -> dict[str, Any] | Failure:
        try:
            service = CENTRAL_ACTIONS.get(call.action)
            host = (
                self._backend.host(call.region_id)
                if service is None
                else self._backend.central_host(service)
            )
            account = self._backend.account()
        except CredentialsError as error:
            return Failure(error.code, detail=error.detail)
        except OSError:
            return Failure("LocalEndpointFailed")
        call.withheld = _withheld(account, call.request)
        from mcp_server.ecs import sdk, session  # noqa: PLC0415 - half a second, once

        client, guarded = self._clients.for_region(call.region_id, host, account, service)
        left = call.seconds_left()
        if left <= 0 or not call.may_send():
            return Failure("NotSentInTime")
        with session.used(guarded, call.line):
            return sdk.call(
                client,
                call.action,
                call.request,
                min(self._settings.connect_timeout, left),
                min(self._settings.read_timeout, left),
                call.withheld,
            )

    def _error(self, call: Call[_Value], failure: Failure) -> EcsError:
        explanation = explain(
            failure,
            outcome=worse(call.outcome, explain(failure).outcome),
            action=call.action,
            region_id=call.region_id,
            withheld=call.withheld,
        )
        _LOG.warning(
            "%s failed: %s, outcome %s, attempts %d, request id %s",
            call.action,
            explanation.code,
            explanation.outcome,
            call.attempts,
            explanation.request_id,
        )
        return EcsError(explanation, call.attempts)


def _ending(value: object) -> str:
    """How an attempt ended, for the log: codes and ids, nothing else that an endpoint said."""
    match value:
        case Failure():
            return f"with {value.code}, request id {value.request_id}"
        case replies.Created():
            return f"with the command {value.command_id}, request id {value.request_id}"
        case _:
            return "well"


def _withheld(account: Account, request: Mapping[str, object]) -> tuple[str, ...]:
    values = (
        account.access_key_id,
        account.access_key_secret,
        account.security_token,
        request.get("CommandContent"),
    )
    return tuple(value for value in values if isinstance(value, str) and value)
