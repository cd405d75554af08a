import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.guardrails.script.excerpt import Lines
from mcp_server.guardrails.script.masking import masked
from mcp_server.guardrails.script.model import Span
from mcp_server.guardrails.script.secret_shapes import SHAPES, candidates, is_placeholder, secrets

_HEX = "0123456789abcdef"
_MIXED = "NotARealSecret0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UPPER = "NOTAREALKEY0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UUID = "01234567-89ab-cdef-0123-456789abcdef"
INVENTED = {
    "private key": f"-----BEGIN EC PRIVATE KEY----- {_MIXED}{_MIXED} -----END EC PRIVATE KEY-----",
    "PuTTY": f"Private-Lines: 4 {_MIXED}",
    "age": "AGE-SECRET-KEY-1" + (_UPPER * 2)[:58],
    "kubeconfig": f"client-key-data: {_MIXED}{_MIXED}",
    "Alibaba": "LTAI5t" + _MIXED[:18],
    "STS": "STS." + _MIXED[:25],
    "AWS": "AKIA" + _UPPER[:16],
    "Tencent": "AKID" + _MIXED[:32],
    "Volcengine": "AKLT" + _MIXED[:44],
    "Baidu": "ALTAK" + _MIXED[:21],
    "JD": "JDC_" + _UPPER[:28],
    "Alibaba secret": "ACCESS_KEY_SECRET=" + _MIXED[:30],
    "AWS secret": "aws_secret_access_key = " + _MIXED[:40],
    "Azure": f"AccountKey={(_MIXED * 2)[:86]}==",
    "Entra": f"abc8Q~{_MIXED[:34]}",
    "Google": "AIza" + _MIXED[:35],
    "Google secret": "GOCSPX-" + _MIXED[:28],
    "Google access": "ya29." + _MIXED[:40],
    "GitHub": "ghp_" + _MIXED[:36],
    "GitHub fine": "github_pat_" + _MIXED[:60],
    "GitLab": "glpat-" + _MIXED[:20],
    "Slack": "xoxb-" + _MIXED[:24],
    "npm": "npm_" + _MIXED[:36],
    "PyPI": "pypi-" + _MIXED[:60],
    "RubyGems": "rubygems_" + _HEX * 3,
    "Docker Hub": "dckr_pat_" + _MIXED[:27],
    "registry": f'"auth": "{_MIXED[:40]}"',
    "Stripe": "sk_live_" + _MIXED[:24],
    "AI": "sk-" + _MIXED[:40],
    "Hugging Face": "hf_" + _MIXED[:34],
    "SendGrid": f"SG.{_MIXED[:22]}.{_MIXED[:43]}",
    "Twilio": "SK" + _HEX * 2,
    "Mailgun": "key-" + _HEX * 2,
    "New Relic": "NRAK-" + _UPPER[:27],
    "Grafana": f"glsa_{_MIXED[:32]}_{_HEX[:8]}",
    "Databricks": "dapi" + _HEX * 2,
    "DigitalOcean": "dop_v1_" + _HEX * 4,
    "Vault": "hvs." + _MIXED[:30],
    "Shopify": "shpat_" + _HEX * 2,
    "Tailscale": "tskey-auth-" + _MIXED[:20],
    "Atlassian": "ATATT3" + _MIXED[:60],
    "Telegram": "123456789:AA" + _MIXED[:33],
    "JWT": f"eyJ{_MIXED[:20]}.eyJ{_MIXED[:20]}.{_MIXED[:20]}",
    "DingTalk": f"https://oapi.dingtalk.com/robot/send?access_token={_HEX * 4}",
    "Feishu": f"https://open.feishu.cn/open-apis/bot/v2/hook/{_UUID}",
    "WeCom": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={_UUID}",
    "Slack hook": "https://hooks.slack.com/services/T0NOTREAL/B0NOTREAL/" + _MIXED[:24],
    "Discord": "https://discord.com/api/webhooks/123456789012345678/" + _MIXED[:60],
    "Teams": f"https://a.webhook.office.com/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/{_HEX}",
}  # fmt: skip
ON_COMMAND_LINES = (
    "mysql -uroot -p{} -e 'select 1'",
    "sudo mysqldump --password={} app",
    "redis-cli -a {} info",
    "sshpass -p '{}' ssh ops@host.example",
    'sshpass -p "{}" ssh ops@host.example',
    "curl -u ops:{} https://api.example",
    "curl -s -H 'Authorization: Bearer {}' https://api.example",
    "git clone https://ops:{}@git.example/app.git",
    "docker login -u ops -p {} registry.example",
    "net user ops {} /add",
    "cmdkey /add:srv /user:ops /pass:{}",
    "C:\\tools\\PsExec.exe \\\\srv -u ops -p {} cmd",
    "schtasks /create /tn a /ru ops /rp {}",
    "PGPASSWORD={} psql -h db.example",
    "set DB_PASSWORD={}",
    "$env:API_TOKEN = '{}'",
    "$password = \"{}\"",
    "ConvertTo-SecureString '{}' -AsPlainText -Force",
    "echo 'ops:{}' | chpasswd",
    "echo {} | sudo -S whoami",
    "openssl rsa -passin pass:{} -in key.pem",
    "helm repo add app https://charts.example --password {}",
)  # fmt: skip


def test_every_shape_has_an_invented_secret_that_it_knows():
    known = {found.shape for text in INVENTED.values() for found in secrets(text)}
    assert {shape.service for shape in SHAPES if shape not in known} == set()


@pytest.mark.parametrize("secret", INVENTED.values(), ids=INVENTED)
def test_of_a_secret_only_a_short_start_is_shown(secret):
    (found, *_) = candidates(secret)
    value = secret[found.start : found.end]
    shown = masked(f"run --with {secret} now")
    assert not _survivors(value, shown)
    assert "****" in shown


@given(
    st.sampled_from(sorted(INVENTED.values())),
    st.text(st.characters(codec="ascii", categories=["L", "N", "Zs", "P"]), max_size=130),
    st.text(max_size=40),
)
def test_no_secret_survives_in_an_excerpt_wherever_it_is_cut(secret, before, after):
    text = f"{before} {secret} {after}"
    found = next(iter(candidates(secret)))
    excerpt = Lines(text).excerpt(Span(0, len(text)))
    assert not _survivors(secret[found.start : found.end], excerpt)


def test_a_private_key_without_its_end_is_masked_to_the_end_of_the_text():
    begin = "-----BEGIN RSA PRIVATE KEY-----"
    assert masked(f"echo {begin}{_MIXED} {_MIXED}") == "echo ****"


def test_a_key_that_is_only_looked_for_is_no_secret():
    text = "grep -q '-----BEGIN RSA PRIVATE KEY-----' /etc/app/key.pem\n" + "echo no key\n" * 9
    assert list(secrets(text)) == []


@pytest.mark.parametrize("line", ON_COMMAND_LINES)
def test_passwords_of_known_command_lines_are_masked(line):
    assert "Hunter-2-not" not in masked(line.format("Hunter-2-not"))


@given(
    st.sampled_from(ON_COMMAND_LINES),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.+!-]{7,20}", fullmatch=True),
)
def test_whatever_the_password_it_is_masked(line, password):
    before, after = line.split("{}")
    assert password not in masked(line.format(password)).removeprefix(before).removesuffix(after)


def test_what_is_no_secret_is_shown_as_it_is():
    line = "rm -rf /var/lib/app && tar -xzf app-1.2.tgz -C /opt --strip-components=1"
    assert masked(line) == line


@pytest.mark.parametrize(
    "value",
    [
        *(
            "LTAI****************",
            "<your-key>",
            "${TOKEN}",
            "{{token}}",
            "xxxxxxxxxxxxxxxx",
            "0" * 24,
        ),
        *("your_password", "AKIAIOSFODNN7EXAMPLE", "$(cat key)", "%{token}", "..."),
    ],
)
def test_what_stands_where_a_secret_goes_is_a_placeholder(value):
    assert is_placeholder(value)


def test_checksums_commits_and_ids_are_no_secrets():
    text = f"""sha256sum -c <<< '{_HEX * 4}  app.tgz'
    git checkout {_HEX * 2}{_HEX[:8]}
    curl https://api.example/jobs/{_UUID}
    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{_MIXED[:40]} ops@host
    """
    assert list(secrets(text)) == []


@given(st.text())
def test_any_text_can_be_masked(text):
    assert isinstance(masked(text), str)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "eyJ",
            "eyJa.",
            "password=",
            "-----BEGIN PRIVATE KEY-----",
            "Private-Lines: 1",
            "://a:b@",
        ),
        *("mysql -p", "'", '"', "secret_key ", "sk-", "a:bcd", "echo a|", "Private-Lines: 1 a"),
    ],
)
def test_masking_takes_time_in_proportion_to_the_text(unit):
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.perf_counter()
        masked(text)
        return time.perf_counter() - start

    small = max(min(seconds(4_000) for _ in range(3)), 0.001)
    assert min(seconds(32_000) for _ in range(3)) < small * 8 * 4


def _survivors(secret: str, shown: str, length: int = 8) -> list[str]:
    """Stretches of a secret that can be read in a text."""
    return [
        secret[start : start + length]
        for start in range(len(secret) - length + 1)
        if secret[start : start + length] in shown and "-----" not in secret[start : start + length]
    ]
