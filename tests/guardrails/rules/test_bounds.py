"""The rules end for whatever a script holds."""

import pytest

from mcp_server.guardrails.analysis import Analyser
from mcp_server.guardrails.script.model import Language
from tests.guardrails.script.work import MOST_CALLS, calls_of

ANALYSER = Analyser()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("piece", ["rm ", "rm -x ", "del a ", "del /x ", "\u00e9", "=", "a."])
def test_thousands_of_words_or_one_endless_word_take_bounded_work(
    language: Language, piece: str
) -> None:
    text = (piece * 18_432)[:18_432]
    assert calls_of(lambda: ANALYSER.analysis(text, language)) < MOST_CALLS


@pytest.mark.parametrize(
    ("text", "language", "rule"),
    [
        ("wsl rm -rf /\n", Language.POWERSHELL, "DES001"),
        ("bash -c 'rm -rf /'\n", Language.POWERSHELL, "DES001"),
    ],
)
def test_a_nested_command_of_the_other_system_meets_the_rules_of_its_language(
    text: str, language: Language, rule: str
) -> None:
    assert rule in {finding.rule_id for finding in ANALYSER.analysis(text, language).findings}
