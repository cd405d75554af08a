"""Code that is put into the kernel."""

from itertools import islice
from typing import Final

from mcp_server.guardrails.script import effects
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.names import names
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_ROOTKITS: Final = names(
    "diamorphine reptile suterusu adore-ng knark azazel jynx singularity brokepkg pumakit kovid"
    " caraxes lime drovorub"
)
_SECURITY: Final = names(
    "iptable_filter ip_tables nf_tables nf_conntrack audit apparmor selinux dm_crypt"
)
_MOST_COPIES: Final = 50


def _inserted(command: Command, _script: Script) -> Opinion:
    return not command.has("--help", "--version", "-V")


def _by_kmutil(command: Command, _script: Script) -> Opinion:
    return "load" in command.texts


def _by_modprobe(command: Command, script: Script) -> Opinion:
    if command.has("-n", "--dry-run", "--show-depends", "-c"):
        return False
    modules = [word.text for word in command.operands]
    if command.has("-r", "--remove"):
        return True if _SECURITY & set(modules) else Severity.ADVICE
    if command.has("-f", "--force") or any("/" in text for text in modules):
        return True
    return bool(_ROOTKITS & set(modules)) or bool(set(modules) & _installed(script))


def _installed(script: Script) -> set[str]:
    """The modules that the script itself puts where modprobe finds them."""
    return {
        word.text.rpartition("/")[2].partition(".ko")[0]
        for command in islice(script.named("cp", "mv", "install", "curl", "wget"), _MOST_COPIES)
        if any(".ko" in word.text for word in command.operands)
        for word in (*effects.written(command), *command.operands)
        if ".ko" in word.text
    }


def _removed(command: Command, _script: Script) -> Opinion:
    return True if _SECURITY & set(command.texts) else Severity.ADVICE


def _by_bpf(command: Command, _script: Script) -> Opinion:
    texts = set(command.texts)
    if command.name == "tc":
        return "bpf" in texts and "obj" in texts
    return bool({"load", "loadall", "attach"} & texts)


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA005",
        name="kernel-module-loaded",
        severity=Severity.CONFIRM,
        what="Loads code into the kernel.",
        why="It can do and hide anything, and a fault in it stops the instance.",
        instead="Use modules of the distribution by name (modprobe NAME).",
        right_when="The driver is the vendor's and matches the kernel.",
        attack="T1547.006",
        check=(
            on("insmod", "kextload", "kldload", "kextutil", when=_inserted),
            on("kmutil", when=_by_kmutil),
            on("modprobe", when=_by_modprobe),
            on("rmmod", "kextunload", "kldunload", when=_removed),
            on("bpftool", "tc", when=_by_bpf),
        ),
        flags=Examples(
            sh=(
                "insmod ./x.ko\n",
                "modprobe /tmp/x.ko\n",
                "sudo insmod /lib/x/x.ko\n",
                "cp x.ko /lib/modules/5.10/ && depmod -a && modprobe x\n",
            )
        ),
        allows=Examples(sh=("modprobe overlay\n", "lsmod\n", "modinfo ./x.ko\n")),
    ),
)
