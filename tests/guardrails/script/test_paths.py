"""What kinds of paths there are on Linux."""

import pytest

from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import HOLE, TEMPORARY


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/./", "/"),
        ("/*", "/"),
        ("/usr/../etc", "/etc"),
        ("/etc/", "/etc"),
        ("//etc//ssh/", "/etc/ssh"),
        ("/etc/*", "/etc"),
        ("/etc/.*", "/etc"),
        ("a/../b", "b"),
    ],
)
def test_a_path_is_brought_to_its_plain_form(path, normal):
    assert paths.normalised(path) == normal


@pytest.mark.parametrize(
    "path", ["/", "/*", "/etc", "//usr/", "/usr/../boot", "/home/*", "/var/lib", "/Users"]
)
def test_folders_of_the_system_are_critical(path):
    assert paths.is_critical(path)


@pytest.mark.parametrize(
    "path",
    ["etc", "/etc/app.conf", "/opt/app", "/home/alice", HOLE, f"/{HOLE}", f"{HOLE}/etc", ""],
)
def test_what_is_narrower_relative_or_unknown_is_not_critical(path):
    assert not paths.is_critical(path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/passwd", True),
        ("/etc/../etc/shadow", True),
        ("/boot/vmlinuz-5.10", True),
        ("/bin/bash", True),
        ("/etc/passwd.bak", False),
        ("/opt/etc/passwd", False),
        ("/etc/nginx/nginx.conf", False),
    ],
)
def test_files_without_which_nothing_starts(path, expected):
    assert paths.is_critical_file(path) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{TEMPORARY}/x", True),
        ("/private/tmp/x", True),
        ("/var/cache/apt/archives", True),
        ("./build", True),
        ("/opt/app/node_modules", True),
        ("/private/tmp/../../etc", False),
        ("/opt/app/releases", False),
        ("/srv/rebuild", False),
    ],
)
def test_folders_for_temporary_files_caches_and_builds(path, expected):
    assert paths.is_temporary(path) is expected


@pytest.mark.parametrize(
    ("path", "disk", "system"),
    [
        ("/dev/vda", True, True),
        ("/dev/vda1", True, True),
        ("/dev/nvme0n1p2", True, True),
        ("/dev/vdb", True, False),
        ("/dev/mapper/vg0-root", True, False),
        ("/dev/disk/by-id/virtio-x", True, False),
        ("/dev/sd?", True, False),
        (f"/dev/sd{HOLE}", True, False),
        ("/dev/null", False, False),
        ("/dev/loop0", False, False),
        ("/swapfile", False, False),
    ],
)
def test_disks_and_the_one_that_the_system_starts_from(path, disk, system):
    assert (paths.is_disk(path), paths.is_system_disk(path)) == (disk, system)


@pytest.mark.parametrize(
    "path",
    [
        "/etc/shadow",
        "/root/.ssh/id_rsa",
        "~/.aliyun/config.json",
        "/home/a/.aws/credentials",
        "/proc/1/environ",
        "/var/run/secrets/kubernetes.io/serviceaccount/token",
        "/etc/kubernetes/pki/ca.key",
        "/opt/vault.kdbx",
        "/Users/a/Library/Keychains/login.keychain-db",
    ],
)
def test_places_of_credentials_are_sensitive(path):
    assert paths.is_sensitive(path)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/root/.ssh/authorized_keys", "/etc/shadowsocks.json", "/proc/cpuinfo"]
)
def test_places_that_anyone_may_read_are_not_sensitive(path):
    assert not paths.is_sensitive(path)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://100.100.100.200/latest/meta-data/ram/security-credentials/app", True),
        ("http://169.254.169.254/latest/meta-data/iam/security-credentials/", True),
        ("http://100.100.100.200/latest/meta-data/instance-id", False),
        ("https://x.example/security-credentials/", False),
    ],
)
def test_addresses_of_a_roles_credentials(address, expected):
    assert paths.is_credentials_address(address) is expected


@pytest.mark.parametrize(
    ("path", "log", "security"),
    [
        ("/var/log/nginx/access.log", True, False),
        ("/var/log/secure", True, True),
        ("/var/log/audit/audit.log", True, True),
        ("/var/log/auth.log.1", True, True),
        ("/var/log", True, False),
        ("/var/logs/secure", False, False),
    ],
)
def test_logs_and_those_that_tell_who_did_what(path, log, security):
    assert (paths.is_log(path), paths.is_security_log(path)) == (log, security)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/usr/local/share/aliyun-assist/2.2.3", True),
        ("/usr/local/aegis*", True),
        ("/usr/sbin/aliyun-service", True),
        ("/usr/local/aegis-notes", False),
        ("/opt/aliyun-assist", False),
    ],
)
def test_files_of_the_clouds_own_agents(path, expected):
    assert paths.is_agent(path) is expected


@pytest.mark.parametrize(
    ("path", "home", "history", "database"),
    [
        ("/root", True, False, False),
        ("/home/alice/", True, False, False),
        ("/home/alice/app", False, False, False),
        ("/root/.bash_history", False, True, False),
        ("/var/lib/mysql/ibdata1", False, False, True),
    ],
)
def test_homes_histories_and_databases(path, home, history, database):
    found = (paths.is_home(path), paths.is_history(path), paths.is_database(path))
    assert found == (home, history, database)
