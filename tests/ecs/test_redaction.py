import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

KEY_ID = "CanaryKeyIdQ7x2"
SECRET = "CanarySecretW9z4"
TOKEN = "CanaryTokenK3v8+/=="
SCRIPT = "echo 'canary script: / & + ü'; mysql --password=CanaryPassword5u\n"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def output(tmp_path_factory) -> str:
    """Everything that the probe wrote, on both streams."""
    kept = ("PATH", "SYSTEMROOT", "TMPDIR", "COVERAGE_PROCESS_CONFIG")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    with_keys = environment | {
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path_factory.mktemp("home")),
        "DEBUG": "sdk",
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        "ALIBABA_CLOUD_CREDENTIALS_URI": f"http://127.0.0.1:9/{SECRET}",
        "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
    }
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tests.ecs.redaction_probe"],
        input=json.dumps([KEY_ID, SECRET, TOKEN, SCRIPT]),
        env=with_keys,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    written = ran.stdout + ran.stderr
    assert ran.returncode == 0, written
    return written


def test_the_probe_went_through_every_kind_of_end(output):
    codes = {line.split('"')[3] for line in output.splitlines() if line.startswith('{"code"')}
    assert codes == {
        "Unheard.Of", "InvalidWhatever", "InternalError", "Throttling", "ConnectionLost",
        "Timeout", "BadResponse", "NoCommandId", "SignatureDoesNotMatch", "TlsFailed",
        "ConnectFailed", "LocalEndpointUnreachable", "DnsFailed", "NoCredentials",
        "HalfCredentials", "MalformedCredentials", "MissingToken", "CredentialsUnavailable",
    }  # fmt: skip
    assert "CreatedCommand(command_id='c-" in output
    assert "chained: None" in output
    assert {line for line in output.splitlines() if line.startswith("chained")} == {"chained: None"}


@pytest.mark.parametrize(
    "canary",
    [
        KEY_ID,
        SECRET,
        TOKEN,
        quote(TOKEN, safe=""),
        SCRIPT.strip(),
        "CanaryPassword5u",
        "canary script",
        "canary+script",
        "canary%20script",
        base64.b64encode(SCRIPT.encode()).decode()[:24],
        base64.b64encode(SCRIPT.encode()).decode()[24:48],
        quote(SCRIPT, safe="")[:30],
        quote_plus(SCRIPT)[:30],
        quote(base64.b64encode(SCRIPT.encode()).decode(), safe="")[-24:],
        "Authorization",
        "Signature=",
        "x-acs-security-token",
    ],
)
def test_no_secret_and_no_script_is_in_any_log_or_answer(output, canary):
    assert canary.lower() not in output.lower()
