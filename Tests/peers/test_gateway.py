# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The main job over Modbus TCP: a gateway process, a bench meter and two bench chargers of different makes, each a
process of its own, and pymodbus looking at the registers."""

import signal
from pathlib import Path

import pytest
from gateway import Gateway, address, bench_charger, connection_point_W, site_yaml
from pymodbus.client import ModbusTcpClient
from running import wait_until


class Site:
    """The processes of one site."""

    def __init__(self, sluice, tmp_path: Path):
        self.first = sluice("bench", "charger", "--profile", "wallbox/quasar-1")
        self.second = sluice("bench", "charger", "--profile", "evtec/bidipro-10")
        self.meter = sluice(
            "bench", "meter", "--profile", "eastron/sdm630", "--load", "1 kW",
            "--include", self.first.api, "--include", self.second.api)  # fmt: skip
        self.gateway = Gateway(
            sluice,
            tmp_path / "site.yaml",
            site_yaml(
                f'profile: eastron/sdm630, at: "{address(self.meter)}", unit: 1',
                [
                    f'id: 1, phases: L1, charger: {{ profile: wallbox/quasar-1, at: "{address(self.first)}" }}',
                    f'id: 2, charger: {{ profile: evtec/bidipro-10, at: "{address(self.second)}" }}',
                ],
            ),
        )
        self.gateway.wait_until_ready()

    def both_W(self) -> float:
        return self.gateway.target_W(1) + self.gateway.target_W(2)


@pytest.fixture
def site(sluice, tmp_path: Path) -> Site:
    return Site(sluice, tmp_path)


def test_a_setpoint_arrives_as_the_register_of_each_charger(site: Site) -> None:
    site.gateway.setpoint(1, "-7 kW")
    site.gateway.setpoint(2, "-1 kW")
    host, port = site.first.tcp
    with ModbusTcpClient(host, port=port) as client:

        def register() -> int:
            return client.read_holding_registers(260, count=1, device_id=1).registers[0]

        wait_until(lambda: register() == 65536 - 7000, "register 260 holds -7000 W", patience_s=60)
        wait_until(
            lambda: bench_charger(site.first)["power_W"] < -6900, "the first charger delivers 7 kW", patience_s=30)
    host, port = site.second.tcp
    with ModbusTcpClient(host, port=port) as client:

        def pair() -> int:
            high, low = client.read_holding_registers(186, count=2, device_id=1).registers
            return (high << 16 | low) - (1 << 32 if high & 0x8000 else 0)

        wait_until(lambda: pair() == -1000, "registers 186 and 187 hold -1000 W", patience_s=60)


def test_load_steps_do_not_take_the_meter_over_the_agreement(site: Site) -> None:
    wait_until(lambda: site.both_W() > 9000, "both charge with what is free", patience_s=90)
    before = site.meter.get("/bench")["recorder"]["maximum_import_W"]
    assert before <= 12_000
    site.meter.post("/bench/load", {"power": "5 kW"})
    # What the step brings at once is its own; the chargers answer it as fast as bus and physics let them.
    wait_until(lambda: connection_point_W(site.meter) <= 12_000, "the step is answered", patience_s=15)
    assert site.meter.get("/bench")["recorder"]["maximum_import_W"] <= 12_000 + 4_000


def test_a_dead_meter_selects_the_fallback(site: Site) -> None:
    wait_until(lambda: site.both_W() > 5000, "both charge", patience_s=90)
    site.meter.end()
    wait_until(
        lambda: site.gateway.target_W(1) == 0 and site.gateway.target_W(2) == 0, "the fallback of 0 W holds",
        patience_s=30)
    assert "fallback: meter silent" in site.gateway.sources_of_limits()


def test_without_its_gateway_each_charger_falls_back_by_itself(site: Site) -> None:
    site.gateway.setpoint(1, "-3 kW")
    wait_until(lambda: bench_charger(site.first)["power_W"] < -2900, "the first charger delivers", patience_s=60)
    site.gateway.running.process.send_signal(signal.SIGKILL)
    for bench in (site.first, site.second):
        wait_until(
            lambda bench=bench: bench_charger(bench)["watchdog"]["tripped"] and bench_charger(bench)["power_W"] == 0,
            "the hardware's own watchdog ends the power", patience_s=90)
