# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Backends for the tests of links: good ones by the `websockets` package, bad ones byte by byte; their certificates."""

import base64
import datetime
import hashlib
import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from websockets.sync.server import ServerConnection, serve

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


@dataclass
class Certificate:
    """A certificate with its key, in memory and as PEM files."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path
    key_file: Path


def certificate(
    folder: Path, name: str, signed_by: Certificate | None = None, names: tuple[str, ...] = ("localhost", "127.0.0.1"),
    begin: datetime.datetime = NOW - DAY, end: datetime.datetime = NOW + DAY,
) -> Certificate:  # fmt: skip
    """A CA unless `signed_by` is given; otherwise a leaf for server and client."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = signed_by.certificate.subject if signed_by else subject
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=signed_by is None, path_length=None), critical=True)
    )  # fmt: skip
    if signed_by:
        builder = builder.add_extension(x509.SubjectAlternativeName([general_name(each) for each in names]), False)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), False)
    made = builder.sign(signed_by.key if signed_by else key, hashes.SHA256())
    file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return Certificate(made, key, file, key_file)


def general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def server_context(own: Certificate, clients_of: Certificate | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.file, own.key_file)
    if clients_of:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of.file)
    return context


@contextmanager
def backend(handle: Callable[[ServerConnection], None], **options):
    """A good backend on a free port; `handle` has each connection until it returns."""
    options.setdefault("subprotocols", ["ocpp2.0.1", "ocpp1.6"])
    ends: list[threading.Event] = []

    def handle_to_the_end(connection: ServerConnection) -> None:
        ends.append(threading.Event())
        end = ends[-1]
        try:
            handle(connection)
        finally:
            end.set()

    with serve(handle_to_the_end, "127.0.0.1", 0, **options) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()
            # What a test collects in `handle` is complete now.
            for end in ends:
                end.wait(timeout=5)


@contextmanager
def raw_backend(handle: Callable[[socket.socket], None], context: ssl.SSLContext | None = None):
    """A backend that has each connection as a socket."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(20)
            try:
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                handle(connection)
            except OSError:
                pass  # The station hung up first, which the test sees at the station.
            finally:
                connection.close()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=25)


def read_request(connection: socket.socket) -> bytes:
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise OSError("the station hung up")
        request += byte
    return request


def accept_websocket(connection: socket.socket, *more: str, follow: bytes = b"", subprotocol: str = "ocpp2.0.1") -> None:
    """Accepts by hand, with more header lines; `follow` travels in the same packet."""
    request = read_request(connection).decode()
    key = next(line.split(": ")[1] for line in request.split("\r\n") if line.lower().startswith("sec-websocket-key"))
    digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
    lines = [
        "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {base64.b64encode(digest).decode()}", *more,
    ]  # fmt: skip
    if subprotocol:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + follow)


def frame(first: int, payload: bytes, claimed: int | None = None) -> bytes:
    """A frame of a server; `claimed` is a length that may be a lie."""
    length = len(payload) if claimed is None else claimed
    if length < 126:
        head = bytes([first, length])
    elif length < 65_536:
        head = bytes([first, 126]) + struct.pack(">H", length)
    else:
        head = bytes([first, 127]) + struct.pack(">Q", length)
    return head + payload


def receive_exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise OSError("the station hung up")
        data += more
    return data


def read_frame(connection: socket.socket) -> tuple[int, bytes]:
    """One short frame of the station, unmasked."""
    first, second = receive_exactly(connection, 2)
    assert second & 0x80, "a client masks"
    length = second & 0x7F
    if length == 126:
        length = struct.unpack(">H", receive_exactly(connection, 2))[0]
    mask = receive_exactly(connection, 4)
    return first, bytes(byte ^ mask[i % 4] for i, byte in enumerate(receive_exactly(connection, length)))


def close_code(connection: socket.socket) -> int:
    """The code the station closes with; what comes before its close frame is read over."""
    while True:
        first, payload = read_frame(connection)
        if first & 0x0F == 8:
            return struct.unpack(">H", payload[:2])[0]
