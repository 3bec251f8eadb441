# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A site of separate processes: a gateway, a bench meter and what charges behind it, over whatever wires they have."""

import urllib.request
from pathlib import Path
from typing import Any

from running import HTTPRefused, Running, http_json, wait_until


def address(bench: Running) -> str:
    """What a configuration writes for a bench device on TCP."""
    host, port = bench.tcp
    return f"tcp://{host}:{port}"


def terminal(bench: Running, parameters: str = "") -> str:
    """What a configuration writes for a bench device on a terminal."""
    return f"serial://{bench.pty}{parameters}"


def bench_charger(bench: Running) -> dict[str, Any]:
    """What a simulated charger is really doing."""
    return bench.get("/bench")["chargers"][0]


def connection_point_W(meter: Running) -> float:
    return meter.get("/bench")["connection_point"]["power_W"]


class Gateway:
    """A running `sluice run` with its configuration file."""

    def __init__(self, sluice: Any, file: Path, text: str, **options: Any):
        self.file = file
        file.write_text(text, encoding="utf-8")
        self.running: Running = sluice("run", "--config", file, **options)

    @property
    def api(self) -> str:
        return self.running.api

    def wait_until_ready(self, patience_s: float = 90) -> None:
        try:
            wait_until(self.is_ready, "the gateway has its chargers under control", patience_s)
        except AssertionError as failure:
            raise AssertionError("\n".join([str(failure), *self.running.said[-20:]])) from None

    def is_ready(self) -> bool:
        try:
            self.running.get("/readyz")
            return True
        except (HTTPRefused, OSError):
            return False

    def status(self) -> dict[str, Any]:
        return self.running.get("/api/status")

    def evse(self, evse: int) -> dict[str, Any]:
        return next(each for each in self.status()["evses"] if each["id"] == evse)

    def target_W(self, evse: int) -> float:
        return self.evse(evse)["target_W"]

    def sources_of_limits(self) -> set[str]:
        return {each["source"] for each in self.status()["limits"]}

    def setpoint(self, evse: int, power: str) -> None:
        http_json("PUT", f"{self.api}/api/evses/{evse}/setpoint", {"power": power})

    def release(self, evse: int) -> None:
        http_json("DELETE", f"{self.api}/api/evses/{evse}/setpoint")

    def metrics(self) -> dict[str, float]:
        """Each sample by its name with its labels."""
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.api + "/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")}

    def words(self, *parts: str) -> list[str]:
        """The lines of the log that hold all the parts."""
        return [line for line in self.running.said if all(part in line for part in parts)]

    def wait_for_words(self, *parts: str, patience_s: float = 60) -> str:
        return wait_until(lambda: self.words(*parts), f"the log says {parts}", patience_s)[0]


def site_yaml(meter: str, evses: list[str], import_kW: float = 12, export_kW: float = 9, more: str = "") -> str:
    """A configuration; `meter` and `evses` are the flow mappings between their braces."""
    listed = "\n".join(f"  - {{ {evse} }}" for evse in evses)
    return f"""
site:
  name: Wires
  timezone: Europe/Berlin
  fuse: 63 A
  meter: {{ {meter} }}
agreement: {{ import: {import_kW} kW, export: {export_kW} kW }}
evses:
{listed}
api: {{ listen: "127.0.0.1:0" }}
{more}"""
