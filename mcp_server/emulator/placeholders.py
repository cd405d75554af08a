"""`{{name}}` in a script: which custom parameters it declares, and which names are refused."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.emulator.errors import refusal
from mcp_server.emulator.limits import CUSTOM_PARAMETERS, PARAMETER_NAME_BYTES

_PLACEHOLDER: Final = re.compile(r"\{\{([^{}]*)\}\}")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_BUILT_IN: Final = frozenset(
    {
        "acs::regionid",
        "acs::accountid",
        "acs::instanceid",
        "acs::instancename",
        "acs::invokeid",
        "acs::commandid",
    }
)
_PARAMETER_STORES: Final = ("oos:", "oos-secret:")


def custom_parameters(script: str) -> tuple[str, ...]:
    """The custom parameter names of a script, each once, as first spelled.

    Raises:
        ApiError: CmdParam.EmptyKey, CmdParam.InvalidParamName, CmdParamName.ExceedLimit or
            CmdParamCount.ExceedLimit.
    """
    found: dict[str, str] = {}
    for name in _names(script):
        folded = name.lower()
        if folded in _BUILT_IN or _is_stored_elsewhere(folded):
            continue
        if not _NAME.fullmatch(name):
            raise refusal("CmdParam.InvalidParamName")
        if len(name.encode()) > PARAMETER_NAME_BYTES:
            raise refusal("CmdParamName.ExceedLimit")
        found.setdefault(folded, name)
    if len(found) > CUSTOM_PARAMETERS:
        raise refusal("CmdParamCount.ExceedLimit")
    return tuple(found.values())


def _names(text: str) -> Iterator[str]:
    for match in _PLACEHOLDER.finditer(text):
        name = match[1].strip()
        if not name:
            raise refusal("CmdParam.EmptyKey")
        yield name


def _is_stored_elsewhere(folded: str) -> bool:
    # Values from the parameter store of Operation Orchestration Service.
    return any(folded.startswith(prefix) and folded != prefix for prefix in _PARAMETER_STORES)
