# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A gateway under a grid code, a bench meter and a bench charger, each a process of its own: frequency and voltage are set
at the meter, and the charger's own power tells what became of it."""

import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from gateway import Gateway, address, bench_charger, site_yaml
from running import HTTPRefused, http_json, wait_until

# Rated 22 kW in both directions. Entering service is made short; what it does is tested apart.
QUICK = "enter_service: { delay: 1 s, ramp: 100 %/s }"


class Site:
    """A charger alone behind a connection that is wide enough."""

    def __init__(self, sluice, tmp_path: Path, grid_code: str = f"profile: en-50549-1-2019, {QUICK}"):
        self.sluice = sluice
        self.charger = sluice("bench", "charger", "--profile", "sluice/simulated-bidi-22", "--soc", "60%")
        self.meter = sluice(
            "bench", "meter", "--profile", "sluice/simulated-meter", "--load", "1 kW", "--include", self.charger.api)
        self.gateway = Gateway(
            sluice,
            tmp_path / "site.yaml",
            site_yaml(
                f'profile: sluice/simulated-meter, at: "{address(self.meter)}"',
                [f'id: 1, charger: {{ profile: sluice/simulated-bidi-22, at: "{address(self.charger)}" }}'],
                import_kW=40,
                export_kW=40,
                more=f"grid_code: {{ {grid_code} }}\ncontrol: {{ ramp: 100 kW/s }}\n"
                f"journal: {{ file: {tmp_path / 'journal.sqlite'} }}\n",
            ),
        )
        self.gateway.wait_until_ready()

    def restart(self) -> None:
        self.gateway.running.end()
        self.gateway = Gateway(self.sluice, self.gateway.file, self.gateway.file.read_text(encoding="utf-8"))
        self.gateway.wait_until_ready()

    def power_W(self) -> float:
        return bench_charger(self.charger)["power_W"]

    def grid(self, **values: str) -> None:
        self.meter.post("/bench/grid", values)

    def wait_for_power(self, watts: float, patience_s: float = 20) -> None:
        wait_until(lambda: abs(self.power_W() - watts) < 150, f"the charger is at {watts} W", patience_s)

    def why(self) -> list[str]:
        return [step["because"] for step in self.gateway.running.get("/api/why?evse=1")[0]["steps"]]

    def why_says(self, words: str) -> bool:
        return any(words in because for because in self.why())


def record(site: Site) -> str:
    """The evidence so far, as CSV."""
    with urllib.request.urlopen(f"{site.gateway.api}/api/evidence") as answer:
        return answer.read().decode()


@pytest.fixture
def site(sluice, tmp_path: Path) -> Site:
    return Site(sluice, tmp_path)


def test_delivery_falls_by_the_droop_while_the_frequency_is_high_and_why_says_so(site: Site, sluice_binary) -> None:
    site.gateway.setpoint(1, "-9 kW")
    site.wait_for_power(-9_000)
    site.grid(frequency="50.6 Hz")
    # 0.4 Hz beyond 50.2 Hz at 40 % of 22 kW per hertz.
    site.wait_for_power(-9_000 + 0.4 * 0.4 * 22_000)
    assert site.why_says("LFSM-O of EN 50549-1")
    said = subprocess.run(
        [sluice_binary, "why", "1", "--api", site.gateway.api.removeprefix("http://")], capture_output=True, text=True, timeout=20, check=False)
    assert "LFSM-O of EN 50549-1" in said.stdout + said.stderr
    assert "LFSM-O of EN 50549-1" in site.gateway.sources_of_limits()


def test_a_charging_car_is_load_to_shed_and_then_delivers_where_it_may(site: Site) -> None:
    site.gateway.setpoint(1, "5 kW")
    site.wait_for_power(5_000)
    site.grid(frequency="49.4 Hz")
    site.wait_for_power(5_000 - 0.4 * 0.4 * 22_000)
    assert site.why_says("LFSM-U of EN 50549-1")
    site.grid(frequency="49.0 Hz")
    site.wait_for_power(5_000 - 0.8 * 0.4 * 22_000)
    assert site.why_says("LFSM-U of EN 50549-1")


def test_a_high_voltage_limits_delivery(site: Site) -> None:
    site.gateway.setpoint(1, "-9 kW")
    site.wait_for_power(-9_000)
    # Long enough at the nominal voltage for the mean of ten minutes to stay below 110 % while the response settles.
    time.sleep(15)
    site.grid(voltage="265 V")
    # 100 % up to 253 V, 36 % at 265 V.
    site.wait_for_power(-0.36 * 22_000, patience_s=30)
    assert site.why_says("P(U) of EN 50549-1")
    site.wait_for_power(0, patience_s=90)
    assert site.why_says("waiting to enter service")


def test_without_frequency_and_voltage_nothing_is_delivered(site: Site) -> None:
    site.gateway.setpoint(1, "-5 kW")
    site.wait_for_power(-5_000)
    site.meter.post("/bench/cut-meter", {})
    site.wait_for_power(0)
    wait_until(lambda: site.why_says("not measured"), "why names the silence", 15)
    site.meter.post("/bench/restore-meter", {})
    site.wait_for_power(-5_000, patience_s=40)


def test_an_order_to_cease_ends_delivery_until_it_is_permitted_and_survives_a_restart(site: Site) -> None:
    site.gateway.setpoint(1, "-5 kW")
    site.wait_for_power(-5_000)
    http_json("PUT", f"{site.gateway.api}/api/operator/cease-to-energise")
    site.wait_for_power(0, patience_s=5)
    assert site.why_says("cease to energise")
    wait_until(lambda: "order to cease to energise" in record(site), "the record has the order", 10)
    site.restart()
    site.gateway.setpoint(1, "-5 kW")
    wait_until(lambda: site.why_says("cease to energise"), "the order is in force after the restart", 30)
    assert site.power_W() > -100
    http_json("DELETE", f"{site.gateway.api}/api/operator/cease-to-energise")
    site.wait_for_power(-5_000)


def test_delivery_waits_before_it_enters_service_and_then_rises_by_its_ramp(sluice, tmp_path: Path) -> None:
    site = Site(sluice, tmp_path, "profile: en-50549-1-2019, enter_service: { delay: 8 s, ramp: 5 %/s }")
    site.gateway.setpoint(1, "-9 kW")
    wait_until(lambda: site.why_says("waiting to enter service by EN 50549-1"), "it waits", 10)
    assert site.power_W() > -100
    wait_until(lambda: site.why_says("ramp after entering service by EN 50549-1"), "it rises", 20)
    assert site.power_W() > -6_000
    site.wait_for_power(-9_000, patience_s=30)
    # A trip: the charger reports a fault, and delivery enters service anew.
    site.charger.post("/bench/fault", {})
    wait_until(lambda: site.gateway.evse(1)["state"] == "faulted", "the gateway sees the fault", 10)
    site.charger.post("/bench/clear-fault", {})
    wait_until(lambda: site.why_says("waiting to enter service"), "it waits again", 30)


def test_check_and_start_say_who_does_what(sluice_binary, site: Site, tmp_path: Path) -> None:
    checked = subprocess.run(
        [sluice_binary, "check", site.gateway.file], capture_output=True, text=True, timeout=20, check=True)
    assert "EN 50549-1, EVSE 1: frequency response by the gateway: 90 % within" in checked.stdout
    assert "EN 50549-1, EVSE 1: trips by nobody" in checked.stdout
    assert "defaults to be confirmed" in checked.stderr
    assert site.gateway.words("frequency response by the gateway")


def test_without_a_grid_code_an_order_to_cease_is_refused(sluice, tmp_path: Path) -> None:
    file = tmp_path / "plain.yaml"
    evse = 'id: 1, charger: { profile: sluice/simulated-bidi-22, at: "simulated:" }'
    gateway = Gateway(sluice, file, site_yaml('profile: sluice/simulated-meter, at: "simulated:"', [evse]))
    gateway.wait_until_ready()
    with pytest.raises(HTTPRefused) as refusal:
        http_json("PUT", f"{gateway.api}/api/operator/cease-to-energise")
    assert "grid_code" in refusal.value.text


