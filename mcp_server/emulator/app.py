"""The ASGI application: authenticate, find the action, apply scripted faults, answer, log."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from mcp_server.emulator.answers import Answers
from mcp_server.emulator.authentication import Authenticator, SignedRequest
from mcp_server.emulator.call import Call, JsonObject, State
from mcp_server.emulator.closing import Closing, ConnectionDropped
from mcp_server.emulator.errors import ApiError, refusal
from mcp_server.emulator.faults import Fault, FaultScript
from mcp_server.emulator.parameters import Parameters
from mcp_server.emulator.request_log import RequestLog, RequestRecord
from mcp_server.emulator.services import SERVICES, Service, action_of
from mcp_server.emulator.settings import Account

_NO_FAULT: Final = Fault()
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The endpoint behind its HTTP server; lives on over restarts of that server."""

    state: State
    authenticator: Authenticator
    faults: FaultScript
    requests: RequestLog

    def app(self, closing: Closing, control: Sequence[BaseRoute] = ()) -> Starlette:
        """The application for one run of the server, which puts `abort` into its state."""

        async def answer(request: Request) -> Response:
            return await self._answer(request, closing)

        return Starlette(routes=[Route("/", answer, methods=["GET", "POST"]), *control])

    def reset(self) -> None:
        """Forget everything that has happened."""
        self.faults.clear()
        self.authenticator.forget_nonces()
        self.state.store.clear()
        self.requests.clear()

    async def _answer(self, request: Request, closing: Closing) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return _NoResponse(request.state.abort)
        signed = SignedRequest(
            method=request.method,
            path=request.scope["raw_path"].decode("ascii"),
            query=request.scope["query_string"],
            headers=request.headers.raw,
            body=body,
        )
        progress = _Progress(signed)
        product = progress.service.product if progress.service else "Ecs"
        answers = Answers(signed.header("host") or "", product, self.state.settings.clock)
        try:
            response = await self._respond(progress, answers, closing)
        except ApiError as error:
            progress.outcome = error.code
            response = answers.error(error)
        except ConnectionDropped:
            progress.outcome = "dropped"
            response = _NoResponse(request.state.abort)
        except Exception:
            logger.exception("the emulator failed in %s", progress.action)
            progress.outcome = "InternalError"
            response = answers.error(refusal("InternalError"))
        self.requests.add(progress.record())
        return response

    async def _respond(self, progress: "_Progress", answers: Answers, closing: Closing) -> Response:
        account = progress.account = self.authenticator.authenticate(progress.request)
        service = progress.service
        if service is None:
            raise refusal("NoSuchVersion")
        action = action_of(service, progress.action)
        fault = self.faults.take(progress.action) or _NO_FAULT
        if not fault.answers or fault.commit:
            if progress.action in account.denied_actions:
                raise _denied(service, account, progress.action)
            pause = partial(closing.pause, fault)
            result = await action(Call(account, progress.parameters, self.state, pause))
            progress.note(result)
        else:
            await closing.pause(fault)
        if not fault.answers:
            return answers.success(result)
        if fault.drop:
            raise ConnectionDropped
        progress.outcome = fault.outcome
        return answers.fault(fault)


class _Progress:
    """What has become known of one request, for the log."""

    def __init__(self, request: SignedRequest) -> None:
        self.request = request
        self.service = SERVICES.get(request.header("x-acs-version") or "")
        self.action = request.header("x-acs-action") or ""
        self.parameters = _parameters(request)
        self.account: Account | None = None
        self.outcome = "OK"
        self.command_id: str | None = None

    def note(self, result: JsonObject) -> None:
        created = result.get("CommandId")
        self.command_id = created if isinstance(created, str) else self.parameters.text("CommandId")

    def record(self) -> RequestRecord:
        return RequestRecord(
            action=self.action,
            region_id=self.parameters.text("RegionId"),
            account_id=self.account.account_id if self.account else None,
            client_token=self.parameters.text("ClientToken"),
            nonce=self.request.header("x-acs-signature-nonce"),
            outcome=self.outcome,
            command_id=self.command_id,
        )


class _NoResponse(Response):
    """Closes the TCP connection instead of answering."""

    def __init__(self, abort: Callable[[], None]) -> None:
        super().__init__()
        self._abort = abort

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        self._abort()
        # uvicorn reports an application that returns without an answer as broken, unless it has
        # noticed before that the connection is gone.
        while (await receive())["type"] != "http.disconnect":
            pass


def _parameters(request: SignedRequest) -> Parameters:
    content_type = request.header("content-type") or ""
    is_form = content_type.lower().startswith("application/x-www-form-urlencoded")
    return Parameters.parse(request.query, request.body if is_form else b"")


def _denied(service: Service, account: Account, action: str) -> ApiError:
    return refusal(
        service.denial,
        details={
            "AuthAction": f"{service.permission_prefix}:{action}",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalOwnerId": account.account_id,
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "NoPermissionType": "ImplicitDeny",
            "EncodedDiagnosticMessage": "bG9jYWwgZW11bGF0b3I=",
        },
    )
