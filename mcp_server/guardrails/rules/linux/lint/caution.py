"""What is harsher or more open than it needs to be."""

import re
from typing import Final

from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_KILLERS: Final = ("kill", "pkill", "killall")
_WORLD_WRITABLE: Final = re.compile(
    r"0?[0-7]?[0-7]?[0-7][2367]\Z|(?:[ugo]*[oa][ugo]*|)\+[rx]*w[rx]*\Z"
)
_HERE: Final = re.compile(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|\[::1\]|10\.|192\.168\.|0\.0\.0\.0)"
)
_UNCHECKED: Final = {
    "curl": ("-k", "--insecure"),
    "wget": ("--no-check-certificate",),
    "yum": ("--nogpgcheck",),
    "dnf": ("--nogpgcheck",),
    "zypper": ("--no-gpg-checks",),
    "apt-get": ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories"),
    "apt": ("--allow-unauthenticated",),
    "pip": ("--trusted-host",),
    "pip3": ("--trusted-host",),
    "apk": ("--allow-untrusted",),
}
_UNCHECKED_VARIABLES: Final = frozenset(
    {"GIT_SSL_NO_VERIFY=1", "GIT_SSL_NO_VERIFY=true", "NODE_TLS_REJECT_UNAUTHORIZED=0",
     "PYTHONHTTPSVERIFY=0"}
)  # fmt: skip


def _kills_at_once(command: Command, script: Script) -> Opinion:
    if not _is_hard(command):
        return False
    return all(_is_hard(one) or one is command for one in script.named(*_KILLERS))


def _is_hard(command: Command) -> bool:
    texts = command.texts[:2]
    return bool({"-9", "-KILL", "-SIGKILL", "-s9"} & set(texts)) or texts in {
        ("-s", "9"),
        ("-s", "KILL"),
        ("-s", "SIGKILL"),
    }


def _opens_to_all(command: Command, _script: Script) -> Opinion:
    mode = command.operands[0].text if len(command.operands) > 1 else ""
    return bool(_WORLD_WRITABLE.match(mode)) and not mode.startswith(("1", "01"))


def _unchecked(command: Command, _script: Script) -> Opinion:
    if command.name in {"export", "env"} or command.name == "git":
        given = {*command.texts, *(f"{a.name}={a.value.text}" for a in command.assignments)}
        return bool(given & _UNCHECKED_VARIABLES) or any(
            text.lower() == "http.sslverify=false" for text in command.texts
        )
    addresses = [word.text for word in command.operands if "." in word.text or "/" in word.text]
    if command.name in {"curl", "wget"} and addresses and all(map(_HERE.match, addresses)):
        return False
    return command.has(*_UNCHECKED[command.name])


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="LNT007",
        name="kill-nine-at-once",
        severity=Severity.ADVICE,
        what="Ends processes with signal 9 straight away.",
        why="They cannot write what they hold, nor remove their locks.",
        instead="Send TERM first, wait, and only then KILL: `timeout`, `systemctl stop`, `kill; "
        "sleep 10; kill -9`.",
        right_when="The process does not react to TERM, and that is known.",
        check=on(*_KILLERS, when=_kills_at_once),
        flags=Examples(sh=("kill -9 4711\n", "pkill -9 -f worker\n", "killall -KILL nginx\n")),
        allows=Examples(
            sh=(
                "kill 4711\n",
                "kill 4711\nsleep 10\nkill -9 4711\n",
                "pkill -HUP nginx\n",
            )
        ),
    ),
    ScriptRule(
        id="LNT008",
        name="writable-by-all",
        severity=Severity.ADVICE,
        what="Lets every user of the system change files.",
        why="Any account, a hacked service's too, can put its own code there.",
        instead="Give them to the user who needs them: `chown app:app`, `chmod 750`, `install -m`.",
        right_when="It is a socket or a folder like /tmp; then with the sticky bit, 1777.",
        attack="T1222.002",
        check=on("chmod", when=_opens_to_all),
        flags=Examples(
            sh=(
                "chmod 777 /opt/app\n",
                "chmod -R 777 /srv/app/upload\n",
                "chmod a+w /opt/app/config\n",
            )
        ),
        allows=Examples(
            sh=("chmod 755 /opt/app\n", "chmod 1777 /srv/scratch\n", "chmod g+w /opt/app\n")
        ),
    ),
    ScriptRule(
        id="LNT009",
        name="identity-of-a-server-unchecked",
        severity=Severity.ADVICE,
        what="Fetches without checking the server's certificate or a package's signature.",
        why="Whoever is on the way can put in other files, and root installs them.",
        instead="Install the authority's certificate (`update-ca-certificates`, `--cacert`) or the "
        "repository's key, and leave the check on.",
        right_when="A host in the own network with a certificate of its own, and the file's "
        "checksum is compared.",
        attack="T1557",
        check=on(*_UNCHECKED, "git", "export", "env", when=_unchecked),
        flags=Examples(
            sh=(
                "curl -k -O https://files.example/app.tgz\n",
                "wget --no-check-certificate https://files.example/app.tgz\n",
                "git -c http.sslVerify=false clone https://git.example/app.git\n",
                "yum install -y --nogpgcheck app\n",
            )
        ),
        allows=Examples(
            sh=(
                "curl -fsSO https://files.example/app.tgz\n",
                "curl -k https://localhost:8443/health\n",
                "yum install -y app\n",
            )
        ),
    ),
)
