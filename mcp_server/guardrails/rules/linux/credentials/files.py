"""Files and addresses that hold credentials, and who reads them."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import paths
from mcp_server.guardrails.script.model import HOLE, Command, Language, Script, Word
from mcp_server.guardrails.script_rule import Examples, Match, OnScript, Opinion, ScriptRule, on
from mcp_server.models.finding import Severity

_PRINTING: Final = frozenset(
    {
        "cat", "head", "tail", "less", "more", "most", "tac", "nl", "rev", "sort", "uniq", "cut",
        "paste", "sed", "awk", "gawk", "mawk", "strings", "xxd", "od", "hexdump", "hd", "base64",
        "base32", "jq", "yq", "diff", "vim", "vi", "nano", "view", "python", "python3", "perl",
        "ruby", "bat", "batcat", "gpg", "tdbdump", "klist", "sqlite3", "xmllint", "plutil", "fold",
        "fmt", "column", "expand", "join", "comm", "split", "iconv", "dcfldd", "dc3dd", "pr",
        "uuencode", "ed", "ex", "look",
    }
)  # fmt: skip
_COPYING: Final = frozenset({"cp", "mv", "install", "scp", "rsync", "ditto", "ln"})
_PACKING: Final = frozenset(
    {
        "tar", "zip", "7z", "7za", "gzip", "bzip2", "xz", "zstd", "cpio", "rar",
    }
)  # fmt: skip
_SEARCHING: Final = frozenset({"grep", "egrep", "fgrep", "zgrep", "rg", "ag", "find"})
_FETCHING: Final = frozenset({"curl", "wget", "http", "https", "GET", "nc", "fetch", "python3"})
_OPERANDS: Final = frozenset({"dd", "openssl", *_PRINTING, *_COPYING, *_PACKING, *_SEARCHING})
_SENSITIVE: Final = re.compile(
    r".*/(?:krb5cc_\w+|krb5\.keytab|kubernetes/pki/.*\.key|\.config/gcloud(?:/.*)?|\.gnupg(?:/.*)?"
    r"|\.password-store(?:/.*)?|\.azure(?:/.*)?|\.aws/?|\.mozilla/firefox(?:/.*)?|Login Data.*"
    r"|Library/(?:Cookies|Keychains)(?:/.*)?|login\.keychain(?:-db)?|logins\.json|key4\.db)\Z"
    r"|/dev/k?mem\Z|/proc/kcore\Z"
)
_NOT_SECRET: Final = re.compile(
    r"/proc/(?:self|thread-self)/.*|/etc/sudoers\.d/.*|.*/(?:known_hosts|config|authorized_keys2?)\Z"
    r"|.*\.pub\Z"
)
_NAMES: Final = re.compile(
    r"\*?(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|\.git-credentials|credentials"
    r"|shadow|key[34]\.db|logins\.json|Login Data|Cookies|\.htpasswd|\.my\.cnf"
    r"|.*\.(?:pem|key|kdbx?|ppk|p12|pfx|jks|keytab|ovpn|gpg|pgp|kirbi|ccache)"
    r"|.*(?:password|passwd|secret|token).*)\*?\Z",
    re.IGNORECASE,
)
_FIND_TESTS: Final = ("-name", "-iname", "-path", "-wholename", "-ipath", "-regex")
_IN: Final = re.compile(r"\bin\s+(?:\$\(|`)\s*\Z")
_LOOP: Final = 12
"""Characters that `in $(` takes, and commands that a loop's body may have."""
_OPTIONS_WITH_FILES: Final = frozenset(
    {
        "-i", "-F", "-o", "-e", "-P", "-S", "-J", "-l", "--rsh", "-c", "-K", "--exclude",
        "--include", "-C",
    }
)  # fmt: skip
"""Of copying programs; a key that is used for logging in is not copied."""
_TASK_ROLE: Final = re.compile(
    r".*(?:169\.254\.170\.2|AWS_CONTAINER_CREDENTIALS|MSI_ENDPOINT|IDENTITY_ENDPOINT)",
    re.IGNORECASE,
)


def _is_secret(path: str) -> bool:
    """Whether a path is one that holds credentials of others."""
    if _NOT_SECRET.match(path):
        return False
    return paths.is_sensitive(path) or paths.is_history(path) or bool(_SENSITIVE.match(path))


def _candidates(command: Command, word: Word) -> Iterator[str]:
    """The paths that a word may name, also from the folder that the script is in."""
    for value in word.values:
        text = value.removeprefix("if=").removeprefix("@").removeprefix("file://")
        yield text
        if command.directory and not text.startswith("/"):
            yield posixpath.join(command.directory, text)


def _names_secret(command: Command, word: Word) -> bool:
    return any(map(_is_secret, _candidates(command, word)))


def _read_words(command: Command) -> tuple[Word, ...]:
    """The words that may name a file that a command reads."""
    name = command.name
    if name in _COPYING:
        return _sources(command)
    if name == "openssl":
        return _openssl_input(command)
    if name == "dd":
        return tuple(word for word in command.args if word.text.startswith("if="))
    if name in {"sed", "perl"} and command.has("-i", "--in-place"):
        return ()
    return command.operands


def _sources(command: Command) -> tuple[Word, ...]:
    """What is copied, unless it goes to a place of the same kind."""
    found: list[Word] = []
    skip = False
    for word in command.args:
        if skip or word.text.startswith("-"):
            skip = word.text in _OPTIONS_WITH_FILES if not skip else False
        else:
            found.append(word)
    if command.name in {"scp", "rsync"}:
        return tuple(word for word in found[:-1] if ":" not in word.text) if len(found) > 1 else ()
    if len(found) > 1 and _is_private(command, found[-1]):
        return ()
    return tuple(found[:-1] if len(found) > 1 else ())


def _is_private(command: Command, target: Word) -> bool:
    """Whether a copy stays among credentials: `admin.conf` becomes `~/.kube/config`."""
    if any("/.ssh" in path or "/.kube" in path for path in _candidates(command, target)):
        return True
    return _names_secret(command, target) and target.text.startswith(("/etc/", "/root/"))


def _openssl_input(command: Command) -> tuple[Word, ...]:
    """A private key that is printed or converted; checks of it are no reading."""
    if command.has("-noout", "-pubout", "-new", "-x509", "-CA", "-CAkey", "-verify", "-check"):
        return ()
    value = command.value("-in", "-inkey")
    return (value,) if value is not None else ()


def _reads(command: Command, _script: Script) -> Opinion:
    if command.name == "tar" and _extracts(command):
        return False
    if command.is_started_by("find", "xargs") and _finds_secrets(command):
        return command.name not in _SEARCHING
    if command.name == "find":
        return False
    if not any(_names_secret(command, word) for word in _read_words(command)):
        return False
    if command.name in _SEARCHING and command.has("-q", "-c", "-l", "--quiet", "--count"):
        return Severity.ADVICE
    return True


def _loops(script: Script) -> Iterator[Match]:
    """`for f in $(find / -name .netrc); do cat "$f"; done`."""
    for index, command in enumerate(script.commands):
        start = command.span.start
        before = script.text[max(0, start - _LOOP) : start]
        if command.name != "find" or not _IN.search(before) or not _looks_for_keys(command):
            continue
        for later in script.commands[index + 1 : index + _LOOP]:
            if later.name in _PRINTING | _COPYING and any(HOLE in w.text for w in later.operands):
                yield Match(later.span)
                break


def _extracts(command: Command) -> bool:
    first = command.texts[0] if command.texts else ""
    mode = first if not first.startswith("--") else ""
    return "x" in mode or "t" in mode.lstrip("-")[:1] or command.has("--extract", "--list", "--get")


def _finds_secrets(command: Command) -> bool:
    """Whether `find` looks for the names of keys, and starts this command with what it finds."""
    finders = [one for one in command.wrappers if one.name == "find"]
    for wrapper in command.wrappers:
        if wrapper.name == "xargs":
            finders += [one for one in wrapper.inputs if one.name == "find"]
    return any(_looks_for_keys(one) for one in finders)


def _looks_for_keys(finder: Command) -> bool:
    for option, word in zip(finder.texts, finder.args[1:], strict=False):
        if option in _FIND_TESTS and (
            _NAMES.match(posixpath.basename(word.text.rstrip("/*"))) or _is_secret(word.text)
        ):
            return True
    return any(
        _is_secret(posixpath.join(word.text, "")) or _is_secret(word.text)
        for word in finder.args[:1]
    )


def _redirected(script: Script) -> Iterator[Match]:
    """`done < /etc/shadow`, `$(< /etc/shadow)`: each place once."""
    seen: set[int] = set()
    for command in script.commands:
        if command.language is not Language.SHELL:
            continue
        for redirect in command.redirects:
            target = redirect.target
            if redirect.operator not in {"<", "<>"} or target.span.start in seen:
                continue
            if _names_secret(command, target):
                seen.add(target.span.start)
                yield Match(target.span)


def _fetches(command: Command, _script: Script) -> Opinion:
    for word in command.args:
        text = word.text
        if text.endswith(("/latest/api/token", "/iam/info")):
            continue
        if paths.is_credentials_address(text) or _TASK_ROLE.match(text):
            return True
    return False


RULES: Final[tuple[ScriptRule, ...]] = (
    ScriptRule(
        id="CRD001",
        name="credentials-read",
        severity=Severity.CONFIRM,
        what="Reads a file that holds credentials, private keys or what people typed.",
        why="What a command prints is kept with its results, for everyone who may read those; a "
        "copy is protected by nothing.",
        instead="Let the program that needs the key read it; ask for a fact about it instead "
        "(`openssl x509 -noout -dates`, `ssh-keygen -lf`, `stat`).",
        right_when="A key is being moved by those whose key it is.",
        attack="T1552.001",
        check=(on(*sorted(_OPERANDS), when=_reads), OnScript(_redirected), OnScript(_loops)),
        flags=Examples(
            sh=(
                "cat /etc/shadow\n",
                "cp /root/.ssh/id_rsa /tmp/k\n",
                "grep secret ~/.aliyun/config.json\n",
                "tar czf /tmp/c.tgz ~/.config/gcloud\n",
                "find /home -name id_ed25519 -exec cp {} /tmp/keys/ \\;\n",
                'while read -r line; do echo "$line"; done < /etc/gshadow\n',
                'for f in $(find / -name .netrc); do cat "$f"; done\n',
                "dd if=/proc/4711/mem of=/tmp/m bs=1 count=4096\n",
            )
        ),
        allows=Examples(
            sh=(
                "ls -l /etc/shadow\n",
                "cat /etc/passwd\n",
                "cat ~/.ssh/id_rsa.pub\n",
                "scp -i ~/.ssh/id_rsa app.tgz app@192.0.2.7:/tmp/\n",
                "cp /etc/kubernetes/admin.conf $HOME/.kube/config\n",
                "find /home -name id_rsa\n",
                "openssl rsa -in /etc/ssl/private/app.key -check -noout\n",
            )
        ),
    ),
    ScriptRule(
        id="CRD002",
        name="role-credentials-fetched",
        severity=Severity.CONFIRM,
        what="Fetches the credentials of the instance's role from the metadata service.",
        why="They work from anywhere until they expire, and they are printed or stored here.",
        instead="Let the SDK or the CLI fetch them itself: `aliyun configure set --mode "
        "EcsRamRole`, or ALIBABA_CLOUD_ECS_METADATA.",
        right_when="A program that knows no roles is given them for a moment.",
        attack="T1552.005",
        check=on(*_FETCHING, when=_fetches),
        flags=Examples(
            sh=(
                "curl http://100.100.100.200/latest/meta-data/ram/security-credentials/app\n",
                "curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/\n",
                "curl -H Metadata-Flavor:Google http://metadata.google.internal/computeMetadata/v1/"
                "instance/service-accounts/default/token\n",
            )
        ),
        allows=Examples(
            sh=(
                "curl http://100.100.100.200/latest/meta-data/instance-id\n",
                "curl -s http://169.254.169.254/latest/meta-data/placement/region\n",
                "curl -X PUT http://169.254.169.254/latest/api/token\n",
            )
        ),
    ),
)
