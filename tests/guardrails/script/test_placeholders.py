"""Placeholders are masked before parsing, and keep every position."""

import pytest

from mcp_server.guardrails.script.model import HOLE, PARAMETER
from mcp_server.guardrails.script.placeholders import folded_parameters, masked_placeholders


@pytest.mark.parametrize(
    "text",
    ["rm {{ name }} x", "{{a}}{{b-c}}", "echo {{ACS::RegionId}}", "{{", "}} {{x", "{{ a b }}"],
)
def test_masking_keeps_the_length(text):
    assert len(masked_placeholders(text)) == len(text)


def test_what_the_caller_fills_in_is_a_parameter():
    assert masked_placeholders("rm {{name}}") == "rm " + PARAMETER * 8


@pytest.mark.parametrize("name", ["ACS::InstanceId", "acs::regionid"])
def test_what_cloud_assistant_fills_in_is_only_unknown(name):
    text = "{{" + name + "}}"
    assert masked_placeholders(text) == HOLE * len(text)


@pytest.mark.parametrize("text", ["{{ }}", "${{x", "{ {x}}", "{{a\nb}}"])
def test_other_braces_stay(text):
    assert masked_placeholders(text) == text


def test_folding_leaves_one_mark_for_each_stretch():
    assert folded_parameters(f"a{PARAMETER * 8}b{HOLE * 9}c") == f"a{PARAMETER}b{HOLE}c"
