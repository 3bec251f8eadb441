# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Wires between the daemon's namespace and the cars', and bench cars at their ends. Needs root; fails without it."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running import Running, wait_until


class Wire:
    """`station` is the interface here, `car` the one in the namespace `space`."""

    def __init__(self, number: int = 0):
        self.space = f"sluice-car{number}-{os.getpid()}"
        name = f"{number}{os.getpid() % 100_000}"
        self.station, self.car = f"ss{name}", f"sc{name}"

    def inside(self, *command: object) -> list[str]:
        return ["ip", "netns", "exec", self.space, *map(str, command)]

    def speak_ipv6(self, interface: str, inside: bool) -> None:
        """Without the wait for duplicates, addresses are usable at once."""
        settings = [f"net.ipv6.conf.{interface}.accept_dad=0", f"net.ipv6.conf.{interface}.disable_ipv6=0"]
        command = ["sysctl", "-qw", *settings]
        subprocess.run(self.inside(*command) if inside else command, check=True)


@contextmanager
def wire(number: int = 0) -> Iterator[Wire]:
    """A veth pair."""
    made = Wire(number)
    subprocess.run(["ip", "netns", "add", made.space], check=True)
    try:
        subprocess.run(["ip", "link", "add", made.station, "type", "veth", "peer", "name", made.car, "netns", made.space],
                       check=True)  # fmt: skip
        for interface, is_inside in ((made.station, False), (made.car, True)):
            made.speak_ipv6(interface, is_inside)
            up = ["ip", "link", "set", interface, "up"]
            subprocess.run(made.inside(*up) if is_inside else up, check=True)
        yield made
    finally:
        subprocess.run(["ip", "netns", "delete", made.space], check=False)
        subprocess.run(["ip", "link", "delete", made.station], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def power_line(number: int = 9) -> Iterator[Wire]:
    """One medium on which everybody hears everything: the station, a car, and at `modem0` whoever plays the modem."""
    made = Wire(number)

    def ip(*arguments: str) -> None:
        subprocess.run(["ip", "-n", made.space, *arguments], check=True)

    subprocess.run(["ip", "netns", "add", made.space], check=True)
    try:
        ip("link", "add", "bridge", "type", "bridge", "ageing_time", "0", "mcast_snooping", "0")
        subprocess.run(["ip", "link", "add", made.station, "type", "veth", "peer", "name", "to-station", "netns", made.space],
                       check=True)  # fmt: skip
        ip("link", "add", made.car, "type", "veth", "peer", "name", "to-car")
        ip("link", "add", "modem0", "type", "veth", "peer", "name", "to-modem")
        made.speak_ipv6(made.station, inside=False)
        made.speak_ipv6(made.car, inside=True)
        for port in ("to-station", "to-car", "to-modem"):
            ip("link", "set", port, "master", "bridge", "up")
        for interface in ("bridge", made.car, "modem0"):
            ip("link", "set", interface, "up")
        subprocess.run(["ip", "link", "set", made.station, "up"], check=True)
        yield made
    finally:
        subprocess.run(["ip", "netns", "delete", made.space], check=False)
        subprocess.run(["ip", "link", "delete", made.station], check=False, stderr=subprocess.DEVNULL)


class Car:
    """A bench car; each step is a line of JSON with the time it was read."""

    def __init__(self, start, binary: Path, folder: Path, wire: Wire, *arguments: object):
        self.file = folder / f"car-{time.monotonic_ns()}.jsonl"
        with self.file.open("w") as output:
            self.running: Running = start(
                *wire.inside(binary, "bench", "vehicle", *arguments, "--interface", wire.car, "--json"), stdout=output)

    @property
    def steps(self) -> list[dict]:
        return [json.loads(line) for line in self.file.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def named(self, name: str) -> list[dict]:
        return [step for step in self.steps if step["step"] == name]

    def turns(self) -> list[dict]:
        """Each with the power it was told: with direct current, ISO 15118-20 says it as the bound in that direction."""
        return [turn | {"target_W": turn.get("lowest_W", 0) + turn.get("highest_W", 0)} for turn in self.named("turned")]

    def target_W(self) -> float | None:
        turns = self.turns()
        return turns[-1]["target_W"] if turns else None

    def wait_for_target(self, watts: float, patience_s: float = 40) -> None:
        wait_until(
            lambda: self.target_W() is not None and abs(self.target_W() - watts) < 20,
            f"the car is told {watts} W", patience_s)  # fmt: skip

    def stop(self) -> int:
        if self.running.process.poll() is None:
            self.running.process.send_signal(signal.SIGINT)
        return self.running.process.wait(timeout=20)
