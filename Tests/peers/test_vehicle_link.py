# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A bench car at the daemon: over a wire of its own (a veth pair between two network namespaces), found by discovery, with
ISO 15118-20 DC, bidirectional, dynamic; a charger model behind. Needs root for the wire; fails without it, never skips."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway import Gateway
from running import http_json, wait_until
from vehicle_wire import Car, Wire
from vehicle_wire import wire as new_wire

# From the grid to the inlet and back: what the model of a bidirectional charger loses.
EFFICIENCY = 0.94
LOOP_MS = 100


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with new_wire() as made:
        yield made


def inlet(grid_W: float) -> float:
    return grid_W / EFFICIENCY if grid_W < 0 else grid_W * EFFICIENCY


def site(wire: Wire, link: str = "insecure_iso20: true", more: str = "", evse: str = "default: hold") -> str:
    return f"""
site:
  name: Coupled
  timezone: Europe/Berlin
  fuse: 63 A
  meter: {{ profile: sluice/simulated-meter, at: "simulated:?load=500W" }}
agreement: {{ import: 30 kW, export: 20 kW }}
evses:
  - id: 1
    {evse}
    charger: {{ profile: sluice/simulated-bidi-22, at: "simulated:" }}
    vehicle_link: {{ interface: {wire.station}, {link} }}
api: {{ listen: "127.0.0.1:0" }}
log: {{ level: debug }}
{more}"""


@pytest.fixture
def gateway(sluice, tmp_path: Path, wire: Wire):
    def make(**options) -> Gateway:
        made = Gateway(sluice, tmp_path / "site.yaml", site(wire, **options))
        made.wait_until_ready()
        made.wait_for_words("cars are listened to")
        return made

    return make


def charging(gateway: Gateway) -> bool:
    return gateway.evse(1)["vehicle"]["state"] == "charging"


def limit(gateway: Gateway, direction: str, power: str) -> None:
    http_json("PUT", f"{gateway.api}/api/limits/{direction}", {"power": power})


def limited(site: Gateway, car: Car, kilowatts: int) -> int:
    """Limits export, and returns how many turns of its loop the car made from the answer until it was told."""
    before = car.target_W()
    limit(site, "export", f"{kilowatts} kW")
    asked = car.turns()[-1]["turn"]

    def told() -> dict | None:
        return next((turn for turn in reversed(car.turns()) if turn["turn"] > asked - 3
                     and turn["target_W"] > before + 200), None)  # fmt: skip

    wait_until(told, f"the car is told less than {before} W", 10)
    first = next(turn for turn in car.turns() if turn["turn"] > asked - 3 and turn["target_W"] > before + 200)
    time.sleep(1)
    # What leaves the site stays below the limit: the household takes its part.
    assert -(kilowatts * 1_000 + 600) < site.target_W(1) <= -(kilowatts - 0.6) * 1_000
    assert abs(car.target_W() - inlet(site.target_W(1))) < 20
    return max(0, first["turn"] - asked)


def settle(car: Car, watts: float) -> None:
    car.wait_for_target(watts)
    time.sleep(1)


def test_a_grid_limit_reaches_a_discharging_car_within_two_turns(gateway, car):
    site = gateway()
    driving = car("iso20-dc-bpt", "--every-turn", "--pace", f"{LOOP_MS} ms")
    wait_until(lambda: charging(site), "the session charges", 40)
    site.setpoint(1, "-7 kW")
    settle(driving, inlet(-7_000))
    wait_until(lambda: abs(site.evse(1)["power_W"] + 7_000) < 50, "the charger delivers", 20)
    counted = [limited(site, driving, kilowatts) for kilowatts in (5, 4, 3, 2)]
    print("turns from the limit to the car:", counted)
    assert max(counted) <= 2, counted
    vehicle = site.evse(1)["vehicle"]
    assert vehicle["protocol"] == "ISO 15118-20" and vehicle["service"] == "DC, bidirectional"
    assert vehicle["mode"] == "dynamic" and vehicle["discharge_W"] == 10_000 and "no_discharge" not in vehicle
    metrics = site.metrics()
    assert metrics['sluice_vehicle_session{evse="1"}'] == 1
    assert metrics['sluice_vehicle_sessions_total{evse="1"}'] == 1
    assert driving.stop() == 0
    wait_until(lambda: site.evse(1)["vehicle"]["state"] == "no car speaks", "the session is over", 10)
    assert site.evse(1)["state"] == "available" and site.target_W(1) == 0
    assert site.evse(1)["vehicle"]["last_end"] == "finished"


def explained(site: Gateway) -> str:
    steps = http_json("GET", f"{site.api}/api/why")[0]["steps"]
    return " | ".join(step["because"] for step in steps)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["iso20-dc"], "no discharging was agreed on: the car chose DC"),
        (["iso2-dc"], "the car speaks ISO 15118-2, which knows no discharging"),
        (["din"], "the car speaks DIN SPEC 70121, which knows no discharging"),
        (["iso20-dc-bpt", "--soc", "15 %"], "the car keeps its charge: it is at or below its floor of 20 %"),
        (["iso20-dc-bpt", "--discharge", "0 W"], "the car delivers nothing now"),
    ],
)
def test_a_refused_discharge_is_explained(gateway, car, arguments, words):
    site = gateway()
    car(*arguments)
    wait_until(lambda: charging(site), "the session charges", 40)
    site.setpoint(1, "-7 kW")
    wait_until(lambda: words in explained(site), f"why says “{words}”", 20)
    assert site.target_W(1) == 0
    assert words in site.evse(1)["vehicle"]["no_discharge"]
    site.setpoint(1, "4 kW")
    wait_until(lambda: abs(site.evse(1)["power_W"] - 4_000) < 100, "it charges all the same", 30)


def test_a_car_that_misbehaves_ends_its_own_session_only(gateway, car):
    site = gateway()
    for fault in ("garbage:chargeLoop", "silence:preCharge", "wrong-order:cableCheck"):
        ticks = site.status()["loop"]["ticks"]
        assert car("iso20-dc-bpt", "--fault", fault).running.process.wait(timeout=90) != 0
        wait_until(lambda: not site.evse(1)["vehicle"].get("protocol"), "its session is over", 90)
        assert site.target_W(1) == 0 and site.status()["loop"]["ticks"] > ticks
    good = car("iso20-dc-bpt")
    wait_until(lambda: charging(site), "the next car charges", 40)
    assert good.stop() == 0


def test_a_drawn_cable_and_the_end_of_the_daemon_switch_off(gateway, car):
    site = gateway()
    driving = car("iso20-dc-bpt", "--at", "3s unplug")
    wait_until(lambda: charging(site), "the session charges", 40)
    site.setpoint(1, "5 kW")
    driving.running.process.wait(timeout=40)
    wait_until(lambda: site.evse(1)["power_W"] == 0 and site.target_W(1) == 0, "no power is left", 10)
    assert site.evse(1)["vehicle"]["last_end"] == "the car hung up"
    again = car("iso20-dc-bpt")
    wait_until(lambda: charging(site), "the next session charges", 40)
    assert site.running.end() == 0
    again.running.process.wait(timeout=20)



def test_a_backend_lets_the_car_charge_and_discharges_it(sluice, tmp_path: Path, wire: Wire, car):
    output = tmp_path / "backend.jsonl"
    script = tmp_path / "script"
    script.write_text(
        """
        expect NotifyEVChargingNeeds {"chargingNeeds": {"requestedEnergyTransfer": "DC_BPT"}} --within 90s
        setpoint 1 -7kW
        expect-answer {"status": "Accepted"}
        wait 120s
        """)
    with output.open("w") as file:
        backend = sluice("bench", "backend", "--version", "2.1", "--script", script, stdout=file)
    host, port = backend.tcp
    more = (
        f"journal: {{ file: {tmp_path}/journal.sqlite }}\n"
        f"backends:\n  - {{ ocpp: '2.1', url: 'ws://{host}:{port}', identity: CAR-1, allow_insecure: true, "
        "timeouts: { answer: 3 s, ping: 2 s, retry: 200 ms, retry_spread: 0 s } }\n")
    made = Gateway(sluice, tmp_path / "site.yaml", site(wire, more=more))
    made.wait_until_ready()
    made.wait_for_words("cars are listened to")
    wait_until(lambda: made.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)
    driving = car("iso20-dc-bpt", "--every-turn", "--pace", f"{LOOP_MS} ms")
    wait_until(lambda: made.evse(1)["vehicle"]["state"] == "waiting for authorisation", "the car waits", 30)
    time.sleep(1)
    assert made.evse(1)["vehicle"]["state"] == "waiting for authorisation"
    http_json("POST", f"{made.api}/api/evses/1/token", {"token": "04A2B9C7D1E2F3"})
    wait_until(lambda: charging(made), "the token lets the car charge", 40)
    settle(driving, inlet(-7_000))
    turns = limited(made, driving, 3)
    print("turns from the limit to the car, led by OCPP:", turns)
    assert turns <= 2
    heard = [json.loads(line) for line in output.read_text().splitlines()]
    needs = [line for line in heard if "NotifyEVChargingNeeds" in json.dumps(line) and line["event"] == "in"]
    assert needs and "DC_BPT" in json.dumps(needs[0]) and "DynamicControl" in json.dumps(needs[0])
    http_json("POST", f"{made.api}/api/evses/1/token", {"token": "04A2B9C7D1E2F3"})
    driving.running.process.wait(timeout=30)
    assert driving.steps[-1]["end"] == "finished"


@pytest.mark.parametrize(("course", "ending"), [("iso20-dc-bpt", "end"), ("iso2-dc", "kill")])
def test_a_car_that_paused_comes_back_to_its_session_after_a_restart(sluice, tmp_path: Path, wire: Wire, car, course, ending):
    def run() -> Gateway:
        made = Gateway(sluice, tmp_path / "site.yaml", site(wire, more=f"journal: {{ file: {tmp_path}/journal.sqlite }}\n"))
        made.wait_until_ready()
        made.wait_for_words("cars are listened to")
        return made

    first = run()
    driving = car(course, "--at", "2s pause", "--at", "18s resume", "--at", "26s pause")
    wait_until(lambda: first.evse(1)["vehicle"].get("last_end") == "paused", "the car pauses", 40)
    if ending == "end":
        assert first.running.end() == 0
    else:
        first.running.process.kill()
        first.running.process.wait(timeout=10)
    second = run()
    assert second.words("a car may come back to the session it paused")
    wait_until(lambda: charging(second), "the car charges again", 60)
    wait_until(lambda: len(driving.named("ended")) >= 2, "it pauses again", 60)
    # Both say which session it was.
    sessions = {step["end"] for step in driving.named("ended")[:2]}
    assert len(sessions) == 1 and "paused, session " in sessions.pop()
