"""Programs that run one of their arguments, or what they read, as a text of the shell."""

from collections.abc import Iterator, Sequence
from typing import Final

from mcp_server.guardrails.script.model import Command, Word
from mcp_server.guardrails.script.shell.wrappers import (
    Wrapper,
    after_options,
    inner_words,
    options_of,
)

TEXT_RUNNERS: Final = frozenset(
    {"su", "runuser", "script", "flock", "env", "watch", "trap", "sudo", "doas", "tmux", "screen",
     "sg", "nsenter", "unshare", "chroot"}
)  # fmt: skip
"""Programs that run an argument, or what they read, as a text."""


def texts_run(name: str, words: Sequence[Word]) -> Iterator[Word]:
    """The arguments of a program that are run as a text by a shell."""
    match name:
        case "su" | "runuser" | "script" | "flock" | "sg":
            yield from _code(words)
        case "env":
            yield from _split_string(words)
        case "watch":
            inner = inner_words(name, words)
            if inner:
                yield Word(" ".join(w.text for w in inner), inner[0].span)
        case "trap":
            rest = words[2:] if words[1:2] and words[1].text == "--" else words[1:]
            if (
                len(rest) > 1
                and rest[0].text not in {"", "-"}
                and rest[0].text[:2] not in {"-l", "-p"}
            ):
                yield rest[0]
        case "tmux" | "screen":
            yield from _in_terminal(name, words)


def starts_shell(command: Command) -> bool:
    """Whether a program without one to start gives its input to a shell."""
    match command.name:
        case "su":
            return True
        case "sudo" | "doas":
            return command.has("-s", "-i", "--shell", "--login")
        case "runuser":
            return not command.has("-u", "--user")
        case "chroot":
            return len(command.operands) == 1
        case name:
            return name in {"nsenter", "unshare"}


_IN_TMUX: Final = options_of(
    "new new-session neww new-window splitw split-window send send-keys run run-shell respawn-pane"
)


def _in_terminal(name: str, words: Sequence[Word]) -> Iterator[Word]:
    """`tmux new -d 'text'`, `screen -X stuff 'text'`."""
    texts = [word.text for word in words]
    if name == "screen":
        if "stuff" in texts:
            yield from words[texts.index("stuff") + 1 :][:1]
        return
    at = next((i for i, text in enumerate(texts) if text in _IN_TMUX), None)
    if at is None:
        return
    index = after_options(words, at + 1, Wrapper(options_of("-s -n -c -t -e -x -y -F -l -p -N")))
    rest = [word for word in words[index:] if word.text not in {"Enter", "C-m", "ENTER"}]
    if rest:
        yield Word(" ".join(w.text for w in rest), rest[0].span, rest[0].taints)


def _split_string(words: Sequence[Word]) -> Iterator[Word]:
    """`env -S 'program arguments' more`."""
    for index, word in enumerate(words[1:], 1):
        text, rest = word.text, words[index + 1 :]
        if text.startswith("--split-string="):
            text = text.partition("=")[2]
        elif text == "--split-string" or (
            text[:1] == "-" and text[1:2] != "-" and text[-1:] == "S"
        ):
            text, rest = " ".join(w.text for w in rest[:1]), rest[1:]
        elif text.startswith(("-S", "-vS", "-iS")):
            text = text.partition("S")[2]
        else:
            continue
        yield Word(" ".join((text, *(w.text for w in rest))).strip(), word.span, word.taints)
        return


def _code(words: Sequence[Word]) -> Iterator[Word]:
    """The values of `-c`, also as the last of a cluster."""
    for index, word in enumerate(words):
        text = word.text
        is_cluster = (
            text[:1] == "-" and text[1:2] != "-" and text[-1:] == "c" and text[1:].isalpha()
        )
        if (is_cluster or text in {"--command", "--session-command"}) and index + 1 < len(words):
            yield words[index + 1]
        elif text.startswith(("--command=", "--session-command=")):
            yield Word(text.partition("=")[2], word.span, word.taints)
