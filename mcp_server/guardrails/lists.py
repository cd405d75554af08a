"""The arguments that are lists of pairs: what is in them, and what mends them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from mcp_server.guardrails.pairs import SAMPLE, TAG, Pair
from mcp_server.guardrails.samples import repaired_samples
from mcp_server.guardrails.tags import repaired_tags
from mcp_server.models.finding import Repair
from mcp_server.models.request import SampleParameter, Tag


@dataclass(frozen=True, slots=True)
class PairList:
    """One such argument."""

    pair: Pair
    model: type[BaseModel]
    """Of one object."""
    repaired: Callable[[object], list[dict[str, str]] | None]


LISTS: Final[Mapping[str, PairList]] = {
    "tags": PairList(TAG, Tag, repaired_tags),
    "sample_parameters": PairList(SAMPLE, SampleParameter, repaired_samples),
}
"""By argument."""


def list_repair(name: str, given: object) -> Repair | None:
    """The whole list as it may be; None when nothing can be read in a text, or it would be long."""
    mended = LISTS[name].repaired(given)
    return None if mended is None or (not mended and isinstance(given, str)) else {name: mended}
