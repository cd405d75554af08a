"""A policy that is not wholly understood is none: each slip is named with the way out."""

from datetime import date
from pathlib import Path

import pytest

from mcp_server.guardrails.policy.loading import PolicyError, load_policy
from mcp_server.guardrails.policy.model import NO_POLICY, Policy, Tags, Waiver
from mcp_server.guardrails.rule_book import weights
from mcp_server.models.finding import Severity

EXAMPLE = Path(__file__).parents[3] / "examples" / "policy.toml"
WEIGHTS = {
    "RBT001": Severity.CONFIRM,
    "DES001": Severity.BLOCK,
    "HNG001": Severity.ADVICE,
    "ARG001": Severity.INVALID,
}


def load(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, WEIGHTS)


def test_without_a_file_nothing_is_ruled() -> None:
    assert load_policy(None, WEIGHTS) is NO_POLICY or load_policy(None, WEIGHTS) == NO_POLICY


def test_everything_in_the_example_is_understood() -> None:
    policy = load_policy(EXAMPLE, weights())
    assert policy.tags == Tags(
        required={"team": "[a-z][a-z0-9-]{1,30}", "env": "prod|staging|test"}
    )
    assert policy.waivers == (
        Waiver(
            rule="DSK002",
            reason="New data disks are formatted by the rollout of December.",
            until=date(2026, 12, 31),
        ),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[region]\nallowed = []", "region: no such key; did you mean regions?"),
        ("[regions]\nalowed = []", "regions.alowed: no such key; did you mean allowed?"),
        ("[regions]\nallowed = ['x y']", "regions.allowed.0: must look like cn-hangzhou"),
        ("[types]\ndenied = ['RunShell']", "types.denied.0: Input should be 'RunShellScript'"),
        ("[name]\npattern = '('", "name.pattern: is not a regular expression"),
        ("[timeout]\nlargest = 0", "timeout.largest: Input should be greater than or equal to 1"),
        ("trusted_hosts = ['https://a']", "trusted_hosts.0: String should match pattern"),
        ("[severities]\nRBT01 = 'block'", "severities.RBT01: there is no rule 'RBT01'; did you "),
        ("[severities]\nRBT001 = 'none'", "severities.RBT001: Input should be 'invalid', 'block'"),
        ("[severities]\nRBT001 = 'invalid'", "severities.RBT001: must be block, confirm or advice"),
        ("[severities]\nARG001 = 'advice'", "severities.ARG001: ARG001 is a limit of the API"),
        ("[[waivers]]\nrule = 'RBT001'", "waivers.0.reason: has to be given"),
        (
            "[[waivers]]\nrule = 'RBT001'\nreason = 'x'\nuntil = 2030-01-01",
            "waivers.0.reason: String should have at least 8 characters",
        ),
        (
            "never_lowered = ['RBT001']\n[[waivers]]\nrule = 'RBT001'\nreason = 'agreed upon'\n"
            "until = 2030-01-01",
            "waivers: RBT001 is among never_lowered",
        ),
        (
            "never_lowered = ['DES001']\n[severities]\nDES001 = 'confirm'",
            "severities.DES001: would weigh less, and is among never_lowered",
        ),
        ("regions = ", "the file is not TOML"),
    ],
)
def test_a_slip_is_named_with_its_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PolicyError) as raised:
        load(tmp_path, text)
    message = str(raised.value)
    assert message.startswith(f"{tmp_path / 'policy.toml'}: ")
    assert told in message


def test_a_rule_is_waived_once(tmp_path: Path) -> None:
    waiver = "[[waivers]]\nrule = 'RBT001'\nreason = 'agreed upon'\nuntil = 2030-01-01\n"
    with pytest.raises(PolicyError, match="a rule is waived twice"):
        load(tmp_path, waiver * 2)


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        load_policy(tmp_path / "none.toml", WEIGHTS)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyError, match="not UTF-8"):
        load_policy(path, WEIGHTS)


def test_stricter_weights_need_no_leave(tmp_path: Path) -> None:
    policy = load(tmp_path, "never_lowered = ['RBT001']\n[severities]\nRBT001 = 'block'\n")
    assert policy.severities == {"RBT001": Severity.BLOCK}
