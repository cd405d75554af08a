import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mcp_server.ecs.endpoints import cloud_host
from mcp_server.guardrails.region import check_region
from mcp_server.models.finding import Finding, Severity
from mcp_server.models.regions import REGIONS, is_region_syntax
from tests.guardrails.requests import VALID, found, inspected, invalid, key

_WHY = "The region id becomes part of the host that receives the signed request."


def test_a_zone_is_named_as_one_and_its_region_is_the_repair() -> None:
    assert list(check_region("cn-hangzhou-b")) == [
        Finding(
            rule_id="REG001",
            rule="zone-as-region",
            severity=Severity.INVALID,
            field="region_id",
            message="cn-hangzhou-b is a zone of the region cn-hangzhou.",
            why="Commands belong to a region; the id of a zone names one part of it.",
            fix="Use cn-hangzhou.",
            repair={"region_id": "cn-hangzhou"},
        )
    ]


def test_a_near_miss_is_refused_with_the_region_it_resembles() -> None:
    assert list(check_region("cn-beijing-1")) == [
        Finding(
            rule_id="REG002",
            rule="misspelt-region",
            severity=Severity.INVALID,
            field="region_id",
            message="There is no region 'cn-beijing-1'; it resembles cn-beijing.",
            why=_WHY,
            fix="Use cn-beijing if that is meant. The operator can add a new region in the "
            "settings.",
            repair={"region_id": "cn-beijing"},
        )
    ]


def test_a_well_formed_unknown_region_passes_with_advice() -> None:
    assert list(check_region("ap-southeast-9")) == [
        Finding(
            rule_id="REG004",
            rule="unpublished-region",
            severity=Severity.ADVICE,
            field="region_id",
            message="ap-southeast-9 is not among the published regions.",
            why="The vendor's list that this server carries does not have it; it may be newer "
            "than the list.",
            fix="Check the id; the API answers InvalidRegionId.NotFound if it does not exist.",
        )
    ]


@pytest.mark.parametrize("region_id", REGIONS)
def test_a_published_region_is_taken_as_it_is(region_id: str) -> None:
    assert list(check_region(region_id)) == []


@pytest.mark.parametrize("region_id", REGIONS)
def test_every_region_has_zones_that_are_recognised(region_id: str) -> None:
    letter = "a" if region_id[-1].isdigit() else "-k"
    (finding,) = check_region(region_id + letter)
    assert (finding.rule, finding.repair) == ("zone-as-region", {"region_id": region_id})


def test_a_region_that_the_operator_added_is_taken_as_it_is() -> None:
    assert found(VALID | {"region_id": "cn-beijing-1"}, extra_regions=("cn-beijing-1",)) == []


def test_a_zone_of_an_added_region_is_recognised() -> None:
    (finding,) = check_region("xx-new-1b", ["xx-new-1"])
    assert finding.repair == {"region_id": "xx-new-1"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CN-HANGZHOU", "cn-hangzhou"),
        (" cn-hangzhou ", "cn-hangzhou"),
        ("cn_shanghai", "cn-shanghai"),
        ("cnhangzhou", "cn-hangzhou"),
        ("cn-hongkong-1", "cn-hongkong"),
        ("ap-southeast1", "ap-southeast-1"),
        ("shenzhen", "cn-shenzhen"),
        ("tokyo", "ap-northeast-1"),
        ("cn-shangai", "cn-shanghai"),
        ("cn-zhangjiako", "cn-zhangjiakou"),
    ],
)
def test_what_resembles_one_region_is_repaired_to_it(written: str, meant: str) -> None:
    (finding,) = check_region(written)
    assert (finding.rule, finding.repair) == ("misspelt-region", {"region_id": meant})


@pytest.mark.parametrize("written", ["east-1", "west-1", "southeast-1", "central-1", "china", "us"])
def test_what_several_regions_share_is_not_guessed_at(written: str) -> None:
    (finding,) = check_region(written)
    assert (finding.rule, finding.repair) == ("not-a-region", None)


@pytest.mark.parametrize(
    "region_id",
    [
        "x.evil.example/",
        "cn-hangzhou.evil.com/x?",
        "cn-hangzhou@evil.com",
        "cn-hangzhou#",
        "cn-hangzhou\n",
        "cn-hangzhou\r\nHost: evil",
        "cn-hangzhоu",  # a Cyrillic o
        "cn-",
        "cn--a",
        "-cn-a",
        "1n-a",
        "cnx-a",
        "",
        "cn",
        "cn-" + "a" * 62,
    ],
)
def test_field_case_24_what_is_no_region_never_becomes_a_host(region_id: str) -> None:
    inspection = inspected(VALID | {"region_id": region_id})
    assert [finding.field for finding in invalid(list(inspection.findings))] == ["region_id"]
    assert not inspection.is_whole
    with pytest.raises(ValueError, match="region"):
        cloud_host(region_id)


def test_a_region_of_64_characters_may_be_a_host_and_one_of_65_may_not() -> None:
    assert is_region_syntax("cn-" + "a" * 61)
    assert not is_region_syntax("cn-" + "a" * 62)


@given(st.text(st.characters()) | st.from_regex(r"[a-z]{2}(-[a-z0-9]+)+.?", fullmatch=True))
@example("cn-hangzhou\n")
@example("cn-hangzhou-\N{ARABIC-INDIC DIGIT ONE}")
def test_only_region_syntax_gets_past_the_checks(region_id: str) -> None:
    inspection = inspected(VALID | {"region_id": region_id})
    if not is_region_syntax(region_id):
        assert not inspection.is_whole
        assert "region_id" in {key(finding)[1] for finding in invalid(list(inspection.findings))}
    if inspection.is_whole:
        host = cloud_host(region_id)
        assert host.endswith(".aliyuncs.com")
        assert not set(host) - set("abcdefghijklmnopqrstuvwxyz0123456789.-")


@given(st.text(st.characters()))
def test_the_repair_of_any_region_is_a_published_one(region_id: str) -> None:
    for finding in check_region(region_id):
        if finding.repair:
            assert finding.repair["region_id"] in REGIONS
