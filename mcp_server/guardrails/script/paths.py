"""What kinds of paths there are on Linux: critical, temporary, sensitive, raw disks, logs.

Paths come as words' texts: HOLE stands for what is not known, and a glob for what it matches.
"""

import posixpath
import re
from typing import Final

from mcp_server.guardrails.script.model import HOLE
from mcp_server.guardrails.script.names import names

_TEMPORARY: Final = tuple(
    names(
        "/var/cache/ /run/user/ /var/lib/apt/lists/ /root/.cache/ /var/folders/ /tmp/ /var/tmp/"
        " /dev/shm/ /private/tmp/"
    )
)
_CRITICAL: Final = names(
    "/ /bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /opt /proc /root /sbin /srv /sys /usr"
    " /usr/bin /usr/lib /usr/lib64 /usr/local /usr/local/bin /usr/sbin /usr/share /var /var/lib"
    " /var/log /var/lib/dpkg /var/lib/rpm /var/spool /var/www /var/backups /boot/efi /boot/grub"
    " /boot/grub2 /etc/ssh /etc/pam.d /etc/systemd /etc/systemd/system /etc/init.d /lib/modules"
    " /lib/systemd /usr/lib/systemd /data /mnt /media /Applications /Library /System /Users"
    " /Volumes"
)
"""Folders whose loss takes the system or everyone's data with it."""
_CRITICAL_FILES: Final = re.compile(
    r"/etc/(?:passwd|shadow|group|gshadow|fstab|sudoers|hosts|resolv\.conf|ld\.so\.(?:cache|conf)"
    r"|nsswitch\.conf|crypttab|machine-id|inittab|pam\.conf|ssh/sshd_config)\Z"
    r"|/boot/(?:vmlinuz|initrd|initramfs|grub)|/(?:usr/)?lib(?:64)?/(?:[^/]+/)?(?:libc\.so|ld-)"
    r"|/(?:usr/)?s?bin/(?:bash|sh|init|systemd|login|sudo|su|sshd|mount)\Z|/dev/(?:null|mem)\Z"
)
_DATABASES: Final = re.compile(
    r"/var/lib/(?:mysql|mariadb|postgresql|pgsql|mongodb?|redis|elasticsearch|etcd|cassandra|docker"
    r"|containerd|kubelet|clickhouse|influxdb|rabbitmq|kafka|zookeeper|libvirt|ceph)(?:/|\Z)"
)
_DISK: Final = re.compile(
    r"/dev/(?:sd[a-z]+|[vh]d[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|dasd[a-z]+|md\d+|dm-\d+|r?disk\d+"
    r"|mapper/.+|disk/by-.+|vg[^/]*/.+)(?:p?\d+|s\d+)?\Z"
)
_ANY_DISK: Final = re.compile(rf"/dev/(?:[svh]d|xvd|nvme|disk)[\w{HOLE}X?*\[\]-]*\Z")
_SYSTEM_DISK: Final = re.compile(r"/dev/(?:[svh]da|xvda|nvme0n1|mmcblk0|r?disk0)(?:p?\d+|s\d+)?\Z")
_SENSITIVE: Final = re.compile(
    r"/etc/(?:shadow-?|gshadow-?|master\.passwd|security/opasswd|krb5\.keytab|sudoers\.d/.+|ppp/chap-secrets"
    r"|ssh/ssh_host_.*_key|wpa_supplicant/.*\.conf|NetworkManager/system-connections/.*"
    r"|kubernetes/(?:.*\.conf|pki/.*\.key)|rancher/k3s/k3s\.yaml|mysql/debian\.cnf|vault\.d/.*"
    r"|ipsec\.secrets|openvpn/.*\.key|letsencrypt/(?:live|archive)/.*priv.*|ssl/private/.*|pki/tls/private/.*)\Z"
    r"|.*/\.ssh/(?:id_[^/.]+|identity|.*\.pem|\*|.*_rsa|.*ed25519)\Z|.*/\.ssh/?\Z"
    r"|.*/\.(?:aliyun/config\.json|aws/credentials|azure/(?:accessTokens|msal_token_cache)[^/]*|kube/config"
    r"|docker/config\.json|netrc|pgpass|my\.cnf|git-credentials|npmrc|pypirc|s3cfg|ossutilconfig|boto|vault-token"
    r"|terraform\.d/credentials[^/]*|terraformrc|config/rclone/rclone\.conf|config/gcloud/.*|config/gh/hosts\.yml|password-store.*|gnupg.*|local/share/keyrings.*|hcloud.*)"
    r"|/var/run/secrets/kubernetes\.io/.*|/run/secrets/kubernetes\.io/.*|/var/lib/(?:sss/db|samba/private|kubelet/pki)/.*"
    r"|/proc/[^/]+/(?:environ|mem|maps)|/proc/kcore|/dev/k?mem|.*/Library/Keychains(?:/.*)?"
    r"|.*/(?:Login Data|Cookies|logins\.json|key[34]\.db|cookies\.sqlite|Cookies\.binarycookies)\Z"
    r"|.*/\.(?:mozilla|thunderbird)/.*|.*/\.config/(?:google-chrome|chromium)(?:/.*)?|/var/db/(?:dslocal|shadow)/.*"
    r"|/var/backups/(?:g?shadow).*|/etc/(?:g?shadow)\.\w+\Z"
    r"|.*\.(?:kdbx?|keytab|jks|ovpn)\Z|.*/unattend\.xml\Z"
)
_HISTORY: Final = re.compile(
    r".*/?\.(?:bash|zsh|sh|ash|python|mysql|psql|rediscli)_?(?:history|hist)\Z|.*/fish_history\Z"
)
_CLOUD_CREDENTIALS: Final = re.compile(
    r"(?:https?://)?(?:100\.100\.100\.200|169\.254\.169\.254|\[?fd00:ec2::254\]?|metadata\.google\.internal|169\.254\.170\.2)"
    r"(?::\d+)?/.*(?:security-credentials|/token|identity/oauth2|iam/info|service-accounts|user-?data|/credentials)",
    re.IGNORECASE,
)
_LOGS: Final = ("/var/log/", "/var/adm/", "/private/var/log/")
_SECURITY_LOGS: Final = re.compile(
    r"/(?:private/)?var/(?:log|adm)/(?:auth\.log|secure|messages|syslog|kern\.log|audit(?:/.*)?|wtmp|btmp|lastlog|utmp"
    r"|faillog|sudo\.log|security|system\.log|journal(?:/.*)?|cloud-init.*|cron(?:\.log)?|maillog|mail\.log|daemon\.log"
    r"|boot\.log|dmesg|user\.log|asl/.*|install\.log)"
    r"(?:\.\d+|-\d+|\.gz|\*)*\Z|/var/run/utmp\Z"
)
_AGENT: Final = re.compile(
    r"/(?:usr/local/share/aliyun-assist|usr/local/aegis|usr/local/cloudmonitor|etc/systemd/system/aliyun\.service"
    r"|usr/sbin/aliyun[-_](?:service|installer)|etc/init\.d/(?:aliyun|aegis|agentwatch)|usr/local/share/assist-daemon"
    r"|lib/systemd/system/aliyun\.service|usr/lib/systemd/system/(?:aliyun|aegis)\.service)(?:/|\Z|\*)"
)
_GLOBS: Final = re.compile(r"/(?:\*|\.\*|\{[^}]*\}|\.\[!?[^\]]*\]\*|\.|\?+)*\Z")
_BUILDS: Final = names(
    "build dist out target tmp temp cache .cache node_modules __pycache__ obj work"
)
_HOME_DEPTH: Final = 2
"""Slashes in the path of somebody's home: `/home/alice`."""


def normalised(path: str) -> str:
    """A path without doubled, trailing and relative parts; a glob of everything is its folder."""
    if path.startswith("/"):
        path = "/" + path.lstrip("/")
    while (shorter := _GLOBS.sub("", path)) != path and shorter:
        path = shorter
    return posixpath.normpath(path) if path.strip("/*.") else "/" if path.startswith("/") else path


def is_temporary(path: str) -> bool:
    """Whether a path lies in a folder for temporary files, caches or builds."""
    normal = posixpath.normpath(path)
    if normal.startswith(_TEMPORARY):
        return True
    return not _BUILDS.isdisjoint(normal.lower().strip("/").split("/"))


def is_critical(path: str) -> bool:
    """Whether losing everything under a path takes the system with it."""
    if not path.startswith("/"):
        return False
    normal = normalised(path)
    return normal in _CRITICAL or (normal == "/" and HOLE not in path)


def is_home(path: str) -> bool:
    """Whether a path is root's home or somebody's, as a whole."""
    normal = normalised(path)
    return normal == "/root" or (
        normal.count("/") == _HOME_DEPTH and normal.startswith(("/home/", "/Users/"))
    )


def is_critical_file(path: str) -> bool:
    """Whether the system does not start, or nobody gets in, without this file."""
    return bool(_CRITICAL_FILES.match(posixpath.normpath(path)))


def is_database(path: str) -> bool:
    """Whether a path is the live data of a database or a container engine."""
    return bool(_DATABASES.match(posixpath.normpath(path)))


def is_disk(path: str) -> bool:
    """Whether a path is a disk or a partition."""
    return bool(_DISK.match(path) or _ANY_DISK.match(path))


def is_system_disk(path: str) -> bool:
    """Whether a disk is the one that a system usually starts from, or a part of it."""
    return bool(_SYSTEM_DISK.match(path))


def is_sensitive(path: str) -> bool:
    """Whether a path holds credentials or keys."""
    return bool(_SENSITIVE.match(path))


def is_history(path: str) -> bool:
    """Whether a path is what a shell remembers of its users."""
    return bool(_HISTORY.match(path))


def is_credentials_address(text: str) -> bool:
    """Whether an address is where an instance gets its role's credentials."""
    return bool(_CLOUD_CREDENTIALS.match(text))


def is_log(path: str) -> bool:
    """Whether a path is in a folder of logs."""
    return posixpath.normpath(path).startswith(_LOGS) or normalised(path) == "/var/log"


def is_security_log(path: str) -> bool:
    """Whether a log tells who did what: authentication, audit, the system's own."""
    return bool(_SECURITY_LOGS.match(posixpath.normpath(path)))


def is_agent(path: str) -> bool:
    """Whether a path belongs to Cloud Assistant, Security Center or CloudMonitor."""
    return bool(_AGENT.match(posixpath.normpath(path)))
