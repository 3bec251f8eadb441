# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""What the other tests lean on: starting, finding, asking and ending a program. The program here is a made-up one."""

import os
import re
import sys

import pytest
from running import HTTPRefused, Running, wait_for_port, wait_until

STAND_IN = r"""
import http.server, signal, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200 if self.path == "/fine" else 404, b'{"power": "7.4 kW"}' if self.path == "/fine" else b'no such thing')
    def do_POST(self):
        self.answer(200, self.rfile.read(int(self.headers.get("Content-Length", 0))))
    def answer(self, status, body):
        self.send_response(status); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
port = server.server_address[1]
print(f"listening on tcp 127.0.0.1:{port}\nlistening on pty /dev/pts/7\napi on http://127.0.0.1:{port}/", file=sys.stderr, flush=True)
server.serve_forever()
"""


@pytest.fixture
def stand_in(start):
    return start(sys.executable, "-c", STAND_IN)


def test_addresses_are_read_from_what_the_program_says(stand_in):
    host, port = stand_in.tcp
    assert host == "127.0.0.1" and port > 0
    assert stand_in.pty == "/dev/pts/7"
    assert stand_in.api == f"http://127.0.0.1:{port}"
    wait_for_port(host, port)


def test_json_is_asked_and_sent(stand_in):
    assert stand_in.get("/fine") == {"power": "7.4 kW"}
    assert stand_in.post("/echo", {"limit": "-5 kW"}) == {"limit": "-5 kW"}
    assert stand_in.post("/echo") is None


def test_a_refusal_carries_status_and_text(stand_in):
    with pytest.raises(HTTPRefused, match="no such thing") as refusal:
        stand_in.get("/missing")
    assert refusal.value.status == 404


def test_ending_leaves_no_process_and_tells_the_exit_code(stand_in):
    _ = stand_in.tcp
    assert stand_in.end() == 3
    with pytest.raises(ProcessLookupError):
        os.kill(stand_in.process.pid, 0)
    assert stand_in.end() == 3


def test_a_program_that_ends_early_is_reported_with_its_words(start):
    broken = start(sys.executable, "-c", "import sys; print('no such profile', file=sys.stderr); sys.exit(78)")
    with pytest.raises(AssertionError, match="no such profile"):
        _ = broken.tcp


def test_a_program_that_ignores_sigterm_is_killed_and_reported():
    stubborn = Running(
        [sys.executable, "-c", "import signal, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', file=sys.stderr, flush=True)\nsignal.pause()"],
    )  # fmt: skip
    # Patience must cover the start of the interpreter on a busy machine, but not the wait for a death that never comes.
    stubborn.patience_s = 20.0
    stubborn.line(re.compile("up"))
    stubborn.patience_s = 0.2
    with pytest.raises(AssertionError, match="did not end on SIGTERM"):
        stubborn.end()
    assert stubborn.process.returncode == -9


def test_waiting_in_vain_says_for_what():
    with pytest.raises(AssertionError, match="until pigs fly"):
        wait_until(lambda: False, "pigs fly", patience_s=0.0)
