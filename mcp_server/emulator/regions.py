"""The regions the vendor publishes for ECS, without the closed ones."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REGIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cn-qingdao": "China (Qingdao)",
        "cn-beijing": "China (Beijing)",
        "cn-zhangjiakou": "China (Zhangjiakou)",
        "cn-huhehaote": "China (Hohhot)",
        "cn-wulanchabu": "China (Ulanqab)",
        "cn-hangzhou": "China (Hangzhou)",
        "cn-shanghai": "China (Shanghai)",
        "cn-nanjing": "China (Nanjing - Local Region)",
        "cn-fuzhou": "China (Fuzhou - Local Region)",
        "cn-wuhan-lr": "China (Wuhan - Local Region)",
        "cn-shenzhen": "China (Shenzhen)",
        "cn-heyuan": "China (Heyuan)",
        "cn-guangzhou": "China (Guangzhou)",
        "cn-chengdu": "China (Chengdu)",
        "cn-zhongwei": "China (Zhongwei)",
        "cn-zhengzhou-jva": "China (Zhengzhou - Joint Venture)",
        "cn-hongkong": "China (Hong Kong)",
        "ap-northeast-1": "Japan (Tokyo)",
        "ap-northeast-2": "South Korea (Seoul)",
        "ap-southeast-1": "Singapore",
        "ap-southeast-3": "Malaysia (Kuala Lumpur)",
        "ap-southeast-5": "Indonesia (Jakarta)",
        "ap-southeast-6": "Philippines (Manila)",
        "ap-southeast-7": "Thailand (Bangkok)",
        "us-east-1": "US (Virginia)",
        "us-southeast-1": "US (Atlanta)",
        "us-west-1": "US (Silicon Valley)",
        "na-south-1": "Mexico",
        "eu-west-1": "UK (London)",
        "eu-central-1": "Germany (Frankfurt)",
        "me-east-1": "UAE (Dubai)",
        "me-central-1": "Saudi Arabia (Riyadh)",
        "cn-hangzhou-finance": "China (Hangzhou) Finance",
        "cn-shanghai-finance-1": "China (Shanghai) Finance",
        "cn-beijing-finance-1": "China (Beijing) Finance",
        "cn-shenzhen-finance-1": "China (Shenzhen) Finance",
        "cn-north-2-gov-1": "China (Beijing) Government",
    }
)
