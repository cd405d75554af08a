"""Names, proxies and certificates: where connections go, and whether that is checked."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.writes import writes
from mcp_server.guardrails.script.model import Command, Redirect, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_REPLACING: Final = frozenset({">", ">|", "&>"})
_HOSTS: Final = re.compile(r"/(?:private/)?etc/hosts\Z")
_RESOLVER: Final = re.compile(
    r"/etc/(?:resolv\.conf|systemd/resolved\.conf|nsswitch\.conf|resolver/.+)\Z"
)
_PROXY_SETTERS: Final = frozenset(
    {
        "-setwebproxy", "-setsecurewebproxy", "-setsocksfirewallproxy", "-setautoproxyurl",
        "-setdnsservers", "-setftpproxy",
    }
)  # fmt: skip
_UNCHECKED: Final = re.compile(
    r"sslverify\s*=\s*(?:0|false)|gpgcheck\s*=\s*0|Verify-(?:Peer|Host)\s+\"?false|AllowUnauthenticated"
    r"\s+\"?true|\[trusted=yes\]|trusted-host\s*=|strict-ssl\s*=\s*false|check_certificate\s*=\s*off"
    r"|^\s*insecure\s*$|^\s*-k\s*$|AllowInsecureRepositories\s+\"?true",
    re.IGNORECASE | re.MULTILINE,
)
_TOOLS: Final = re.compile(
    r"/etc/(?:yum(?:\.repos\.d/.+|\.conf)|dnf/.+|apt/.+|pip\.conf|wgetrc|npmrc|zypp/.+|containers/registries\.conf.*)\Z"
    r"|.*/\.(?:pip/pip\.conf|config/pip/pip\.conf|npmrc|curlrc|wgetrc|gitconfig|condarc)\Z"
)


def _overwritten(script: Script) -> Iterator[Match]:
    for write in writes(script):
        command = write.command
        if _HOSTS.match(write.path):
            if _replaces(command.redirects, write.path) or _tee_replaces(command):
                yield Match(command.span)
        elif _RESOLVER.match(write.path):
            replaces = _replaces(command.redirects, write.path) or _tee_replaces(command)
            yield Match(command.span, None if replaces and write.text else Severity.ADVICE)


def _replaces(redirects: tuple[Redirect, ...], path: str) -> bool:
    return any(one.operator in _REPLACING and one.target.text == path for one in redirects)


def _tee_replaces(command: Command) -> bool:
    return command.name == "tee" and not command.has("-a", "--append")


def _sets_proxy(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    match command.name:
        case "networksetup":
            return not _PROXY_SETTERS.isdisjoint(texts)
        case "gsettings":
            return "set" in texts[:1] and any("system.proxy" in text for text in texts)
        case _:
            return "set" in texts[:2] and any("proxy" in text for text in texts)


def _unchecks(command: Command, _script: Script) -> Opinion:
    """A setting that stays, rather than an option of one call."""
    texts = [text.lower() for text in command.texts]
    match command.name:
        case "git":
            if "config" not in texts or "http.sslverify" not in texts:
                return False
            return not {"false", "0", "no"}.isdisjoint(texts)
        case "npm" | "yarn" | "pnpm":
            return "config" in texts and "strict-ssl" in texts and "false" in texts
        case "pip" | "pip3":
            return "config" in texts and any("trusted-host" in text for text in texts)
        case "conda":
            return "ssl_verify" in texts and "false" in texts
        case _:
            return any(text.startswith("sslverify=") and text[-1] in "0e" for text in texts)


def _written(script: Script) -> Iterator[Match]:
    for write in writes(script):
        if _TOOLS.match(write.path) and _UNCHECKED.search(write.text or ""):
            yield Match(write.command.span, Severity.ADVICE)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="NET005",
        name="host-names-rewritten",
        severity=Severity.CONFIRM,
        what="Overwrites the hosts file or the resolver's configuration.",
        why="Names go elsewhere, or nowhere; updates, logins and Cloud Assistant depend on them.",
        instead="Append one line to /etc/hosts; set DNS servers in the VPC's DHCP options or the "
        "network manager.",
        right_when="The whole file is meant to be as the script has it.",
        attack="T1565.001",
        check=OnScript(_overwritten),
        flags=Examples(
            sh=(
                "echo '203.0.113.9 repo.example' > /etc/hosts\n",
                "cat new | tee /etc/hosts\n",
                "echo 'nameserver 203.0.113.9' > /etc/resolv.conf\n",
            )
        ),
        allows=Examples(
            sh=(
                "echo '10.0.0.5 db' >> /etc/hosts\n",
                "cat /etc/hosts\n",
                "echo '10.0.0.5 db' | tee -a /etc/hosts\n",
            )
        ),
    ),
    ScriptRule(
        id="NET006",
        name="proxy-for-everyone",
        severity=Severity.CONFIRM,
        what="Sends everyone's connections through another host.",
        why="That host sees and may change what is sent, passwords included.",
        instead="Set http_proxy for the one command: `http_proxy=... curl`.",
        right_when="The proxy is the operator's own.",
        attack="T1090",
        check=on("networksetup", "gsettings", "kwriteconfig5", when=_sets_proxy),
        flags=Examples(
            sh=(
                "networksetup -setwebproxy Wi-Fi 203.0.113.9 8080\n",
                "gsettings set org.gnome.system.proxy mode manual\n",
                "networksetup -setdnsservers Wi-Fi 203.0.113.9\n",
            )
        ),
        allows=Examples(
            sh=(
                "networksetup -getwebproxy Wi-Fi\n",
                "http_proxy=http://proxy.example:3128 curl http://x.example\n",
                "gsettings get org.gnome.system.proxy mode\n",
            )
        ),
    ),
    ScriptRule(
        id="NET007",
        name="certificate-checks-switched-off",
        severity=Severity.CONFIRM,
        what="Switches the check of certificates or signatures off for good.",
        why="From then on whoever is on the way can put in other files, and root installs them.",
        instead="Install the authority's certificate (`update-ca-certificates`) or the "
        "repository's key, and leave the check on.",
        right_when="Never on a host that matters.",
        attack="T1562",
        check=(
            on(
                "git", "npm", "yarn", "pnpm", "pip", "pip3", "conda", "yum-config-manager",
                when=_unchecks,
            ),
            OnScript(_written),
        ),
        flags=Examples(
            sh=(
                "git config --global http.sslVerify false\n",
                "npm config set strict-ssl false\n",
                "echo 'sslverify=0' >> /etc/yum.conf\n",
            )
        ),
        allows=Examples(
            sh=(
                "git config --global user.name deploy\n",
                "npm config set registry https://npm.example\n",
                "echo 'gpgcheck=1' >> /etc/yum.conf\n",
            )
        ),
    ),
)  # fmt: skip
