"""The parameters of a script in a preview, and the script with sample values in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_server.creation.preview_parameters import preview_parameters, rendered
from mcp_server.guardrails.inspection import Inspection, Inspector
from mcp_server.models.request import PreviewCommandRequest
from mcp_server.models.result import Rendered
from mcp_server.settings import Settings
from tests.guardrails.requests import VALID

INSPECTOR = Inspector(Settings())


def inspected(script: str, **more: Any) -> Inspection:
    arguments = VALID | {"command_content": script, "enable_parameter": True} | more
    return INSPECTOR.inspect(arguments, PreviewCommandRequest)


def filled(script: str, **values: str) -> Rendered:
    samples = [{"name": name, "value": value} for name, value in values.items()]
    found = rendered(inspected(script, sample_parameters=samples), script, INSPECTOR)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("script", "places"),
    [
        ("{{a}} b\n", ("command name",)),
        ("echo {{a}}\n", ("without quotes",)),
        ("echo '{{a}}'\n", ("within quotes",)),
        ('echo "x {{a}} y"\n', ("within quotes",)),
        ('echo "x"{{a}}"y"\n', ("without quotes",)),
        ("b='{{a}}'\n", ("within quotes",)),
        ("b={{a}}\n", ("without quotes",)),
        ("# {{a}}\n", ("other text",)),
        ("cat <<'E'\n{{a}}\nE\n", ("other text",)),
        ("echo '{{a}}'\necho {{A}}\n", ("within quotes", "without quotes")),
    ],
)
def test_a_parameter_is_told_by_where_it_stands(script: str, places: tuple[str, ...]) -> None:
    (parameter,) = preview_parameters(inspected(script))
    assert parameter.places == places


def test_lines_and_spellings_are_those_of_every_use() -> None:
    first, second = preview_parameters(inspected("echo {{a}} {{B}}\necho {{A}} {{a}}\n"))
    assert (first.name, first.lines, first.spellings) == ("a", (1, 2), ("A",))
    assert (second.name, second.lines, second.spellings) == ("B", (1,), ())


def test_samples_are_filled_in_whatever_the_case_and_the_rest_is_told() -> None:
    found = filled("echo '{{a}} {{A}} {{b}} {{ACS::InstanceId}}'\n", a="x", other="y")
    assert (found.script, found.unfilled, found.unused) == (
        "echo 'x x {{b}} {{ACS::InstanceId}}'\n",
        ("b",),
        ("other",),
    )


def test_a_value_is_never_filled_in_twice() -> None:
    assert filled("echo '{{a}}'\n", a="{{b}}", b="c").script == "echo '{{b}}'\n"


def test_a_value_that_makes_a_script_dangerous_is_caught() -> None:
    found = filled("systemctl restart '{{a}}'\n", a="x'; rm -rf /etc; '")
    assert (found.verdict, [finding.rule_id for finding in found.findings]) == (
        "block",
        ["DES001"],
    )
    assert found.diff.split("\n") == [
        "@@ line 1 @@",
        "-systemctl restart '{{a}}'",
        "+systemctl restart 'x'; rm -rf /etc; ''",
    ]


def test_what_the_template_has_is_not_told_of_the_values_again() -> None:
    found = filled("echo '{{a}}'\nreboot\nrm -rf '/srv/{{a}}'\n", a="x\ny\u2028z")
    assert [finding.rule_id for finding in found.findings] == []
    assert found.diff.split("\n") == [
        "@@ line 1 @@", "-echo '{{a}}'", "+echo 'x", "+y\u2028z'",
        "@@ line 3 @@", "-rm -rf '/srv/{{a}}'", "+rm -rf '/srv/x", "+y\u2028z'",
    ]  # fmt: skip


def test_without_samples_or_parameters_nothing_is_filled_in() -> None:
    assert rendered(inspected("echo '{{a}}'\n"), "echo '{{a}}'\n", INSPECTOR) is None
    samples = [{"name": "a", "value": "x"}]
    off = inspected("echo '{{a}}'\n", enable_parameter=False, sample_parameters=samples)
    found = rendered(off, "echo '{{a}}'\n", INSPECTOR)
    assert found is not None
    assert (found.script, found.unused) == ("echo '{{a}}'\n", ("a",))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n{}"), max_size=20))
def test_any_value_stands_where_its_parameter_stood(value: str) -> None:
    assert filled("echo '{{a}}' end\n", a=value).script == f"echo '{value}' end\n"
