"""Whole parts of the registry."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.windows_arguments import is_harmless_form, targets
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_LONG: Final = {
    "hkey_local_machine": "hklm",
    "hkey_current_user": "hkcu",
    "hkey_classes_root": "hkcr",
    "hkey_users": "hku",
    "hkey_current_config": "hkcc",
}
_PROVIDER: Final = re.compile(r"^(?:microsoft\.powershell\.core\\)?registry::")
_VITAL: Final = frozenset(
    {
        "hklm",
        "hkcr",
        "hku",
        "hkcu",
        r"hkcu\software",
        r"hkcu\software\microsoft",
        r"hkcu\software\microsoft\windows",
        r"hklm\bcd00000000",
        r"hklm\hardware",
        r"hklm\sam",
        r"hklm\security",
        r"hklm\software",
        r"hklm\software\classes",
        r"hklm\software\microsoft",
        r"hklm\software\microsoft\windows",
        r"hklm\software\microsoft\windows nt",
        r"hklm\software\microsoft\windows\currentversion",
        r"hklm\software\microsoft\windows nt\currentversion",
        r"hklm\software\microsoft\windows nt\currentversion\winlogon",
        r"hklm\system",
        r"hklm\system\controlset001",
        r"hklm\system\currentcontrolset",
        r"hklm\system\currentcontrolset\control",
        r"hklm\system\currentcontrolset\control\class",
        r"hklm\system\currentcontrolset\control\lsa",
        r"hklm\system\currentcontrolset\control\safeboot",
        r"hklm\system\currentcontrolset\control\session manager",
        r"hklm\system\currentcontrolset\services",
        r"hklm\system\mounteddevices",
        r"hklm\system\select",
        r"hklm\system\setup",
    }
)


def _key(text: str) -> str:
    plain = _PROVIDER.sub("", text.strip("\"' ").lower().replace("/", "\\"))
    hive, _, rest = plain.removesuffix("*").strip("\\").partition("\\")
    hive = hive.rstrip(":")
    rest = "\\".join(part for part in rest.split("\\") if part)
    hive = _LONG.get(hive, hive)
    return f"{hive}\\{rest}" if rest else hive


def _judge(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    if command.name == "reg":
        if command.texts[:1] != ("delete",) or command.has("/v", "/ve"):
            return None
        words = command.args[1:2]
    else:
        words = tuple(targets(command, "-path", "-literalpath"))
    return any(
        HOLE not in value and _key(value) in _VITAL for word in words for value in word.values
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES114",
        name="registry-hive-deleted",
        severity=Severity.BLOCK,
        what="Deletes a hive of the registry, or a key that Windows can't start without.",
        why="Services, drivers and programs lose their configuration, and Windows does not boot.",
        instead="Delete the one key of the one program; export it first with `reg export`.",
        right_when="Never.",
        attack="T1485",
        check=on("reg", "remove-item", when=_judge),
        flags=Examples(
            powershell=(
                "Remove-Item HKLM:\\SYSTEM\\CurrentControlSet\\Services -Recurse -Force",
                "reg delete HKLM\\SOFTWARE /f",
                "Remove-Item -Path Registry::HKEY_LOCAL_MACHINE\\SYSTEM\\* -Recurse",
            ),
            bat=(
                "reg delete HKLM\\SYSTEM /f",
                "reg delete HKEY_CLASSES_ROOT /f",
                'reg delete "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SafeBoot" /f',
            ),
        ),
        allows=Examples(
            powershell=(
                "Remove-Item HKLM:\\SOFTWARE\\Shop -Recurse",
                "reg delete HKLM\\SOFTWARE /v Shop /f",
                "reg query HKLM\\SYSTEM",
            ),
            bat=(
                "reg delete HKLM\\SOFTWARE\\Shop /f",
                "reg delete HKCU\\Environment /v SHOP /f",
                "reg export HKLM\\SOFTWARE\\Shop D:\\shop.reg",
            ),
        ),
    ),
)
