"""What the output of a command carries: fetched, decoded or sensitive data."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_server.guardrails.script import paths, windows_sources
from mcp_server.guardrails.script.model import HOLE, Command, Language, Taint, Word
from mcp_server.guardrails.script.names import names

_FETCHING: Final = names(
    "curl wget wget2 aria2c fetch lynx w3m links elinks http https httpie axel lwp-request"
    " lwp-download GET nc ncat netcat socat telnet ftp lftp tftp smbclient dig host nslookup drill"
)
_COPYING: Final = names("scp sftp rsync")
_STORES: Final = names("aws ossutil ossutil64 gsutil s3cmd mc rclone azcopy")
_CONTENTS: Final = names(
    "cat head tail less more grep egrep fgrep zgrep sed awk gawk cut strings xxd od hexdump base64"
    " base32 basenc uuencode tar zip gzip bzip2 xz dd tac nl rev sort jq openssl gpg cp scp rsync"
    " cpio 7z zstd tee diff paste install rclone ditto unzip pr fold split column batcat bat"
)
_PACKING: Final = names("tar zip cpio 7z rsync scp ditto")
_DECODERS: Final = names(
    "uudecode unxz uncompress gunzip zcat bunzip2 bzcat xzcat unlzma lzcat zstdcat unzstd b64decode"
    " unlz4 ccdecrypt steghide"
)
_UNPACKERS: Final = names("gzip bzip2 xz zstd lzma lz4 pigz")
_SILENT: Final = names("wc test [ [[ sha256sum md5sum sha1sum sha512sum true exit chmod kill")
_FOLDERS: Final = re.compile(r"/(?:etc|root|home(?:/[^/]+)?)/?\*?\Z")
_REMOTE: Final = re.compile(r"(?:[\w.-]+@)?[\w.-]+::?[^:]|[a-z][\w+.-]*://")
_LOCAL: Final = re.compile(
    r"(?:https?://)?(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|100\.100\.100\.200|169\.254\.169\.254)"
    r"(?:[:/]|\Z)"
)
_NARROWING: Final = names(
    "-mtime -mmin -atime -amin -ctime -cmin -size -newer -anewer -newermt -newerct -empty -regex"
    " -iregex -path -ipath -wholename -user -group -uid -gid -inum -samefile -lname -xtype -perm"
    " -nouser -nogroup -links -executable"
)
_EVERY_NAME: Final = frozenset({"*", "*.*", "?*", ".*", ""})


def output_taints(command: Command) -> frozenset[Taint]:
    """The taints of what a command prints, from what it is and from what it reads.

    Lowerings ask this for pipes and for substitutions, so `inputs`, `stdin` and the words'
    taints are those of the finished command.
    """
    if command.language is not Language.SHELL:
        return windows_sources.output_taints(command)
    if command.name in _SILENT:
        return frozenset()
    taints: set[Taint] = set(command.stdin.taints) if command.stdin else set()
    for word in command.args:
        if word.taints:
            taints |= word.taints
    if is_fetching(command):
        taints.add(Taint.NETWORK)
    if is_decoding(command):
        taints.add(Taint.DECODED)
    if sensitive_reads(command):
        taints.add(Taint.SENSITIVE)
    return frozenset(taints)


def is_fetching(command: Command) -> bool:
    """Whether a command gets data from another host."""
    if command.name in _FETCHING:
        return not is_local_fetch(command)
    if command.name in _COPYING:
        sources = command.operands[:-1] or command.operands
        return any(_REMOTE.match(word.text) for word in sources)
    if command.name in _STORES:
        operands = command.operands if "cat" in command.texts else command.operands[:-1]
        return any("://" in word.text for word in operands)
    return False


def is_local_fetch(command: Command) -> bool:
    """Whether a program that fetches talks to this host, or to the metadata service, only."""
    addresses = [
        w.text for w in command.operands if "/" in w.text or "." in w.text or ":" in w.text
    ]
    return bool(addresses) and all(_LOCAL.match(text) for text in addresses)


def is_decoding(command: Command) -> bool:
    """Whether a command unveils what its input hides."""
    match command.name:
        case "base64" | "base32" | "basenc" | "gbase64":
            return command.has("-d", "-D", "--decode", "-di")
        case "xxd":
            return command.has("-r", "-revert")
        case "openssl":
            return "-d" in command.texts or "-decrypt" in command.texts
        case "gpg" | "gpg2" | "age" | "ccrypt":
            return command.has("-d", "--decrypt")
        case "unzip":
            return command.has("-p")
        case name if name in _UNPACKERS:
            return command.has("-d", "--decompress", "--uncompress")
        case name:
            return name in _DECODERS


def sensitive_reads(command: Command) -> tuple[Word, ...]:
    """The places that hold credentials and that a command reads the contents of."""
    return tuple(_sensitive_reads(command))


def _sensitive_reads(command: Command) -> Iterator[Word]:
    if command.name in _CONTENTS:
        yield from (w for w in command.operands if any(map(paths.is_sensitive, _plain(w))))
        if command.name in _PACKING:
            yield from (w for w in command.operands if _FOLDERS.match(w.text))
    elif command.name in _FETCHING:
        yield from (w for w in command.operands if paths.is_credentials_address(w.text))
    for redirect in command.redirects:
        if redirect.operator in {"<", "<>"} and any(
            map(paths.is_sensitive, _plain(redirect.target))
        ):
            yield redirect.target


def _plain(word: Word) -> tuple[str, ...]:
    """Its values without dd's `if=` and curl's `@`."""
    return tuple(
        v.removeprefix("if=").removeprefix("@").partition("file://")[2]
        or v.removeprefix("if=").removeprefix("@")
        for v in word.values
    )


def file_taints(path: Word) -> frozenset[Taint]:
    """The taints of what is read from a file."""
    return path.taints | {Taint.SENSITIVE} if paths.is_sensitive(path.text) else path.taints


def listed(command: Command) -> tuple[str, ...]:
    """The paths that a command prints one a line, where something is known of them.

    `find /etc -type f` lists `/etc/*`, everything there; with a test that narrows it, it lists
    something there: `/etc/` and a hole.
    """
    if command.name not in {"find", "gfind"} or command.has("-printf", "-ls", "-fprintf", "-exec"):
        return ()
    end = "/" + (HOLE if is_narrow(command) else "*")
    return tuple(root.rstrip("/") + end for root in find_roots(command))


def find_roots(command: Command) -> tuple[str, ...]:
    """Where a find begins; the working directory when nothing is said."""
    roots: list[str] = []
    for word in command.args:
        if word.text in {"-H", "-L", "-P"}:
            continue
        if word.text[:1] in {"-", "(", "!"}:
            break
        roots += word.values
    return tuple(roots) or (command.directory or ".",)


def is_narrow(find: Command) -> bool:
    """Whether a find looks for less than everything."""
    texts = find.texts
    for index, text in enumerate(texts):
        if text in _NARROWING:
            return True
        if text in {"-name", "-iname"} and "".join(texts[index + 1 : index + 2]) not in _EVERY_NAME:
            return True
    return False
