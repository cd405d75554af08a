"""What the output of commands of the shell carries."""

import pytest

from mcp_server.guardrails.script.model import HOLE, Taint
from mcp_server.guardrails.script.sources import find_roots, listed, output_taints, sensitive_reads
from tests.guardrails.script.shell_commands import command, last

NETWORK, DECODED, SENSITIVE = Taint.NETWORK, Taint.DECODED, Taint.SENSITIVE


@pytest.mark.parametrize(
    ("text", "taints"),
    [
        ("curl -s https://x.example/a", {NETWORK}),
        ("wget -qO- https://x.example/a", {NETWORK}),
        ("curl http://localhost:8080/health", set()),
        ("curl http://127.0.0.1/", set()),
        ("curl http://localhost.attacker.example/", {NETWORK}),
        ("scp user@h.example:a /tmp/a", {NETWORK}),
        ("scp a user@h.example:/tmp", set()),
        ("rsync -a /opt/a /backup", set()),
        ("aws s3 cp s3://bucket/a -", {NETWORK}),
        ("aws s3 cp a s3://bucket/a", set()),
        ("base64 -d f", {DECODED}),
        ("base64 f", set()),
        ("xxd -r -p f", {DECODED}),
        ("openssl enc -d -in f", {DECODED}),
        ("openssl enc -in f", set()),
        ("gpg --decrypt f", {DECODED}),
        ("zcat f.gz", {DECODED}),
        ("gzip -dc f.gz", {DECODED}),
        ("gzip -c f", set()),
        ("cat /etc/shadow", {SENSITIVE}),
        ("cat < /root/.ssh/id_rsa", {SENSITIVE}),
        ("dd if=/etc/shadow", {SENSITIVE}),
        ("curl http://100.100.100.200/latest/meta-data/ram/security-credentials/r", {SENSITIVE}),
        ("ls -l /etc/shadow", set()),
        ("cat /etc/passwd", set()),
    ],
)
def test_the_taints_of_what_a_command_prints(text, taints):
    assert output_taints(command(text)) == frozenset(taints)


@pytest.mark.parametrize(
    ("text", "taints"),
    [
        ("curl -s https://x.example/a | base64 -d", {NETWORK, DECODED}),
        ("curl -s https://x.example/a | tr -d x | grep y", {NETWORK}),
        ("cat /etc/shadow | base64", {SENSITIVE}),
        ("curl -s https://x.example/a | wc -l", set()),
        ('v=$(curl -s https://x.example/v); echo "$v"', {NETWORK}),
    ],
)
def test_taints_go_through_pipes_filters_and_variables(text, taints):
    assert output_taints(last(text)) == frozenset(taints)


def test_packing_a_folder_with_credentials_in_it_reads_them():
    assert [w.text for w in sensitive_reads(command("tar czf - /etc"))] == ["/etc"]
    assert sensitive_reads(command("tar czf - /etc/nginx")) == ()


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("find /etc -type f", ("/etc/*",)),
        ("find / -name '*'", ("/*",)),
        ("find /a /b -name x", (f"/a/{HOLE}", f"/b/{HOLE}")),
        ("find /var/log -mtime +7", (f"/var/log/{HOLE}",)),
        ("find -L /srv", ("/srv/*",)),
        ("find / -printf '%p'", ()),
        ("ls /etc", ()),
    ],
)
def test_what_a_find_lists(text, paths):
    assert listed(command(text)) == paths


def test_a_find_without_a_root_begins_in_the_working_directory():
    assert find_roots(last("cd /srv && find -type f")) == ("/srv",)
    assert find_roots(command("find -type f")) == (".",)
