"""Which program runs which language, and which of its options carries code."""

import posixpath
import re
import shlex
from dataclasses import dataclass, field
from typing import Final

SHELLS: Final = frozenset(
    {"sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "pdksh", "zsh", "rbash", "fish", "csh",
     "tcsh", "hush"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Runner:
    """A program that runs code of one language."""

    language: str
    code: tuple[str, ...] = ()
    """The options whose value is code."""
    first_operand: bool = False
    """Whether the first operand is code, as awk's."""
    subcommand: str = ""
    """What comes before the code: `deno eval`."""


_PYTHON: Final = Runner("python", ("-c",))
_PERL: Final = Runner("perl", ("-e", "-E"))
_NODE: Final = Runner("node", ("-e", "-p", "--eval", "--print", "-pe"))
_AWK: Final = Runner("awk", first_operand=True)

RUNNERS: Final = {
    "python": _PYTHON, "pypy": _PYTHON, "perl": _PERL, "node": _NODE, "nodejs": _NODE,
    "bun": Runner("node", ("-e", "--eval")), "deno": Runner("node", subcommand="eval"),
    "ruby": Runner("ruby", ("-e",)), "jruby": Runner("ruby", ("-e",)),
    "php": Runner("php", ("-r",)), "lua": Runner("lua", ("-e",)), "luajit": Runner("lua", ("-e",)),
    "awk": _AWK, "gawk": _AWK, "mawk": _AWK, "nawk": _AWK, "original-awk": _AWK,
    "osascript": Runner("osascript", ("-e",)), "tclsh": Runner("tcl"),
    "expect": Runner("tcl", ("-c",)),
    "wish": Runner("tcl"), "jshell": Runner("java"), "java": Runner("java"),
    "crystal": Runner("crystal", subcommand="eval"), "groovy": Runner("groovy", ("-e",)),
    "rscript": Runner("r", ("-e",)), "julia": Runner("julia", ("-e",)),
    "elixir": Runner("elixir", ("-e",)), "erl": Runner("erlang", ("-eval",)),
    "ghc": Runner("haskell", ("-e",)), "swift": Runner("swift", ("-e",)),
    "scala": Runner("scala", ("-e",)),
}  # fmt: skip
"""By program, without a version and in lower case."""
_FILES: Final = {
    ".py": "python", ".pl": "perl", ".rb": "ruby", ".php": "php", ".js": "node", ".lua": "lua",
    ".go": "go", ".v": "v", ".dart": "dart", ".c": "c", ".java": "java", ".tcl": "tcl",
    ".exp": "tcl", ".awk": "awk", ".cr": "crystal", ".rs": "rust", ".hs": "haskell",
}  # fmt: skip
_COMPILERS: Final = frozenset(
    {"go", "v", "dart", "gcc", "cc", "clang", "tcc", "javac", "rustc", "runghc"}
)
_VERSION: Final = re.compile(r"[\d.]+(?:-[a-z]+)?\Z")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What a shebang or a launcher names."""

    program: str = ""
    language: str = ""
    """Empty when none is named, `shell`, or one that is not parsed into commands."""
    options: frozenset[str] = field(default_factory=frozenset)
    """Of the shell: errexit, nounset."""


def runner_of(program: str) -> Runner | None:
    """The language of a program such as `python3.11`."""
    name = program.lower()
    found = RUNNERS.get(name)
    return found if found or name.isalpha() else RUNNERS.get(_VERSION.sub("", name))


def language_of_file(name: str) -> str:
    """The language that a file's ending names; empty when it names none."""
    return _FILES.get(posixpath.splitext(name)[1].lower(), "")


def is_compiler(program: str) -> bool:
    """Whether a program compiles or runs source files that are named to it."""
    return program in _COMPILERS


def of_command_line(line: str) -> Interpreter:
    """The interpreter that a shebang line or a launcher starts."""
    try:
        words = shlex.split(line.strip())
    except ValueError:
        words = line.split()
    while words and (posixpath.basename(words[0]) in {"env", "sudo", "nohup"} or "=" in words[0]):
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[1:]
    if not words:
        return Interpreter()
    program = posixpath.basename(words[0]).removesuffix(".exe")
    if program in SHELLS:
        letters = "".join(word[1:] for word in words[1:] if word.startswith("-"))
        names = {"e": "errexit", "u": "nounset"}
        return Interpreter(program, "shell", frozenset(names[c] for c in letters if c in names))
    runner = runner_of(program)
    if runner is None:
        # A program that is not known here reads the script in a language of its own.
        return Interpreter(program, "unknown")
    return Interpreter(program, runner.language)
