"""Placeholders before parsing: masked, so that no parser takes `{{name}}` for its own syntax."""

import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE, PARAMETER

_PLACEHOLDER: Final = re.compile(r"\{\{[ \t]*([A-Za-z0-9_:.-]{1,128})[ \t]*\}\}")
_BUILT_IN: Final = "acs::"
_MASKED: Final = re.compile(f"{PARAMETER}+|{HOLE}+")


def masked_placeholders(text: str) -> str:
    """The text with each `{{ name }}` as a word of as many characters, so that offsets stay.

    What Cloud Assistant fills in by itself, such as `{{ACS::InstanceId}}`, is not known here, but
    nobody chooses it: it is masked as a hole.
    """
    return _PLACEHOLDER.sub(_mask, text)


def folded_parameters(text: str) -> str:
    """A word's text with one mark for each stretch of them."""
    if PARAMETER in text or HOLE in text:
        return _MASKED.sub(lambda found: found[0][0], text)
    return text


def _mask(found: re.Match[str]) -> str:
    mark = HOLE if found[1].lower().startswith(_BUILT_IN) else PARAMETER
    return mark * len(found[0])
