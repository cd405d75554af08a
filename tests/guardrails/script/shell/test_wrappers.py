import pytest

from tests.guardrails.script.shell.shell_scripts import described, read, started


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("sudo -u root -E -n rm x", "sudo> rm x"),
        ("sudo --user=root -- rm x", "sudo> rm x"),
        ("sudo A=b rm x", "sudo> rm x"),
        ("sudo -s <<< 'rm x'", "string: sudo> rm x"),
        ("doas -u root rm x", "doas> rm x"),
        ("env -i A=b rm x", "env> rm x"),
        ("env -u A rm x", "env> rm x"),
        ("env -S 'rm x'", "string: env> rm x"),
        ("env -S'rm x' y", "string: env> rm x y"),
        ("nohup rm x &", "nohup> rm x"),
        ("timeout -k 5 -s KILL 10 rm x", "timeout> rm x"),
        ("nice -n 5 rm x", "nice> rm x"),
        ("ionice -c3 rm x", "ionice> rm x"),
        ("chrt -f 10 rm x", "chrt> rm x"),
        ("taskset -c 0 rm x", "taskset> rm x"),
        ("stdbuf -oL rm x", "stdbuf> rm x"),
        ("setsid -f rm x", "setsid> rm x"),
        ("command -p rm x", "command> rm x"),
        ("builtin eval 'rm x'", "string: builtin> rm x"),
        ("exec -a other rm x", "exec> rm x"),
        ("time -p rm x", "time> rm x"),
        ("coproc rm x", "coproc> rm x"),
        ("coproc NAME { rm x; }", "coproc> rm x"),
        ("chroot /mnt rm x", "chroot> rm x"),
        ("unshare -m rm x", "unshare> rm x"),
        ("nsenter -t 1 -m rm x", "nsenter> rm x"),
        ("su - bob -c 'rm x'", "string: su> rm x"),
        ("echo 'rm x' | su", "string: su> rm x"),
        ("runuser -u bob -- rm x", "runuser> rm x"),
        ("runuser -l bob -c 'rm x'", "string: runuser> rm x"),
        ("busybox rm x", "busybox> rm x"),
        ("flock -n /tmp/lock rm x", "flock> rm x"),
        ("flock /tmp/lock -c 'rm x'", "string: flock> rm x"),
        ("script -qc 'rm x' /dev/null", "string: script> rm x"),
        ("strace -f -o log rm x", "strace> rm x"),
        ("watch -n 1 rm x", "string: watch> rm x"),
        ("systemd-run --unit=u -p A=b rm x", "systemd-run> rm x"),
        ("start-stop-daemon --start --exec /bin/rm -- x", "start-stop-daemon> rm x"),
        ("ip netns exec blue rm x", "ip> rm x"),
        ("screen -dmS name rm x", "screen> rm x"),
        ("tmux new-session -d -s name 'rm x'", "string: tmux> rm x"),
        ("/lib64/ld-linux-x86-64.so.2 /bin/rm x", "ld-linux-x86-64.so.2> rm x"),
        ("sshpass -p p ssh host rm x", "remote: sshpass> ssh> rm x"),
    ],
)
def test_a_wrapper_is_followed_to_the_command_that_it_starts(script, last):
    assert started(script)[-1] == last


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("ssh -p 22 root@host rm x", "remote: ssh> rm x"),
        ("ssh host 'rm x; ls'", "remote: ssh> ls"),
        ("ssh host sudo sh -c \"'rm x'\"", "remote: ssh> sudo> sh> rm x"),
        ("ssh host <<'EOF'\nrm x\nEOF", "remote: ssh> rm x"),
        ("docker run --rm -v /:/mnt image rm x", "remote: docker> rm x"),
        ("docker exec -it web sh -c 'rm x'", "remote: docker> sh> rm x"),
        ("docker run --entrypoint sh image -c 'rm x'", "remote: docker> sh> rm x"),
        ("docker compose exec web rm x", "remote: docker> rm x"),
        ("kubectl exec -n ns pod -c main -- rm x", "remote: kubectl> rm x"),
        ("ansible all -m shell -a 'rm x'", "remote: ansible> rm x"),
        ("salt '*' cmd.run 'rm x'", "remote: salt> rm x"),
    ],
)
def test_a_command_that_runs_elsewhere_is_remote(script, last):
    assert started(script)[-1] == last


def test_what_ssh_runs_on_this_side_is_not_remote():
    assert started("ssh -o ProxyCommand='rm x' host") == ["string: ssh> rm x"]


@pytest.mark.parametrize(
    ("script", "last"),
    [
        ("echo /etc /usr | xargs rm -rf", "xargs> rm -rf /etc /usr"),
        ("xargs -I{} rm -rf {}/a <<< /etc", "xargs> rm -rf /etc/a"),
        ("echo a | xargs -I% sh -c 'rm %'", "string: xargs> sh> rm a"),
        ("find /etc -type f | xargs rm", "xargs> rm /etc/*"),
        ("cat list | xargs rm", "xargs> rm ?"),
        ("find /etc /usr -type f -exec rm -f {} \\;", "find> rm -f /etc/*|/usr/*"),
        ("find /etc -name a -exec rm {} +", "find> rm /etc/?"),
        ("find /a -execdir sh -c 'rm \"$1\"' _ {} +", "string: find> sh> rm /a/*"),
        ("parallel rm ::: a b", "parallel> rm a b"),
        ("parallel 'rm -f {}' ::: a b", "string: parallel> rm -f b"),
    ],
)
def test_arguments_that_are_found_or_read_are_put_in(script, last):
    assert started(script)[-1] == last


def test_two_programs_of_one_find_are_both_read():
    script = "find /a -exec chmod 1 {} \\; -exec rm {} \\;"
    assert started(script) == ["find> chmod 1 /a/*", "find> rm /a/*"]


def test_asking_where_a_program_is_starts_nothing():
    assert described("command -v rm") == ["command -v rm"]


def test_a_command_without_a_program_to_start_stays_alone():
    assert described("exec 3<>/dev/tcp/host/80; sudo -v") == ["exec", "sudo -v"]


@pytest.mark.parametrize(
    "wrapper", ["sudo ", "nice ", "env ", "command ", "xargs ", "find / -exec "]
)
def test_more_wrappers_than_are_followed_are_not_passed_over_in_silence(wrapper):
    script = read(wrapper * 40 + "rm x")
    assert [gap.obstacle.name for gap in script.gaps] == ["DEPTH"]
