# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The main job over real wires: a gateway process, a bench meter and two bench chargers of different makes, each a
process of its own, and pymodbus looking at the registers."""

import signal
import socket
from pathlib import Path

import pytest
from pymodbus.client import ModbusTcpClient
from running import http_json, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """The processes of one site, and what they say."""

    def __init__(self, sluice, tmp_path: Path, import_kW: int = 12, export_kW: int = 9):
        self.first = sluice("bench", "charger", "--profile", "wallbox/quasar-1")
        self.second = sluice("bench", "charger", "--profile", "evtec/bidipro-10")
        self.meter = sluice(
            "bench", "meter", "--profile", "eastron/sdm630", "--load", "1 kW",
            "--include", self.first.api, "--include", self.second.api)  # fmt: skip
        port = free_port()
        self.api = f"http://127.0.0.1:{port}"
        file = tmp_path / "site.yaml"
        file.write_text(
            f"""
site:
  name: Wires
  timezone: Europe/Berlin
  fuse: 63 A
  meter: {{ profile: eastron/sdm630, at: "tcp://{at(self.meter)}", unit: 1 }}
agreement: {{ import: {import_kW} kW, export: {export_kW} kW }}
evses:
  - {{ id: 1, phases: L1, charger: {{ profile: wallbox/quasar-1, at: "tcp://{at(self.first)}" }} }}
  - {{ id: 2, charger: {{ profile: evtec/bidipro-10, at: "tcp://{at(self.second)}" }} }}
api: {{ listen: "127.0.0.1:{port}" }}
"""
        )
        self.gateway = sluice("run", "--config", file)
        wait_until(self.is_ready, "the gateway has both chargers under control", patience_s=60)

    def is_ready(self) -> bool:
        try:
            http_json("GET", self.api + "/readyz")
            return True
        except (AssertionError, OSError):
            return False

    def status(self):
        return http_json("GET", self.api + "/api/status")

    def target_W(self, evse: int) -> float:
        return next(each["target_W"] for each in self.status()["evses"] if each["id"] == evse)

    def charger(self, bench):
        return bench.get("/bench")["chargers"][0]


def at(bench) -> str:
    host, port = bench.tcp
    return f"{host}:{port}"


@pytest.fixture
def site(sluice, tmp_path: Path) -> Site:
    return Site(sluice, tmp_path)


def test_a_setpoint_arrives_as_the_register_of_each_charger(site: Site) -> None:
    http_json("PUT", site.api + "/api/evses/1/setpoint", {"power": "-7 kW", "for": "15 min"})
    http_json("PUT", site.api + "/api/evses/2/setpoint", {"power": "-1 kW"})
    host, port = site.first.tcp
    with ModbusTcpClient(host, port=port) as client:

        def register() -> int:
            return client.read_holding_registers(260, count=1, device_id=1).registers[0]

        wait_until(lambda: register() == 65536 - 7000, "register 260 holds -7000 W", patience_s=60)
        wait_until(
            lambda: site.charger(site.first)["power_W"] < -6900, "the first charger delivers 7 kW", patience_s=30)
    host, port = site.second.tcp
    with ModbusTcpClient(host, port=port) as client:

        def pair() -> int:
            high, low = client.read_holding_registers(186, count=2, device_id=1).registers
            return (high << 16 | low) - (1 << 32 if high & 0x8000 else 0)

        wait_until(lambda: pair() == -1000, "registers 186 and 187 hold -1000 W", patience_s=60)


def test_load_steps_do_not_take_the_meter_over_the_agreement(site: Site) -> None:
    wait_until(lambda: site.target_W(1) + site.target_W(2) > 9000, "both charge with what is free", patience_s=90)
    before = site.meter.get("/bench")["recorder"]["maximum_import_W"]
    assert before <= 12_000
    site.meter.post("/bench/load", {"power": "5 kW"})
    # What the step brings at once is its own; the chargers answer it as fast as bus and physics let them.
    wait_until(
        lambda: site.meter.get("/bench")["connection_point"]["power_W"] <= 12_000, "the step is answered",
        patience_s=15)
    assert site.meter.get("/bench")["recorder"]["maximum_import_W"] <= 12_000 + 4_000


def test_a_dead_meter_selects_the_fallback(site: Site) -> None:
    wait_until(lambda: site.target_W(1) + site.target_W(2) > 5000, "both charge", patience_s=90)
    site.meter.end()
    wait_until(lambda: site.target_W(1) == 0 and site.target_W(2) == 0, "the fallback of 0 W holds", patience_s=10)
    limits = {each["source"] for each in site.status()["limits"]}
    assert "fallback: meter silent" in limits


def test_without_its_gateway_each_charger_falls_back_by_itself(site: Site) -> None:
    http_json("PUT", site.api + "/api/evses/1/setpoint", {"power": "-3 kW"})
    wait_until(lambda: site.charger(site.first)["power_W"] < -2900, "the first charger delivers", patience_s=60)
    site.gateway.process.send_signal(signal.SIGKILL)
    for bench in (site.first, site.second):
        wait_until(
            lambda bench=bench: site.charger(bench)["watchdog"]["tripped"] and site.charger(bench)["power_W"] == 0,
            "the hardware's own watchdog ends the power", patience_s=90)
