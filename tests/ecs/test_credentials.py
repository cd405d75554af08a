import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from mcp_server.ecs.backend import CloudBackend
from mcp_server.ecs.credentials import (
    KEY_ID,
    KEY_SECRET,
    SECURITY_TOKEN,
    Account,
    CredentialsError,
    CredentialSource,
    account_of_environment,
)
from mcp_server.ecs.gateway import EcsError
from mcp_server.settings import CredentialsKind

ID, SECRET = "LTAI5tCanaryKeyId", "CanaryKeySecret0123456789"


@pytest.mark.parametrize(
    ("environment", "code", "detail"),
    [
        ({KEY_ID: ID}, "HalfCredentials", f"{KEY_ID} is set but {KEY_SECRET} is not"),
        ({KEY_SECRET: SECRET}, "HalfCredentials", f"{KEY_SECRET} is set but {KEY_ID} is not"),
        (
            {KEY_ID: ID, KEY_SECRET: SECRET + "\n"},
            "MalformedCredentials",
            f"{KEY_SECRET} ends with a line break",
        ),
        (
            {KEY_ID: ID + "\r\n", KEY_SECRET: SECRET},
            "MalformedCredentials",
            f"{KEY_ID} ends with a line break",
        ),
        (
            {KEY_ID: ID, KEY_SECRET: SECRET + " "},
            "MalformedCredentials",
            f"{KEY_SECRET} ends with white space",
        ),
        (
            {KEY_ID: "\t" + ID, KEY_SECRET: SECRET},
            "MalformedCredentials",
            f"{KEY_ID} begins with white space",
        ),
        (
            {KEY_ID: ID, KEY_SECRET: f'"{SECRET}"'},
            "MalformedCredentials",
            f"{KEY_SECRET} is wrapped in quotation marks",
        ),
        (
            {KEY_ID: ID, KEY_SECRET: "two words"},
            "MalformedCredentials",
            f"{KEY_SECRET} has white space inside",
        ),
        (
            {KEY_ID: ID, KEY_SECRET: "sécret"},
            "MalformedCredentials",
            f"{KEY_SECRET} has a character that is not printable ASCII",
        ),
        (
            {KEY_ID: ID, KEY_SECRET: SECRET, SECURITY_TOKEN: "token\n"},
            "MalformedCredentials",
            f"{SECURITY_TOKEN} ends with a line break",
        ),
        (
            {KEY_ID: "STS.NTcanary", KEY_SECRET: SECRET},
            "MissingToken",
            f"{SECURITY_TOKEN} is not set",
        ),
        (
            {KEY_ID: "STS.NTcanary", KEY_SECRET: SECRET, SECURITY_TOKEN: ""},
            "MissingToken",
            f"{SECURITY_TOKEN} is not set",
        ),
    ],
)
def test_keys_that_cannot_be_right_are_named_without_their_value(environment, code, detail):
    with pytest.raises(CredentialsError) as caught:
        account_of_environment(environment)

    assert (caught.value.code, caught.value.detail) == (code, detail)


@pytest.mark.parametrize("environment", [{}, {KEY_ID: "", KEY_SECRET: ""}, {SECURITY_TOKEN: "t"}])
def test_an_environment_without_a_key_names_no_account(environment):
    assert account_of_environment(environment) is None


def test_a_temporary_key_comes_with_its_token():
    environment = {KEY_ID: "STS.x", KEY_SECRET: SECRET, SECURITY_TOKEN: "token"}

    assert account_of_environment(environment) == Account("STS.x", SECRET, "token", "env")


def test_the_chosen_environment_without_keys_is_explained():
    with pytest.raises(CredentialsError, match="NoCredentials"):
        CredentialSource("environment", {}).fetch()


def test_an_account_shows_nothing_of_its_keys():
    assert repr(Account(ID, SECRET, "token", "env")) == "Account(provider='env')"


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ({KEY_ID: "STS.NTcanary", KEY_SECRET: SECRET}, "MissingToken", f"{SECURITY_TOKEN} is not"),
        (
            {KEY_ID: ID, KEY_SECRET: SECRET + "\n"},
            "MalformedCredentials",
            f"{KEY_SECRET} ends with a line break",
        ),
        ({KEY_ID: ID}, "HalfCredentials", KEY_SECRET),
        ({}, "NoCredentials", KEY_ID),
    ],
)
def test_a_call_without_usable_keys_is_explained_and_nothing_is_sent(
    open_gateway, creation, environment, code, words
):
    gateway = open_gateway(CloudBackend("public", CredentialSource("environment", environment)))

    with pytest.raises(EcsError) as caught:
        anyio.run(gateway.create_command, creation())

    explanation = caught.value.explanation
    assert (explanation.code, explanation.source, explanation.outcome, caught.value.attempts) == (
        code,
        "credentials",
        "not_sent",
        1,
    )
    assert words in explanation.cause
    assert not any(secret in explanation.model_dump_json() for secret in (ID, SECRET, "canary"))


FETCH = """
import json, sys
from mcp_server.ecs.credentials import CredentialSource, CredentialsError
from mcp_server.settings import credential_environment
try:
    account = CredentialSource(sys.argv[1], credential_environment()).fetch()
    print(json.dumps([account.access_key_id, account.security_token, account.provider]))
except CredentialsError as error:
    print(json.dumps([error.code, error.detail]))
"""


@pytest.fixture
def fetch(tmp_path):
    """Fetches in a process of its own: the vendor reads its variables and HOME on import."""

    def run(kind: CredentialsKind, home=tmp_path, **variables: str) -> list[str]:
        kept = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "COVERAGE_PROCESS_CONFIG")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", "HOME": str(home)}
        ran = subprocess.run(
            [sys.executable, "-c", FETCH, kind],
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert ran.stderr == ""
        found: list[str] = json.loads(ran.stdout)
        return found

    return run


def cli_profile(home: Path, **profile: str) -> None:
    folder = home / ".aliyun"
    folder.mkdir()
    (folder / "config.json").write_text(
        json.dumps({"current": "work", "profiles": [{"name": "work", "mode": "AK", **profile}]}),
        encoding="utf-8",
    )


def test_the_vendors_chain_finds_the_profile_of_the_command_line_tool(fetch, tmp_path):
    cli_profile(tmp_path, access_key_id="id-of-profile", access_key_secret=SECRET)

    assert fetch("default") == ["id-of-profile", None, "default/cli_profile/static_ak"]
    assert fetch("cli_profile") == ["id-of-profile", None, "cli_profile/static_ak"]


def test_half_an_account_in_the_environment_does_not_lead_to_another_account(fetch, tmp_path):
    cli_profile(tmp_path, access_key_id="id-of-profile", access_key_secret=SECRET)

    assert fetch("default", ALIBABA_CLOUD_ACCESS_KEY_ID="id")[0] == "HalfCredentials"


def test_a_temporary_key_of_a_profile_without_a_token_is_explained(fetch, tmp_path):
    cli_profile(tmp_path, access_key_id="STS.id", access_key_secret=SECRET)

    assert fetch("cli_profile") == [
        "MissingToken",
        "the token of the source 'cli_profile' is not set",
    ]


def test_a_credentials_file_is_read(fetch, tmp_path):
    file = tmp_path / "keys.ini"
    file.write_text(
        "[default]\ntype = access_key\naccess_key_id = id-of-file\naccess_key_secret = x\n",
        encoding="utf-8",
    )

    assert fetch("credentials_file", ALIBABA_CLOUD_CREDENTIALS_FILE=str(file)) == [
        "id-of-file",
        None,
        "profile/static_ak",
    ]


@pytest.mark.parametrize(
    "kind", ["oidc", "cli_profile", "credentials_file", "ecs_ram_role", "credentials_uri"]
)
def test_a_source_that_has_nothing_says_what_it_needs(fetch, kind):
    code, detail = fetch(kind)

    assert code == "CredentialsUnavailable"
    assert "ALIBABA_CLOUD_" in detail


def test_the_vendors_chain_without_anything_is_explained(fetch):
    assert fetch("default")[0] == "NoCredentials"


def test_a_uri_that_refuses_is_explained_without_its_address(fetch, closed_port):
    uri = f"http://{closed_port}/canary-path"

    code, detail = fetch("credentials_uri", ALIBABA_CLOUD_CREDENTIALS_URI=uri)
    assert code == "CredentialsUnavailable"
    assert "canary" not in detail


def test_keys_from_a_uri_bring_their_token(fetch, answering):
    body = json.dumps(
        {
            "Code": "Success",
            "AccessKeyId": "STS.id",
            "AccessKeySecret": "secret",
            "SecurityToken": "token",
            "Expiration": "2999-01-01T00:00:00Z",
        }
    ).encode()
    address, received = answering(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )

    assert fetch("credentials_uri", ALIBABA_CLOUD_CREDENTIALS_URI=f"http://{address}/keys") == [
        "STS.id",
        "token",
        "credential_uri",
    ]
    assert len(received) == 1
