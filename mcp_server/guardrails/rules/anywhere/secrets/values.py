"""Which values are secrets, and which only stand where one goes."""

from typing import Final

from mcp_server.guardrails.script.model import Word
from mcp_server.guardrails.script.secret_shapes import is_placeholder

INSTEAD: Final = (
    "Have the script read it when it runs: `{{oos-secret:name}}` with enable_parameter, a "
    "`{{parameter}}`, KMS Secrets Manager, or the RAM role of the instance."
)
WHY: Final = (
    "The command is stored as it is: everyone who may describe commands or invocations reads it, "
    "and it stays in logs and in the process list."
)
_WORDS: Final = frozenset(
    {"password", "passwd", "pass", "pwd", "secret", "token", "key", "apikey", "api_key", "true"}
    | {"false", "yes", "no", "on", "off", "prompt", "stdin", "env", "file", "text", "string"}
    | {"admin_password", "db_password", "root_password", "mypassword", "my_password", "password1"}
    | {"username", "user", "passphrase", "basic", "bearer", "optional", "required", "default"}
    | {"mysecret", "my_secret", "mytoken", "my_token", "the_password", "secret_key", "abc", "foo"}
)
"""What documentation writes where a secret goes."""
_PARTS_OF_NAMES: Final = ("token", "passw", "secret", "_key", "api", "_user", "-key")
_FEWEST: Final = 3
_FEWEST_ASSIGNED: Final = 6
_MOST: Final = 200
_NOT_BEGINNING: Final = (
    "/",
    "./",
    "~",
    "-",
    "@",
    "%",
    "!",
    "$(",
    "`",
    "\\\\",
    "file:",
    "env:",
    "C:\\",
)


def is_password(value: str) -> bool:
    """Whether a value on a command line is a password that anyone could read there."""
    text = value.strip("'\"")
    return (
        _FEWEST <= len(text) <= _MOST
        and text.lower() not in _WORDS
        and not _is_name(text)
        and not text.startswith(_NOT_BEGINNING)
        and not _is_variable(text)
        and "://" not in text
        and not any(c.isspace() for c in text)
        and not is_placeholder_password(text)
    )


def is_placeholder_password(text: str) -> bool:
    """Whether it is filler; few different characters are no filler in a short password."""
    return is_placeholder(text + "#abcd")


def is_assigned_secret(word: Word) -> bool:
    """Whether a literal that a variable named for a secret gets is one, not a name or a path."""
    text = word.text.strip("'\"")
    return (
        word.is_literal
        and is_password(text)
        and len(text) >= _FEWEST_ASSIGNED
        and not any(c in text for c in "/\\<>{}()[]|;, ")
        and _classes(text) > 1
    )


def _is_name(text: str) -> bool:
    """Whether it names what goes there: `access_token`, `new-password`, `path/to/file`."""
    if text.startswith("path/to"):
        return True
    is_word = text.islower() and text.replace("_", "").replace("-", "").isalpha()
    return is_word and any(part in text for part in _PARTS_OF_NAMES)


def _is_variable(text: str) -> bool:
    return text.startswith("$") and (text[1:2].isalpha() or text[1:2] in {"_", "{", "("})


def _classes(text: str) -> int:
    return sum(
        (
            any(c.islower() for c in text),
            any(c.isupper() for c in text),
            any(c.isdecimal() for c in text),
            any(not c.isalnum() and c not in "_-." for c in text),
        )
    )
