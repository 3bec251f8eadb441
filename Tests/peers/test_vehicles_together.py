# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Bench cars at the daemon with alternating current, and two cars at two EVSEs at once, each on a wire of its own. Needs root
for the wires; fails without it, never skips."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway import Gateway
from running import wait_until
from test_vehicle_link import limit, site
from vehicle_wire import Car, Wire
from vehicle_wire import wire as new_wire


@pytest.fixture(scope="module")
def wires() -> Iterator[list[Wire]]:
    with new_wire(2) as one, new_wire(3) as other:
        yield [one, other]


@pytest.fixture
def car(start, sluice_binary: Path, tmp_path: Path):
    cars: list[Car] = []

    def make(wire: Wire, *arguments: object) -> Car:
        cars.append(Car(start, sluice_binary, tmp_path, wire, *arguments))
        return cars[-1]

    yield make
    for each in cars:
        each.stop()


def run(sluice, tmp_path: Path, text: str, evses: int = 1) -> Gateway:
    made = Gateway(sluice, tmp_path / "site.yaml", text)
    made.wait_until_ready()
    wait_until(lambda: len(made.words("cars are listened to")) == evses, "all EVSEs listen", 60)
    return made


def wait_for_charging(gateway: Gateway, *evses: int) -> None:
    for evse in evses:
        wait_until(lambda: gateway.evse(evse)["vehicle"]["state"] == "charging", f"EVSE {evse} charges", 60)


def wait_for_power(gateway: Gateway, evse: int, watts: float, within: float = 150) -> None:
    wait_until(
        lambda: abs(gateway.evse(evse)["power_W"] - watts) < within,
        f"EVSE {evse} is at {watts} W; now {gateway.evse(evse)['power_W']} W", 60)  # fmt: skip


@pytest.mark.parametrize("course", ["iso2-ac", "iso20-ac", "iso20-ac-bpt"])
def test_alternating_current_follows_the_setpoint(sluice, tmp_path, wires, car, course):
    """The car shapes its current itself: what it is told is what flows."""
    made = run(sluice, tmp_path, site(wires[0], evse="default: hold\n    connector: sType2"))
    driving = car(wires[0], course, "--every-turn")
    wait_for_charging(made, 1)
    service = "AC, bidirectional" if course.endswith("bpt") else "AC"
    assert made.evse(1)["vehicle"]["service"] == service
    made.setpoint(1, "6 kW")
    wait_for_power(made, 1, 6_000)
    made.setpoint(1, "-6 kW")
    if course.endswith("bpt"):
        wait_for_power(made, 1, -6_000)
        assert "no_discharge" not in made.evse(1)["vehicle"]
    else:
        wait_for_power(made, 1, 0)
        assert made.evse(1)["vehicle"]["no_discharge"]
    assert driving.stop() == 0
    wait_until(lambda: made.evse(1)["vehicle"].get("last_end") == "finished", "it ends well", 20)


def test_direct_current_of_another_connector_is_not_offered_to_an_ac_car(sluice, tmp_path, wires, car):
    made = run(sluice, tmp_path, site(wires[0]))
    assert car(wires[0], "iso20-ac").running.process.wait(timeout=60) != 0
    good = car(wires[0], "iso20-dc")
    wait_for_charging(made, 1)
    assert good.stop() == 0


def two(wires: list[Wire], agreement: str) -> str:
    evses = "".join(
        f"""
  - id: {number}
    default: hold
    charger: {{ profile: sluice/simulated-bidi-22, at: "simulated:" }}
    vehicle_link: {{ interface: {wire.station}, insecure_iso20: true }}"""
        for number, wire in enumerate(wires, 1))
    return f"""
site:
  name: Two cars
  timezone: Europe/Berlin
  fuse: 63 A
  meter: {{ profile: sluice/simulated-meter, at: "simulated:?load=500W" }}
agreement: {{ {agreement} }}
evses:{evses}
api: {{ listen: "127.0.0.1:0" }}
"""


def test_two_cars_share_what_the_connection_allows_and_neither_ends_the_other(sluice, tmp_path, wires, car):
    made = run(sluice, tmp_path, two(wires, "import: 12 kW, export: 20 kW"), evses=2)
    one = car(wires[0], "iso20-dc-bpt", "--id", "WSLUICE0000000001A")
    other = car(wires[1], "iso2-dc")
    wait_for_charging(made, 1, 2)
    assert made.evse(1)["vehicle"]["protocol"] == "ISO 15118-20" and made.evse(2)["vehicle"]["protocol"] == "ISO 15118-2"
    for evse in (1, 2):
        made.setpoint(evse, "10 kW")
    def powers() -> list[float]:
        return [made.evse(evse)["power_W"] for evse in (1, 2)]

    wait_until(lambda: sum(powers()) > 10_500 and min(powers()) > 3_000, "both charge with what there is", 60)
    for _ in range(20):
        assert sum(powers()) <= 11_500 + 50 and min(powers()) > 3_000, powers()
        time.sleep(0.1)
    # One gives what the other takes.
    made.setpoint(1, "-7 kW")
    wait_for_power(made, 1, -7_000)
    wait_for_power(made, 2, 10_000, within=300)
    limit(made, "export", "2 kW")
    assert one.stop() == 0
    wait_until(lambda: made.evse(1)["vehicle"]["state"] == "no car speaks", "the first is gone", 20)
    assert made.evse(2)["vehicle"]["state"] == "charging" and other.running.process.poll() is None
    wait_for_power(made, 2, 10_000, within=300)
    assert other.stop() == 0


def test_a_car_that_misbehaves_does_not_touch_the_other_evse(sluice, tmp_path, wires, car):
    made = run(sluice, tmp_path, two(wires, "import: 30 kW, export: 20 kW"), evses=2)
    good = car(wires[1], "iso20-dc-bpt", "--every-turn")
    wait_for_charging(made, 2)
    made.setpoint(2, "-5 kW")
    wait_for_power(made, 2, -5_000)
    for fault in ("garbage:chargeLoop", "wrong-order:preCharge"):
        assert car(wires[0], "iso20-dc-bpt", "--fault", fault).running.process.wait(timeout=90) != 0
    turns = len(good.turns())
    wait_for_power(made, 2, -5_000)
    wait_until(lambda: len(good.turns()) > turns + 5, "its loop goes on", 20)
    # No turn took longer than a car waits for it (ISO 15118-20: 500 ms).
    assert max(turn["answer_ms"] for turn in good.turns()) < 500
    assert good.stop() == 0
