import pytest

from mcp_server.emulator.errors import ApiError
from mcp_server.emulator.placeholders import check_launcher, custom_parameters


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


@pytest.mark.parametrize(
    "launcher",
    [
        "python3 -u {{ACS::ScriptFileName}}",
        'python3 -u {{ACS::ScriptFileName|Ext(".py")}}',
        'python3 -u {{ acs::scriptfilename | ext(".py") }}',
        "env REGION={{ACS::RegionId}} bash",
        "bash {{anything else!}}",
    ],
)
def test_a_launcher_may_name_the_script_file(launcher):
    check_launcher(launcher)


@pytest.mark.parametrize(
    ("launcher", "code"),
    [
        ("bash {{ACS::ScriptFile}}", "CmdParam.InvalidParamName"),
        ("bash {{ACS::ScriptFileName|Name(1)}}", "CmdParam.InvalidParamName"),
        ("bash {{}}", "CmdParam.EmptyKey"),
    ],
)
def test_a_launcher_with_an_unknown_name_is_refused(launcher, code):
    with pytest.raises(ApiError) as refused:
        check_launcher(launcher)

    assert refused.value.code == code
