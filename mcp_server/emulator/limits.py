"""The documented limits of one command, and the checks of single fields against them."""

import binascii
import unicodedata
from base64 import b64encode
from typing import Final

from mcp_server.emulator.errors import refusal

NAME_CHARACTERS: Final = 128
DESCRIPTION_CHARACTERS: Final = 512
WORKING_DIR_CHARACTERS: Final = 200
LAUNCHER_BYTES: Final = 1024
CLIENT_TOKEN_CHARACTERS: Final = 64
CUSTOM_PARAMETERS: Final = 20
PARAMETER_NAME_BYTES: Final = 64
TAGS: Final = 20
TAG_KEY_CHARACTERS: Final = 64
TAG_VALUE_CHARACTERS: Final = 128
DEFAULT_TIMEOUT: Final = 60

COMMAND_TYPES: Final = frozenset({"RunBatScript", "RunPowerShellScript", "RunShellScript"})
_RESERVED_KEY_PREFIXES: Final = ("acs:", "aliyun")
_FORBIDDEN_IN_TAGS: Final = ("http://", "https://")

Tag = tuple[str, str]


def has_control_characters(text: str, *, allowed: str = "") -> bool:
    """Whether a text has control characters (Unicode category Cc) other than `allowed`."""
    return any(
        unicodedata.category(character) == "Cc" and character not in allowed for character in text
    )


def check_name(name: str) -> None:
    """Raises ApiError: CmdName.ExceedLimit or InvalidParameterCharacter.CommandName."""
    if len(name) > NAME_CHARACTERS:
        raise refusal("CmdName.ExceedLimit")
    if has_control_characters(name):
        raise refusal("InvalidParameterCharacter.CommandName")


def check_description(description: str) -> None:
    """Raises ApiError: CmdDesc.ExceedLimit or InvalidParameterCharacter.CommandDescription."""
    if len(description) > DESCRIPTION_CHARACTERS:
        raise refusal("CmdDesc.ExceedLimit")
    if has_control_characters(description, allowed="\n\r\t"):
        raise refusal("InvalidParameterCharacter.CommandDescription")


def check_working_dir(working_dir: str) -> None:
    """Raises ApiError: InvalidParameter.WorkingDir or its InvalidParameterCharacter code."""
    if len(working_dir) > WORKING_DIR_CHARACTERS:
        raise refusal("InvalidParameter.WorkingDir")
    if has_control_characters(working_dir):
        raise refusal("InvalidParameterCharacter.CommandWorkingDir")


def check_client_token(token: str) -> None:
    """Raises ApiError: InvalidClientToken.Malformed."""
    if len(token) > CLIENT_TOKEN_CHARACTERS or not token.isascii():
        raise refusal("InvalidClientToken.Malformed")


def check_launcher_length(launcher: str) -> None:
    """Raises ApiError: InvalidLauncher.LengthLimitExceeded."""
    if len(launcher.encode()) > LAUNCHER_BYTES:
        raise refusal("InvalidLauncher.LengthLimitExceeded")


def decode_content(content: str, encoding: str | None, limit: int) -> bytes:
    """The bytes of a script; any encoding other than PlainText is taken for Base64.

    Raises:
        ApiError: CmdContent.DecodeError, or CmdContent.ExceedLimit when the Base64 of the bytes
            is longer than `limit`.
    """
    script = content.encode() if encoding == "PlainText" else _from_base64(content)
    if len(b64encode(script)) > limit:
        raise refusal("CmdContent.ExceedLimit")
    return script


def check_tags(tags: list[tuple[int, str | None, str | None]]) -> tuple[Tag, ...]:
    """The tags as (key, value) pairs.

    Raises:
        ApiError: NumberExceed.Tags, InvalidTagKey.Malformed, InvalidTagValue.Malformed or
            Duplicate.TagKey.
    """
    if len(tags) > TAGS or any(not 1 <= number <= TAGS for number, _, _ in tags):
        raise refusal("NumberExceed.Tags")
    pairs = tuple((_tag_key(key or ""), _tag_value(value or "")) for _, key, value in tags)
    if len(dict(pairs)) != len(pairs):
        raise refusal("Duplicate.TagKey")
    return pairs


def _from_base64(content: str) -> bytes:
    try:
        one_line = content.encode("ascii").replace(b"\r", b"").replace(b"\n", b"")
        return binascii.a2b_base64(one_line, strict_mode=True)
    except ValueError:  # UnicodeEncodeError and binascii.Error are both one
        raise refusal("CmdContent.DecodeError") from None


def _tag_key(key: str) -> str:
    if not 1 <= len(key) <= TAG_KEY_CHARACTERS:
        raise refusal("InvalidTagKey.Malformed")
    if key.lower().startswith(_RESERVED_KEY_PREFIXES) or _has_link(key):
        raise refusal("InvalidTagKey.Malformed")
    return key


def _tag_value(value: str) -> str:
    if len(value) > TAG_VALUE_CHARACTERS or _has_link(value):
        raise refusal("InvalidTagValue.Malformed")
    return value


def _has_link(text: str) -> bool:
    return any(link in text.lower() for link in _FORBIDDEN_IN_TAGS)
