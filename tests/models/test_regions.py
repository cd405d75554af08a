import re

import jsonschema
import pytest

from mcp_server.models.regions import REGION_PATTERN, REGIONS, is_region_syntax


def test_every_published_region_has_region_syntax_and_a_place() -> None:
    for region_id, region in REGIONS.items():
        assert region.region_id == region_id
        assert is_region_syntax(region_id)
        assert region.place


def test_hosts_of_their_own_are_the_vendors() -> None:
    hosts = [region.public_host for region in REGIONS.values() if region.public_host]
    assert all(re.fullmatch(r"ecs[a-z0-9.-]*\.aliyuncs\.com", host) for host in hosts)


@pytest.mark.parametrize(
    ("region_id", "fits"),
    [
        ("cn-hangzhou", True),
        ("ap-southeast-1", True),
        ("xx-0", True),
        ("cn-a" + "-1" * 30, True),
        ("cn-a" + "-1" * 31, False),
        ("cn", False),
        ("cn-", False),
        ("c-hangzhou", False),
        ("cnn-hangzhou", False),
        ("cn-Hangzhou", False),
        ("cn-hangzhou ", False),
        ("cn-hangzhou\n", False),
        ("cn-hangzhou.", False),
        ("cn-hángzhou", False),
    ],
)
def test_region_syntax_is_letters_digits_and_hyphens_within_64(region_id: str, fits: bool) -> None:
    assert is_region_syntax(region_id) is fits


def test_the_published_pattern_is_that_of_the_contract() -> None:
    assert REGION_PATTERN == r"^[a-z]{2}(-[a-z0-9]+)+$"
    jsonschema.validate("cn-hangzhou", {"pattern": REGION_PATTERN})
