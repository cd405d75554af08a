"""What is opened to everyone, hidden, or goes about under another name."""

import re
from typing import Final

from mcp_server.guardrails.script import windows_effects
from mcp_server.guardrails.script.model import HOLE, Command, Script
from mcp_server.guardrails.script.windows_arguments import at
from mcp_server.guardrails.script_rule import Examples, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_EVERYONE: Final = re.compile(
    r"(?:\*s-1-1-0|everyone|users|\*s-1-5-32-545|authenticated users):\(?.*f"
)
_OF_THE_SYSTEM: Final = ("c:\\windows", "c:\\program", "c:\\*", "c:\\ ")
_PROGRAM: Final = re.compile(
    r"\\windows\\(?:system32|syswow64|sysnative)\\(?:[^*]*\\)?([^\\*]+\.exe)$", re.IGNORECASE
)


def _hands_out_a_service(command: Command, _script: Script) -> Opinion:
    return "sdset" in command.texts


def _hands_out_a_folder(command: Command, _script: Script) -> Opinion:
    texts = command.texts
    return any(_EVERYONE.match(text) for text in texts) and any(
        text in {"c:", "c:\\"} or text.startswith(_OF_THE_SYSTEM) for text in texts
    )


def _hides(command: Command, _script: Script) -> Opinion:
    return bool({"+h", "+s"} & set(command.texts)) and Severity.ADVICE


def _disguises(command: Command, _script: Script) -> Opinion:
    source = at(command, 0, "-path", "-literalpath")
    program = _PROGRAM.search(source.text) if source is not None else None
    if program is None:
        return False
    return any(
        _is_another_name(program[1].lower(), value.lower().rpartition("\\")[2])
        for word in windows_effects.written(command)
        for value in word.values
    )


def _is_another_name(program: str, name: str) -> bool:
    return (
        "." in name
        and HOLE not in name
        and name not in {program, ".", ".."}
        and (not name.startswith(program.removesuffix(".exe")))
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="EVA107",
        name="system-opened-to-everyone",
        severity=Severity.CONFIRM,
        what="Gives everyone rights on a service, or on folders of the system; or hides files.",
        why="Anyone on the instance may put a program in place that runs as SYSTEM.",
        instead="Give the one account the one right it needs.",
        right_when="The vendor's documentation asks for it.",
        attack="T1222.001",
        check=(
            on("sc", when=_hands_out_a_service),
            on("icacls", "cacls", "xcacls", when=_hands_out_a_folder),
            on("attrib", when=_hides),
        ),
        flags=Examples(
            powershell=(
                "sc.exe sdset app 'D:(A;;KA;;;WD)'\n",
                "icacls C:\\Windows\\Temp\\.. /grant Everyone:F\n",
                "attrib +h C:\\app\\a.exe\n",
            ),
            bat=(
                "sc sdset scmanager D:(A;;KA;;;WD)\n",
                "icacls C:\\Windows /grant Everyone:(F)\n",
                "attrib +s +h C:\\app\\a.exe\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "sc.exe sdshow app\n",
                "icacls C:\\app /grant svc:(R)\n",
                "attrib -r C:\\app\\a.txt\n",
            ),
            bat=("sc sdshow app\n", "icacls C:\\app /grant svc:(R)\n", "attrib -r a.txt\n"),
        ),
    ),
    ScriptRule(
        id="EVA112",
        name="system-program-copied-under-another-name",
        severity=Severity.CONFIRM,
        what="Copies a program of Windows under another name or to a folder of users.",
        why="It is taken for something else, by people and by what watches programs by name.",
        instead="Start the program where it is, by its own name.",
        right_when="A recovery image is built from it.",
        attack="T1036.003",
        check=on("copy", "xcopy", "copy-item", "move", "move-item", "::copy", when=_disguises),
        flags=Examples(
            powershell=(
                "Copy-Item C:\\Windows\\System32\\cmd.exe C:\\Windows\\Temp\\svchost.exe\n",
                "Copy-Item $env:windir\\System32\\wscript.exe C:\\app\\lsass.exe\n",
                "[IO.File]::Copy('C:\\Windows\\System32\\certutil.exe', 'C:\\app\\u.exe')\n",
            ),
            bat=(
                "copy C:\\Windows\\System32\\cmd.exe C:\\Windows\\Temp\\svchost.exe\n",
                "copy %SystemRoot%\\System32\\cscript.exe %APPDATA%\\notepad.exe /y\n",
                "copy C:\\Windows\\System32\\certutil.exe C:\\app\\u.exe\n",
            ),
        ),
        allows=Examples(
            powershell=(
                "Copy-Item C:\\build\\app.exe C:\\app\\app.exe\n",
                "Copy-Item C:\\Windows\\System32\\drivers\\etc\\hosts C:\\backup\\hosts\n",
                "Copy-Item C:\\Windows\\System32\\robocopy.exe D:\\image\\robocopy.exe\n",
            ),
            bat=(
                "copy C:\\build\\app.exe C:\\app\\service.exe\n",
                "copy C:\\Windows\\System32\\robocopy.exe D:\\image\\\n",
                "copy C:\\Windows\\win.ini C:\\backup\\win.txt\n",
            ),
        ),
    ),
)
