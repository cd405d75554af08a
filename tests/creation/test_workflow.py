import base64
import logging
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from mcp_server.creation.permission import permission
from mcp_server.creation.workflow import (
    HOW_TO_CREATE,
    HOW_TO_REPAIR,
    HOW_TO_RUN,
    Workflow,
    new_client_token,
)
from mcp_server.ecs.wire import api_request, digest
from mcp_server.models.explanation import Explanation, Outcome, Retry, Source
from mcp_server.models.finding import Severity
from mcp_server.models.limits import API_PAGE
from mcp_server.models.result import (
    Backend,
    Default,
    Parameter,
    Preview,
    Result,
    Size,
    Status,
    Verdict,
)
from mcp_server.settings import Settings
from tests.conftest import SETTINGS, Service
from tests.guardrails.requests import (
    FAULTS,
    VALID,
    Arguments,
    Fault,
    base64_of,
    found,
    inspected,
    valid_requests,
    with_changes,
)


@pytest.mark.anyio
async def test_a_valid_request_becomes_a_command(service: Service) -> None:
    result = await service.workflow.create(VALID)
    (command,) = service.emulator.commands()
    (record,) = service.emulator.requests
    assert result == Result(
        status=Status.CREATED,
        backend=Backend.LOCAL,
        command_id=command.command_id,
        request_id=result.request_id,
        client_token=record.client_token,
        next_step=HOW_TO_RUN,
    )
    assert result.request_id
    assert (command.name, command.type, command.content) == (
        "greeting",
        "RunShellScript",
        b"echo hi",
    )
    assert command.timeout == 60


@pytest.mark.anyio
async def test_every_argument_reaches_the_command(service: Service) -> None:
    result = await service.workflow.create(
        VALID
        | {
            "region_id": "ap-southeast-1",
            "command_content": base64_of("echo {{who}}\r\n"),
            "content_encoding": "Base64",
            "description": "says hi\n测试",
            "working_dir": "/opt/app",
            "timeout": 600,
            "enable_parameter": True,
            "launcher": "bash -e",
            "tags": [{"key": "env", "value": "prod"}, {"key": "bare"}],
            "client_token": "token-1",
            "normalize_content": True,
        }
    )
    (command,) = service.emulator.commands("ap-southeast-1")
    assert result.client_token == "token-1"
    assert (command.content, command.description, command.working_dir) == (
        b"echo {{who}}\n",
        "says hi\n测试",
        "/opt/app",
    )
    assert (command.timeout, command.enable_parameter, command.parameter_names) == (
        600,
        True,
        ("who",),
    )
    assert (command.launcher, command.tags) == ("bash -e", (("env", "prod"), ("bare", "")))


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(valid_requests())
def test_what_the_checks_pass_the_endpoint_takes_byte_for_byte(
    shared_emulator, shared_gateway, arguments: Arguments
) -> None:
    shared_emulator.reset()
    workflow = Workflow(SETTINGS, shared_gateway)
    inspection = inspected(arguments)
    result = anyio.run(workflow.create, arguments)
    if inspection.has(Severity.CONFIRM):
        assert result.status is Status.NEEDS_CONFIRMATION
        assert shared_emulator.requests == []
        return
    assert result.status is Status.CREATED, result.error
    (command,) = shared_emulator.commands(arguments["region_id"])
    assert inspection.content is not None
    assert command.content == inspection.content.data
    given_bytes = (
        base64.b64decode(arguments["command_content"])
        if arguments.get("content_encoding") == "Base64"
        else arguments["command_content"].encode()
    )
    if not arguments.get("normalize_content"):
        assert command.content == given_bytes
    assert (command.name, command.tags) == (
        arguments["name"],
        tuple((tag["key"], tag["value"]) for tag in arguments.get("tags") or []),
    )


@pytest.mark.anyio
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_nothing_of_a_faulty_request_is_sent(service: Service, fault: Fault) -> None:
    result = await service.workflow.create(with_changes(VALID, fault.changes))
    assert (result.status, result.command_id, result.client_token) == (Status.INVALID, None, None)
    assert result.error is not None
    assert result.error.outcome is Outcome.NOT_SENT
    assert service.emulator.requests == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS.values() if fault.repair], ids=lambda f: f.keys[0][0]
)
async def test_a_call_repaired_as_the_answer_says_does_what_was_asked_for(
    service: Service, fault: Fault
) -> None:
    call, status = service.workflow.create, Status.CREATED
    if "sample_parameters" in (fault.repair or {}):
        call, status = service.workflow.preview, Status.PREVIEW
    arguments = with_changes(VALID, fault.changes)
    refused = await call(arguments)
    assert refused.error is not None
    assert (await call(arguments | (refused.error.repair or {}))).status is status


@pytest.mark.anyio
async def test_a_refusal_explains_every_problem_at_once(service: Service) -> None:
    arguments = VALID | {"timeout": "soon", "RegionId": "cn-beijing", "name": "n" * 129}
    assert await service.workflow.create(arguments) == Result(
        status=Status.INVALID,
        backend=Backend.LOCAL,
        next_step=HOW_TO_REPAIR,
        findings=tuple(found(arguments)),
        error=Explanation(
            code="InvalidArguments",
            source=Source.INPUT,
            field="name",
            message="3 problems in the arguments. name has 129 characters, and 128 is the limit. "
            "timeout is not a whole number. There is no argument 'RegionId', and region_id is "
            "given too.",
            cause="The API would refuse these arguments, or store something other than was meant.",
            fix="Mend timeout as the findings say. Merge repair into the arguments (null takes an "
            "argument out) and call again.",
            repair={"RegionId": None, "name": "n" * 128},
            retry=Retry.AFTER_FIX,
            outcome=Outcome.NOT_SENT,
            reference=API_PAGE,
        ),
    )


# Previews


@pytest.mark.anyio
async def test_a_preview_shows_exactly_what_would_be_sent(service: Service) -> None:
    script = "#!/bin/sh\necho '{{who}} {{WHO}}'\necho '{{ACS::InstanceName}} {{oos:x}}'\n"
    arguments = VALID | {
        "command_content": script,
        "enable_parameter": True,
        "description": "语",
        "launcher": "bash -é",
        "working_dir": "/opt",
        "tags": [{"key": "a"}],
        "client_token": "token-1",
        "timeout": 60,
    }
    request = {
        "RegionId": "cn-hangzhou",
        "Name": "greeting",
        "Type": "RunShellScript",
        "CommandContent": base64_of(script),
        "ContentEncoding": "Base64",
        "Description": "语",
        "WorkingDir": "/opt",
        "Timeout": 60,
        "Launcher": "bash -é",
        "ClientToken": "token-1",
        "EnableParameter": True,
        "Tag": [{"Key": "a", "Value": ""}],
    }
    result = await service.workflow.preview(arguments)
    assert result.preview is not None
    assert result.preview.preview_token
    assert result == Result(
        status=Status.PREVIEW,
        backend=Backend.LOCAL,
        next_step=HOW_TO_CREATE,
        preview=Preview(
            request=request | {"CommandContent": script},
            endpoint=service.emulator.endpoint,
            script=script,
            sizes=(
                Size(field="command_content", size=96, limit=18432, unit="bytes"),
                Size(field="name", size=8, limit=128, unit="characters"),
                Size(field="description", size=1, limit=512, unit="characters"),
                Size(field="working_dir", size=4, limit=200, unit="characters"),
                Size(field="launcher", size=8, limit=1024, unit="bytes"),
                Size(field="tags", size=1, limit=20, unit="items"),
                Size(field="command_content.parameters", size=1, limit=20, unit="items"),
            ),
            parameters=(
                Parameter(
                    name="who",
                    kind="custom",
                    line=2,
                    lines=(2,),
                    spellings=("WHO",),
                    places=("within quotes",),
                ),
                Parameter(
                    name="ACS::InstanceName",
                    kind="builtin",
                    line=3,
                    lines=(3,),
                    places=("within quotes",),
                    agent_linux="2.2.3.344",
                    agent_windows="2.1.3.344",
                ),
                Parameter(name="oos:x", kind="oos", line=3, lines=(3,), places=("within quotes",)),
            ),
            defaults=(
                Default(
                    field="ContentEncoding",
                    value="Base64",
                    note="The script is sent as Base64, byte for byte.",
                ),
            ),
            digest=digest(request),
            preview_token=result.preview.preview_token,
            verdict=Verdict.WOULD_BE_CREATED,
            policy=(),
            url_bytes=result.preview.url_bytes,
            permission=permission("cn-hangzhou"),
        ),
        findings=tuple(found(arguments)),
    )
    assert service.emulator.requests == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("script_type", "working_dir"),
    [
        ("RunShellScript", "/root"),
        ("RunPowerShellScript", "the agent's own folder, such as C:\\Windows\\System32"),
    ],
)
async def test_a_preview_states_the_defaults_that_will_apply(
    service: Service, script_type: str, working_dir: str
) -> None:
    preview = (await service.workflow.preview(VALID | {"type": script_type})).preview
    assert preview is not None
    assert {default.field: default.value for default in preview.defaults} == {
        "ContentEncoding": "Base64",
        "timeout": "60",
        "working_dir": working_dir,
    }


@pytest.mark.anyio
async def test_a_preview_without_parameters_lists_none(service: Service) -> None:
    preview = (await service.workflow.preview(VALID | {"command_content": "{{who}}"})).preview
    assert preview is not None
    assert preview.parameters == ()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "status", "verdict"),
    [
        ({}, Status.PREVIEW, Verdict.WOULD_BE_CREATED),
        ({"timeout": 1}, Status.PREVIEW, Verdict.WOULD_BE_CREATED),
        ({"type": "RunBatScript", "command_content": "echo 😀"}, Status.PREVIEW,
         Verdict.NEEDS_CONFIRMATION),
        ({"name": "a\nb"}, Status.INVALID, Verdict.WOULD_BE_REFUSED),
        ({"command_content": "#" * 20_000}, Status.INVALID, Verdict.WOULD_BE_REFUSED),
    ],
)  # fmt: skip
async def test_the_verdict_of_a_preview_is_that_of_its_heaviest_finding(
    service: Service, changes: Arguments, status: Status, verdict: Verdict
) -> None:
    result = await service.workflow.preview(VALID | changes)
    assert result.preview is not None
    assert (result.status, result.preview.verdict) == (status, verdict)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "changes",
    [
        {"timeout": "x"},
        {"region_id": "evil.example/"},
        {"command_content": None},
        {"description": "\ud83c"},
        {"timeout": 2**53},
        {"command_content": "x", "content_encoding": "Base64"},
    ],
    ids=range(6),
)
async def test_a_request_that_is_not_whole_has_findings_and_no_preview(
    service: Service, changes: Arguments
) -> None:
    result = await service.workflow.preview(VALID | changes)
    assert (result.status, result.preview) == (Status.INVALID, None)
    assert result.findings
    assert result.error is not None
    assert result.next_step == HOW_TO_REPAIR


@pytest.mark.anyio
async def test_a_preview_tells_the_length_of_the_url_that_leaves(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    send = HTTPAdapter.send

    def noting(
        adapter: HTTPAdapter, request: PreparedRequest, *rest: Any, **options: Any
    ) -> Response:
        sent.append(str(request.url))
        return send(adapter, request, *rest, **options)

    monkeypatch.setattr(HTTPAdapter, "send", noting)
    arguments = VALID | {
        "command_content": "echo '~ + / {{a}}'\n" * 20,
        "enable_parameter": True,
        "description": "two words, 语 & (more)*!",
        "tags": [{"key": "a b", "value": "~"}, {"key": "c"}],
    }
    preview = (await service.workflow.preview(arguments)).preview
    assert preview is not None
    await service.workflow.create(arguments | {"preview_token": preview.preview_token})
    (url,) = sent
    assert preview.url_bytes == len(url.replace("http:", "https:", 1))


@pytest.mark.anyio
async def test_field_case_57_a_dry_run_is_the_preview_and_sends_nothing(service: Service) -> None:
    dry = await service.workflow.create(VALID | {"dry_run": True})
    preview = await service.workflow.preview(VALID)
    assert dry.preview is not None
    assert preview.preview is not None
    token = {"preview_token": preview.preview.preview_token}
    assert dry.model_copy(update={"preview": dry.preview.model_copy(update=token)}) == preview
    assert service.emulator.requests == []


@pytest.mark.anyio
async def test_field_case_57_a_dry_run_is_logged_as_one_without_the_script(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mcp_server.creation.workflow")
    script = "yum install canary-7f3a"
    result = await service.workflow.create(VALID | {"command_content": script, "dry_run": True})
    assert result.preview is not None
    assert caplog.messages == [
        f"dry run: preview, backend local, digest {result.preview.digest}, command None, "
        "request None, findings ARG012,HNG004"
    ]


@pytest.mark.anyio
async def test_a_creation_is_logged_with_the_digest_of_its_preview(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    preview = (await service.workflow.preview(VALID)).preview
    assert preview is not None
    caplog.set_level(logging.INFO, "mcp_server.creation.workflow")
    result = await service.workflow.create(VALID)
    assert caplog.messages == [
        f"create: created, backend local, digest {preview.digest}, command {result.command_id}, "
        f"request {result.request_id}, findings None"
    ]


@pytest.mark.anyio
async def test_anything_but_true_is_no_dry_run_and_creates_nothing_either(
    service: Service,
) -> None:
    result = await service.workflow.create(VALID | {"dry_run": "true"})
    assert result.error is not None
    assert (result.status, result.error.repair) == (Status.INVALID, {"dry_run": True})
    assert service.emulator.requests == []


# Client tokens


def test_a_new_token_is_32_characters_of_ascii_and_never_the_same() -> None:
    tokens = {new_client_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 32 and token.isascii() and token.isalnum() for token in tokens)


@pytest.mark.anyio
async def test_each_call_has_a_token_of_its_own(service: Service) -> None:
    first = await service.workflow.create(VALID)
    second = await service.workflow.create(VALID)
    assert first.client_token != second.client_token
    assert first.command_id != second.command_id


@pytest.mark.anyio
async def test_a_call_repeated_with_its_token_finds_its_command(service: Service) -> None:
    first = await service.workflow.create(VALID)
    again = await service.workflow.create(VALID | {"client_token": first.client_token})
    assert (again.status, again.command_id) == (Status.CREATED, first.command_id)
    assert len(service.emulator.commands()) == 1


@pytest.mark.anyio
async def test_a_token_used_for_something_else_is_explained_with_its_repair(
    service: Service,
) -> None:
    await service.workflow.create(VALID | {"client_token": "token-1"})
    arguments = VALID | {"client_token": "token-1", "name": "other"}
    failed = await service.workflow.create(arguments)
    assert failed.error is not None
    assert failed == Result(
        status=Status.FAILED,
        backend=Backend.LOCAL,
        request_id=failed.error.request_id,
        client_token="token-1",
        error=failed.error,
    )
    assert (failed.error.code, failed.error.outcome, failed.error.repair) == (
        "IdempotentParameterMismatch",
        Outcome.NOT_CREATED,
        {"client_token": None},
    )
    created = await service.workflow.create(arguments | {"client_token": None})
    assert created.status is Status.CREATED


@pytest.mark.anyio
async def test_the_tokens_may_come_from_elsewhere(service: Service) -> None:
    workflow = Workflow(SETTINGS, service.gateway, new_token=lambda: "from-elsewhere")
    assert (await workflow.create(VALID)).client_token == "from-elsewhere"


@pytest.mark.anyio
async def test_a_failure_keeps_the_token_and_the_findings(service: Service) -> None:
    result = await service.workflow.create(VALID | {"region_id": "xx-unknown-1"})
    assert result.error is not None
    assert (result.status, result.error.code) == (Status.FAILED, "InvalidRegionId.NotFound")
    assert result.client_token == service.emulator.requests[0].client_token
    assert [finding.rule for finding in result.findings] == ["unpublished-region"]


# Consent, and bugs


@pytest.mark.anyio
async def test_what_needs_a_person_is_not_created_without_one(service: Service) -> None:
    arguments = VALID | {"type": "RunBatScript", "command_content": "@echo 😀"}
    result = await service.workflow.create(arguments)
    assert result.error is not None
    assert result == Result(
        status=Status.NEEDS_CONFIRMATION,
        backend=Backend.LOCAL,
        next_step=result.next_step,
        findings=tuple(found(arguments)),
        error=result.error,
    )
    assert (result.error.code, result.error.source, result.error.outcome) == (
        "ConfirmationUnavailable",
        Source.CONFIRMATION,
        Outcome.NOT_SENT,
    )
    assert service.emulator.requests == []


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.UNKNOWN])
def test_a_bug_is_a_failure_that_says_what_is_known(service: Service, outcome: Outcome) -> None:
    result = service.workflow.crashed(outcome)
    assert result.error is not None
    assert (result.status, result.error.source, result.error.outcome) == (
        Status.FAILED,
        Source.SERVER,
        outcome,
    )
    assert ("unknown" in result.error.cause) is (outcome is Outcome.UNKNOWN)


@pytest.mark.anyio
async def test_field_case_22_a_creation_says_that_it_does_not_run(service: Service) -> None:
    created = await service.workflow.create(VALID)
    preview = await service.workflow.preview(VALID)
    for result in (created, preview):
        assert result.next_step is not None
        assert "does not run it" in result.next_step
        assert "InvokeCommand" in result.next_step
    assert "content is final" in HOW_TO_RUN


@pytest.mark.anyio
async def test_results_name_the_backend_they_would_use(service: Service) -> None:
    cloud = Workflow(Settings(local=False), service.gateway)
    assert (await cloud.create({})).backend is Backend.ALIYUN
    assert (await service.workflow.create({})).backend is Backend.LOCAL


@pytest.mark.anyio
async def test_the_operators_settings_reach_the_checks(service: Service) -> None:
    workflow = Workflow(
        Settings(
            local=True, live_checks=False, content_limit=24 * 1024, extra_regions=("cn-beijing-1",)
        ),
        service.gateway,
    )
    script = {"command_content": "#" * 18_000, "region_id": "cn-beijing-1"}
    preview = (await workflow.preview(VALID | script)).preview
    assert preview is not None
    assert preview.verdict is Verdict.WOULD_BE_CREATED
    assert preview.sizes[0] == Size(
        field="command_content", size=24_000, limit=24_576, unit="bytes"
    )


def test_the_digest_of_a_preview_is_that_of_the_request_sent() -> None:
    inspection = inspected(VALID)
    assert inspection.content is not None
    sent: dict[str, Any] = api_request(inspection.request, inspection.content.encoded)
    assert digest(sent | {"ClientToken": "x"}) == digest(sent)
