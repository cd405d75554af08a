"""Secrets that are known by their shape, wherever in the text they stand, comments included."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.anywhere.secrets.values import INSTEAD, WHY
from mcp_server.guardrails.script.model import Command, Script, Span
from mcp_server.guardrails.script.secret_shapes import (
    CLOUD_KEYS,
    PRIVATE_KEYS,
    TOKENS,
    WEBHOOKS,
    Kind,
    Secret,
    Shape,
    secrets,
)
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_SURE_NAMES: Final = (
    "access",
    "accountkey",
    "sharedaccesskey",
    "account_key",
    "account-key",
    "aws",
)
"""In the name of a secret that is certainly one of a cloud account."""
_NAME_LENGTH: Final = 40
_ALIBABA_SECRET: Final = 30
_FEWEST_CLASSES: Final = 2


def _found(text: str, *shapes: Shape) -> Iterator[Match]:
    for secret in secrets(text, shapes):
        yield Match(Span(secret.start, secret.end))


def _cloud_secrets(text: str) -> list[Secret]:
    keys = list(secrets(text, CLOUD_KEYS))
    has_id = any(key.shape.kind is Kind.ID for key in keys)
    return [
        key
        for key in keys
        if key.shape.kind is Kind.SECRET
        and (has_id or _is_named_surely(text, key))
        and _is_mixed(text[key.start : key.end])
    ]


def _is_named_surely(text: str, key: Secret) -> bool:
    if key.shape.service == "Microsoft Entra":
        return True
    name = text[max(0, key.start - _NAME_LENGTH) : key.start].lower()
    return any(part in name for part in _SURE_NAMES)


def _is_mixed(value: str) -> bool:
    """Whether it has letters and digits, as every real secret of this length does."""
    return any(c.isdecimal() for c in value) and any(c.isalpha() for c in value)


def _pairs(script: Script) -> Iterator[Match]:
    for key in _cloud_secrets(script.text):
        yield Match(Span(key.start, key.end))


def _lone_ids(script: Script) -> Iterator[Match]:
    if not _cloud_secrets(script.text):
        for key in secrets(script.text, CLOUD_KEYS):
            if key.shape.kind is Kind.ID:
                yield Match(Span(key.start, key.end))


def _configures_oss(command: Command, _script: Script) -> Opinion:
    secret = command.value("-k")
    return secret is not None and len(secret.text) == _ALIBABA_SECRET and secret.text.isalnum()


_ID: Final = "LTAI5t" + "NotARealKey000001"
_AWS_ID: Final = "AKIA" + "NOTAREALKEY00001"
_SECRET: Final = "NotARealSecret" + "0123456789abcdef"
_AWS_SECRET: Final = "NotARealSecret/0123456789" + "abcdefghijkLMNO"
_TOKEN: Final = "ghp_" + "NotARealToken0000000000000000000001"[:36].ljust(36, "z")
_WEBHOOK: Final = "0123456789abcdef" * 4
_BEGIN: Final = "-----BEGIN " + "RSA PRIVATE KEY-----"
_END: Final = "-----END " + "RSA PRIVATE KEY-----"
_BODY: Final = "Tm90QVJlYWxLZXk" * 4

RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="SEC201",
        name="cloud-access-key-secret-in-script",
        severity=Severity.BLOCK,
        what="The script holds the secret of a cloud account's access key.",
        why=WHY + " With it anyone uses the account from anywhere.",
        instead=INSTEAD + " Disable the key that stood here, it has been seen.",
        right_when="It is invented, for a test.",
        attack="T1552.001",
        check=(OnScript(_pairs), on("ossutil", "ossutil64", when=_configures_oss)),
        flags=Examples(
            sh=(
                f"export ALIBABA_CLOUD_ACCESS_KEY_ID={_ID}\n"
                f"export ALIBABA_CLOUD_ACCESS_KEY_SECRET={_SECRET}\n",
                f"aliyun configure set --access-key-id {_ID} --access-key-secret {_SECRET}\n",
                f"ossutil config -e oss.example -i {_ID} -k {_SECRET}\n",
                f"aws configure set aws_secret_access_key {_AWS_SECRET}\n",
            ),
            powershell=(
                f'$env:ALIBABA_CLOUD_ACCESS_KEY_SECRET = "{_SECRET}"\n',
                f"$id = '{_ID}'\n$config = @{{ AccessKeySecret = '{_SECRET}' }}\n",
                f'Set-AWSCredential -AccessKey {_AWS_ID} -SecretKey "{_AWS_SECRET}"\n',
            ),
            bat=(
                f"set ALIBABA_CLOUD_ACCESS_KEY_SECRET={_SECRET}\n",
                f'setx AWS_SECRET_ACCESS_KEY "{_AWS_SECRET}"\n',
                f"aliyun configure set --access-key-id {_ID} --access-key-secret {_SECRET}\n",
            ),
        ),
        allows=Examples(
            sh=(
                "export ALIBABA_CLOUD_ACCESS_KEY_SECRET=<your-access-key-secret>\n",
                "aliyun configure set --mode EcsRamRole --ram-role-name ops\n",
                'export AWS_SECRET_ACCESS_KEY="$SECRET_FROM_KMS"\n',
                "sha256sum -c app.sha256 # access key secret: see KMS\n",
            ),
            powershell=(
                '$env:ALIBABA_CLOUD_ACCESS_KEY_SECRET = "<secret>"\n',
                "$env:AWS_SECRET_ACCESS_KEY = $secret\n",
                'Write-Host "set AccessKeySecret first"\n',
            ),
            bat=(
                "set ALIBABA_CLOUD_ACCESS_KEY_SECRET=%1\n",
                "set AWS_SECRET_ACCESS_KEY=\n",
                "echo set ACCESS_KEY_SECRET first\n",
            ),
        ),
    ),
    ScriptRule(
        id="SEC202",
        name="private-key-in-script",
        severity=Severity.BLOCK,
        what="The script holds a private key.",
        why=WHY + " Whoever has the key is, for every host that trusts it, its owner.",
        instead="Make the key pair on the host, or fetch the key from KMS Secrets Manager or a "
        "bucket that only the instance's RAM role may read. Replace the key that stood here.",
        right_when="It is a published test key that nothing trusts.",
        attack="T1552.004",
        check=OnScript(lambda script: _found(script.text, *PRIVATE_KEYS)),
        flags=Examples(
            sh=(
                f"cat > /etc/app/key.pem <<'EOF'\n{_BEGIN}\n{_BODY}\n{_END}\nEOF\n",
                f"echo '{_BEGIN}\n{_BODY}\n{_END}' > /root/.ssh/id_rsa\n",
                f"# {_BEGIN}\n# {_BODY}\n# {_END}\n",
            ),
            powershell=(
                f"$key = @'\n{_BEGIN}\n{_BODY}\n{_END}\n'@\n",
                f'Set-Content C:\\app\\key.pem "{_BEGIN}\n{_BODY}\n{_END}"\n',
                f"<#\n{_BEGIN}\n{_BODY}\n{_END}\n#>\n",
            ),
            bat=(
                f"echo {_BEGIN}> C:\\app\\key.pem\necho {_BODY}>> C:\\app\\key.pem\n",
                f"(\necho {_BEGIN}\necho {_BODY}\necho {_END}\n) > key.pem\n",
                f"rem {_BEGIN}\nrem {_BODY}\nrem {_END}\n",
            ),
        ),
        allows=Examples(
            sh=(
                f"grep -q '{_BEGIN}' /etc/app/key.pem\n",
                "openssl genrsa -out /etc/app/key.pem 4096\n",
                "echo 'ssh-ed25519 AAAAC3NotARealKey ops@host.example' > /tmp/key.pub\n",
            ),
            powershell=(
                f"Select-String '{_BEGIN}' C:\\app\\key.pem\n",
                "ssh-keygen -t ed25519 -f C:\\app\\key -N '\"\"'\n",
                "Get-Content C:\\app\\key.pub\n",
            ),
            bat=(
                f'findstr /c:"{_BEGIN}" C:\\app\\key.pem\n',
                "ssh-keygen -t ed25519 -f C:\\app\\key\n",
                "type C:\\app\\key.pub\n",
            ),
        ),
    ),
    ScriptRule(
        id="SEC203",
        name="access-key-id-in-script",
        severity=Severity.CONFIRM,
        what="The script names the id of a cloud account's access key.",
        why="The id alone opens nothing, but tells which account to attack, and its secret is "
        "seldom far.",
        instead=INSTEAD,
        right_when="The script looks up or disables this very key.",
        attack="T1552.001",
        check=OnScript(_lone_ids),
        flags=Examples(
            sh=(
                f"export ALIBABA_CLOUD_ACCESS_KEY_ID={_ID}\n",
                f"ossutil config -i {_ID}\n",
                f"# old key: {_AWS_ID}\n",
            ),
            powershell=(
                f'$env:ALIBABA_CLOUD_ACCESS_KEY_ID = "{_ID}"\n',
                f"$id = '{_AWS_ID}'\n",
                f"aliyun configure set --access-key-id {_ID}\n",
            ),
            bat=(
                f"set ALIBABA_CLOUD_ACCESS_KEY_ID={_ID}\n",
                f"setx AWS_ACCESS_KEY_ID {_AWS_ID}\n",
                f"aliyun configure set --access-key-id {_ID}\n",
            ),
        ),
        allows=Examples(
            sh=(
                "export ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI****************\n",
                "export AWS_ACCESS_KEY_ID=" + "AKIA" + "IOSFODNN7EXAMPLE\n",
                "export ALIBABA_CLOUD_ACCESS_KEY_ID=<your-key>\n",
            ),
            powershell=(
                "$env:ALIBABA_CLOUD_ACCESS_KEY_ID = 'LTAIxxxxxxxxxxxxxxxx'\n",
                "$env:ALIBABA_CLOUD_ACCESS_KEY_ID = $id\n",
                "Write-Host 'LTAI5t is how ids begin'\n",
            ),
            bat=(
                "set ALIBABA_CLOUD_ACCESS_KEY_ID=%ID%\n",
                "set ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI****************\n",
                "echo LTAI5t is how ids begin\n",
            ),
        ),
    ),
    ScriptRule(
        id="SEC204",
        name="service-token-in-script",
        severity=Severity.CONFIRM,
        what="The script holds what looks like a token or API key of a service.",
        why=WHY,
        instead=INSTEAD + " Revoke the token that stood here.",
        right_when="The token is public by design, or has ended.",
        attack="T1552.001",
        check=OnScript(lambda script: _found(script.text, *TOKENS)),
        flags=Examples(
            sh=(
                f"curl -H 'Authorization: token {_TOKEN}' https://api.example/repos\n",
                "export OPENAI_API_KEY=" + "sk-" + "NotARealKey0000000000001\n",
                "npm config set //registry.example/:_authToken npm_"
                + "NotARealToken" * 2
                + "0000000001\n",
            ),
            powershell=(
                f'$headers = @{{ Authorization = "token {_TOKEN}" }}\n',
                "$env:GITLAB_TOKEN = '" + "glpat-" + "NotARealToken0000001'\n",
                f"git clone https://ops:{_TOKEN}@git.example/app.git\n",
            ),
            bat=(
                f"set GITHUB_TOKEN={_TOKEN}\n",
                "set HF_TOKEN=" + "hf_" + "NotARealToken000000000000000000001\n",
                f'curl -H "Authorization: token {_TOKEN}" https://api.example/repos\n',
            ),
        ),
        allows=Examples(
            sh=(
                'curl -H "Authorization: token $GITHUB_TOKEN" https://api.example/repos\n',
                "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
                "git checkout 3f786850e387550fdab836ed7e6dc881de23001b\n",
            ),
            powershell=(
                '$headers = @{ Authorization = "token $env:GITHUB_TOKEN" }\n',
                "$env:GITLAB_TOKEN = '<your-token>'\n",
                "$id = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'\n",
            ),
            bat=(
                "set GITHUB_TOKEN=%1\n",
                "set HF_TOKEN=<your-token>\n",
                "certutil -hashfile app.zip SHA256\n",
            ),
        ),
    ),
    ScriptRule(
        id="SEC205",
        name="webhook-address-in-script",
        severity=Severity.CONFIRM,
        what="The script holds the address of a chat webhook with its token.",
        why="Whoever has the address posts to the group as the robot; " + WHY[0].lower() + WHY[1:],
        instead=INSTEAD + " Let the robot take messages from your addresses only.",
        right_when="The group is for tests.",
        attack="T1552.001",
        check=OnScript(lambda script: _found(script.text, *WEBHOOKS)),
        flags=Examples(
            sh=(
                "curl -d @msg.json 'https://oapi.dingtalk.com/robot/send?access_token="
                f"{_WEBHOOK}'\n",
                "curl -d @msg.json https://open.feishu.cn/open-apis/bot/v2/hook/"
                "01234567-89ab-cdef-0123-456789abcdef\n",
                "curl -d @msg.json 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
                "01234567-89ab-cdef-0123-456789abcdef'\n",
            ),
            powershell=(
                "Invoke-RestMethod -Method Post -Body $b -Uri 'https://oapi.dingtalk.com/robot/"
                f"send?access_token={_WEBHOOK}'\n",
                "$hook = 'https://hooks.slack.com/services/"
                + "T0NOTREAL/B0NOTREAL/0123456789abcdef'\n",
                "$hook = 'https://open.feishu.cn/open-apis/bot/v2/hook/"
                "01234567-89ab-cdef-0123-456789abcdef'\n",
            ),
            bat=(
                'curl -d @msg.json "https://oapi.dingtalk.com/robot/send?access_token='
                f'{_WEBHOOK}"\n',
                "set HOOK=https://open.feishu.cn/open-apis/bot/v2/hook/"
                "01234567-89ab-cdef-0123-456789abcdef\n",
                'curl -d @m.json "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key='
                '01234567-89ab-cdef-0123-456789abcdef"\n',
            ),
        ),
        allows=Examples(
            sh=(
                'curl -d @msg.json "https://oapi.dingtalk.com/robot/send?access_token=$TOKEN"\n',
                "curl -s https://open.feishu.cn/open-apis/docs\n",
                "curl -d @msg.json https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=<key>\n",
            ),
            powershell=(
                'Invoke-RestMethod "https://oapi.dingtalk.com/robot/send?access_token=$token"\n',
                "$hook = 'https://hooks.slack.com/services/xxxx'\n",
                "Invoke-RestMethod https://open.feishu.cn/open-apis/docs\n",
            ),
            bat=(
                'curl "https://oapi.dingtalk.com/robot/send?access_token=%TOKEN%"\n',
                "set HOOK=https://hooks.slack.com/services/xxxx\n",
                "curl https://open.feishu.cn/open-apis/docs\n",
            ),
        ),
    ),
)
