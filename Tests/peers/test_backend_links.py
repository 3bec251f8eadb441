# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Links to backends against backends that are good, strict, slow, foreign or hostile."""

import base64
import json
import os
import select
import ssl
import subprocess
import threading
import time
import zlib
from pathlib import Path

import pytest
from backend_stand_in import (
    DAY, NOW, Certificate, accept_websocket, backend, certificate, close_code, frame, raw_backend, read_frame,
    read_request, server_context,
)  # fmt: skip
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

PROJECT = Path(__file__).resolve().parents[2]
HALF_A_MINUTE_S = 30


@pytest.fixture(scope="session")
def probe_binary() -> Path:
    binary = Path(os.environ.get("SLUICE_LINK_PROBE", PROJECT / ".build" / "debug" / "LinkProbe"))
    if not os.access(binary, os.X_OK):
        pytest.fail(
            f"{binary} is no program. Build it with `SLUICE_TOOL=LinkProbe swift build --product LinkProbe`, "
            "or set SLUICE_LINK_PROBE.", pytrace=False)  # fmt: skip
    return binary.resolve()


@pytest.fixture
def probe(probe_binary: Path):
    """Runs the station's side until it ends and returns what it saw."""

    def run(url: str, *options: object) -> list[dict]:
        command = [probe_binary, "--url", url, *map(str, options)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=HALF_A_MINUTE_S, check=False)
        assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def authority(tmp_path: Path) -> Certificate:
    return certificate(tmp_path, "Test CA")


@pytest.fixture
def server_certificate(tmp_path: Path, authority: Certificate) -> Certificate:
    return certificate(tmp_path, "csms", authority)


OPEN = ("--allow-insecure",)


def events(seen: list[dict]) -> list[str]:
    return [each["event"] for each in seen]


def last_words(seen: list[dict]) -> str:
    return seen[-1]["words"]


def say_goodbye(connection: ServerConnection) -> None:
    connection.close(1001, "bye")


# --- Opening ---


def test_the_identity_the_password_and_the_versions_are_in_the_request(probe):
    seen_by_backend = {}

    def handle(connection: ServerConnection) -> None:
        request = connection.request
        seen_by_backend.update(path=request.path, headers=request.headers)
        connection.close(1000, "seen")

    with backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}/ocpp/", "--password", "0123456789abcdef")
    assert seen_by_backend["path"] == "/ocpp/CS%201%2FA"
    headers = seen_by_backend["headers"]
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"CS 1/A:0123456789abcdef"
    assert headers["Sec-WebSocket-Protocol"] == "ocpp2.1, ocpp2.0.1, ocpp1.6"
    assert seen[0] == {"event": "opened", "subprotocol": "ocpp2.0.1", "profile": 0}
    assert last_words(seen) == "closed by the backend, code 1000: seen"


def test_nobody_proving_anything_is_refused_before_a_packet(probe):
    seen = probe("ws://127.0.0.1:9")
    assert events(seen) == ["refused"] and "allow_insecure" in last_words(seen)


@pytest.mark.parametrize(
    ("status", "words"),
    [("401 Unauthorized", "does not let “CS 1/A” in (HTTP 401)"), ("404 Not Found", "knows no station at “/CS%201%2FA”"),
     ("503 Busy", "answered with HTTP 503"), ("302 Found", "answered with HTTP 302")],
)  # fmt: skip
def test_a_refusal_of_http_is_told_in_words(probe, status, words):
    def refuse(connection):
        read_request(connection)
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nno".encode())

    with raw_backend(refuse) as port:
        assert words in last_words(probe(f"ws://127.0.0.1:{port}", *OPEN))


def test_no_subprotocol_is_an_error_in_words(probe):
    with backend(say_goodbye, subprotocols=None) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert events(seen) == ["refused"] and "accepted none of “ocpp2.1”, “ocpp2.0.1”, “ocpp1.6”" in last_words(seen)


def test_a_subprotocol_that_was_not_offered_is_refused(probe):
    with raw_backend(lambda connection: accept_websocket(connection, subprotocol="ocpp2.0.1")) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--subprotocols", "ocpp1.6")
    assert events(seen) == ["refused"] and "chose “ocpp2.0.1”" in last_words(seen)


def test_an_extension_that_was_not_offered_is_refused(probe):
    def accept(connection):
        accept_websocket(connection, "Sec-WebSocket-Extensions: permessage-deflate; mystery")

    with raw_backend(accept) as port:
        assert "extension" in last_words(probe(f"ws://127.0.0.1:{port}", *OPEN))


def test_a_wrong_acceptance_is_no_websocket(probe):
    def accept(connection):
        read_request(connection)
        connection.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n")  # fmt: skip

    with raw_backend(accept) as port:
        assert "does not answer as a WebSocket server" in last_words(probe(f"ws://127.0.0.1:{port}", *OPEN))


@pytest.mark.parametrize("answer", [b"\x00\xff" * 4000, b"SSH-2.0-OpenSSH_9.2\r\n", b""])
def test_what_is_no_http_is_told_in_words(probe, answer):
    def reply(connection):
        read_request(connection)
        connection.sendall(answer)

    with raw_backend(reply) as port:
        assert "does not answer as a WebSocket server" in last_words(probe(f"ws://127.0.0.1:{port}", *OPEN))


def test_a_closed_port_is_told_in_words(probe):
    assert "the connection was refused" in last_words(probe("ws://127.0.0.1:1", *OPEN))


def test_a_backend_that_never_answers_is_given_up(probe):
    with raw_backend(lambda connection: connection.recv(65_536) and connection.recv(65_536)) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--opening", 700)
    assert "did not open the link within 0.7 seconds" in last_words(seen)


# --- TLS ---


def test_a_trusted_backend_is_reached_over_tls(probe, authority, server_certificate):
    def handle(connection: ServerConnection) -> None:
        connection.send("hello")
        assert connection.recv() == "hello"
        connection.close(1000, "")

    with backend(handle, ssl=server_context(server_certificate)) as port:
        for host in ("localhost", "127.0.0.1"):
            seen = probe(f"wss://{host}:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
            assert events(seen) == ["opened", "text", "closed"], seen


@pytest.mark.parametrize(
    ("version", "suite"),
    [(ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-GCM-SHA256"), (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES256-GCM-SHA384"),
     (ssl.TLSVersion.TLSv1_3, None)],
)  # fmt: skip
def test_the_suites_of_the_whitepaper_work(probe, authority, server_certificate, version, suite):
    context = server_context(server_certificate)
    context.minimum_version = context.maximum_version = version
    if suite:
        context.set_ciphers(suite)
    with backend(say_goodbye, ssl=context) as port:
        seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
    assert events(seen) == ["opened", "closed"], seen


def test_a_suite_we_do_not_allow_is_told_in_words(probe, authority, server_certificate):
    context = server_context(server_certificate)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    with backend(say_goodbye, ssl=context) as port:
        seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
    assert "no cipher suite in common" in last_words(seen)
    assert seen[-1]["security_event"] == "InvalidTLSCipherSuite"


def test_an_old_version_is_told_in_words(probe, authority, server_certificate):
    context = server_context(server_certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with backend(say_goodbye, ssl=context) as port:
        seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
    assert "speaks no version of TLS" in last_words(seen) and seen[-1]["security_event"] == "InvalidTLSVersion"


def refused_certificate(probe, tmp_path, authority, trust, words, **options):
    own = certificate(tmp_path, "bad", authority, **options)
    with backend(say_goodbye, ssl=server_context(own)) as port:
        seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", *trust)
    assert events(seen) == ["refused"] and words in last_words(seen), seen
    assert seen[-1]["security_event"] == "InvalidCsmsCertificate"


def test_a_foreign_authority_is_not_trusted(probe, tmp_path, authority):
    other = certificate(tmp_path, "Other CA")
    words = "signed by nobody we trust: its issuer “CN=Test CA”"
    refused_certificate(probe, tmp_path, authority, ("--ca", other.file), words)
    refused_certificate(probe, tmp_path, authority, (), "the system's authorities")


def test_an_expired_certificate_is_told_with_its_date(probe, tmp_path, authority):
    words = "expired on "
    refused_certificate(
        probe, tmp_path, authority, ("--ca", authority.file), words, begin=NOW - 2 * DAY, end=NOW - DAY)


def test_a_certificate_of_tomorrow_is_told(probe, tmp_path, authority):
    refused_certificate(
        probe, tmp_path, authority, ("--ca", authority.file), "is not valid before", begin=NOW + DAY, end=NOW + 2 * DAY)


def test_a_certificate_for_another_name_is_told_with_its_names(probe, tmp_path, authority):
    trust = ("--ca", authority.file)
    refused_certificate(probe, tmp_path, authority, trust, "is for DNS:other.example", names=("other.example",))


def test_a_client_certificate_lets_in(probe, tmp_path, authority, server_certificate):
    subjects = []

    def handle(connection: ServerConnection) -> None:
        subjects.append(connection.socket.getpeercert()["subject"])
        connection.close(1000, "")

    own = certificate(tmp_path, "station-7", authority)
    with backend(handle, ssl=server_context(server_certificate, authority)) as port:
        seen = probe(
            f"wss://localhost:{port}", "--ca", authority.file, "--certificate", own.file, "--key", own.key_file)
    assert events(seen) == ["opened", "closed"], seen
    assert subjects == [((("commonName", "station-7"),),)]


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("kind", ["none", "foreign"])
def test_a_client_certificate_that_is_not_accepted_is_told(probe, tmp_path, authority, server_certificate, newest, kind):
    context = server_context(server_certificate, authority)
    context.maximum_version = newest
    proof = ("--password", "0123456789abcdef")
    if kind == "foreign":
        own = certificate(tmp_path, "stranger", certificate(tmp_path, "Strange CA"))
        proof = ("--certificate", own.file, "--key", own.key_file)
    with backend(say_goodbye, ssl=context) as port:
        seen = probe(f"wss://localhost:{port}", "--ca", authority.file, *proof)
    words = "no cipher suite in common" if kind == "none" and newest == ssl.TLSVersion.TLSv1_2 else "did not accept our certificate"
    assert events(seen) == ["refused"] and words in last_words(seen), seen


def test_files_that_cannot_be_used_are_named(probe, tmp_path, authority):
    own, other = certificate(tmp_path, "own", authority), certificate(tmp_path, "other", authority)
    absent = tmp_path / "absent.pem"
    assert "absent.pem” cannot be used" in last_words(
        probe("wss://localhost:1", "--password", "0123456789abcdef", "--ca", absent))
    assert "does not belong to the certificate" in last_words(
        probe("wss://localhost:1", "--certificate", own.file, "--key", other.key_file))


def test_plain_http_behind_wss_is_told(probe, authority):
    def reply(connection):
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_backend(reply) as port:
        seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
    assert "does not answer in TLS" in last_words(seen)


def test_a_tls_handshake_that_stalls_is_given_up(probe, authority):
    with raw_backend(lambda connection: connection.recv(65_536) and connection.recv(1)) as port:
        seen = probe(
            f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file, "--opening", 700)
    assert "within 0.7 seconds" in last_words(seen)


def test_tls_that_is_cut_off_is_a_broken_link(probe, authority, server_certificate):
    def cut(connection):
        accept_websocket(connection)
        time.sleep(0.2)
        os.close(connection.detach())

    with raw_backend(cut, server_context(server_certificate)) as port:
        seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
    assert events(seen) == ["opened", "closed"] and "no close_notify" in last_words(seen), seen


# --- Messages ---


@pytest.mark.parametrize("compression", ["deflate", None])
@pytest.mark.parametrize("secure", [False, True])
def test_messages_of_all_sizes_come_back_the_same(probe, authority, server_certificate, compression, secure):
    sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000, 999_000]
    texts = [("ü" + "x" * size)[: size or 0] for size in sizes] + [json.dumps([2, str(i), "Heartbeat", {}]) for i in range(50)]
    echoed = []

    def handle(connection: ServerConnection) -> None:
        assert bool(connection.protocol.extensions) == (compression == "deflate")
        for text in texts:
            connection.send(text)
            echoed.append(connection.recv())
        connection.close(1000, "")

    options = {"ssl": server_context(server_certificate)} if secure else {}
    with backend(handle, compression=compression, max_size=None, **options) as port:
        if secure:
            seen = probe(f"wss://localhost:{port}", "--password", "0123456789abcdef", "--ca", authority.file)
        else:
            seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert events(seen)[-1] == "closed" and "code 1000" in last_words(seen), seen[-1]
    assert echoed == texts


def test_what_travels_with_the_acceptance_is_not_lost(probe):
    def handle(connection):
        accept_websocket(connection, follow=frame(0x81, b"early") + frame(0x88, b"\x03\xe8"))
        read_frame(connection)

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    # The echo of “early” comes too late to be sent.
    assert [each for each in events(seen) if each != "unsent"] == ["opened", "text", "closed"], seen
    assert seen[1]["text"] == "early" and "code 1000" in last_words(seen), seen


def test_fragments_with_a_ping_between_are_one_message_and_the_ping_is_answered(probe):
    answers = []

    def handle(connection):
        accept_websocket(connection)
        connection.sendall(frame(0x01, b"[2,") + frame(0x89, b"are you there") + frame(0x00, b"") + frame(0x80, b"1]"))
        answers.append(read_frame(connection))
        answers.append(read_frame(connection))
        connection.sendall(frame(0x88, b"\x03\xe9going"))
        answers.append(read_frame(connection))

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert answers == [(0x8A, b"are you there"), (0x81, b"[2,1]"), (0x88, b"\x03\xe9")]
    assert last_words(seen) == "closed by the backend, code 1001: going"


def test_frames_byte_by_byte_are_whole(probe):
    def handle(connection):
        accept_websocket(connection)
        for byte in frame(0x81, b"slowly") + frame(0x88, b"\x03\xe8"):
            connection.sendall(bytes([byte]))
            time.sleep(0.005)
        read_frame(connection)

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert events(seen) == ["opened", "text", "closed"] and seen[1]["text"] == "slowly"


BOMB = (lambda deflater: deflater.compress(b" " * 50_000_000) + deflater.flush(zlib.Z_SYNC_FLUSH))(
    zlib.compressobj(9, zlib.DEFLATED, -15)).removesuffix(b"\x00\x00\xff\xff")  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(frame(0x81, b"", claimed=10_000_000), 1009, id="frame-of-10-MB"),
        pytest.param(frame(0x81, b"", claimed=1 << 63), 1009, id="frame-of-8-EB"),
        pytest.param(frame(0x01, b"x" * 900_000) + frame(0x80, b"x" * 900_000), 1009, id="fragments-of-1.8-MB"),
        pytest.param(frame(0xC1, BOMB), 1009, id="bomb-of-50-MB"),
        pytest.param(frame(0xC1, b"\xff\xff\xff\xff"), 1002, id="no-deflate"),
        pytest.param(frame(0x82, b"binary"), 1003, id="binary"),
        pytest.param(frame(0x81, b"\xc3\x28"), 1007, id="no-utf-8"),
        pytest.param(frame(0x80, b"x"), 1002, id="continuation-of-nothing"),
        pytest.param(frame(0x09, b"x"), 1002, id="fragmented-ping"),
        pytest.param(frame(0x89, b"x" * 126), 1002, id="long-ping"),
        pytest.param(frame(0xA1, b"x"), 1002, id="reserved-bit"),
        pytest.param(frame(0x83, b"x"), 1002, id="unknown-kind"),
        pytest.param(b"\x81\x81\x00\x00\x00\x00x", 1002, id="masked"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20, 1002, id="garbage"),
        pytest.param(frame(0x88, b"\x03\xed"), 1002, id="close-with-1005"),
        pytest.param(frame(0x88, b"\x03"), 1002, id="close-of-one-byte"),
    ],
)
def test_what_a_backend_may_not_send_closes_the_link_with_the_code(probe, sent, code):
    codes = []

    def handle(connection):
        accept_websocket(connection, "Sec-WebSocket-Extensions: permessage-deflate")
        connection.sendall(sent)
        codes.append(close_code(connection))
        connection.sendall(frame(0x88, code.to_bytes(2, "big")))

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert codes == [code] and f"closed with code {code}" in last_words(seen), seen


def test_ten_megabytes_of_a_good_backend_are_refused_and_the_next_link_works(probe):
    connections = []

    def handle(connection: ServerConnection) -> None:
        connections.append(connection)
        try:
            connection.send("x" * 10_000_000 if len(connections) == 1 else "small")
            connection.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd.code == 1009

    with backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--ends", 2)
    assert events(seen) == ["opened", "closed", "opened", "text", "closed"], seen


# --- Silence, fullness and the end ---


def test_a_backend_that_falls_silent_is_found_in_time(probe):
    def handle(connection):
        accept_websocket(connection)
        time.sleep(3)

    began = time.monotonic()
    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--ping", 300, "--pong", 400)
        took_s = time.monotonic() - began
    assert "silent for 0.4" in last_words(seen) and took_s < 2.5, (seen, took_s)


def test_half_a_frame_does_not_count_as_life(probe):
    def handle(connection):
        accept_websocket(connection, follow=frame(0x81, b"x", claimed=1000))
        for _ in range(30):
            time.sleep(0.1)
            connection.sendall(b"x")

    with raw_backend(handle) as port:
        assert "silent for" in last_words(probe(f"ws://127.0.0.1:{port}", *OPEN, "--ping", 300, "--pong", 400))


def test_a_backend_that_answers_pings_keeps_the_link(probe):
    def handle(connection: ServerConnection) -> None:
        time.sleep(2)
        connection.close(1000, "")

    with backend(handle, ping_interval=None) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--ping", 100, "--pong", 300)
    assert events(seen) == ["opened", "closed"] and "code 1000" in last_words(seen)


def test_a_backend_that_takes_nothing_fills_the_queue_and_no_more(probe):
    def handle(connection):
        accept_websocket(connection, follow=frame(0x81, b"!burst 60 200000"))
        # Takes nothing until the other end hangs up.
        hangup = select.poll()
        hangup.register(connection, select.POLLRDHUP)
        hangup.poll(15_000)

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--ping", 1000, "--pong", 500, "--unsent", 1_000_000)
    unsent = [each["words"] for each in seen if each["event"] == "unsent"]
    assert any("wait to be sent" in each for each in unsent), seen
    assert "silent for" in last_words(seen)


def test_more_messages_than_anyone_reads_close_the_link(probe):
    codes = []

    def handle(connection):
        accept_websocket(connection, follow=frame(0x81, b"!sleep 2") + frame(0x81, b"x") * 40)
        codes.append(close_code(connection))
        connection.sendall(frame(0x88, b"\x03\xf0"))

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert codes == [1008] and "16 messages of the backend waited" in last_words(seen), seen


def test_our_own_end_is_a_closing_handshake(probe):
    codes = []

    def handle(connection: ServerConnection) -> None:
        connection.send("!close")
        try:
            connection.recv()
        except ConnectionClosed as closed:
            codes.append((closed.rcvd.code, closed.sent.code))

    with backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN)
    assert codes == [(1001, 1001)] and last_words(seen) == "closed by ourselves, code 1001"


def test_a_backend_that_ignores_our_close_frame_is_left(probe):
    def handle(connection):
        accept_websocket(connection, follow=frame(0x81, b"!close"))
        while connection.recv(1000):
            pass

    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--closing", 300)
    assert last_words(seen) == "closed by ourselves, code 1001"


def test_a_broken_connection_is_told_and_opened_again(probe):
    def handle(connection):
        accept_websocket(connection)
        time.sleep(0.2)

    began = time.monotonic()
    with raw_backend(handle) as port:
        seen = probe(f"ws://127.0.0.1:{port}", *OPEN, "--ends", 4, "--wait", 100)
    assert events(seen) == ["opened", "closed"] * 4 and "without a close frame" in last_words(seen)
    assert time.monotonic() - began > 0.3


def test_waits_double_while_a_backend_is_down(probe):
    times = []

    def refuse(connection):
        times.append(time.monotonic())
        read_request(connection)
        connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")

    with raw_backend(refuse) as port:
        probe(f"ws://127.0.0.1:{port}", *OPEN, "--ends", 4, "--wait", 200)
    gaps = [late - early for early, late in zip(times, times[1:], strict=False)]
    assert [round(gap / 0.2) for gap in gaps] == pytest.approx([1, 2, 4], abs=1), gaps
