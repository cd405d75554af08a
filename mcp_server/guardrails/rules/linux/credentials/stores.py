"""Credentials taken out of memory, key stores, clusters and vaults; programs made for that."""

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.informing import only_informs
from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_Test = Callable[[Command], Opinion]

_TOOLS: Final = frozenset(
    {"mimipenguin", "mimipy", "lazagne", "gsecdump", "linpeas", "linpeas_fat", "linenum", "lse",
     "linux-exploit-suggester", "linux-smart-enumeration", "unix-privesc-check", "pspy", "pspy32",
     "pspy64", "secretsdump", "impacket-secretsdump", "chainbreaker", "keychaindump", "keydump",
     "swap_digger", "swapdigger", "3snake", "tickey", "kerbrute", "responder", "unshadow", "beroot",
     "linikatz", "firefox_decrypt", "hack-browser-data", "browserpass", "gimmecredz", "truffleproc",
     "linpeas_small", "mimikatz", "rubeus", "certipy", "bloodhound-python"}
)  # fmt: skip
_GUESSING: Final = frozenset(
    {
        "john", "hashcat", "hydra", "medusa", "ncrack", "patator", "crackmapexec", "cme", "nxc",
        "netexec", "crowbar", "fcrackzip", "brutespray", "sucrack", "thc-hydra", "ophcrack",
        "rainbowcrack", "aircrack-ng", "legba", "kerbrute", "impacket-getnpusers",
    }
)  # fmt: skip
_ENDINGS: Final = re.compile(r"\.(?:py|sh|pl|rb|elf|x86_64|bin)\Z")
_RUNNING: Final = frozenset({"python", "python2", "python3", "perl", "ruby", *interpreters.SHELLS})
_SECRET_KINDS: Final = re.compile(r"secrets?(?:/.*)?\Z")
_SHOWN: Final = ("yaml", "json", "go-template", "custom-columns", "template")


def _kubectl(command: Command) -> Opinion:
    texts = command.texts
    if not any(map(_SECRET_KINDS.match, texts)) or "get" not in texts:
        return False
    output = command.value("-o", "--output")
    return output is not None and output.text.lstrip("=").startswith(_SHOWN)


def _has(*words: str) -> _Test:
    """Whether the sub-commands are these, in this order."""
    return lambda command: list(words) == [t for t in command.texts if t in words][: len(words)]


def _security(command: Command) -> Opinion:
    """The keychain of macOS: attributes are told freely, passwords are not."""
    verb = command.texts[:1]
    if verb in {("dump-keychain",), ("export",), ("unlock-keychain",)}:
        return True
    if verb in {("find-generic-password",), ("find-internet-password",)}:
        return True if command.has("-w", "-g") else Severity.ADVICE
    return False


def _aws(command: Command) -> Opinion:
    texts = set(command.texts)
    if "get-secret-value" in texts or "get-password-data" in texts or "export-credentials" in texts:
        return True
    return "--with-decryption" in texts or "get-session-token" in texts


def _debugger(command: Command) -> Opinion:
    return command.has("-p", "--pid", "-pid") or any(
        "dump memory" in text or "gcore" in text or "generate-core-file" in text
        for text in command.texts
    )


def _captured(command: Command, script: Script) -> bool:
    """Whether the output goes into a variable: `x=$(vault kv get ...)`."""
    return script.text[: command.span.start].endswith(("$(", "`"))


_STORES: Final[dict[str, _Test]] = {
    **dict.fromkeys(("kubectl", "oc"), _kubectl),
    "security": _security,
    "keyctl": lambda command: command.texts[:1] in {("read",), ("pipe",), ("print",)},
    "dscl": lambda command: any("ShadowHash" in text for text in command.texts),
    "getent": lambda command: command.texts[:1] in {("shadow",), ("gshadow",)},
    "pdbedit": lambda command: command.has("-w"),
    "aws": _aws,
    "aliyun": lambda command: any(
        text.lower() in {"getsecretvalue", "createaccesskey", "get-secret-value"}
        for text in command.texts
    ),
    "az": lambda command: (
        _has("keyvault", "secret", "show")(command) or "get-access-token" in command.texts
    ),
    "gcloud": lambda command: (
        _has("secrets", "versions", "access")(command) or "print-access-token" in command.texts
    ),
    "vault": lambda command: (
        command.texts[:1] == ("read",) or command.texts[:2] == ("kv", "get")
    ),
    "op": lambda command: command.texts[:1] == ("read",) or "--reveal" in command.texts,
    "pass": lambda command: command.texts[:1] == ("show",),
    "bw": lambda command: command.texts[:2] == ("get", "password") or "export" in command.texts[:1],
    **dict.fromkeys(
        ("gpg", "gpg2"),
        lambda command: command.has("--export-secret-keys", "--export-secret-subkeys"),
    ),
    "secret-tool": lambda command: command.texts[:1] in {("lookup",), ("search",)},
    "gnome-keyring": lambda command: "export" in command.texts[:1],
    "lpass": lambda command: command.texts[:1] in {("show",), ("export",)},
}  # fmt: skip
_CAPTURABLE: Final = frozenset({"aws", "aliyun", "az", "gcloud", "vault", "op", "pass", "bw"})
_MEMORY: Final[dict[str, _Test]] = {
    **dict.fromkeys(
        ("gcore", "procdump", "avml", "memdump", "fmem"), lambda command: bool(command.args)
    ),
    "gdb": _debugger,
    "strings": lambda command: any(
        word.text.startswith(("/dev/sd", "/dev/vd", "/dev/nvme", "/dev/dm-", "/dev/mapper/"))
        or word.text in {"/swapfile", "/swap.img"}
        for word in command.operands
    ),
}  # fmt: skip


def _takes(command: Command, script: Script) -> Opinion:
    found = _STORES[command.name](command)
    if found is True and command.name in _CAPTURABLE and _captured(command, script):
        return Severity.ADVICE
    return found


def _dumps(command: Command, _script: Script) -> Opinion:
    return _MEMORY[command.name](command)


def _tools(script: Script) -> Iterator[Match]:
    for command in script.commands:
        tool = _tool(command)
        if tool in _TOOLS and not only_informs(command):
            yield Match(command.span)


def _tool(command: Command) -> str:
    """The program, also where an interpreter is given its file."""
    name = command.name
    if name in _RUNNING and command.operands:
        name = posixpath.basename(command.operands[0].text)
    return _ENDINGS.sub("", name).lower()


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD003",
        name="secret-taken-from-a-store",
        severity=Severity.CONFIRM,
        what="Has a secret printed by the store that keeps it.",
        why="The output of a command is kept with its results, for everyone who may read those.",
        instead="Let the program read its secret at start (a mounted secret, an agent of the "
        "vault, the instance's role); put it into a variable and never print it.",
        right_when="The output goes straight to the program that needs it.",
        attack="T1555",
        check=on(*_STORES, when=_takes),
        flags=Examples(
            sh=(
                "kubectl get secret db -o yaml\n",
                "vault kv get secret/app/db\n",
                "aliyun kms GetSecretValue --SecretName db\n",
                "security find-generic-password -wa app\n",
                "gpg --export-secret-keys -a ops > /tmp/k\n",
                "password=$(vault kv get -field=password secret/app/db)\n",
            )
        ),
        allows=Examples(
            sh=(
                "kubectl get secrets\n",
                "vault status\n",
                "aliyun kms ListSecrets\n",
                "gpg --import key.asc\n",
                "getent passwd app\n",
            )
        ),
    ),
    ScriptRule(
        id="CRD004",
        name="memory-of-a-process-dumped",
        severity=Severity.CONFIRM,
        what="Writes down the memory of a process, or looks through swap.",
        why="Passwords and keys lie in it, in clear.",
        instead="Ask the program for a stack trace or its own report: `jstack`, `gdb -batch -ex "
        "bt`, `kill -USR1`.",
        right_when="A crash is being analysed by those whose program it is; the dump is deleted.",
        attack="T1003.007",
        check=on(*_MEMORY, when=_dumps),
        flags=Examples(
            sh=(
                "gcore -o /tmp/core 4711\n",
                "gdb -p 4711 -batch -ex 'dump memory /tmp/m 0x7f00 0x7fff'\n",
                "strings /dev/vda2 | grep -i passw\n",
            )
        ),
        allows=Examples(
            sh=("gdb --version\n", "strings /usr/bin/app | head -n 5\n", "jstack 4711\n")
        ),
    ),
    ScriptRule(
        id="CRD005",
        name="credential-dumping-tool",
        severity=Severity.CONFIRM,
        what="Runs a program made for collecting credentials or ways to become root.",
        why="What it finds works elsewhere, long after this command.",
        instead="Reset what was lost; let an agreed audit tool look for weaknesses.",
        right_when="An agreed security test.",
        attack="T1003",
        check=OnScript(_tools),
        flags=Examples(
            sh=(
                "unshadow /etc/passwd /opt/s > /tmp/h\n",
                "bash /tmp/linpeas.sh\n",
                "python3 laZagne.py all\n",
                "./mimipenguin.sh\n",
            )
        ),
        allows=Examples(sh=("cat linpeas.sh\n", "rm -f /tmp/linpeas.sh\n", "lynis audit system\n")),
    ),
    ScriptRule(
        id="CRD006",
        name="password-cracking-tool",
        severity=Severity.CONFIRM,
        what="Runs a program that guesses passwords.",
        why="It locks accounts, loads the hosts it tries, and looks like an attack from outside.",
        instead="Enforce a policy where passwords are set: pam_pwquality, or keys alone.",
        right_when="An agreed security test.",
        attack="T1110",
        check=on(*_GUESSING, when=lambda command, _: not only_informs(command)),
        flags=Examples(
            sh=(
                "john --wordlist=/tmp/w hashes\n",
                "hydra -l root -P /tmp/w ssh://192.0.2.7\n",
                "hashcat -m 1800 hashes /tmp/w\n",
            )
        ),
        allows=Examples(sh=("hashcat --version\n", "id john\n", "dnf info john\n")),
    ),
)
