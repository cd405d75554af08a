import pytest
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.utils_models import Config

from mcp_server.ecs.endpoints import cloud_host
from mcp_server.models.regions import REGIONS


@pytest.mark.parametrize("region_id", REGIONS)
def test_the_public_host_is_the_one_that_the_sdk_would_choose(region_id):
    client = Client(Config(access_key_id="x", access_key_secret="y", region_id=region_id))

    assert cloud_host(region_id) == client._endpoint


def test_the_vpc_host_has_the_vendors_pattern_in_every_region():
    assert cloud_host("cn-hangzhou", "vpc") == "ecs-vpc.cn-hangzhou.aliyuncs.com"


def test_a_region_that_is_not_published_has_the_usual_host():
    assert cloud_host("cn-newcity-1") == "ecs.cn-newcity-1.aliyuncs.com"


@pytest.mark.parametrize(
    "region_id", ["", "x.evil.example/", "cn-hangzhou.evil.com/x?", "cn-hangzhou\n", "cn-a@b"]
)
@pytest.mark.parametrize("network", ["public", "vpc"])
def test_no_host_is_made_of_hostile_text(region_id, network):
    with pytest.raises(ValueError, match="validated"):
        cloud_host(region_id, network)
