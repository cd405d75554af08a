import pytest

from mcp_server.models import limits
from mcp_server.models.limits import LIMITS, Limit


def test_the_limits_are_those_of_the_contract() -> None:
    assert {(row.field, row.minimum, row.maximum, row.unit) for row in LIMITS} == {
        ("region_id", 1, 64, "characters"),
        ("name", 1, 128, "characters"),
        ("description", 0, 512, "characters"),
        ("command_content", 1, 18_432, "bytes"),
        ("command_content", 1, 24_576, "bytes"),
        ("working_dir", 0, 200, "characters"),
        ("timeout", 1, 2_147_483_647, "seconds"),
        ("launcher", 0, 1024, "bytes"),
        ("client_token", 1, 64, "characters"),
        ("resource_group_id", 1, 64, "characters"),
        ("tags", 0, 20, "items"),
        ("tags.key", 1, 64, "characters"),
        ("tags.value", 0, 128, "characters"),
        ("command_content.parameters", 0, 20, "items"),
        ("command_content.parameter_name", 1, 64, "bytes"),
        ("sample_parameters", 0, 20, "items"),
        ("sample_parameters.name", 1, 64, "characters"),
        ("sample_parameters.value", 0, 2048, "characters"),
        ("preview_token", 0, 4096, "characters"),
        ("command_id", 1, 64, "characters"),
        ("max_results", 1, 50, "items"),
        ("next_token", 1, 1024, "characters"),
        ("provider", 1, 128, "characters"),
    }


@pytest.mark.parametrize("row", LIMITS, ids=lambda row: row.field)
def test_every_limit_has_a_source(row: Limit) -> None:
    assert row.source
    assert row.unit in {"characters", "bytes", "items", "seconds"}


def test_the_defaults_are_those_of_the_contract() -> None:
    assert limits.DEFAULT_TIMEOUT == 60
    assert (min(limits.USUAL_TIMEOUT), max(limits.USUAL_TIMEOUT)) == (10, 86_400)
