"""How languages write comments, strings and names: enough to tell code from text in them."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Syntax:
    """The lexical side of one language."""

    comments: tuple[str, ...] = ("#",)
    """What begins a comment that ends with its line."""
    blocks: tuple[tuple[str, str], ...] = ()
    """Comments from one mark to another."""
    quotes: str = "'\""
    raw_quotes: str = "'"
    """Quotes in which nothing is put in for a variable, and only the quote itself is escaped."""
    command_quote: str = ""
    """A quote whose text is run."""
    doubled: bool = False
    """Whether a quote is escaped by writing it twice, and backslashes mean nothing."""
    separators: tuple[str, ...] = (".", "::", "->")
    """What joins the parts of a name."""
    sigils: str = ""
    """What a name may begin with besides a letter."""
    interpolation: str = ""
    """What puts a variable into a text: `$` for `$name` and `${name}`, `#` for `#{name}`."""
    has_generic_quotes: bool = False
    """Perl's `q()` and `qx()`, Ruby's `%q()` and `%x()`."""
    has_regexes: bool = False
    """Whether a slash where a value is expected begins a regular expression."""
    long_brackets: bool = False
    """Lua's `[[text]]`."""
    triple_quotes: bool = False
    ends_with_line: bool = True
    """Whether a statement ends with its line."""
    ignores_case: bool = False
    keywords: frozenset[str] = field(
        default=frozenset({"if", "unless", "or", "and", "rescue", "then", "do", "end", "while"})
    )
    """Words that end the arguments of a call without brackets."""


_C_LIKE: Final = Syntax(
    comments=("//",), blocks=(("/*", "*/"),), raw_quotes="", ends_with_line=False
)

SYNTAXES: Final[dict[str, Syntax]] = {
    "python": Syntax(triple_quotes=True, raw_quotes="", separators=(".",)),
    "perl": Syntax(
        blocks=(("\n=pod", "\n=cut"),),
        quotes="'\"`",
        command_quote="`",
        sigils="$@%&",
        interpolation="$",
        has_generic_quotes=True,
        has_regexes=True,
        ends_with_line=False,
        separators=("::", "->", "'"),
    ),
    "ruby": Syntax(
        blocks=(("\n=begin", "\n=end"),),
        quotes="'\"`",
        command_quote="`",
        sigils="$@",
        interpolation="#",
        has_generic_quotes=True,
        has_regexes=True,
        separators=(".", "::", "&."),
    ),
    "php": Syntax(
        comments=("#", "//"),
        blocks=(("/*", "*/"),),
        quotes="'\"`",
        command_quote="`",
        sigils="$",
        interpolation="$",
        ends_with_line=False,
        separators=("->", "::", "\\"),
        ignores_case=True,
    ),
    "node": Syntax(
        comments=("//",),
        blocks=(("/*", "*/"),),
        quotes="'\"`",
        raw_quotes="",
        sigils="$",
        interpolation="`",
        has_regexes=True,
        separators=(".", "?."),
    ),
    "lua": Syntax(
        comments=("--",),
        blocks=(("--[[", "]]"),),
        raw_quotes="",
        separators=(".", ":"),
        long_brackets=True,
    ),
    "awk": Syntax(quotes='"', raw_quotes="", separators=(), has_regexes=True),
    "osascript": Syntax(comments=("--", "#"), blocks=(("(*", "*)"),), quotes='"', raw_quotes=""),
    "vbscript": Syntax(
        comments=("'",),
        quotes='"',
        raw_quotes="",
        doubled=True,
        separators=(".",),
        ignores_case=True,
    ),
    "go": Syntax(
        comments=("//",), blocks=(("/*", "*/"),), quotes="'\"`", raw_quotes="`", separators=(".",)
    ),
    "haskell": Syntax(comments=("--",), blocks=(("{-", "-}"),), quotes='"', raw_quotes=""),
    "crystal": Syntax(
        quotes="'\"`", raw_quotes="", command_quote="`", interpolation="#", sigils="$@"
    ),
    "julia": Syntax(quotes='"`', raw_quotes="", command_quote="`", interpolation="$"),
    "r": Syntax(raw_quotes="", separators=(".", "::", "$")),
    "elixir": Syntax(raw_quotes="", separators=(".",), sigils=":@", interpolation="#"),
    "erlang": Syntax(comments=("%",), quotes='"', raw_quotes="", separators=(":",)),
    "nim": Syntax(raw_quotes=""),
    **dict.fromkeys(
        (
            "java",
            "c",
            "rust",
            "dart",
            "v",
            "groovy",
            "scala",
            "swift",
            "csharp",
            "jscript",
            "kotlin",
        ),
        _C_LIKE,
    ),
}
"""By the language's name; those that are not here are not scanned."""
