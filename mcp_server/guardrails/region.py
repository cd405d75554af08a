"""The region: part of a host name, so that nothing but a region id gets past here."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from mcp_server.guardrails import request_rules as rules
from mcp_server.guardrails.spelling import nearest
from mcp_server.guardrails.texts import shown
from mcp_server.models.finding import Finding
from mcp_server.models.limits import REGION_ID
from mcp_server.models.regions import REGIONS, is_region_syntax

_ZONE_SUFFIX: Final = re.compile(r"-?[a-z]\Z")
_NUMBER: Final = re.compile(r"-?\d+\Z")
_NEARNESS: Final = 0.88
"""A slip of the pen in a name of ten letters, not another town."""


def check_region(region_id: object, extra_regions: Collection[str] = ()) -> Iterator[Finding]:
    """Findings on the region id as given; nothing for the ids that are published or added."""
    if not isinstance(region_id, str) or region_id in REGIONS or region_id in extra_regions:
        return
    known = (*REGIONS, *extra_regions)
    told = shown(region_id)
    if is_region_syntax(region_id) and (region := _region_of_zone(region_id, known)):
        yield rules.ZONE_AS_REGION.finding(
            "region_id",
            f"{told} is a zone of the region {region}.",
            f"Use {region}.",
            repair={"region_id": region},
        )
        return
    meant = _resembled(region_id, known)
    if meant:
        yield rules.MISSPELT_REGION.finding(
            "region_id",
            f"There is no region {told!r}; it resembles {meant}.",
            f"Use {meant} if that is meant. The operator can add a new region in the settings.",
            repair={"region_id": meant},
        )
    elif not is_region_syntax(region_id):
        yield rules.NOT_A_REGION.finding(
            "region_id",
            f"{told!r} is not a region id.",
            "Use an id such as cn-hangzhou or ap-southeast-1.",
        )
    else:
        yield rules.UNPUBLISHED_REGION.finding(
            "region_id",
            f"{told} is not among the published regions.",
            "Check the id; the API answers InvalidRegionId.NotFound if it does not exist.",
        )


def _region_of_zone(region_id: str, known: Collection[str]) -> str | None:
    """cn-hangzhou-b is a zone of cn-hangzhou, and ap-southeast-1a one of ap-southeast-1."""
    region = _ZONE_SUFFIX.sub("", region_id)
    return region if region in known else None


def _resembled(region_id: str, known: Collection[str]) -> str | None:
    """The known region that was most likely meant.

    Another number of a numbered family (`ap-southeast-8`) may be a new region. A number behind
    one that has none (`cn-beijing-1`) is a slip, and so is a letter or two.
    """
    folded = re.sub(r"[\s_.]+", "-", region_id.strip().lower())[: REGION_ID.maximum]
    if not re.fullmatch(r"[a-z0-9-]+", folded):
        return None
    if folded in known:
        return folded
    joined, unnumbered = folded.replace("-", ""), _NUMBER.sub("", folded)
    for candidate in known:
        if candidate == unnumbered or candidate.replace("-", "") == joined:
            return candidate
    named = {region for region in known if region.partition("-")[2] == folded}
    if named := named or _regions_of_place(folded):
        return named.pop() if len(named) == 1 else None  # east-1: us or me?
    if unnumbered != folded and any(_NUMBER.sub("", region) == unnumbered for region in known):
        return None
    return nearest(folded, known, cutoff=_NEARNESS)


def _regions_of_place(word: str) -> set[str]:
    """`singapore` is ap-southeast-1; a word that several places share says nothing."""
    return {
        region.region_id
        for region in REGIONS.values()
        if word in re.findall(r"[a-z]+", region.place.lower())
    }
