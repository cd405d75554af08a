"""Arguments of programs that are the same on every system, read the same in every language."""

from typing import Final

from mcp_server.guardrails.script.model import HOLE, Command
from mcp_server.guardrails.script_rule import Examples

_LONGEST_CLUSTER: Final = 4
_DRY: Final = ("--dry-run", "--dryrun", "--generate-cli-skeleton", "--help", "-h", "--what-if")


class Arguments:
    """The arguments of one command, in lower case."""

    def __init__(self, command: Command) -> None:
        self.all = tuple(word.text.lower() for word in command.args)
        self.plain = tuple(text for text in self.all if not text.startswith("-"))
        """Without options; values of options are among them."""

    def first_of(self, *verbs: str) -> tuple[str, ...]:
        """A verb and what follows it, where it is among the first words; empty otherwise."""
        for index, text in enumerate(self.plain[:4]):
            if text in verbs:
                return self.plain[index:]
        return ()

    def has(self, *options: str) -> bool:
        """Whether an option is given, alone or with a value after `=`."""
        return any(
            text == option or text.startswith(f"{option}=")
            for text in self.all
            for option in options
        )

    def has_short(self, letter: str) -> bool:
        """Whether a one-letter option is given, also among others: `-f` in `-rf`."""
        return any(
            text[:1] == "-"
            and len(text) <= _LONGEST_CLUSTER
            and letter in text
            and text[1:2] != "-"
            for text in self.all
        )

    def values(self, *options: str) -> tuple[str, ...]:
        """What options are given, in the next argument or after `=`."""
        found: list[str] = []
        for index, text in enumerate(self.all):
            name, mark, value = text.partition("=")
            if name in options:
                if mark:
                    found.append(value)
                elif index + 1 < len(self.all):
                    found.append(self.all[index + 1])
        return tuple(found)

    @property
    def is_dry(self) -> bool:
        """Whether nothing is changed."""
        return any(
            text.split("=", 1)[0] in _DRY and not text.endswith(("=none", "=false"))
            for text in self.all
        ) or self.plain[-1:] == ("help",)


def is_unknown(text: str) -> bool:
    """Whether nothing is known of an argument."""
    return text.strip(HOLE) == ""


def everywhere(*lines: str) -> Examples:
    """Commands that are written the same in every language."""
    scripts = tuple(f"{line}\n" for line in lines)
    return Examples(sh=scripts, powershell=scripts, bat=scripts)
