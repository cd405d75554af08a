"""Sets of names written with spaces between."""

from mcp_server.guardrails.script.names import names


def test_names_are_parted_at_any_space_and_kept_once():
    assert names(" rm  unlink\nrm ") == frozenset({"rm", "unlink"})
