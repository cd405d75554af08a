"""How programs are given passwords on their command lines, and where in it those stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Given:
    """A password on a command line."""

    index: int
    """The argument that it is in, from 0."""
    start: int
    """Where in the argument it begins."""
    end: int | None = None
    """Where it ends; None where the argument does."""


@dataclass(frozen=True, slots=True)
class _Options:
    """How one program takes passwords; options in lower case where their case does not count."""

    after: tuple[str, ...] = ()
    """Options with the password as the next argument, or after `=` or `:`."""
    glued: tuple[str, ...] = ()
    """Short options with the password in the same argument: `-pX`."""
    userinfo: tuple[str, ...] = ()
    """Options with `user:password`."""
    ignores_case: bool = False
    asks: bool = False
    """Whether `--password` alone makes it ask, so that the next argument is something else."""


_DATABASE: Final = _Options(glued=("-p",), asks=True)
_P: Final = _Options(after=("-p", "--password"), glued=("-p",))
_WINDOWS_P: Final = _Options(after=("-p", "/p", "-password", "/password"), ignores_case=True)
_SQLCMD: Final = _Options(after=("-P", "--password"), glued=("-P",))

_PROGRAMS: Final[dict[str, _Options]] = {
    **dict.fromkeys(
        (
            *("mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlcheck", "mysqlshow"),
            *("mariadb", "mariadb-dump", "mariadb-admin", "mysqlsh", "xtrabackup"),
        ),
        _DATABASE,
    ),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore", "mongoexport"), _P),
    **dict.fromkeys(
        ("docker", "podman", "nerdctl", "helm", "crictl", "buildah", "skopeo"), _Options()
    ),
    **dict.fromkeys(("sqlcmd", "bcp", "osql", "isql"), _SQLCMD),
    **dict.fromkeys(
        ("ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldappasswd"),
        _Options(after=("-w",), glued=("-w",)),
    ),
    **dict.fromkeys(
        ("psexec", "psexec64", "pskill", "psservice", "pslist", "psshutdown"), _WINDOWS_P
    ),
    **dict.fromkeys(("plink", "pscp", "psftp", "putty", "kitty"), _Options(after=("-pw",))),
    **dict.fromkeys(
        ("curl", "http", "https"),
        _Options(
            after=("--pass", "--proxy-pass"), userinfo=("-u", "--user", "-U", "--proxy-user", "-a")
        ),
    ),
    **dict.fromkeys(("redis-cli", "valkey-cli"), _Options(after=("-a", "--pass"))),
    **dict.fromkeys(
        ("psql", "pg_dump", "pg_dumpall", "pg_restore", "createdb", "dropdb", "pg_basebackup"),
        _Options(asks=True),
    ),
    "sshpass": _Options(after=("-p",), glued=("-p",)),
    "wget": _Options(after=("--password", "--http-password", "--ftp-password", "--http-passwd")),
    "smbclient": _Options(after=("--password",), userinfo=("-U", "--user")),
    "smbmap": _Options(after=("-p",)),
    "rpcclient": _Options(userinfo=("-U",)),
    "snmpwalk": _Options(after=("-A", "-X")),
    "snmpget": _Options(after=("-A", "-X")),
    "ipmitool": _Options(after=("-P",)),
    "az": _Options(after=("--admin-password", "--client-secret")),
    "kubectl": _Options(after=("--token", "--password", "--docker-password")),
    "rabbitmqadmin": _Options(after=("-p", "--password")),
    "clickhouse-client": _Options(after=("--password",)),
    "influx": _Options(after=("-password", "--password", "--token", "-t")),
    "cypher-shell": _Options(after=("-p", "--password")),
    "cqlsh": _Options(after=("-p", "--password")),
    "vncserver": _Options(after=("-passwd",)),
    "xfreerdp": _Options(after=("/p", "-p")),
    "rdesktop": _Options(after=("-p",)),
    "cmdkey": _Options(after=("/pass", "-pass"), ignores_case=True),
    "schtasks": _Options(after=("/rp", "/p"), ignores_case=True),
    "wmic": _Options(after=("/password",), ignores_case=True),
    "sc": _Options(after=("password=",), ignores_case=True),
    "net": _Options(after=("/user-password",), ignores_case=True),
    "useradd": _Options(after=("-p", "--password")),
    "usermod": _Options(after=("-p", "--password")),
    "mosquitto_pub": _Options(after=("-P", "--pw")),
    "mosquitto_sub": _Options(after=("-P", "--pw")),
    "lftp": _Options(userinfo=("-u",)),
    "ossutil": _Options(after=("-k", "--access-key-secret")),
    "ossutil64": _Options(after=("-k", "--access-key-secret")),
    "winexe": _Options(userinfo=("-U",)),
    "evil-winrm": _Options(after=("-p",)),
    "crackmapexec": _Options(after=("-p",)),
    "netexec": _Options(after=("-p",)),
    "rubeus": _Options(after=("/password", "/rc4", "/aes256"), ignores_case=True),
}
_SUBCOMMANDS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("az", "login"): ("-p", "--password"),
    ("oc", "login"): ("-p", "--password", "--token"),
    ("docker", "login"): ("-p", "--password"),
    ("podman", "login"): ("-p", "--password"),
    ("nerdctl", "login"): ("-p", "--password"),
    ("helm", "login"): ("-p", "--password"),
    ("helm", "repo"): ("--password",),
    ("skopeo", "login"): ("-p", "--password"),
    ("buildah", "login"): ("-p", "--password"),
}
"""Options that only one of a program's commands has."""
_ANYWHERE: Final = frozenset(
    {"--password", "--passwd", "--pass", "--passphrase", "--access-key-secret", "--secret-key"}
    | {"--client-secret", "--api-key", "--apikey", "--auth-token", "--access-token", "--token"}
    | {
        "--secret-access-key",
        "--db-password",
        "--root-password",
        "--admin-password",
        "--pgpassword",
    }
    | {"-password", "/password", "-accesskeysecret", "--mysql-password", "--proxy-password"}
    | {"--requirepass", "--new-password", "--rootpass", "--dbpass", "--adminpass", "--sts-token"}
)
"""Long options that say of themselves that a secret follows, whatever program it is."""
_MOST_IN_NAME: Final = 40
_SHORT: Final = 2
"""Characters of a short option."""
_HEADERS: Final = (
    "authorization:",
    "private-token:",
    "x-api-key:",
    "x-auth-token:",
    "x-vault-token:",
)
_LONGEST_HEADER: Final = 20
_NONE: Final = _Options()
_BY_POSITION: Final = frozenset(
    {"net", "net1", "htpasswd", "rabbitmqctl"} | {"oc"}  # the last by its subcommands
)
_TELLING: Final = re.compile("pass|secret|token|key|authorization|://", re.IGNORECASE)
"""In every option, header and address that says of itself that a secret follows."""


def passwords(name: str, args: Sequence[str]) -> Iterator[Given]:
    """Where the passwords are in a program's arguments.

    Args:
        name: the program, without folder and `.exe`, in lower case.
        args: the arguments, unquoted.
    """
    options = _PROGRAMS.get(name, _NONE)
    if options is _NONE and name not in _BY_POSITION and not _TELLING.search("\0".join(args)):
        return
    subcommand = next((arg for arg in args if not arg.startswith("-")), "")
    more = _SUBCOMMANDS.get((name, subcommand), ()) or _SUBCOMMANDS.get((name, _second(args)), ())
    after = frozenset((*options.after, *more))
    for index, arg in enumerate(args):
        yield from _in_argument(index, arg, args, options, after)
    yield from _by_position(name, args)


def _second(args: Sequence[str]) -> str:
    plain = [arg for arg in args[:4] if not arg.startswith("-")]
    return plain[1] if len(plain) > 1 else ""


def _in_argument(
    index: int, arg: str, args: Sequence[str], options: _Options, after: frozenset[str]
) -> Iterator[Given]:
    known = arg.lower() if options.ignores_case else arg
    if known in after or (arg.lower() in _ANYWHERE and not options.asks):
        if index + 1 < len(args) and not _is_option(args[index + 1]):
            yield Given(index + 1, 0)
    elif start := _value_start(known, after) or _value_start(arg.lower(), _ANYWHERE):
        yield Given(index, start)
    elif known.startswith(options.glued or "\0") and len(known) > _SHORT and known[1] != "-":
        yield Given(index, _SHORT)
    elif options.userinfo:
        yield from _after_user(index, known, args, options.userinfo)
    yield from _in_text(index, arg)


def _after_user(
    index: int, arg: str, args: Sequence[str], options: tuple[str, ...]
) -> Iterator[Given]:
    """The password in `-u user:password`, `-uuser:password` and `--user=user:password`."""
    if arg in options and index + 1 < len(args):
        yield from _userinfo(index + 1, args[index + 1])
    elif arg.startswith(options) and (arg[1] != "-" or "=" in arg):
        yield from _userinfo(index, arg)


def _in_text(index: int, arg: str) -> Iterator[Given]:
    """The password in an address, a header or OpenSSL's `pass:secret`."""
    if "://" in arg:
        yield from _in_address(index, arg)
    elif arg.startswith("pass:") and len(arg) > len("pass:"):
        yield Given(index, len("pass:"))
    elif arg[:_LONGEST_HEADER].lower().startswith(_HEADERS):
        start = arg.rstrip().rfind(" ") + 1
        if start > 0:
            yield Given(index, start)


def _is_option(arg: str) -> bool:
    return arg.startswith("-") and len(arg) > 1


def _value_start(arg: str, options: frozenset[str]) -> int:
    """Where a value begins that is in one argument with its option; 0 for none."""
    for mark in "=:":
        end = arg.find(mark, 1, _MOST_IN_NAME)
        if end > 0 and (arg[:end] in options or arg[: end + 1] in options) and end + 1 < len(arg):
            return end + 1
    return 0


def _userinfo(index: int, arg: str) -> Iterator[Given]:
    mark = next((m for m in (":", "%") if m in arg), "")
    if mark and "://" not in arg:
        start = arg.index(mark) + 1
        if start < len(arg):
            yield Given(index, start)


def _in_address(index: int, arg: str) -> Iterator[Given]:
    start = arg.index("://") + 3
    end = min((at for at in (arg.find(c, start) for c in "/?# ") if at >= 0), default=len(arg))
    at = arg.rfind("@", start, end)
    colon = arg.find(":", start, max(at, start))
    if 0 <= colon < at - 1:
        yield Given(index, colon + 1, at)


def _by_position(name: str, args: Sequence[str]) -> Iterator[Given]:
    """Programs that take the password as an operand."""
    index = _position(name, args, [arg.lower() for arg in args[:_SHORT]])
    if index is not None and index < len(args) and not args[index].startswith(("-", "/")):
        yield Given(index, 0)


def _position(name: str, args: Sequence[str], start: list[str]) -> int | None:
    match name, start:
        case (("net" | "net1"), ["user", _]):
            return 2
        case (("net" | "net1"), ["use", _]) if any(a.lower().startswith("/user") for a in args):
            plain = [index for index, arg in enumerate(args) if not arg.startswith("/")]
            return plain[2] if len(plain) > _SHORT else None
        case "htpasswd", _ if any(arg.startswith("-") and "b" in arg for arg in args):
            return len(args) - 1
        case "rabbitmqctl", ["add_user" | "change_password", _]:
            return 2
        case (("mysqladmin" | "mariadb-admin"), _) if "password" in args:
            return list(args).index("password") + 1
        case _:
            return None
