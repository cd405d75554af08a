"""The regions that the vendor publishes, and the host that serves each.

Sources: the vendor's DescribeRegions answer and endpoint page for ECS, and the endpoint table of
`alibabacloud-ecs20140526` 7.11.8 for hosts that do not follow the `ecs.<region>` pattern. The list
ages: a well-formed id that is not here is accepted with advice, and the setting
`extra_regions` adds ids.
"""

import re
from dataclasses import dataclass
from typing import Final

from mcp_server.models.limits import REGION_ID

REGION_PATTERN: Final = r"^[a-z]{2}(-[a-z0-9]+)+$"
_REGION_SYNTAX = re.compile(REGION_PATTERN.removesuffix("$") + r"\Z")


@dataclass(frozen=True, slots=True)
class Region:
    """A published region."""

    region_id: str
    place: str
    public_host: str | None = None
    """Only where it is not `ecs.<region>.aliyuncs.com`."""


REGIONS: Final = {
    region.region_id: region
    for region in (
        Region("cn-qingdao", "China (Qingdao)"),
        Region("cn-beijing", "China (Beijing)"),
        Region("cn-zhangjiakou", "China (Zhangjiakou)"),
        Region("cn-huhehaote", "China (Hohhot)"),
        Region("cn-wulanchabu", "China (Ulanqab)"),
        Region("cn-hangzhou", "China (Hangzhou)", "ecs-cn-hangzhou.aliyuncs.com"),
        Region("cn-shanghai", "China (Shanghai)"),
        Region("cn-nanjing", "China (Nanjing, local region)"),
        Region("cn-fuzhou", "China (Fuzhou, local region)"),
        Region("cn-shenzhen", "China (Shenzhen)"),
        Region("cn-heyuan", "China (Heyuan)"),
        Region("cn-guangzhou", "China (Guangzhou)"),
        Region("cn-chengdu", "China (Chengdu)"),
        Region("cn-zhongwei", "China (Zhongwei)"),
        Region("cn-hongkong", "China (Hong Kong)"),
        Region("cn-wuhan-lr", "China (Wuhan, local region)"),
        Region("cn-zhengzhou-jva", "China (Zhengzhou, joint venture)"),
        Region("ap-northeast-1", "Japan (Tokyo)"),
        Region("ap-northeast-2", "South Korea (Seoul)"),
        Region("ap-southeast-1", "Singapore"),
        Region("ap-southeast-3", "Malaysia (Kuala Lumpur)"),
        Region("ap-southeast-5", "Indonesia (Jakarta)"),
        Region("ap-southeast-6", "Philippines (Manila)"),
        Region("ap-southeast-7", "Thailand (Bangkok)"),
        Region("us-east-1", "US (Virginia)"),
        Region("us-southeast-1", "US (Atlanta)"),
        Region("us-west-1", "US (Silicon Valley)"),
        Region("na-south-1", "Mexico"),
        Region("eu-central-1", "Germany (Frankfurt)"),
        Region("eu-west-1", "UK (London)"),
        Region("me-east-1", "UAE (Dubai)"),
        Region("me-central-1", "Saudi Arabia (Riyadh)"),
        Region("cn-hangzhou-finance", "China (Hangzhou, finance)", "ecs.aliyuncs.com"),
        Region(
            "cn-shanghai-finance-1", "China (Shanghai, finance)", "ecs-cn-hangzhou.aliyuncs.com"
        ),
        Region("cn-beijing-finance-1", "China (Beijing, finance)"),
        Region(
            "cn-shenzhen-finance-1", "China (Shenzhen, finance)", "ecs-cn-hangzhou.aliyuncs.com"
        ),
        Region("cn-north-2-gov-1", "China (Beijing, government)", "ecs.aliyuncs.com"),
    )
}


def is_region_syntax(region_id: str) -> bool:
    """Whether an id may become part of a host name: hostile text never does."""
    return len(region_id) <= REGION_ID.maximum and _REGION_SYNTAX.match(region_id) is not None
