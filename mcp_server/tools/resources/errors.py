"""The error catalogue as pages; docs/errors.md is all of them in one."""

from pydantic_core import to_json

from mcp_server.ecs.error_catalogue import ROWS, explain
from mcp_server.ecs.failure import Failure
from mcp_server.markdown import table


def errors_page() -> str:
    """docs/errors.md: every row in full."""
    rows = [
        (
            f"`{row.code}`",
            row.meaning,
            row.cause,
            row.fix,
            f"`{row.field}`" if row.field else "",
            str(row.retry),
            str(row.outcome),
        )
        for row in ROWS
    ]
    return (
        "# Errors\n\nFrom `mcp_server/ecs/error_catalogue/`. A code that ends in `*` explains "
        "every code that begins so. Retry says whether the same call can succeed later; "
        "outcome says what is known of the command.\n\n"
    ) + table(("Code", "Meaning", "Cause", "Fix", "Argument", "Retry", "Outcome"), rows)


def errors_index() -> str:
    """One short row a code: what an agent reads first."""
    return (
        "# Errors\n\ncloud-assistant://errors/CODE has cause, fix and repair of one. A code that "
        "ends in `*` explains every code that begins so. The tool explain_error takes any code or "
        "error text.\n\n"
    ) + table(
        ("Code", "Meaning", "Retry"), [(f"`{r.code}`", r.meaning, str(r.retry)) for r in ROWS]
    )


def codes() -> tuple[str, ...]:
    """Every code of the catalogue, families by their `*`."""
    return tuple(row.code for row in ROWS)


def error_page(code: str) -> str:
    """All that is known of one code of the catalogue."""
    error = explain(Failure(code))
    lines = [
        f"# {code}",
        "",
        error.message,
        "",
        f"Cause: {error.cause}",
        "",
        f"Fix: {error.fix}",
        "",
    ]
    if error.repair is not None:
        lines += [f"Repair: `{to_json(error.repair).decode()}`", ""]
    if error.field:
        lines += [f"Argument: `{error.field}`", ""]
    lines += [f"Source: {error.source}. Retry: {error.retry}. Outcome: {error.outcome}."]
    lines += ["", f"See: {error.reference}"] if error.reference else []
    return "\n".join(lines) + "\n"
