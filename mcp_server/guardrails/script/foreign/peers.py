"""Whether scanned code gives a shell to another host, which reads what it sends."""

from typing import Final

from mcp_server.guardrails.script.foreign.code import Code
from mcp_server.guardrails.script.foreign.facts import (
    SHELLS,
    Start,
    is_interactive_shell,
    is_unknown,
)
from mcp_server.guardrails.script.foreign.scanner_words import RECEIVING, SOCKETS, last_part
from mcp_server.guardrails.script.foreign.tokens import Kind

_SOCKET_CALLS: Final = frozenset({"connect", "bind", "accept", "listen", "WSAConnect"})
"""Of the sockets of C and of Perl, PHP and Lua after it."""
_NODE_CALLS: Final = frozenset({"connect", "Socket", "createConnection", "createServer"})
_SOCKET_MODULES: Final = frozenset({"socket", "socket.core", "posix.sys.socket"})


def gives_shell(code: Code, language: str, starts: list[Start]) -> bool:
    """Whether it connects to a host, or waits for one, and lets it run commands."""
    if language == "awk":
        return _gives_awk_shell(code)
    if not _is_networked(code, language):
        return False
    if any(is_interactive_shell(start) for start in starts):
        return True
    if starts and any(_is_shell_path(text) for text in code.texts()):
        return True
    return any(is_unknown(start) for start in starts) and _receives(code, language)


def _is_networked(code: Code, language: str) -> bool:
    names = code.names()
    last = {last_part(name) for name in names}
    if (names | last) & SOCKETS:
        return True
    has_sockets = "socket" in last or bool(code.texts() & _SOCKET_MODULES)
    if language == "node":
        return bool(code.texts() & {"net", "tls"}) and bool(last & _NODE_CALLS)
    if language == "julia":
        return bool(last & {"Sockets"}) and bool(last & _SOCKET_CALLS)
    return has_sockets and bool(last & _SOCKET_CALLS)


def _receives(code: Code, language: str) -> bool:
    names = code.names()
    is_read = language == "perl" and "<" in code.text
    return is_read or bool((names | {last_part(name) for name in names}) & RECEIVING)


def _gives_awk_shell(code: Code) -> bool:
    if "/inet/" not in code.text and "/inet4/" not in code.text:
        return False
    sockets = {
        code.tokens[index - 2].text
        for index, token in enumerate(code.tokens)
        if token.kind is Kind.TEXT and token.text.startswith("/inet") and index > 1
    }
    for index, token in enumerate(code.tokens):
        is_pipe = token.text in {"|", "|&"} and code.next_name(index) == "getline"
        source = code.tokens[index - 1] if index else token
        is_socket = source.text in sockets or source.text.startswith("/inet")
        if token.text == "system" or (is_pipe and not is_socket):
            return True
    return False


def _is_shell_path(text: str) -> bool:
    program = text.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe")
    return program in SHELLS and " " not in text
