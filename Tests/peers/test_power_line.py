# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Cars that the daemon matches over power line first (ISO 15118-3, SLAC): on one medium of network namespaces, with a modem
that shares no code with Sluice. Needs root; fails without it, never skips."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateway import Gateway
from running import http_json, wait_until
from vehicle_wire import Wire, power_line

PEER = Path(__file__).parent / "slac" / "slac_peer.py"
SITE = """
site:
  name: Power line
  timezone: Europe/Berlin
  fuse: 63 A
  meter: { profile: sluice/simulated-meter, at: "simulated:?load=500W" }
agreement: { import: 30 kW, export: 20 kW }
evses:
  - id: 1
    default: hold
    charger: { profile: sluice/simulated-bidi-22, at: "simulated:" }
    vehicle_link: { interface: INTERFACE, slac: true, insecure_iso20: true }
api: { listen: "127.0.0.1:0" }
log: { level: debug }
"""


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with power_line() as made:
        yield made


@pytest.fixture
def modem(start, tmp_path: Path, wire: Wire):
    """What the modem has been told: events with the key of each network."""
    file = tmp_path / "modem.jsonl"
    with file.open("w") as output:
        start(*wire.inside(sys.executable, PEER, "modem", "modem0"), stdout=output)

    def events() -> list[dict]:
        return [json.loads(line) for line in file.read_text().splitlines()]

    wait_until(events, "the modem listens", 20)
    return events


@pytest.fixture
def gateway(sluice, tmp_path: Path, wire: Wire):
    def make(**options) -> Gateway:
        made = Gateway(sluice, tmp_path / "site.yaml", SITE.replace("INTERFACE", wire.station), **options)
        made.wait_until_ready()
        return made

    return make


def vehicle(gateway: Gateway) -> dict:
    return gateway.evse(1)["vehicle"]


def waits(gateway: Gateway) -> None:
    wait_until(lambda: vehicle(gateway)["state"] == "no car is matched", "a car is awaited", 20)


def why(gateway: Gateway) -> str:
    return " | ".join(step["because"] for step in http_json("GET", f"{gateway.api}/api/why")[0]["steps"])


def keys(events: list[dict]) -> list[str]:
    return [event["key"] for event in events if event["event"] == "key"]


def test_a_car_is_matched_charges_and_is_matched_anew_for_its_next_session(gateway, car, modem):
    site = gateway()
    waits(site)
    wait_until(lambda: "no car is matched on" in why(site), "why says so too", 20)
    driving = car("iso20-dc-bpt", "--slac", "--simulated-modem", "5")
    wait_until(lambda: vehicle(site)["state"] == "charging", "the matched car charges", 40)
    matched = driving.named("matched")
    assert len(matched) == 1
    assert site.words("is matched on")
    site.setpoint(1, "-7 kW")
    wait_until(lambda: abs(site.evse(1)["power_W"] + 7_000) < 50, "it discharges", 40)
    assert vehicle(site)["protocol"] == "ISO 15118-20" and "fault" not in vehicle(site)
    assert driving.stop() == 0
    waits(site)
    wait_until(lambda: len(set(keys(modem()))) == 2, "the network has a new key", 10)
    second = car("iso2-dc", "--slac", "--simulated-modem", "5")
    wait_until(lambda: vehicle(site)["state"] == "charging", "the next car charges", 40)
    assert second.stop() == 0


def test_a_car_that_pauses_keeps_its_match(gateway, car, modem):
    site = gateway()
    waits(site)
    driving = car("iso20-dc-bpt", "--slac", "--simulated-modem", "5", "--at", "2s pause", "--at", "5s resume")
    wait_until(lambda: vehicle(site).get("last_end") == "paused", "it pauses", 40)
    assert vehicle(site)["state"] == "a car is matched"
    wait_until(lambda: vehicle(site)["state"] == "charging", "it comes back", 40)
    assert len(driving.named("matched")) == 1 and len(set(keys(modem()))) == 1
    assert driving.stop() == 0


def test_a_car_that_is_not_matched_finds_no_station(gateway, car, modem):
    site = gateway()
    waits(site)
    stranger = car("iso2-dc")
    assert stranger.running.process.wait(timeout=40) != 0
    assert any("No station answered" in line for line in stranger.running.said)
    assert site.metrics()['sluice_vehicle_sessions_total{evse="1"}'] == 0


def test_a_match_that_fails_is_told_in_words(gateway, start, modem, wire, tmp_path):
    site = gateway()
    waits(site)
    # A car asks, and goes no further.
    ask = f"import sys; sys.path.insert(0, {str(PEER.parent)!r}); import slac_peer as p; w = p.Wire({wire.car!r}); " \
        "w.send(p.EVERYBODY, 0x6064, bytes(2) + bytes(8))"
    subprocess.run(wire.inside(sys.executable, "-c", ask), check=True)
    words = "the car asked and did not go on to announce its sounds"
    wait_until(lambda: words in vehicle(site).get("fault", ""), "status says why", 10)
    wait_until(lambda: words in why(site), "why says so too", 20)
    assert site.words(words)


def test_without_a_modem_the_reason_is_said_and_matching_begins_when_it_comes(gateway, car, start, wire, tmp_path):
    site = gateway()
    wait_until(lambda: "does not confirm its key" in vehicle(site).get("fault", ""), "status says that the modem is silent", 30)
    with (tmp_path / "modem.jsonl").open("w") as output:
        start(*wire.inside(sys.executable, PEER, "modem", "modem0"), stdout=output)
    waits(site)
    driving = car("iso20-dc-bpt", "--slac", "--simulated-modem", "5")
    wait_until(lambda: vehicle(site)["state"] == "charging", "the matched car charges", 40)
    assert driving.stop() == 0
    # Said when it is news, not at every attempt.
    assert len(site.words("no car can be spoken to")) == 1


def test_without_the_right_to_raw_frames_the_reason_is_said(start, sluice_binary, tmp_path, wire):
    file = tmp_path / "site.yaml"
    file.write_text(SITE.replace("INTERFACE", wire.station))
    running = start("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", sluice_binary, "run", "--config", file)
    wait_until(lambda: any("CAP_NET_RAW" in line for line in running.said), "the log names the right", 60)
    time.sleep(0.5)
    status = running.get("/api/status")
    assert "CAP_NET_RAW" in status["evses"][0]["vehicle"]["fault"]


def test_a_check_names_the_interface_that_is_missing(sluice_binary, tmp_path):
    file = tmp_path / "site.yaml"
    file.write_text(SITE.replace("INTERFACE", "no-such-0"))
    checked = subprocess.run([sluice_binary, "check", file], capture_output=True, text=True, check=True, timeout=60)
    assert "EVSE 1: cars could not be spoken to here and now. There is no network interface “no-such-0”" in checked.stdout
