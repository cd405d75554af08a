"""Certificate authorities that the system is made to trust."""

import posixpath
import re
from typing import Final

from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_TRUST: Final = re.compile(
    r"/usr/local/share/(?:ca-certificates|certs)/|/usr/share/(?:ca-certificates|pki/trust)/"
    r"|/etc/(?:ssl/certs|pki/(?:ca-trust|tls/certs)|ca-certificates)/"
)


def _written(command: Command, _script: Script) -> Opinion:
    folders = {posixpath.dirname(word.text) for word in command.operands}
    if command.name == "mv" and len(folders) == 1:
        return False  # a new name, or its new version
    return any(_TRUST.match(word.text) for word in effects.written(command))


def _anchored(command: Command, _script: Script) -> Opinion:
    return command.texts[:1] in {("anchor",), ("trust",)} and not command.has("--remove")


def _by_security(command: Command, _script: Script) -> Opinion:
    return "add-trusted-cert" in command.texts or "trust-settings-import" in command.texts


def _by_certutil(command: Command, _script: Script) -> Opinion:
    trust = command.value("-t")
    return command.has("-A") and trust is not None and "C" in trust.text


def _by_keytool(command: Command, _script: Script) -> Opinion:
    if not {"-import", "-importcert"} & set(command.texts):
        return False
    store = command.value("-keystore")
    system = store is not None and "cacerts" in store.text
    if system and store is not None and store.text.startswith(("/etc/", "/usr/")):
        return True
    return Severity.ADVICE if system or "-cacerts" in command.texts else False


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA006",
        name="certificate-authority-added",
        severity=Severity.CONFIRM,
        what="Makes the system trust another certificate authority.",
        why="Whoever has its key can read and change every encrypted connection.",
        instead="Give the one program its CA file (curl --cacert, SSL_CERT_FILE).",
        right_when="It is the company's own authority.",
        attack="T1553.004",
        check=(
            on(
                *("cp", "mv", "install", "tee", "curl", "wget", "ln", "cat", "echo", "printf"),
                when=_written,
            ),
            on("trust", "certctl", when=_anchored),
            on("security", when=_by_security),
            on("certutil", when=_by_certutil),
            on("keytool", when=_by_keytool),
        ),
        flags=Examples(
            sh=(
                "cp ca.crt /usr/local/share/ca-certificates/\n",
                "trust anchor ca.pem\n",
                "curl -o /etc/pki/ca-trust/source/anchors/x.pem https://x.example/ca\n",
            )
        ),
        allows=Examples(
            sh=(
                "ls /etc/ssl/certs\n",
                "openssl x509 -in /etc/ssl/certs/a.pem -noout\n",
                "cp a.crt /opt/app/\n",
            )
        ),
    ),
)
