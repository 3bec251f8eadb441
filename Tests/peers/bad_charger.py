# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A charger that misbehaves at the wire on request, with the registers of `evtec/bidipro-10`; otherwise it does at once
what its setpoint says. Also tells a bench meter what it really draws."""

import http.server
import json
import math
import os
import socketserver
import struct
import threading
from enum import Enum, auto

MODEL, IDLE_TIMEOUT, STATE, POWER, POTENTIAL, SETPOINT = 26, 42, 100, 110, 122, 186
MOST_REGISTERS = 300


class Behaviour(Enum):
    GOOD = auto()
    ANSWERS_EXCEPTIONS = auto()
    ANSWERS_TOO_SHORT = auto()
    ANSWERS_GARBAGE = auto()
    SILENT = auto()
    HANGS_UP = auto()
    CLAIMS_3_MW = auto()
    CLAIMS_NOT_A_NUMBER = auto()
    UNKNOWN_STATE = auto()
    IS_ANOTHER_MODEL = auto()


class BadCharger:
    def __init__(self) -> None:
        self.behaviour = Behaviour.GOOD
        self._registers = [0] * MOST_REGISTERS
        self._lock = threading.Lock()
        self._put(MODEL, "crema-bidi-10".encode().ljust(20, b"\0"))
        self._put(IDLE_TIMEOUT, struct.pack(">i", 600))
        self._put(STATE, struct.pack(">i", 7))
        self._put(POTENTIAL, struct.pack(">f", 10_000))
        self._modbus = _Server(("127.0.0.1", 0), lambda *rest: _Connection(self, *rest))
        self._bench = _WebServer(("127.0.0.1", 0), lambda *rest: _Bench(self, *rest))
        for server in (self._modbus, self._bench):
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self._modbus.server_address[1]}"

    @property
    def api(self) -> str:
        """What a bench meter includes."""
        return f"http://127.0.0.1:{self._bench.server_address[1]}"

    @property
    def power_W(self) -> int:
        """What it really draws, whatever it says."""
        with self._lock:
            return struct.unpack(">i", self._bytes(SETPOINT, 2))[0]

    def end(self) -> None:
        for server in (self._modbus, self._bench):
            server.shutdown()
            server.server_close()

    def _put(self, address: int, raw: bytes) -> None:
        words = struct.unpack(f">{len(raw) // 2}H", raw)
        self._registers[address : address + len(words)] = words

    def _bytes(self, address: int, count: int) -> bytes:
        return struct.pack(f">{count}H", *self._registers[address : address + count])

    def respond(self, request: bytes) -> bytes:
        """A protocol data unit for a protocol data unit."""
        function, address, count = struct.unpack(">BHH", request[:5])
        if address + count > MOST_REGISTERS:
            return struct.pack(">BB", function | 0x80, 2)
        with self._lock:
            if function == 16:
                self._put(address, request[6 : 6 + 2 * count])
                return request[:5]
            if function != 3:
                return struct.pack(">BB", function | 0x80, 1)
            self._show()
            raw = self._bytes(address, count)
        return struct.pack(">BB", function, len(raw)) + raw

    def _show(self) -> None:
        """Brings what it says about itself up to date, or not."""
        said = {Behaviour.CLAIMS_3_MW: 3e6, Behaviour.CLAIMS_NOT_A_NUMBER: math.nan}
        power = struct.unpack(">i", self._bytes(SETPOINT, 2))[0]
        self._put(POWER, struct.pack(">f", said.get(self.behaviour, power)))
        self._put(STATE, struct.pack(">i", 77 if self.behaviour is Behaviour.UNKNOWN_STATE else 8 if power < 0 else 7))
        model = "toaster-2000" if self.behaviour is Behaviour.IS_ANOTHER_MODEL else "crema-bidi-10"
        self._put(MODEL, model.encode().ljust(20, b"\0"))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


class _Connection(socketserver.BaseRequestHandler):
    def __init__(self, charger: BadCharger, *rest) -> None:
        self.charger = charger
        super().__init__(*rest)

    def handle(self) -> None:
        reader = self.request.makefile("rb")
        try:
            while len(header := reader.read(7)) == 7:
                transaction, _, length, unit = struct.unpack(">HHHB", header)
                if not self._answer(transaction, unit, reader.read(length - 1)):
                    return
        except OSError:
            # The gateway has closed the connection, as it may.
            return

    def _answer(self, transaction: int, unit: int, request: bytes) -> bool:
        answer = self.charger.respond(request)
        match self.charger.behaviour:
            case Behaviour.HANGS_UP:
                return False
            case Behaviour.SILENT:
                return True
            case Behaviour.ANSWERS_GARBAGE:
                self.request.sendall(os.urandom(24))
                return True
            case Behaviour.ANSWERS_EXCEPTIONS:
                answer = struct.pack(">BB", request[0] | 0x80, 4)
            case Behaviour.ANSWERS_TOO_SHORT if request[0] == 3:
                # One register, whatever was asked.
                answer = struct.pack(">BBH", 3, 2, 7)
            case _:
                pass
        self.request.sendall(struct.pack(">HHHB", transaction, 0, len(answer) + 1, unit) + answer)
        return True


class _WebServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Bench(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, charger: BadCharger, *rest) -> None:
        self.charger = charger
        super().__init__(*rest)

    def do_GET(self) -> None:
        phase_W = self.charger.power_W / 3
        phases = {"l1": phase_W, "l2": phase_W, "l3": phase_W}
        body = json.dumps({"chargers": [{"id": 1, "phases_W": phases}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass
