"""What one check came to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Passed, failed, or None where there was nothing to check, with one line to say why."""

    passed: bool | None
    detail: str
