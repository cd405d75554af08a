"""What a rule is. One declaration each; findings, documentation and tests read it."""

from dataclasses import dataclass

from mcp_server.models.finding import Finding, Repair, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that a check flags."""

    id: str
    name: str
    """Names the pattern, not the remedy."""
    severity: Severity
    why: str
    """Why the pattern is bad, for a person who wonders whether to listen."""

    def finding(
        self,
        field: str,
        message: str,
        fix: str,
        *,
        repair: Repair | None = None,
        line: int | None = None,
        excerpt: str | None = None,
    ) -> Finding:
        """What this rule found in `field`, an argument of the caller's."""
        return Finding(
            rule_id=self.id,
            rule=self.name,
            severity=self.severity,
            field=field,
            line=line,
            excerpt=excerpt,
            message=message,
            why=self.why,
            fix=fix,
            repair=repair,
        )
