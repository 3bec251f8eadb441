# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Peers for matching over power line (ISO 15118-3) that share no code with Sluice. Each prints a JSON object a line.

    slac_peer.py car INTERFACE      a car with its modem, and the modem of the station at the other end
    slac_peer.py modem INTERFACE    a modem between a station and a car: confirms keys, measures sounds
    slac_peer.py pyslac INTERFACE   the station of the package pyslac
    slac_peer.py noise INTERFACE N  N frames of garbage, half of them nearly right
"""

import json
import os
import random
import socket
import struct
import sys
import time

TYPE = 0x88E1
EVERYBODY, MODEM = b"\xff" * 6, bytes.fromhex("00b052000001")


def say(**fields):
    print(json.dumps(fields), flush=True)


class Wire:
    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(TYPE))
        self.socket.bind((interface, TYPE))
        self.own = self.socket.getsockname()[4]

    def send(self, to, kind, payload, source=None):
        frame = to + (source or self.own) + struct.pack(">HB", TYPE, 1) + struct.pack("<HH", kind, 0) + payload
        self.socket.send(frame.ljust(60, b"\0"))

    def hear(self, patience_s):
        """(source, destination, kind, payload) of the next frame, or None."""
        end = time.monotonic() + patience_s
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                frame, place = self.socket.recvfrom(2048)
            except TimeoutError:
                return None
            if place[2] != socket.PACKET_OUTGOING and len(frame) >= 19:
                return frame[6:12], frame[:6], struct.unpack("<H", frame[15:17])[0], frame[19:]
        return None

    def confirm_key(self, source, payload):
        self.send(source, 0x6009, b"\0" + os.urandom(4) + payload[1:5] + b"\4\0\0\0\0", source=MODEM)


def car(interface):
    wire, run = Wire(interface), os.urandom(8)
    asked, until = 0.0, time.monotonic() + 20
    while time.monotonic() < until:
        if asked < time.monotonic() - 1:
            wire.send(EVERYBODY, 0x6064, b"\0\0" + run)
            asked = time.monotonic()
        heard = wire.hear(0.2)
        if heard is None:
            continue
        source, _, kind, payload = heard
        if kind == 0x6008:
            wire.confirm_key(source, payload)
            say(event="key", network=payload[14:21].hex(), key=payload[22:38].hex())
        elif kind == 0x6065 and payload[17:25] == run:
            sounds(wire, source, payload[6], run)
        elif kind == 0x606E and payload[8:16] == run:
            profile = payload[52:52 + payload[51]]
            say(event="attenuation", sounds=payload[50], groups=payload[51], first=list(profile[:4]))
            wire.send(source, 0x606F, b"\0\0" + wire.own + run + b"\0" * 35)
            wire.send(source, 0x607C, b"\0\0" + struct.pack("<H", 0x3E) + b"\0" * 17 + wire.own + b"\0" * 17 + source + run + b"\0" * 8)
        elif kind == 0x607D and payload[50:58] == run:
            say(event="matched", network=payload[66:73].hex(), key=payload[74:90].hex())
            return
    say(event="failed")


def sounds(wire, station, count, run):
    for _ in range(3):
        wire.send(EVERYBODY, 0x606A, b"\0\0" + bytes([count, 6, 1]) + wire.own + run)
    for number in range(count):
        wire.send(EVERYBODY, 0x6076, b"\0" * 19 + bytes([count - 1 - number]) + run + b"\0" * 8 + os.urandom(16))
        # What the station's modem would measure: 20, 21, 22, 20, …
        wire.send(station, 0x6086, wire.own + bytes([58, 0]) + bytes([20 + number % 3] * 58), source=MODEM)
        time.sleep(0.02)


def modem(interface):
    wire, stations = Wire(interface), set()
    say(event="listening")
    while True:
        heard = wire.hear(60)
        if heard is None:
            continue
        source, to, kind, payload = heard
        if kind == 0x6008 and to in (MODEM, EVERYBODY):
            wire.confirm_key(source, payload)
            say(event="key", host=source.hex(), network=payload[14:21].hex(), key=payload[22:38].hex())
            stations.add(source)
        elif kind == 0x6076:
            for station in stations - {source}:
                wire.send(station, 0x6086, source + bytes([58, 0]) + bytes([5] * 58), source=MODEM)


def pyslac(interface):
    import asyncio
    import logging

    import pyslac.session as package
    from pyslac.environment import Config

    logging.basicConfig(level=logging.INFO)
    # Ten seconds of rest after a key are for modems that start anew.
    package.SLAC_SETTLE_TIME = 0.5

    class Station(package.SlacSessionController):
        async def notify_matching_ongoing(self, evse_id):
            say(event="matching")

        async def notify_matching_failed(self, evse_id):
            say(event="failed")

        async def enable_hlc_charging(self, evse_id):
            say(event="offers power line")

        async def main(self):
            config = Config()
            config.load_envs()
            session = package.SlacEvseSession("DE*SLU*E0001", interface, config)
            await session.evse_set_key()
            say(event="ready")
            await self.process_cp_state(session, "B")
            for _ in range(300):
                await asyncio.sleep(0.1)
                if session.state == 2:
                    say(event="matched", network=session.nid.hex(), key=session.nmk.hex())
                    return

    asyncio.run(Station().main())


def noise(interface, count):
    wire, chance = Wire(interface), random.Random(15_118)
    kinds = [0x6008, 0x6009, 0x601C, 0x6064, 0x6065, 0x606A, 0x606E, 0x606F, 0x6076, 0x6078, 0x607C, 0x607D, 0x6086, 0xA0B8]
    for number in range(count):
        length = chance.randrange(0, 200)
        octets = chance.randbytes(length) if number % 4 else b"\0" * length
        if number % 2:
            wire.send(EVERYBODY, chance.choice(kinds), octets, source=b"\2" + chance.randbytes(5))
        else:
            wire.socket.send((EVERYBODY + wire.own + struct.pack(">H", TYPE) + octets)[:1_514])
    say(event="done")


if __name__ == "__main__":
    role, place, *rest = sys.argv[1:]
    if role == "noise":
        noise(place, int(rest[0]))
    else:
        {"car": car, "modem": modem, "pyslac": pyslac}[role](place)
