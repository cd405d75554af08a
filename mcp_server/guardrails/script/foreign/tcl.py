"""What Tcl code starts: its commands are words between spaces, like a shell's."""

from typing import Final

from mcp_server.guardrails.script.foreign.facts import SHELLS, Act, Deed, Facts, Start
from mcp_server.guardrails.script.model import HOLE, Trait, Word

_MOST_WORDS: Final = 5_000
_REDIRECTING: Final = ("<@", ">@", "2>@", "<", ">", "2>")


def read(code: str) -> Facts:
    """What it starts and does, as far as its words say."""
    facts = Facts()
    words: list[str] = []
    at = 0
    for line in code.replace(";", "\n").splitlines(keepends=True):
        words = line.replace("{", " { ").replace("}", " } ").replace("[", " [ ").split()
        _look(words[:_MOST_WORDS], at, facts)
        at += len(line)
    if "socket" in code and _gives_shell(code, facts):
        facts.traits.add(Trait.REVERSE_SHELL)
    return facts


def _look(words: list[str], at: int, facts: Facts) -> None:
    for index, word in enumerate(words):
        if word == "exec":
            given = [w for w in words[index + 1 :] if not w.startswith(_REDIRECTING)]
            if given and given[0] not in {"{", "}"}:
                facts.starts.append(Start(tuple(Word(_value(w)) for w in given), at))
        elif word == "file" and words[index + 1 : index + 2] == ["delete"]:
            paths = [w for w in words[index + 2 :] if not w.startswith("-")]
            if paths:
                facts.acts.append(Act(Deed.DELETE_TREE, tuple(Word(_value(w)) for w in paths), at))


def _value(word: str) -> str:
    text = word.strip("\"'{}[]")
    return HOLE if text.startswith("$") else text


def _gives_shell(code: str, facts: Facts) -> bool:
    programs = {start.words[0].text.rsplit("/", 1)[-1] for start in facts.starts}
    reads = "gets" in code or "read" in code
    return bool(programs & SHELLS) or (reads and (HOLE in programs or "exec" in code))
