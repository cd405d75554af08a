"""Deleting the files of the agents, and uninstalling them."""

from typing import Final

from mcp_server.guardrails.rules.windows.agent.products import OUR_FOLDERS, OURS
from mcp_server.guardrails.script.model import Command, Script
from mcp_server.guardrails.script.windows_arguments import (
    is_harmless_form,
    target_paths,
    upstream,
)
from mcp_server.guardrails.script.windows_paths import file_name, normalised
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity


def _folder(command: Command, _script: Script) -> Opinion:
    if is_harmless_form(command):
        return None
    return any(
        OUR_FOLDERS.search(path) or OURS.search(file_name(path))
        for one in (command, *upstream(command))
        for path in target_paths(one)
        if "\\" in path
    )


def _uninstall(command: Command, _script: Script) -> Opinion:
    own = command.words[0].text.lower()
    if command.name in {"aegis_uninstall", "uninstall_aegis", "aegisuninstall", "uninstaller"}:
        return "uninstaller" not in own or bool(OUR_FOLDERS.search(normalised(own)))
    if command.name in {"aliyun_assist_service", "aliyun-service", "aliyun_assist_update"}:
        return command.has("--stop", "--remove", "-stop", "-remove", "--uninstall", "--deregister")
    if command.name in {
        "uninstall-package",
        "msiexec",
        "start-process",
        "wmic",
        "uninst",
        "unins000",
    }:
        texts = (own, *command.texts)
        removes = command.name in {"uninstall-package", "uninst", "unins000"} or any(
            text in {"/x", "/uninstall", "uninstall", "-x"} or "uninst" in text for text in texts
        )
        return removes and any(OURS.search(text) or OUR_FOLDERS.search(text) for text in texts)
    return None


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="AGT102",
        name="cloud-agent-files-deleted-on-windows",
        severity=Severity.BLOCK,
        what="Deletes or moves the files of the Cloud Assistant or security agent.",
        why="The agent stops, and the instance can no longer be managed or protected.",
        instead="Leave the folder alone; old logs in it are rotated by the agent.",
        right_when="Never.",
        attack="T1562.001",
        check=on(
            "remove-item",
            "rd",
            "rmdir",
            "del",
            "erase",
            "move-item",
            "rename-item",
            "move",
            "ren",
            "rename",
            "::delete",
            "takeown",
            when=_folder,
        ),
        flags=Examples(
            powershell=(
                "Remove-Item C:\\ProgramData\\aliyun\\assist -Recurse -Force",
                "Rename-Item 'C:\\Program Files (x86)\\Alibaba\\Aegis' off",
                "Get-ChildItem C:\\ProgramData\\aliyun\\assist | Remove-Item -Recurse",
            ),
            bat=(
                "rd /s /q C:\\ProgramData\\aliyun\\assist",
                'del /f /q "C:\\ProgramData\\aliyun\\assist\\2.1.3\\aliyun_assist_service.exe"',
                'move "C:\\Program Files (x86)\\Alibaba\\Aegis" D:\\',
            ),
        ),
        allows=Examples(
            powershell=(
                "Get-ChildItem C:\\ProgramData\\aliyun\\assist",
                "Remove-Item C:\\app\\aliyun-cli.zip",
                "Get-Content C:\\ProgramData\\aliyun\\assist\\log\\aliyun_assist_main.log",
            ),
            bat=(
                "dir C:\\ProgramData\\aliyun\\assist",
                "del /q C:\\app\\aliyun-cli.zip",
                "type C:\\ProgramData\\aliyun\\assist\\log\\aliyun_assist_main.log",
            ),
        ),
    ),
    ScriptRule(
        id="AGT103",
        name="cloud-agent-uninstalled-on-windows",
        severity=Severity.BLOCK,
        what="Uninstalls the Cloud Assistant, Cloud Monitor or Security Center agent.",
        why="The instance is no longer managed or protected, and nobody is told.",
        instead="Uninstall it in the Security Center console, where it is recorded.",
        right_when="Never in a command of Cloud Assistant itself.",
        attack="T1562.001",
        check=on(
            "aliyun_assist_service",
            "aliyun-service",
            "aliyun_assist_update",
            "uninstall-package",
            "msiexec",
            "start-process",
            "wmic",
            "uninst",
            "unins000",
            "uninstaller",
            "aegis_uninstall",
            "uninstall_aegis",
            when=_uninstall,
        ),
        flags=Examples(
            powershell=(
                "& 'C:\\ProgramData\\aliyun\\assist\\2.1.3\\aliyun_assist_service.exe' --remove",
                "Uninstall-Package -Name AliYunDun",
                "& 'C:\\Program Files (x86)\\Alibaba\\Aegis\\uninst.exe' /S",
            ),
            bat=(
                '"C:\\ProgramData\\aliyun\\assist\\2.1.3\\aliyun_assist_service.exe" --stop',
                '"C:\\Program Files (x86)\\Alibaba\\Aegis\\uninst.exe" /S',
                "aliyun-service --remove",
            ),
        ),
        allows=Examples(
            powershell=(
                "& 'C:\\ProgramData\\aliyun\\assist\\2.1.3\\aliyun_assist_service.exe' --version",
                "Uninstall-Package -Name Shop",
                "Start-Process msiexec -ArgumentList '/x C:\\app\\shop.msi /qn' -Wait",
            ),
            bat=(
                '"C:\\ProgramData\\aliyun\\assist\\2.1.3\\aliyun_assist_service.exe" --version',
                "msiexec /x C:\\app\\shop.msi /qn",
                '"C:\\app\\unins000.exe" /SILENT',
            ),
        ),
    ),
)
