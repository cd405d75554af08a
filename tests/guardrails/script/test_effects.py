"""Which files commands of the shell write and delete."""

import pytest

from mcp_server.guardrails.script.effects import deleted, written
from tests.guardrails.script.shell_commands import command


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("echo a > f", ["f"]),
        ("echo a >> f", ["f"]),
        ("cmd 2> err > out", ["err", "out"]),
        ("cmd >& both", ["both"]),
        ("cmd 2>&1", []),
        ("cat < f", []),
        ("tee -a f g", ["f", "g"]),
        ("cp a.conf /etc/b.conf", ["/etc/b.conf"]),
        ("cp a.conf /etc/cron.d/", ["/etc/cron.d/", "/etc/cron.d/a.conf"]),
        ("cp -t /etc a b", ["/etc", "/etc/a", "/etc/b"]),
        ("mv a", []),
        ("scp user@h.example:dir/a.sh .", [".", "./a.sh"]),
        ("dd if=/dev/zero of=f bs=1M", ["f"]),
        ("sed -i s/a/b/ f", ["f"]),
        ("sed -i.bak s/a/b/ f", ["f"]),
        ("sed s/a/b/ f", []),
        ("truncate -s 0 f", ["0", "f"]),
        ("curl -o f https://x.example/a", ["f"]),
        ("curl -LO https://x.example/a.sh?v=1", ["a.sh"]),
        ("curl https://x.example/a", []),
        ("curl -d @data https://x.example/a", []),
        ("wget https://x.example/a.sh", ["a.sh"]),
        ("wget -P /run https://x.example/a.sh", ["/run/a.sh"]),
        ("wget -O - https://x.example/a", ["-"]),
        ("aria2c -d /run -o f https://x.example/a", ["/run/f"]),
        ("gpg -o f -d f.gpg", ["f"]),
        ("openssl enc -d -in a -out f", ["f"]),
        ("ossutil cp oss://bucket/a.sh /run/a.sh", ["/run/a.sh", "/run/a.sh/a.sh"]),
        ("tftp -g -r f host", ["f"]),
        ("ls /etc", []),
    ],
)
def test_what_a_command_writes(text, paths):
    assert [word.text for word in written(command(text))] == paths


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("rm -rf a /b", ["a", "/b"]),
        ("unlink a", ["a"]),
        ("shred -u -- -a", ["-a"]),
        ("mv a b", []),
        ("echo rm a", []),
    ],
)
def test_what_a_command_deletes(text, paths):
    assert [word.text for word in deleted(command(text))] == paths
