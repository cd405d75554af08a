"""Code that other programs load or run: preloaded libraries, login modules, hooks."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.rules.linux.writes import Write, writes
from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import Assignment, Command, Origin, Script
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PRELOADS: Final = frozenset(
    {"LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "PYTHONSTARTUP", "PERL5OPT",
     "GIT_SSH_COMMAND"}
)  # fmt: skip
_LOADED: Final = re.compile(
    r"/etc/ld\.so\.preload\Z|/etc/pam\.(?:d/.+|conf)\Z|/(?:usr/)?lib(?:64|/[\w-]+)?/security/pam_.*"
    r"|(?:.*/)?(?:user|site)customize\.py\Z|.*(?:site|dist)-packages/[^/]+\.pth\Z"
    r"|(?:.*/)?\.git/hooks/[^/]+\Z|(?:.*/)?\.git-templates?/hooks/.+|.*/php/.*auto_prepend.*"
    r"|/etc/(?:apt/apt\.conf(?:\.d/.+)?|dpkg/dpkg\.cfg\.d/.+|yum/pluginconf\.d/.+|dnf/plugins/.+)\Z"
    r"|/usr/lib/(?:yum-plugins|python3?[\d.]*/site-packages/dnf-plugins)/.+|/etc/libnss.*"
    r"|.*/(?:Extensions|NativeMessagingHosts)/.*\.json\Z|/etc/opt/chrome/policies/managed/.+"
)
_PACKAGE_HOOKS: Final = re.compile(
    r"Pre-Invoke|Post-Invoke|Pre-Install-Pkgs|pre-invoke|post-invoke|enabled\s*=\s*1", re.IGNORECASE
)
_PACKAGE_FILES: Final = re.compile(r"/etc/(?:apt/|dpkg/|yum/|dnf/)")
_PATHS_OF_STRANGERS: Final = re.compile(r"/(?:tmp|var/tmp|dev/shm|home|Users|private/tmp)/")


def _written(script: Script) -> Iterator[Match]:
    for write in writes(script):
        if _LOADED.match(write.path) and _hooks(write):
            yield Match(write.command.span)


def _hooks(write: Write) -> bool:
    """A package manager's own settings are ordinary; commands in them are not."""
    if write.command.name in {"touch", "truncate"} and "ld.so.preload" in write.path:
        return False
    if not _PACKAGE_FILES.match(write.path):
        return not (write.text == "" and write.command.name == "")
    return write.text is not None and bool(_PACKAGE_HOOKS.search(write.text))


def _preloads(script: Script) -> Iterator[Match]:
    for command in script.commands:
        if command.assignments and any(map(_is_preload, command.assignments)):
            yield Match(command.span)
    for assignment in script.assignments:
        if _is_preload(assignment):
            yield Match(assignment.span)


def _is_preload(assignment: Assignment) -> bool:
    return assignment.name in _PRELOADS and any(
        _PATHS_OF_STRANGERS.match(value) or paths.is_temporary(value)
        for value in assignment.value.values
    )


def _configures(command: Command, _script: Script) -> Opinion:
    if command.origin is Origin.REMOTE:
        return False
    return bool({"core.hooksPath", "core.fsmonitor", "init.templateDir"} & set(command.texts))


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="PER003",
        name="code-hooked-into-other-programs",
        severity=Severity.CONFIRM,
        what="Has code loaded into other programs: a preloaded library, a login module, a hook.",
        why="It sees and changes whatever those programs do.",
        instead="Configure the one program that needs it; for login modules use authselect or "
        "pam-auth-update.",
        right_when="The distribution's documentation has it so, and it is reviewed.",
        attack="T1574.006",
        check=(OnScript(_written), OnScript(_preloads), on("git", when=_configures)),
        flags=Examples(
            sh=(
                "echo /usr/lib/x.so > /etc/ld.so.preload\n",
                "LD_PRELOAD=/tmp/x.so ls\n",
                "echo 'auth optional pam_exec.so /opt/x' >> /etc/pam.d/sshd\n",
                "export LD_PRELOAD=/dev/shm/x.so\n",
                "echo 'APT::Update::Pre-Invoke {\"/opt/x\";};' > /etc/apt/apt.conf.d/99x\n",
                "echo '/opt/x' >> .git/hooks/post-merge\n",
            )
        ),
        allows=Examples(
            sh=(
                "cat /etc/ld.so.preload\n",
                "LD_PRELOAD=/usr/lib/libjemalloc.so ./app\n",
                "ldconfig\n",
                "echo 'Acquire::Retries \"3\";' > /etc/apt/apt.conf.d/80-retries\n",
            )
        ),
    ),
)
