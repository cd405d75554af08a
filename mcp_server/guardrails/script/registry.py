"""Changes of the Windows registry, in one form whatever makes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mcp_server.guardrails.script.model import Command, Language, Word
from mcp_server.guardrails.script.windows_arguments import at, targets

_PROGRAMS: Final = ("reg", "regedit", "regedt32")
_METHODS: Final = ("::setvalue", ".setvalue", ".deletevalue", ".deletesubkeytree")
_CMDLETS: Final = (
    "new-item",
    "new-itemproperty",
    "set-item",
    "set-itemproperty",
    "copy-item",
    "copy-itemproperty",
    "move-item",
    "move-itemproperty",
    "rename-item",
    "rename-itemproperty",
    "clear-item",
    "clear-itemproperty",
    "remove-item",
    "remove-itemproperty",
    "set-gpregistryvalue",
    "set-regvalue",
    "set-registryvalue",
)
COMMANDS: Final = (*_PROGRAMS, *_METHODS, *_CMDLETS)
"""The commands that `changes` understands."""
_HIVES: Final = {
    "hkey_local_machine": "hklm",
    "hkey_current_user": "hkcu",
    "hkey_classes_root": "hkcr",
    "hkey_users": "hku",
    "hkey_current_config": "hkcc",
    "hklm": "hklm",
    "hkcu": "hkcu",
    "hkcr": "hkcr",
    "hku": "hku",
    "hkcc": "hkcc",
}
_PREFIX: Final = re.compile(
    r"^(?:microsoft\.powershell\.core\\)?(?:registry::)?(?:\\\\[^\\]+\\)?", re.IGNORECASE
)
_LONGEST: Final = 1024
"""Characters of a key or a name that are looked at; no real one is longer."""
_SLASHES: Final = re.compile(r"\\+")
_CONTROL_SET: Final = re.compile(r"^(system\\)controlset\d+(?=\\|$)")
_THIRTY_TWO_BITS: Final = "\\wow6432node"
_ACTIONS: Final = {
    "add": "set",
    "delete": "delete",
    "copy": "copy",
    "import": "import",
    "restore": "import",
    "load": "load",
    "save": "save",
    "export": "save",
}
_FILE_SECTION: Final = re.compile(r"^\[(-?)([^\]]+)\]$")
_FILE_VALUE: Final = re.compile(r'^(?:@|"([^"]*)")=(.*)$')


@dataclass(frozen=True, slots=True)
class Change:
    """One change, or one copy that is taken of a key."""

    action: str
    """set, delete, copy, save, import or load."""
    key: str
    r"""In lower case with a short hive: `hklm\software\x`; empty when it is none or unknown.

    Without `wow6432node`, and with `currentcontrolset` for each control set.
    """
    name: str = ""
    """Of the value, in lower case; empty for the key's own."""
    data: str = ""
    """What is written, as text."""

    @property
    def path(self) -> str:
        """Key and name in one."""
        return f"{self.key}\\{self.name[:_LONGEST]}" if self.name else self.key


def normalised_key(text: str) -> str:
    """A key in one spelling; empty when the text names none."""
    bare = _PREFIX.sub("", text[:_LONGEST].strip().strip('"')).replace("/", "\\").lower()
    hive, mark, rest = bare.partition("\\")
    name = _HIVES.get(hive.rstrip(":"))
    if name is None and ":" in hive:  # HKLM:SOFTWARE
        drive, _, first = hive.partition(":")
        name = _HIVES.get(drive)
        rest = f"{first}{mark}{rest}"
    if name is None:
        return ""
    tidy = _SLASHES.sub(r"\\", rest).strip("\\").replace(_THIRTY_TWO_BITS, "")
    control_set = _CONTROL_SET.sub(r"\1currentcontrolset", tidy)
    return f"{name}\\{control_set}".rstrip("\\")


def changes(command: Command) -> Iterator[Change]:
    """The changes that a command makes; nothing for one that only reads."""
    if command.name in _PROGRAMS:
        yield from _by_program(command)
    elif command.name in _METHODS:
        yield from _by_method(command)
    elif command.name in _CMDLETS and command.language is Language.POWERSHELL:
        yield from _by_cmdlet(command)


def read_file(text: str) -> Iterator[Change]:
    """The changes in a `.reg` file."""
    key, deletes = "", False
    for line in text.splitlines():
        bare = line.strip()
        if section := _FILE_SECTION.match(bare):
            deletes, key = bool(section[1]), normalised_key(section[2])
            if key:
                yield Change("delete" if deletes else "set", key)
        elif key and not deletes and (value := _FILE_VALUE.match(bare)):
            data = value[2].strip()
            yield Change(
                "delete" if data == "-" else "set", key, (value[1] or "").lower(), data.strip('"')
            )


def _by_program(command: Command) -> Iterator[Change]:
    """Of `reg` and `regedit`; a file whose text the script writes comes as standard input."""
    action = _action(command)
    if action == "import":
        known = command.stdin.text if command.stdin is not None else ""
        yield from read_file(known) if known else (Change("import", ""),)
        return
    operands = command.operands[1:]
    if not action or not operands:
        return
    name, data = _text(command.value("/v")), _text(command.value("/d"))
    for key in operands[0].values:
        yield Change(action, normalised_key(key), name.lower(), data)


def _action(command: Command) -> str:
    if command.name == "reg":
        return _ACTIONS.get(command.texts[0], "") if command.texts else ""
    if command.has("/e", "/a", "-e"):
        return ""
    return "import" if any(text.endswith(".reg") for text in command.texts) else ""


def _by_method(command: Command) -> Iterator[Change]:
    texts = [word.text for word in command.args]
    if texts and (key := normalised_key(texts[0])):
        name, data = [*texts[1:], "", ""][:2]
        yield Change(
            "delete" if command.name.startswith(".delete") else "set", key, name.lower(), data
        )


def _by_cmdlet(command: Command) -> Iterator[Change]:
    named = command.value("-path", "-literalpath", "-key", "-destination")
    places = (named,) if named is not None else tuple(targets(command))[:1]
    name, data = _name_and_data(command, 0 if named is not None else 1)
    for word in places:
        for value in word.values:
            if key := normalised_key(value) or _below(command.directory, value):
                yield Change(_verb(command.name), key, name.lower(), data)


def _name_and_data(command: Command, first: int) -> tuple[str, str]:
    """Of the value; they come by name, or in this position and the next."""
    data = command.value("-value", "-propertyvalue")
    if "property" not in command.name and not command.name.endswith("value"):
        return "", _text(data)
    given = command.value("-name", "-propertyname", "-valuename")
    name = given or at(command, first)
    if data is None:
        data = at(command, first if given is not None else first + 1)
    return _text(name), _text(data)


def _verb(name: str) -> str:
    if name.startswith(("remove", "clear")):
        return "delete"
    return "copy" if name.startswith(("copy", "move", "rename")) else "set"


def _below(directory: str, path: str) -> str:
    """A relative path's key, where the working directory is one."""
    if not directory or ":" in path:
        return ""
    return normalised_key(directory if path in {"", "."} else f"{directory}\\{path}")


def _text(word: Word | None) -> str:
    return word.text if word is not None else ""
