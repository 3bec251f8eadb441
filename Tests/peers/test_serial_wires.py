# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The main job over serial lines: a meter and a bidirectional charger on Modbus RTU, an OpenEVSE on RAPI, a smart meter
on P1, each on a pseudo terminal of its own and in a process of its own."""

import signal
from pathlib import Path

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.clients.telegram_buffer import TelegramBuffer
from dsmr_parser.parsers import TelegramParser
from gateway import Gateway, address, bench_charger, connection_point_W, site_yaml, terminal
from running import wait_until
from serial import Serial

DER, OPENEVSE = 1, 2


class SerialSite:
    """A gateway whose every device is on a serial line."""

    def __init__(self, sluice, tmp_path: Path):
        self.der = sluice("bench", "charger", "--profile", "sunspec/der", "--listen", "pty")
        self.openevse = sluice("bench", "charger", "--profile", "openevse/rapi", "--listen", "pty")
        self.meter = sluice(
            "bench", "meter", "--profile", "eastron/sdm630", "--load", "1 kW", "--listen", "pty",
            "--include", self.der.api, "--include", self.openevse.api)  # fmt: skip
        self.gateway = Gateway(
            sluice,
            tmp_path / "site.yaml",
            site_yaml(
                f'profile: eastron/sdm630, at: "{terminal(self.meter, "?baud=19200&parity=even")}", unit: 1',
                [
                    f'id: {DER}, charger: {{ profile: sunspec/der, at: "{terminal(self.der, "?baud=38400")}" }}',
                    f'id: {OPENEVSE}, phases: L2, charger: {{ profile: openevse/rapi, at: "{terminal(self.openevse)}" }}',
                ],
            ),
        )
        self.gateway.wait_until_ready()

    def both_W(self) -> float:
        return self.gateway.target_W(DER) + self.gateway.target_W(OPENEVSE)


@pytest.fixture
def site(sluice, tmp_path: Path) -> SerialSite:
    return SerialSite(sluice, tmp_path)


def test_setpoints_arrive_over_rtu_and_rapi_and_a_load_step_is_answered(site: SerialSite) -> None:
    site.gateway.setpoint(DER, "-7 kW")
    site.gateway.setpoint(OPENEVSE, "3 kW")
    wait_until(lambda: bench_charger(site.der)["power_W"] < -6900, "the DER delivers 7 kW", patience_s=60)
    # RAPI sets whole amperes: 13 A at 230 V is the most that does not exceed 3 kW.
    wait_until(lambda: bench_charger(site.openevse)["setpoint_W"] == 13 * 230, "the OpenEVSE offers 13 A", patience_s=60)
    wait_until(lambda: bench_charger(site.openevse)["power_W"] > 2900, "the car takes it", patience_s=60)

    site.gateway.setpoint(DER, "8 kW")
    wait_until(lambda: site.both_W() > 9_000, "both charge below the agreement", patience_s=60)
    wait_until(lambda: connection_point_W(site.meter) > 9_000, "and it shows at the meter", patience_s=60)
    assert site.meter.get("/bench")["recorder"]["maximum_import_W"] <= 12_000
    site.meter.post("/bench/load", {"power": "5 kW"})
    wait_until(lambda: connection_point_W(site.meter) <= 12_000, "the step is answered", patience_s=30)
    wait_until(lambda: site.both_W() <= 7_000, "the targets leave the load its room", patience_s=30)


def test_a_meter_whose_cable_is_pulled_selects_the_fallback(site: SerialSite) -> None:
    wait_until(lambda: site.both_W() > 5_000, "both charge", patience_s=60)
    site.meter.end()
    wait_until(lambda: site.both_W() == 0, "the fallback of 0 W holds", patience_s=60)
    assert "fallback: meter silent" in site.gateway.sources_of_limits()
    assert "meter (eastron/sdm630)" in site.gateway.wait_for_words("warning", "Is it powered")
    wait_until(lambda: bench_charger(site.der)["power_W"] == 0, "the DER stops", patience_s=60)
    wait_until(lambda: bench_charger(site.openevse)["power_W"] == 0, "the OpenEVSE stops", patience_s=60)


def test_without_its_gateway_each_charger_on_a_serial_line_falls_back(site: SerialSite) -> None:
    site.gateway.setpoint(DER, "-3 kW")
    site.gateway.setpoint(OPENEVSE, "4 kW")
    wait_until(lambda: bench_charger(site.der)["power_W"] < -2900, "the DER delivers", patience_s=60)
    wait_until(lambda: bench_charger(site.openevse)["power_W"] > 3800, "the OpenEVSE charges", patience_s=60)
    site.gateway.running.process.send_signal(signal.SIGKILL)
    wait_until(lambda: bench_charger(site.der)["power_W"] == 0, "the DER's setpoint reverts", patience_s=90)
    # The heartbeat's fallback is the lowest current a pilot can signal, 6 A.
    wait_until(lambda: bench_charger(site.openevse)["setpoint_W"] == 6 * 230, "the OpenEVSE offers 6 A", patience_s=90)


def test_dsmr_parser_reads_the_simulated_smart_meter(sluice) -> None:
    meter = sluice("bench", "meter", "--profile", "dsmr/p1-v5", "--load", "2400 W", "--listen", "pty")
    buffer = TelegramBuffer()
    telegrams: list[str] = []
    with Serial(meter.pty, 115_200, timeout=1) as port:

        def heard() -> list[str]:
            buffer.append(port.read(port.in_waiting or 1).decode("ascii"))
            telegrams.extend(buffer.get_all())
            return telegrams

        wait_until(heard, "a whole telegram arrives")
    # The parser also verifies the checksum.
    telegram = TelegramParser(telegram_specifications.V5).parse(telegrams[0])
    assert 2.2 < float(telegram.CURRENT_ELECTRICITY_USAGE.value) < 2.6
    assert float(telegram.CURRENT_ELECTRICITY_DELIVERY.value) == 0


def test_a_smart_meter_on_p1_protects_the_connection(sluice, tmp_path: Path) -> None:
    charger = sluice("bench", "charger", "--profile", "evtec/bidipro-10")
    meter = sluice(
        "bench", "meter", "--profile", "dsmr/p1-v5", "--load", "2 kW", "--listen", "pty", "--include", charger.api)
    gateway = Gateway(
        sluice,
        tmp_path / "site.yaml",
        site_yaml(
            f'profile: dsmr/p1-v5, at: "{terminal(meter)}"',
            [f'id: 1, charger: {{ profile: evtec/bidipro-10, at: "{address(charger)}" }}'],
            import_kW=8,
            export_kW=4,
        ),
    )
    gateway.wait_until_ready()
    gateway.setpoint(1, "10 kW")
    wait_until(lambda: bench_charger(charger)["power_W"] > 4_500, "it charges with what the house leaves", patience_s=60)
    wait_until(lambda: gateway.status()["connection_point"]["power_W"] > 6_500, "the telegrams show it", patience_s=30)
    assert meter.get("/bench")["recorder"]["maximum_import_W"] <= 8_000
    gateway.setpoint(1, "-10 kW")
    wait_until(lambda: bench_charger(charger)["power_W"] < -5_000, "it feeds the house and the grid", patience_s=60)
    assert meter.get("/bench")["recorder"]["maximum_export_W"] <= 4_000
    meter.end()
    wait_until(lambda: gateway.target_W(1) == 0, "without telegrams the fallback of 0 W holds", patience_s=60)
    wait_until(lambda: bench_charger(charger)["power_W"] == 0, "the charger stops", patience_s=60)
