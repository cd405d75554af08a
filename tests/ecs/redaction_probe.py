"""Goes through every way a call can end, with everything logged; run as a program.

Prints what a caller gets. The test that starts it searches each byte for the canaries.
"""

import base64
import json
import logging
import socket
import sys
import traceback
from contextlib import ExitStack

import anyio

from mcp_server.ecs.backend import CloudBackend, LocalBackend, LocalEndpoint
from mcp_server.ecs.credentials import Account, CredentialSource
from mcp_server.ecs.gateway import EcsError, Gateway
from mcp_server.emulator import Account as EmulatorAccount
from mcp_server.emulator import Emulator, EmulatorSettings, Fault
from mcp_server.settings import Settings, credential_environment
from tests.ecs.fixed_backend import FixedBackend

LINK = "https://api.aliyun.com/troubleshoot?q="


def request(script: str) -> dict[str, object]:
    return {
        "RegionId": "cn-hangzhou",
        "Name": "probe",
        "Type": "RunShellScript",
        "CommandContent": base64.b64encode(script.encode()).decode(),
        "ContentEncoding": "Base64",
        "ClientToken": "probe",
    }


async def show(gateway: Gateway, script: str) -> None:
    try:
        created = await gateway.create_command(request(script))
        print(created)  # noqa: T201
        print(repr(gateway), await gateway.describe_commands("cn-hangzhou", "c-none"))  # noqa: T201
    except EcsError as error:
        print(error.explanation.model_dump_json())  # noqa: T201
        traceback.print_exception(error)
        chain = error.__context__ or error.__cause__
        print("chained:", chain)  # noqa: T201
    gateway.close()


def silent_port(stack: ExitStack) -> str:
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return f"127.0.0.1:{listening.getsockname()[1]}"


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


async def main(key_id: str, secret: str, token: str, script: str) -> None:
    encoded = base64.b64encode(script.encode()).decode()
    keys = Account(key_id, secret, token)
    account = EmulatorAccount(
        account_id="1", access_key_id=key_id, access_key_secret=secret, security_token=token
    )
    quick = Settings(read_timeout=0.2, call_timeout=5, max_attempts=2)
    with Emulator(EmulatorSettings(accounts=(account,))) as emulator, ExitStack() as stack:
        local = LocalBackend(lambda: LocalEndpoint(emulator.endpoint, keys))
        faults: list[Fault | None] = [
            None,
            *(
                Fault(code=code, message=f"{text} is wrong", recommend=f"{LINK}{text}", times=2)
                for code in ("Unheard.Of", "InvalidWhatever", "InternalError")
                for text in (script, encoded, key_id, secret, token)
            ),
            Fault(code="Throttling", status=503, times=2),
            Fault(drop=True, times=2),
            Fault(body="html", times=2),
            Fault(body="json_array", times=2),
            Fault(body="malformed_json", status=599, times=2),
            Fault(body="without_command_id", times=2),
        ]
        for fault in faults:
            emulator.reset()
            if fault:
                emulator.faults.add(fault)
            await show(Gateway(quick, local, backoff=lambda _: 0.0), script)
        wrong = Account(key_id, secret + "x", token)
        for backend in (
            LocalBackend(lambda: LocalEndpoint(emulator.endpoint, wrong)),
            FixedBackend(emulator.endpoint, "https", keys),
            FixedBackend(closed_port(), "https", keys),
            FixedBackend(closed_port(), "http", keys),
            FixedBackend(silent_port(stack), "http", keys),
            FixedBackend("localhost.invalid", "http", keys),
        ):
            await show(Gateway(quick, backend, backoff=lambda _: 0.0), script)
    for environment in (
        credential_environment(),
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": key_id},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": key_id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret + "\n"},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "STS." + key_id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret},
    ):
        for kind in ("environment", "default"):
            source = CredentialSource(kind, environment)
            await show(Gateway(quick, CloudBackend("public", source)), script)
    source = CredentialSource("credentials_uri", {})
    await show(Gateway(quick, CloudBackend("public", source)), script)


if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    canaries = json.loads(sys.stdin.read())
    anyio.run(main, *canaries)
