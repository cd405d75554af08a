"""What every resource is, and the rules about scripts as one."""

from dataclasses import dataclass
from typing import Final, Protocol


class Resource(Protocol):
    """Text that a client can read by its address."""

    @property
    def name(self) -> str:
        """Short and unique."""

    @property
    def uri(self) -> str:
        """Its address."""

    @property
    def template(self) -> str | None:
        """The address of its parts, as a URI template; None when it has none."""

    @property
    def description(self) -> str:
        """For models: what it says."""

    def read(self, uri: str) -> str | None:
        """The text at an address; None when it is not one of this resource."""


@dataclass(frozen=True, slots=True)
class RulesResource:
    """`cloud-assistant://rules`, and each rule under it."""

    name: str = "rules"
    uri: str = "cloud-assistant://rules"
    template: str | None = "cloud-assistant://rules/{rule_id}"
    description: str = (
        "Every rule that scripts are judged by: id, severity, what it flags. Under it each rule "
        "with its reason, the way out, when it is right after all, and examples."
    )

    def read(self, uri: str) -> str | None:
        """The table of rules, or one rule."""
        from mcp_server.guardrails.rule_pages import rule_page, rules_index  # noqa: PLC0415 - rarely

        if uri == self.uri:
            return rules_index()
        before, mark, rule_id = uri.partition(f"{self.uri}/")
        return rule_page(rule_id) if mark and not before else None


RESOURCES: Final[tuple[Resource, ...]] = (RulesResource(),)
"""What every server publishes."""
