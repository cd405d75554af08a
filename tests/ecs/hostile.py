"""Endpoints on loopback that do what no endpoint should."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[socket.socket], None]
CREATED = b'{"CommandId":"c-1","RequestId":"R-1"}'


def http(
    status: int, body: bytes, *headers: tuple[str, str], kind: str = "application/json"
) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Endpoint:
    """Reads whole requests, and hands each one's connection to an answer.

    An endpoint with a context speaks TLS. The answer may send anything, for as long as
    `closing` is not set, and may close the connection.
    """

    def __init__(self, answer: Answer | bytes, context: SSLContext | None = None) -> None:
        self.closing = threading.Event()
        self.requests: list[bytes] = []
        self.arrived = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)
        self.open = self.most_open = 0
        self._answer = answer
        self._context = context
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._connections: set[socket.socket] = set()
        self.port: int = self._listening.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in tuple(self._connections):
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        try:
            with suppress(OSError):
                self._converse(connection)
        finally:
            with self._lock:
                self.open -= 1
                self._connections.discard(connection)
            with suppress(OSError):
                connection.close()
            self.ended.release()

    def _converse(self, plain: socket.socket) -> None:
        connection = self._context.wrap_socket(plain, server_side=True) if self._context else plain
        try:
            while request := read_request(connection):
                self.requests.append(request)
                self.arrived.release()
                if isinstance(self._answer, bytes):
                    connection.sendall(self._answer)
                else:
                    self._answer(connection)
        finally:
            connection.close()


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        part = connection.recv(65536)
        if not part:
            return b""
        request += part
    return request


def forever(start: bytes, more: bytes, closing: threading.Event, pace: float = 0.0) -> Answer:
    """Sends a start and then more and more."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while not closing.wait(pace):
            connection.sendall(more)

    return answer


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket(fileno=connection.detach()).close()


@contextmanager
def tunnel(after: Answer | None = None) -> Iterator[str]:
    """A proxy that connects, and passes on what comes unless it does something else then."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                target.sendall(part)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def answer(connection: socket.socket) -> None:
        port = int(proxy.requests[-1].split()[1].decode().rpartition(":")[2])
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if after:
            after(connection)
            return
        with socket.create_connection(("127.0.0.1", port)) as far:
            threading.Thread(target=pump, args=(far, connection), daemon=True).start()
            pump(connection, far)

    with endpoint(answer) as proxy:
        yield f"http://{proxy.address}"


def certificate(folder: Path) -> tuple[Path, SSLContext]:
    """A certificate for 127.0.0.1 that is its own authority; its file, and who serves with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, secret = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, secret)
    return trusted, context


@contextmanager
def endpoint(answer: Answer | bytes, context: SSLContext | None = None) -> Iterator[Endpoint]:
    running = Endpoint(answer, context)
    try:
        yield running
    finally:
        running.close()
