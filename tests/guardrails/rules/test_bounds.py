"""The rules end in time for whatever a script holds."""

import time

import pytest

from mcp_server.guardrails.analysis import Analyser
from mcp_server.guardrails.script.model import Language

ANALYSER = Analyser()


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("piece", ["rm ", "rm -x ", "del a ", "del /x ", "\u00e9", "=", "a."])
def test_thousands_of_words_or_one_endless_word_end_in_time(language: Language, piece: str) -> None:
    text = (piece * 18_432)[:18_432]
    start = time.perf_counter()
    ANALYSER.analysis(text, language)
    assert time.perf_counter() - start < 2.0


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
