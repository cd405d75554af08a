import base64
import gzip

import pytest

from mcp_server.guardrails.script.model import Origin
from tests.guardrails.script.shell.shell_scripts import described, read, started

_ENCODED = base64.b64encode(b"rm x\n").decode()
_PACKED = base64.b64encode(gzip.compress(b"rm x\n", mtime=0)).decode()


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("sh -c 'rm x'", "string: sh> rm x"),
        ("bash -lc 'rm x'", "string: bash> rm x"),
        ("bash -c -e 'rm x'", "string: bash> rm x"),
        ("bash --norc -o pipefail -c 'rm x'", "string: bash> rm x"),
        ("sh -xc 'rm \"$0\"' /etc", "string: sh> rm /etc"),
        ("sh -c 'rm \"$@\"' _ a b", "string: sh> rm a b"),
        ("bash -s a b <<< 'rm $2'", "string: bash> rm b"),
        ("eval rm '$HOME'", "string: rm /root"),
        ("eval \"eval 'rm x'\"", "string: rm x"),
        ("a='rm x'; eval \"$a\"", "string: rm x"),
        ("bash <<'EOF'\nrm x\nEOF", "string: bash> rm x"),
        ("cat <<EOF | sh\nrm x\nEOF", "string: sh> rm x"),
        ("echo 'rm x' | bash /dev/stdin", "string: bash> rm x"),
        ("source /dev/stdin <<< 'rm x'", "string: rm x"),
        ("printf '%s %s' rm x | sh", "string: sh> rm x"),
        ("printf '\\x72\\x6d x' | sh", "string: sh> rm x"),
        ("echo -e '\\162m x' | sh", "string: sh> rm x"),
        ("echo 'x mr' | rev | sh", "string: sh> rm x"),
        ("echo 'ez k' | tr a-z n-za-m | sh", "string: sh> rm x"),
        ("echo 'rXm x' | sed s/X// | sh", "string: sh> rm x"),
        ("alias ll='rm x'\nll y", "string: rm x y"),
        ('bash -c \'bash -c "bash -c \\"rm x\\""\'', "string: bash> bash> bash> rm x"),
    ],
)
def test_a_text_that_is_run_is_read(script, last):
    assert started(script)[-1] == last


@pytest.mark.parametrize(
    ("script", "last"),
    [
        (f"echo {_ENCODED} | base64 -d | sh", "decoded: sh> rm x"),
        (f"echo {_ENCODED} | base64 --decode | bash -x", "decoded: bash> rm x"),
        (f'bash -c "$(echo {_ENCODED} | base64 -d)"', "decoded: bash> rm x"),
        (f"bash <(echo {_ENCODED} | base64 -d)", "decoded: bash> rm x"),
        (f'eval "$(base64 -d <<< {_ENCODED})"', "decoded: rm x"),
        (f"printf {_ENCODED} | openssl base64 -d | sh", "decoded: sh> rm x"),
        ("echo 726d20780a | xxd -r -p | sh", "decoded: sh> rm x"),
        (f"echo {_PACKED} | base64 -d | gunzip | sh", "decoded: sh> rm x"),
    ],
)
def test_a_text_that_has_to_be_decoded_first_is_read(script, last):
    assert started(script)[-1] == last


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("echo 'rm x' > f; sh f", "file: sh> rm x"),
        ("echo 'rm x' > /tmp/f; chmod +x /tmp/f; /tmp/f", "file: rm x"),
        ("cat > f <<'EOF'\n#!/bin/bash\nrm x\nEOF\n./f", "file: rm x"),
        ("printf 'rm x' | tee f; . ./f", "file: rm x"),
        ("echo 'rm x' > a; cat a | bash", "string: bash> rm x"),
        ("echo 'rm x' > a; bash -c \"$(cat a)\"", "string: bash> rm x"),
        ("echo 'rm x' > a; eval \"$(< a)\"", "string: rm x"),
        ("cp /dev/stdin a <<'EOF'\nrm x\nEOF\nsh a", "file: sh> rm x"),
        ("echo 'rm x' > a; mv a b; bash b", "file: bash> rm x"),
        ("echo 'rm x' > a; cp a /tmp/; bash /tmp/a", "file: bash> rm x"),
        ("echo a > f; echo 'rm x' >> f; sh f", "file: sh> rm x"),
        ("{ echo a; echo 'rm x'; } > f; sh f", "file: sh> rm x"),
        ("cd /tmp; echo 'rm x' > f; sh /tmp/f", "file: sh> rm x"),
        (". <(echo rm x)", "file: rm x"),
    ],
)
def test_a_file_that_is_written_and_then_run_is_read(script, last):
    assert started(script)[-1] == last


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("systemctl edit u --stdin <<'EOF'\nExecStart=/bin/rm x\nEOF", "later: systemctl> rm x"),
        ("trap 'rm x' EXIT", "later: trap> rm x"),
        ("echo '* * * * * rm x' | crontab -", "later: crontab> rm x"),
        ("(crontab -l; echo '@reboot rm x') | crontab -", "later: crontab> rm x"),
        ("echo '0 1 * * * rm x' > f; crontab f", "later: crontab> rm x"),
        ("echo 'rm x' | at now + 1 minute", "later: at> rm x"),
        ("echo 'rm x' > f; at -f f now", "later: at> rm x"),
        ("echo '* * * * * root rm x' > /etc/cron.d/x", "later: rm x"),
        ("printf 'rm x' > /etc/cron.daily/x", "later: rm x"),
        ("echo 'rm x' >> ~/.bashrc", "later: rm x"),
        ("echo 'ExecStart=/bin/rm x' > /etc/systemd/system/x.service", "later: rm x"),
    ],
)
def test_what_is_left_to_be_run_later_is_read(script, last):
    assert started(script)[-1] == last


@pytest.mark.parametrize("script", ["trap - EXIT", "trap '' INT", "crontab -l", "crontab -r"])
def test_taking_a_schedule_away_runs_nothing(script):
    assert started(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "cat > notes.txt <<'EOF'\nrm -rf /\nEOF",
        "echo 'rm -rf /'",
        "git commit -m 'rm -rf /'",
        "grep 'rm -rf' f",
        "# rm -rf /",
    ],
)
def test_a_text_that_is_data_is_not_read(script):
    assert "rm" not in {command.name for command in read(script).commands}


def test_a_nested_text_that_stands_in_the_script_has_its_own_place():
    script = "ls\nbash <<'EOF'\na\nrm x\nEOF\n"
    rm = next(read(script).named("rm"))
    assert script[rm.span.start : rm.span.end] == "rm x"


def test_a_nested_text_that_does_not_has_the_place_of_what_carries_it():
    script = f"ls\necho {_ENCODED} | base64 -d | sh"
    rm = next(read(script).named("rm"))
    assert (rm.origin, script.count("\n", 0, rm.span.start)) == (Origin.DECODED, 1)


def test_texts_within_texts_end_somewhere():
    script = "x='" + "eval " * 30 + 'rm\'; eval "$x"'
    assert {gap.obstacle.name for gap in read(script).gaps} == {"DEPTH"}


def test_a_function_that_calls_itself_is_read_once_more_and_no_further():
    assert described('f() { f a; rm "$1"; }; f x') == ["f a", "rm ?", "f x", "f a", "rm x"]
