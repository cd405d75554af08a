"""The pages and tables that are rendered from the code's own tables."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from mcp_server.guardrails.policy.rules import POLICY_RULES
from mcp_server.guardrails.request_rules import REQUEST_RULES
from mcp_server.guardrails.rule_pages import rules_page
from mcp_server.markdown import table
from mcp_server.prompts.loading import load_prompts
from mcp_server.settings import PREFIX, Settings
from mcp_server.tools.resources.errors import errors_page
from mcp_server.tools.resources.limits import limits_page
from tests.tools.published import TOOLS

ROOT: Final = Path(__file__).parents[2]


def settings_table() -> str:
    """Every setting with its default, by the name of its variable."""
    return table(
        ("Variable", "Default", "What it sets"),
        [
            (f"`{PREFIX}{name.upper()}`", _default(field.default), field.description or "")
            for name, field in Settings.model_fields.items()
        ],
    )


def _default(value: Any) -> str:
    return "" if value in (None, ()) else f"`{to_json(value).decode().strip(chr(34))}`"


def findings_page() -> str:
    """docs/findings.md."""
    rows = [
        (rule.id, f"`{rule.name}`", str(rule.severity), rule.why)
        for rule in (*REQUEST_RULES, *POLICY_RULES)
    ]
    return (
        "# Findings\n\nAbout requests, from `mcp_server/guardrails/request_rules.py` and, with a "
        "policy, `mcp_server/guardrails/policy/rules.py`; about scripts see "
        "[rules.md](rules.md). `invalid`, `block` and "
        "`confirm` stop a creation; `advice` never stops anything.\n\n"
    ) + table(("Id", "Rule", "Severity", "Why"), rows)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/limits.md": limits_page,
    "docs/findings.md": findings_page,
    "docs/rules.md": rules_page,
    "docs/errors.md": errors_page,
}


def prompts_table() -> str:
    """Every prompt with its arguments."""
    return table(
        ("Prompt", "What it does", "Arguments"),
        [
            (
                f"`{prompt.name}`",
                prompt.description,
                ", ".join(
                    f"`{argument.name}`" if argument.required else f"[`{argument.name}`]"
                    for argument in prompt.arguments
                ),
            )
            for prompt in load_prompts(TOOLS)
        ],
    )


def readme_with_tables(readme: str) -> str:
    """The README with its tables as the code has them."""
    readme = _with_table(readme, "settings", settings_table())
    return _with_table(readme, "prompts", prompts_table())


def _with_table(readme: str, name: str, written: str) -> str:
    between = rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)"
    return re.sub(between, lambda _: written, readme, flags=re.DOTALL)
