# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The gateway as a service: what it tells the service manager, how it ends, hangs and reloads, with real chargers."""

import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway import Gateway, address, bench_charger, site_yaml
from pymodbus.client import ModbusTcpClient
from running import Running, wait_until


class ServiceManager:
    """Listens where systemd would; as there, nobody who reports has to wait."""

    def __init__(self, folder: str):
        self.path = f"{folder}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.settimeout(0.2)
        self._heard: list[str] = []
        self._is_ended = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._is_ended.is_set():
            try:
                self._heard += self._socket.recv(4_096).decode().splitlines()
            except TimeoutError:
                continue

    def heard(self) -> list[str]:
        """Everything so far, one assignment each."""
        return list(self._heard)

    def wait_for(self, word: str, times: int = 1) -> None:
        wait_until(lambda: self.heard().count(word) >= times, f"the service manager hears {word} {times} times", 60)

    def end(self) -> None:
        self._is_ended.set()
        self._reader.join()
        self._socket.close()


@pytest.fixture
def manager() -> Iterator[ServiceManager]:
    # A socket's path may be no longer than 107 bytes, which pytest's own folders can exceed.
    with tempfile.TemporaryDirectory() as folder:
        listening = ServiceManager(folder)
        yield listening
        listening.end()


class Site:
    def __init__(self, sluice, tmp_path: Path, manager: ServiceManager):
        self.first = sluice("bench", "charger", "--profile", "wallbox/quasar-1")
        self.second = sluice("bench", "charger", "--profile", "evtec/bidipro-10")
        self.meter = sluice(
            "bench", "meter", "--profile", "eastron/sdm630", "--load", "1 kW",
            "--include", self.first.api, "--include", self.second.api)  # fmt: skip
        environment = os.environ | {"NOTIFY_SOCKET": manager.path}
        self.gateway = Gateway(sluice, tmp_path / "site.yaml", self.text(), env=environment)
        self.gateway.wait_until_ready()

    def text(self, import_kW: float = 14, second_charge: str = "10 kW", period: str = "100 ms") -> str:
        return site_yaml(
            f'profile: eastron/sdm630, at: "{address(self.meter)}", unit: 1',
            [
                f'id: 1, phases: L1, charger: {{ profile: wallbox/quasar-1, at: "{address(self.first)}" }}',
                f"id: 2, limits: {{ charge: {second_charge} }}, "
                f'charger: {{ profile: evtec/bidipro-10, at: "{address(self.second)}" }}',
            ],
            import_kW=import_kW,
            more=f"control: {{ period: {period} }}",
        )

    def reload(self, text: str) -> None:
        self.gateway.file.write_text(text, encoding="utf-8")
        self.gateway.running.process.send_signal(signal.SIGHUP)


@pytest.fixture
def site(sluice, tmp_path: Path, manager: ServiceManager) -> Site:
    return Site(sluice, tmp_path, manager)


def register(bench: Running, address: int) -> int:
    host, port = bench.tcp
    with ModbusTcpClient(host, port=port) as client:
        return client.read_holding_registers(address, count=1, device_id=1).registers[0]


def test_it_says_when_it_is_ready_and_alive_and_hands_the_chargers_back(site: Site, manager: ServiceManager) -> None:
    manager.wait_for("READY=1")
    manager.wait_for("WATCHDOG=1", times=3)
    site.gateway.setpoint(1, "-3 kW")
    site.gateway.setpoint(2, "2 kW")
    wait_until(lambda: bench_charger(site.first)["power_W"] < -2900, "the first charger delivers", patience_s=60)
    wait_until(lambda: bench_charger(site.second)["power_W"] > 1900, "the second one charges", patience_s=60)
    assert register(site.first, 81) == 1

    assert site.gateway.running.end() == 0
    assert "STOPPING=1" in manager.heard()
    # The Quasar is the person's again, and neither is asked for power.
    assert register(site.first, 81) == 0
    assert bench_charger(site.first)["setpoint_W"] == bench_charger(site.second)["setpoint_W"] == 0
    assert not bench_charger(site.first)["watchdog"]["tripped"] and not bench_charger(site.second)["watchdog"]["tripped"]
    assert len(site.gateway.words("handed back")) >= 2
    wait_until(lambda: bench_charger(site.first)["power_W"] == 0, "the first charger has stopped", patience_s=60)
    wait_until(lambda: bench_charger(site.second)["power_W"] == 0, "the second one has stopped", patience_s=60)


def test_a_gateway_that_hangs_feeds_no_watchdog_and_takes_over_again(site: Site, manager: ServiceManager) -> None:
    site.gateway.setpoint(2, "-3 kW")
    wait_until(lambda: bench_charger(site.second)["power_W"] < -2900, "the charger delivers", patience_s=60)
    process = site.gateway.running.process
    process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1)
        fed = manager.heard().count("WATCHDOG=1")
        wait_until(
            lambda: bench_charger(site.second)["watchdog"]["tripped"] and bench_charger(site.second)["power_W"] == 0,
            "the hardware's own watchdog ends the power", patience_s=90)
        assert manager.heard().count("WATCHDOG=1") == fed
    finally:
        process.send_signal(signal.SIGCONT)
    manager.wait_for("WATCHDOG=1", times=fed + 2)
    wait_until(lambda: bench_charger(site.second)["power_W"] < -2900, "it delivers again", patience_s=90)


def test_a_changed_agreement_takes_effect_without_dropping_the_chargers(site: Site, manager: ServiceManager) -> None:
    def both_W() -> float:
        return site.gateway.target_W(1) + site.gateway.target_W(2)

    wait_until(lambda: both_W() > 9_000, "both charge with what is free", patience_s=90)
    wait_until(lambda: bench_charger(site.second)["power_W"] > 3_000, "and the second one draws it", patience_s=60)
    taken_over = len(site.gateway.words("under control"))
    ready = manager.heard().count("READY=1")

    site.reload(site.text(import_kW=9))
    manager.wait_for("RELOADING=1")
    manager.wait_for("READY=1", times=ready + 1)
    assert any(line.startswith("MONOTONIC_USEC=") for line in manager.heard())
    lowest = [both_W() for _ in range(30) if not time.sleep(0.1)]
    wait_until(lambda: 5_000 < both_W() <= 8_000, "the targets fit the new agreement", patience_s=30)
    assert min(lowest) > 3_000, "charging went on meanwhile"
    assert {each["import_W"] for each in site.gateway.status()["limits"]} == {9_000}
    wait_until(
        lambda: site.meter.get("/bench")["connection_point"]["power_W"] <= 9_000, "and the meter shows it", patience_s=60)

    site.reload(site.text(import_kW=9, second_charge="2 kW"))
    wait_until(lambda: 0 < site.gateway.target_W(2) <= 2_000, "an EVSE's own limit changes, too", patience_s=60)

    assert len(site.gateway.words("under control")) == taken_over
    assert site.gateway.words(" warning ") == []
    for bench in (site.first, site.second):
        assert not bench_charger(bench)["watchdog"]["tripped"]


def test_a_configuration_that_cannot_be_put_in_force_changes_nothing(site: Site, manager: ServiceManager) -> None:
    site.reload(site.text().replace("import: 14 kW", "import: 9 kWh"))
    site.gateway.wait_for_words("site.yaml:", "agreement.import", "kWh")
    site.gateway.wait_for_words(" error ", "not reloaded; the one in force stays")
    site.reload(site.text(import_kW=9, period="200 ms"))
    site.gateway.wait_for_words(" error ", "the period of the loop changed", "restart")
    assert {each["import_W"] for each in site.gateway.status()["limits"]} == {14_000}
    manager.wait_for("READY=1", times=3)
