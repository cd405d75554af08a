import ast
import re
from pathlib import Path

import mcp_server
from mcp_server.guardrails import request_rules
from mcp_server.guardrails.request_rules import REQUEST_RULES
from mcp_server.guardrails.rule import Rule
from mcp_server.models import limits
from mcp_server.models.limits import LIMITS, Limit

_PACKAGE = Path(mcp_server.__file__).parent


def test_ids_and_names_are_unique() -> None:
    assert len({rule.id for rule in REQUEST_RULES}) == len(REQUEST_RULES)
    assert len({rule.name for rule in REQUEST_RULES}) == len(REQUEST_RULES)


def test_the_list_has_every_rule_that_is_declared() -> None:
    declared = {value.id for value in vars(request_rules).values() if isinstance(value, Rule)}
    assert declared == {rule.id for rule in REQUEST_RULES}


def test_a_rule_is_called_in_code_what_it_is_called_in_findings() -> None:
    names = {name: value for name, value in vars(request_rules).items() if isinstance(value, Rule)}
    assert {name.lower().replace("_", "-") for name in names} == {
        rule.name for rule in names.values()
    }


def test_ids_name_their_family_and_reasons_end_as_sentences_do() -> None:
    for rule in REQUEST_RULES:
        assert re.fullmatch(r"(ARG|REG|TAG|CON|PAR|TOK|LIV)\d{3}", rule.id)
        assert rule.why.endswith(".")


def _names_in(*folders: str) -> set[str]:
    files = [file for folder in folders for file in _PACKAGE.glob(folder)]
    files.remove(_PACKAGE / "guardrails/request_rules.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        node.id for node in nodes if isinstance(node, ast.Name)
    }


def test_every_rule_is_used_by_a_check() -> None:
    used = _names_in("guardrails/*.py", "creation/*.py")
    assert {n for n, value in vars(request_rules).items() if isinstance(value, Rule)} <= used


def test_every_limit_is_in_the_list_and_used_by_the_model_or_the_guardrails() -> None:
    rows = {name: value for name, value in vars(limits).items() if isinstance(value, Limit)}
    assert set(rows.values()) == set(LIMITS)
    used = _names_in("models/re*.py", "models/query.py", "guardrails/*.py", "settings.py")
    assert set(rows) <= used
