"""Sample parameters: one repair that mends them all."""

from mcp_server.guardrails.pairs import SAMPLE
from mcp_server.guardrails.texts import ECHO_LIMIT
from mcp_server.models.limits import SAMPLE_NAME, SAMPLES


def repaired_samples(samples: object) -> list[dict[str, str]] | None:
    """The nearest list of samples that a preview takes; None where that would be a guess.

    What has no name or is over the count is left out. Nothing is cut: a shorter name is that of
    another parameter, and a long value is not sent back.
    """
    kept = [(name, value) for name, value in SAMPLE.written(samples) if name][: SAMPLES.maximum]
    if any(len(name) > SAMPLE_NAME.maximum or len(value) > ECHO_LIMIT for name, value in kept):
        return None
    return [{"name": name, "value": value} for name, value in kept]
