import pytest

from mcp_server.emulator.errors import ApiError
from mcp_server.emulator.placeholders import custom_parameters


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("echo hello", ()),
        ("echo {{name}}", ("name",)),
        ("echo {{ \n name\t }}", ("name",)),
        ("echo {{b}} {{a}} {{B}}", ("b", "a")),
        ("echo {{A-z_09}}", ("A-z_09",)),
        ("echo {{" + "n" * 64 + "}}", ("n" * 64,)),
        ("echo ${a} {b} { {c} }", ()),
        ("echo {{{name}}}", ("name",)),
        ("echo {{oos:path/name}} {{oos-secret:pass.word}}", ()),
        (" ".join(f"{{{{p{n}}}}}" for n in range(20)), tuple(f"p{n}" for n in range(20))),
    ],
)
def test_custom_parameters_are_found_once_as_first_spelled(script, names):
    assert custom_parameters(script) == names


@pytest.mark.parametrize(
    "name",
    [
        "ACS::RegionId",
        "ACS::AccountId",
        "ACS::InstanceId",
        "ACS::InstanceName",
        "ACS::InvokeId",
        "ACS::CommandId",
        "acs::regionid",
    ],
)
def test_built_in_parameters_are_not_custom_ones(name):
    assert custom_parameters(f"echo {{{{ {name} }}}}") == ()


def test_spellings_that_differ_only_in_case_count_once_towards_the_limit():
    script = " ".join(f"{{{{p{n}}}}} {{{{P{n}}}}}" for n in range(20))

    assert len(custom_parameters(script)) == 20


@pytest.mark.parametrize("name", ["ACS::ScriptFileName", "ACS::", "oos:", "n.m", "größe", "a:b"])
def test_other_names_are_refused_in_a_script(name):
    with pytest.raises(ApiError) as refused:
        custom_parameters(f"echo {{{{{name}}}}}")

    assert refused.value.code == "CmdParam.InvalidParamName"
