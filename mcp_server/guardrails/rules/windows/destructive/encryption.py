"""Encrypting or renaming many files, which is what ransomware does."""

from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command, Script, Word
from mcp_server.guardrails.script.windows_arguments import targets, upstream
from mcp_server.guardrails.script.windows_paths import is_critical, is_drive_root, is_profile
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_LISTINGS: Final = frozenset({"get-childitem", "::getfiles", "::enumeratefiles", "dir"})
_WRITES: Final = frozenset(
    {
        "::writeallbytes",
        "set-content",
        "rename-item",
        "move-item",
        "::move",
        "::openwrite",
        "::open",
    }
)
_LOCKED: Final = (".lock", ".enc", ".crypt", ".encrypted", ".locked", ".crypted", ".wncry", ".ryk")


def _encrypted(script: Script) -> Iterator[Match]:
    encryptors = script.by_name.get(".createencryptor", ())
    if not encryptors:
        return
    listings = [one for name in _LISTINGS for one in script.by_name.get(name, ()) if _is_deep(one)]
    if listings and any(name in script.by_name for name in _WRITES):
        yield Match(encryptors[0].span)


def _is_deep(command: Command) -> bool:
    if command.name.startswith("::"):
        return any("alldirectories" in text for text in command.texts)
    return command.has("-recurse", "/s")


def _renamed(command: Command, script: Script) -> Opinion:
    if command.name == "cipher":
        return command.has("/e") and any(text.startswith("/s:") for text in command.texts)
    is_mass = (
        any(_lists_tree(one) for one in upstream(command))
        or any("*" in word.text for word in command.args)
        or (
            any(HOLE in word.text for word in command.args)
            and any(_lists_tree(one) for one in script.named(*_LISTINGS))
        )
    )
    if not is_mass:
        return None
    written = " ".join(_as_written(word, script) for word in command.args).lower()
    return any(suffix in written for suffix in _LOCKED)


def _lists_tree(command: Command) -> bool:
    return command.name in _LISTINGS and _is_deep(command)


def _as_written(word: Word, script: Script) -> str:
    """The word, or its block of code: `-NewName { $_.Name + '.locked' }`."""
    if word.text != HOLE:
        return word.text
    return script.text[word.span.start : word.span.end]


def _archived(command: Command, _script: Script) -> Opinion:
    """An archive with a password of everybody's files, with the originals deleted."""
    if not any(text.startswith(("-p", "-hp")) and len(text) > len("-hp") for text in command.texts):
        return None
    if not any(text in {"-sdel", "-df", "-dw", "-m"} for text in command.texts):
        return None
    return any(
        is_critical(value) or is_drive_root(value) or is_profile(value)
        for word in targets(command)
        for value in word.values
    )


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="DES117",
        name="mass-encryption-of-files",
        severity=Severity.BLOCK,
        what="Encrypts the files of a whole folder tree and writes over them.",
        why="Without the key everything is lost; this is ransomware's work.",
        instead="Encrypt disks with the platform (`Encrypted` of the disk), or single files with a "
        "tool that keeps the original.",
        right_when="Never in a script that others may run.",
        attack="T1486",
        check=OnScript(_encrypted),
        flags=Examples(
            powershell=(
                "$e = $aes.CreateEncryptor()\n"
                "Get-ChildItem C:\\Users -Recurse | ForEach-Object {\n"
                "  [IO.File]::WriteAllBytes($_.FullName, $out) }",
                "$t = $aes.CreateEncryptor($k, $iv)\n"
                "foreach ($f in Get-ChildItem D:\\ -Recurse) { Set-Content $f.FullName $bytes }",
                "$t = $rij.CreateEncryptor()\n"
                "[IO.Directory]::GetFiles('C:\\', '*', 'AllDirectories') | % { $_ }\n"
                'Rename-Item $f "$f.locked"',
            ),
        ),
        allows=Examples(
            powershell=(
                "$e = $aes.CreateEncryptor()\n[IO.File]::WriteAllBytes('C:\\app\\a.enc', $out)",
                "Get-ChildItem C:\\Users -Recurse | Measure-Object",
                "$d = $aes.CreateDecryptor()\nGet-ChildItem C:\\app -Recurse",
            ),
        ),
    ),
    ScriptRule(
        id="DES118",
        name="mass-locking-of-files",
        severity=Severity.CONFIRM,
        what="Renames or encrypts the files of a whole tree, or packs them under a password and "
        "deletes the originals.",
        why="Programs no longer find their files, and without the key nobody reads them.",
        instead="Work on one folder of your own, keep the originals, and keep the key elsewhere.",
        right_when="A person has chosen the folder and holds the key.",
        attack="T1486",
        check=(
            on("rename-item", "ren", "rename", "move-item", "move", "cipher", when=_renamed),
            on("7z", "7za", "rar", "winrar", when=_archived),
        ),
        flags=Examples(
            powershell=(
                "Get-ChildItem C:\\Users -Recurse | Rename-Item -NewName { $_.Name + '.locked' }",
                "cipher /e /s:C:\\Users",
                "7z a -pS3cretKey -sdel C:\\a.7z C:\\Users",
            ),
            bat=(
                "ren C:\\Users\\Public\\*.* *.locked",
                "cipher /e /s:D:\\",
                "rar m -hpS3cretKey -df D:\\a.rar C:\\Users",
            ),
        ),
        allows=Examples(
            powershell=(
                "Rename-Item C:\\app\\a.txt a.old",
                "7z a C:\\Temp\\logs.7z C:\\app\\logs",
                "cipher /e C:\\app\\keys",
            ),
            bat=(
                "ren C:\\app\\*.log *.old",
                "7z a D:\\backup\\app.7z C:\\app",
                "cipher /c C:\\app",
            ),
        ),
    ),
)
