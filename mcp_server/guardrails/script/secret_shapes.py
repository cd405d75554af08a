"""Secrets that are known by their shape: keys, tokens and webhooks of well-known services.

Every pattern begins with a literal and a look behind, and repeats within bounds, so that a search
takes time in proportion to the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mcp_server.guardrails.script.model import HOLE, PARAMETER


class Kind(StrEnum):
    """What a shape gives away."""

    ID = "access key id"
    """Names an account; of little use without its secret."""
    SECRET = "access key secret"  # noqa: S105 - the name of a kind
    """Of a cloud account; with its id, which is seldom far, it opens the account."""
    PRIVATE_KEY = "private key"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of secret."""

    service: str
    kind: Kind
    marks: tuple[str, ...]
    """Texts of which one is in every such secret; lower case; looked for first."""
    pattern: re.Pattern[str]
    """The secret is group 1 where there is one, otherwise all of it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text."""

    shape: Shape
    start: int
    end: int


def _shape(service: str, kind: Kind, marks: str, pattern: str) -> Shape:
    return Shape(service, kind, tuple(marks.split("|")), re.compile(pattern))


def _token(service: str, mark: str, rest: str) -> Shape:
    """A token that begins with its mark."""
    pattern = rf"(?<![A-Za-z0-9_-]){re.escape(mark)}{rest}"
    return Shape(service, Kind.TOKEN, (mark.lower(),), re.compile(pattern))


_END: Final = r"(?![A-Za-z0-9_*-])"
_VALUE: Final = r"[\s\"'=:,>(]{1,8}"
"""Between the name of a secret and its value, in most notations."""
_NAME: Final = (
    r"(?i:access[_-]?key[_-]?secret|secret[_-]?access[_-]?key|aws[_-]secret|secret[_-]?key"
    r"|security[_-]?key|secret[_-]?id)"
)

PRIVATE_KEYS: Final = (
    _shape(
        "a private key",
        Kind.PRIVATE_KEY,
        "private key",
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[^-]|-(?!----(?:END|BEGIN))){0,16000}(?:-----END [A-Z0-9 ]{1,40}-----)?",
    ),
    _shape("PuTTY", Kind.PRIVATE_KEY, "private-lines:", r"Private-Lines: ?\d{1,4}[^:]{40,16000}"),
    _shape("age", Kind.PRIVATE_KEY, "age-secret-key-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _shape(
        "Kubernetes",
        Kind.PRIVATE_KEY,
        "client-key-data",
        r"client-key-data[\"']?: {0,4}[\"']?([A-Za-z0-9+/=]{100,16000})",
    ),
)
CLOUD_KEYS: Final = (
    _shape(
        "Alibaba Cloud", Kind.ID, "ltai", r"(?<![A-Za-z0-9])LTAI[A-Za-z0-9]{12,26}(?![A-Za-z0-9*])"
    ),
    _shape(
        "Alibaba Cloud STS", Kind.ID, "sts.", r"(?<![A-Za-z0-9.])STS\.[A-Za-z0-9]{20,40}" + _END
    ),
    _shape(
        "AWS",
        Kind.ID,
        "akia|asia|abia|acca",
        r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9*])",
    ),
    _shape(
        "Tencent Cloud", Kind.ID, "akid", r"(?<![A-Za-z0-9])AKID[A-Za-z0-9]{32}(?![A-Za-z0-9*])"
    ),
    _shape("Volcengine", Kind.ID, "aklt", r"(?<![A-Za-z0-9])AKLT[A-Za-z0-9_=-]{40,60}"),
    _shape("Baidu Cloud", Kind.ID, "altak", r"(?<![A-Za-z0-9])ALTAK[A-Za-z0-9]{21}" + _END),
    _shape("JD Cloud", Kind.ID, "jdc_", r"(?<![A-Za-z0-9])JDC_[A-Z0-9]{28}" + _END),
    _shape(
        "a cloud account",
        Kind.SECRET,
        "secret|security",
        _NAME + _VALUE + r"([A-Za-z0-9+/]{40}|[A-Za-z0-9]{30}|[A-Za-z0-9]{32})"
        r"(?![A-Za-z0-9+/=*_-])",
    ),
    _shape(
        "Azure Storage",
        Kind.SECRET,
        "accountkey=|sharedaccesskey=|account_key|account-key",
        r"(?i:AccountKey|SharedAccessKey|account[_-]key)[= \"':]{1,4}([A-Za-z0-9+/]{43,86}={1,2})",
    ),
    _shape("Microsoft Entra", Kind.SECRET, "8q~", r"(?<![\w.~-])([\w.~-]{3}8Q~[\w.~-]{34})" + _END),
)
TOKENS: Final = (
    _token("Google", "AIza", r"[A-Za-z0-9_-]{35}" + _END),
    _token("Google", "GOCSPX-", r"[A-Za-z0-9_-]{28}" + _END),
    _token("Google", "ya29.", r"[A-Za-z0-9_-]{30,400}"),
    _shape(
        "GitHub",
        Kind.TOKEN,
        "ghp_|gho_|ghu_|ghs_|ghr_",
        r"(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,255}" + _END,
    ),
    _token("GitHub", "github_pat_", r"[A-Za-z0-9_]{40,255}"),
    _shape(
        "GitLab",
        Kind.TOKEN,
        "glpat-|glrt-|gldt-|glptt-|glcbt-",
        r"(?<![A-Za-z0-9])gl(?:pat|rt|dt|ptt|cbt)-[A-Za-z0-9_.-]{20,255}",
    ),
    _shape(
        "Slack",
        Kind.TOKEN,
        "xox|xapp-",
        r"(?<![A-Za-z0-9])(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,255}",
    ),
    _token("npm", "npm_", r"[A-Za-z0-9]{36}" + _END),
    _token("PyPI", "pypi-", r"[A-Za-z0-9_-]{50,255}"),
    _token("RubyGems", "rubygems_", r"[a-f0-9]{48}" + _END),
    _token("Docker Hub", "dckr_pat_", r"[A-Za-z0-9_-]{24,40}"),
    _shape(
        "a container registry",
        Kind.TOKEN,
        '"auth"',
        r"\"auth\"\s{0,4}:\s{0,4}\"([A-Za-z0-9+/]{16,500}={0,2})\"",
    ),
    _shape(
        "Stripe",
        Kind.TOKEN,
        "sk_live_|rk_live_|sk_test_",
        r"(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,255}",
    ),
    _shape(
        "an AI service",
        Kind.TOKEN,
        "sk-",
        r"(?<![A-Za-z0-9_./-])sk-(?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9_-]{20,255}",
    ),
    _token("Hugging Face", "hf_", r"[A-Za-z0-9]{30,40}" + _END),
    _token("SendGrid", "SG.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}"),
    _shape("Twilio", Kind.TOKEN, "sk", r"(?<![A-Za-z0-9_-])SK[a-f0-9]{32}" + _END),
    _token("Mailgun", "key-", r"[a-f0-9]{32}" + _END),
    _token("New Relic", "NRAK-", r"[A-Z0-9]{27}" + _END),
    _token("Grafana", "glsa_", r"[A-Za-z0-9]{32}_[a-f0-9]{8}" + _END),
    _token("Databricks", "dapi", r"[a-f0-9]{32}" + _END),
    _shape(
        "DigitalOcean",
        Kind.TOKEN,
        "dop_v1_|doo_v1_|dor_v1_",
        r"(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}",
    ),
    _token("HashiCorp Vault", "hvs.", r"[A-Za-z0-9_-]{24,255}"),
    _token("Shopify", "shpat_", r"[a-f0-9]{32}" + _END),
    _token("Tailscale", "tskey-", r"[a-z]{3,10}-[A-Za-z0-9-]{16,100}"),
    _token("Atlassian", "ATATT3", r"[A-Za-z0-9_=-]{60,255}"),
    _shape(
        "Telegram", Kind.TOKEN, ":aa", r"(?<![A-Za-z0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}" + _END
    ),
    _token(
        "a JSON web token",
        "eyJ",
        r"[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,1000}",
    ),
)
WEBHOOKS: Final = (
    _shape(
        "DingTalk",
        Kind.WEBHOOK,
        "oapi.dingtalk.com",
        r"oapi\.dingtalk\.com/robot/send\?access_token=([a-zA-Z0-9]{32,80})",
    ),
    _shape(
        "Feishu", Kind.WEBHOOK, "/bot/v2/hook/", r"/open-apis/bot/v2/hook/([a-zA-Z0-9-]{16,64})"
    ),
    _shape(
        "WeCom",
        Kind.WEBHOOK,
        "qyapi.weixin.qq.com",
        r"qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([a-zA-Z0-9-]{16,64})",
    ),
    _shape(
        "Slack",
        Kind.WEBHOOK,
        "hooks.slack.com",
        r"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9/]{20,120})",
    ),
    _shape(
        "Discord",
        Kind.WEBHOOK,
        "/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/([0-9]{10,24}/[A-Za-z0-9_-]{20,100})",
    ),
    _shape(
        "Microsoft Teams",
        Kind.WEBHOOK,
        "webhook.office.com",
        r"webhook\.office\.com/webhookb2/([A-Za-z0-9@/-]{60,250})",
    ),
)
SHAPES: Final = (*PRIVATE_KEYS, *CLOUD_KEYS, *TOKENS, *WEBHOOKS)

_PLACEHOLDERS: Final = (
    *("example", "your", "xxxx", "placeholder", "changeme", "change_me", "change-me", "replace"),
    *("insert", "todo", "dummy", "sample", "redacted", "****", "...", "<", ">", "${", "{{", "$("),
    *("%{", "none", "null", "undefined", HOLE, PARAMETER),
)
_FEWEST_DIFFERENT: Final = 5
"""Characters in a secret; one with fewer is a filler such as `0000`."""
_WELL_KNOWN: Final = ("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",)
"""Secrets that are published for use with emulators."""


def is_placeholder(value: str) -> bool:
    """Whether a text stands where a secret should go: `<your-key>`, `xxxx`, `${TOKEN}`."""
    lower = value.lower()
    return (
        len(set(lower)) < _FEWEST_DIFFERENT
        or any(part in lower for part in _PLACEHOLDERS)
        or value.startswith(_WELL_KNOWN)
    )


def secrets(text: str, shapes: tuple[Shape, ...] = SHAPES) -> Iterator[Secret]:
    """The secrets in a text, by shape; placeholders left out."""
    for found in candidates(text, shapes):
        if not is_placeholder(_body(text[found.start : found.end], found.shape)):
            yield found


def candidates(text: str, shapes: tuple[Shape, ...] = SHAPES) -> Iterator[Secret]:
    """Whatever has the shape of a secret, placeholders too."""
    lower = text.lower()
    for shape in shapes:
        if any(mark in lower for mark in shape.marks):
            for match in shape.pattern.finditer(text):
                start, end = match.span(1 if shape.pattern.groups else 0)
                yield Secret(shape, start, end)


def _body(text: str, shape: Shape) -> str:
    """The part of a secret that is not the same in all of them; empty when there is none."""
    if shape.kind is not Kind.PRIVATE_KEY:
        return text
    bodies = (match[0] for match in _KEY_BODY.finditer(text))
    return next((body for body in bodies if _is_random(body)), "")


def _is_random(text: str) -> bool:
    """Whether it has capitals, small letters or digits as encoded bytes have them; no path."""
    return any(c.isdecimal() for c in text) and any(c.isupper() for c in text)


_KEY_BODY: Final = re.compile(r"[A-Za-z0-9+/=]{40,16000}")
"""A line of a private key."""
