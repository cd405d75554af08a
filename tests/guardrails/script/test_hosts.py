"""Hosts in addresses, and which of them are trusted."""

import pytest

from mcp_server.guardrails.script.hosts import host_of, is_trusted


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Get.Example/install.sh", "get.example"),
        ("https://user:pw@get.example:8443/x?y#z", "get.example"),
        ("get.example/install.sh", "get.example"),
        ("https://get.example./x", "get.example"),
        ("https://[2001:db8::1]/x", "2001:db8::1"),
        ("https://[bad/x", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(address, host):
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("vendor.example", True),
        ("dl.vendor.example", True),
        ("notvendor.example", False),
        ("vendor.example.attacker.example", False),
        ("", False),
    ],
)
def test_a_host_is_trusted_by_itself_or_as_a_part_and_never_by_likeness(host, expected):
    assert is_trusted(host, frozenset({"vendor.example"})) is expected
