"""What a parameter is at the place where it is used: a program, code, what is destroyed."""

import re
from typing import Final

from mcp_server.guardrails.rules.anywhere.parameters.uses import Use
from mcp_server.guardrails.script import interpreters
from mcp_server.guardrails.script.model import Command, Language, Origin

_SOURCING: Final = frozenset({"source", ".", "call"})
_STARTING: Final = frozenset(
    {"start-process", "start", "xargs", "invoke-command", "invoke-item", "exec", "nohup"}
)
_EVALUATING: Final = frozenset(
    {"eval", "trap", "invoke-expression", "::create", ".invokescript", "cmd", "mshta"}
)
_POWERSHELL: Final = ("-c", "-command", "-com", "-encodedcommand", "-enc", "-e")
_CODE_OPTIONS: Final = {
    **dict.fromkeys(interpreters.SHELLS, ("-c",)),
    **{name: runner.code for name, runner in interpreters.RUNNERS.items() if runner.code},
    **dict.fromkeys(("su", "runuser", "script", "flock"), ("-c", "--command")),
    **dict.fromkeys(("powershell", "pwsh"), _POWERSHELL),
    "schtasks": ("/tr",),
}
_RUN_TEXTS: Final = frozenset({Origin.STRING, Origin.DECODED, Origin.LATER, Origin.FILE})
_CLUSTER: Final = re.compile(r"-[A-Za-z]{2,4}\Z")

_ALWAYS_HARMFUL: Final = frozenset(
    {
        "rm", "unlink", "shred", "srm", "wipe", "dd", "wipefs", "blkdiscard", "fdisk", "sfdisk",
        "gdisk", "sgdisk", "parted", "mkswap", "lvremove", "vgremove", "pvremove", "lvreduce",
        "cryptsetup", "mdadm", "userdel", "usermod", "useradd", "adduser", "deluser", "groupdel",
        "groupmod", "gpasswd", "passwd", "chpasswd", "chsh", "visudo", "iptables", "ip6tables",
        "nft", "ufw", "firewall-cmd", "truncate", "crontab", "setfacl", "mount", "umount",
        "insmod", "modprobe", "rmmod", "pkill", "killall", "zfs", "zpool", "btrfs", "dropdb",
        "dropuser", "mysql", "mariadb", "psql", "sqlite3", "redis-cli", "mongo", "mongosh",
        "sqlcmd", "clickhouse-client", "sqlplus", "invoke-sqlcmd", "remove-item", "clear-content",
        "clear-item", "format-volume", "clear-disk", "initialize-disk", "remove-partition",
        "set-partition", "remove-itemproperty", "set-itemproperty", "remove-localuser",
        "new-localuser", "set-localuser", "disable-localuser", "add-localgroupmember",
        "remove-localgroupmember", "remove-service", "unregister-scheduledtask",
        "register-scheduledtask", "set-acl", "remove-vm", "remove-aduser", "remove-smbshare",
        "new-netfirewallrule", "set-netfirewallprofile", "remove-netfirewallrule", "stop-process",
        "del", "erase", "rd", "rmdir", "format", "diskpart", "icacls", "takeown", "cacls",
        "taskkill", "vssadmin", "bcdedit", "netsh", "fsutil", "cipher",
    }
)  # fmt: skip
_VERBS: Final = {
    **dict.fromkeys(("kubectl", "oc"), frozenset({"delete", "drain", "replace", "patch", "exec"})),
    **dict.fromkeys(
        ("docker", "podman", "nerdctl"), frozenset({"rm", "rmi", "kill", "prune", "exec", "run"})
    ),
    **dict.fromkeys(("helm",), frozenset({"uninstall", "delete", "rollback"})),
    **dict.fromkeys(
        ("aws", "gcloud", "az", "gsutil", "ossutil", "ossutil64", "rclone", "s3cmd", "terraform"),
        frozenset({"delete", "rm", "rb", "destroy", "purge", "terminate-instances", "del"}),
    ),
    "git": frozenset({"push", "clean", "reset"}),
    "net": frozenset({"user", "localgroup", "share", "accounts"}),
    "reg": frozenset({"add", "delete", "import", "restore"}),
    "sc": frozenset({"delete", "create", "config"}),
    "schtasks": frozenset({"/create", "/delete", "/change"}),
    "wmic": frozenset({"delete", "call"}),
    "systemctl": frozenset({"mask", "disable", "stop"}),
    "find": frozenset({"-delete", "-exec", "-execdir", "-ok", "-fprint"}),
}
_RECURSIVE: Final = frozenset({"chmod", "chown", "chgrp"})


def chooses_program(use: Use) -> bool:
    """Whether a parameter names the program, or the file that is run as one."""
    name, words = use.command.name, use.command.words
    if use.index == 0:
        return True
    if name in _SOURCING or name in _STARTING:
        return use.index == 1 or (name == "start-process" and _follows(use, "-filepath"))
    if name in interpreters.SHELLS:
        options = (word.text for word in words[1 : use.index])
        return all(text.startswith("-") and "c" not in text for text in options)
    return name in {"powershell", "pwsh"} and _follows(use, "-file", "-f")


def is_code(use: Use) -> bool:
    """Whether a parameter is part of a text that is run."""
    name, origin = use.command.name, use.command.origin
    if origin in _RUN_TEXTS:
        return True
    if not use.index:
        return False
    if origin is Origin.REMOTE and use.command.is_started_by("ssh"):
        return True
    return name in _EVALUATING or _follows(use, *_CODE_OPTIONS.get(name, ()))


def is_harmful(command: Command) -> bool:
    """Whether a command deletes, or changes accounts, disks, databases or the firewall."""
    name = command.name
    if name in _ALWAYS_HARMFUL or name.startswith("mkfs"):
        return True
    if name in _RECURSIVE:
        return command.has("-R", "--recursive")
    verbs = _VERBS.get(name)
    if verbs is not None:
        return not verbs.isdisjoint(command.texts)
    return name == "aliyun" and any(text.startswith(("Delete", "Remove")) for text in command.texts)


def _follows(use: Use, *options: str) -> bool:
    """Whether the word before is one of these options, or a cluster that ends in one."""
    before = use.command.words[use.index - 1].text
    if use.command.language is not Language.SHELL:
        return before.lower() in options
    cluster = f"-{before[-1]}" if _CLUSTER.match(before) else ""
    return before in options or (bool(cluster) and cluster in options)
