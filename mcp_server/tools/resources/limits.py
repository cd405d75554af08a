"""Every limit of a request as a page; docs/limits.md is the same one."""

from mcp_server.markdown import table
from mcp_server.models.limits import LIMITS


def limits_page() -> str:
    """One row a limit."""
    rows = [
        (f"`{limit.field}`", str(limit.minimum), str(limit.maximum), limit.unit, limit.source)
        for limit in LIMITS
    ]
    return "# Limits\n\nFrom `mcp_server/models/limits.py`.\n\n" + table(
        ("Argument", "From", "To", "Unit", "Source"), rows
    )
