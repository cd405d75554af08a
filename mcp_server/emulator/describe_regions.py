"""DescribeRegions."""

from mcp_server.emulator.call import Call, JsonObject
from mcp_server.emulator.regions import REGIONS


async def describe_regions(call: Call) -> JsonObject:
    """List the published regions, and after them the ones the settings add."""
    await call.pause()
    extra = sorted(call.state.settings.extra_regions - REGIONS.keys())
    regions = [*REGIONS.items(), *((region_id, region_id) for region_id in extra)]
    return {"Regions": {"Region": [_shown(region_id, name) for region_id, name in regions]}}


def _shown(region_id: str, name: str) -> JsonObject:
    return {
        "RegionId": region_id,
        "RegionEndpoint": f"ecs.{region_id}.aliyuncs.com",
        "LocalName": name,
        "Status": "available",
    }
