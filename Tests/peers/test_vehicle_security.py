# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Bench cars at the daemon over TLS 1.2 and 1.3, paid for by contract and not, with a backend that decides and without. Needs
root for the wire; fails without it, never skips."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from csms import CSMS
from gateway import Gateway
from ocpp_site import backend_yaml
from running import wait_until
from test_vehicle_link import charging, inlet, settle, site
from v2g_world import ACCOUNT, VEHICLE, World, hash_data
from vehicle_wire import Wire
from vehicle_wire import wire as new_wire


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with new_wire(1) as made:
        yield made


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("v2g"))


@pytest.fixture
def gateway(sluice, tmp_path: Path, wire: Wire, world: World):
    def make(*link: str, more: str = "") -> Gateway:
        made = Gateway(sluice, tmp_path / "site.yaml", site(wire, link=world.tls(*link), more=more))
        made.wait_until_ready()
        made.wait_for_words("cars are listened to")
        return made

    return make


def vehicle(gateway: Gateway) -> dict:
    return gateway.evse(1)["vehicle"]


def test_a_car_of_iso_15118_2_charges_over_tls_1_2(gateway, car, world):
    made = gateway()
    driving = car("iso2-dc", *world.arguments("older"))
    wait_until(lambda: charging(made), "the session charges", 40)
    assert vehicle(made)["security"] == "TLS 1.2" and vehicle(made)["protocol"] == "ISO 15118-2"
    made.setpoint(1, "5 kW")
    wait_until(lambda: abs(made.evse(1)["power_W"] - 5_000) < 100, "it takes 5 kW", 30)
    assert driving.stop() == 0


def test_a_car_of_iso_15118_20_proves_who_it_is_and_discharges(gateway, car, world):
    made = gateway()
    driving = car("iso20-dc-bpt", *world.arguments("modern"))
    wait_until(lambda: charging(made), "the session charges", 40)
    assert vehicle(made)["security"] == "TLS 1.3, mutual" and vehicle(made)["vehicle"] == VEHICLE
    made.setpoint(1, "-7 kW")
    settle(driving, inlet(-7_000))
    assert driving.stop() == 0


def test_iso_15118_20_is_not_spoken_without_proof(gateway, car, world):
    """What the standard allows in no public place: a car without a certificate, one of a maker nobody trusts, TLS 1.2."""
    made = gateway()
    strange = ["--certificate", world.stranger.chain, "--key", world.stranger.key]
    for arguments in (["--tls", "1.3"], ["--tls", "1.3", *strange]):
        assert car("iso20-dc", "--root", world.v2g["modern"], *arguments).running.process.wait(timeout=60) != 0
        fault = wait_until(lambda: vehicle(made).get("fault"), "status says why", 10)
        assert "certificate" in fault, fault
    old = car("iso20-dc", *world.arguments("older"))
    assert old.running.process.wait(timeout=60) != 0
    assert "none of the car's protocols" in old.named("ended")[-1]["end"]
    good = car("iso20-dc", *world.arguments("modern"))
    wait_until(lambda: charging(made), "the next car charges", 40)
    assert good.stop() == 0 and "fault" not in vehicle(made)


def test_a_car_without_tls_is_let_in_only_where_the_site_says_so(gateway, car, world):
    made = gateway()
    assert car("iso2-dc").running.process.wait(timeout=60) != 0
    made.running.end()
    open_site = gateway("plain: true")
    plain = car("din")
    wait_until(lambda: charging(open_site), "a car of DIN SPEC 70121 charges", 40)
    assert vehicle(open_site)["security"] == "no TLS"
    assert plain.stop() == 0


@pytest.mark.parametrize(("course", "kind"), [("iso2-dc", "older"), ("iso20-dc-bpt", "modern")])
def test_a_contract_pays_where_nobody_is_asked(gateway, car, world, course, kind):
    made = gateway()
    driving = car(course, *world.arguments(kind), *world.paying(kind))
    wait_until(lambda: charging(made), "the session charges", 40)
    assert driving.stop() == 0


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize(("course", "kind"), [("iso2-dc", "older"), ("iso20-dc-bpt", "modern")])
def test_a_backend_decides_about_a_contract(gateway, car, world, tmp_path, version, course, kind):
    """C07.FR.01: with what it needs to ask the responders itself."""
    with CSMS(version) as csms:
        made = gateway(more=f"journal: {{ file: {tmp_path}/journal.sqlite }}\nbackends:\n{backend_yaml(csms)}")
        wait_until(lambda: made.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)
        driving = car(course, *world.arguments(kind), *world.paying(kind))
        asked = csms.wait_for("Authorize", patience_s=60)
        assert asked["idToken"] == {"idToken": ACCOUNT, "type": "eMAID"}
        chain = [*world.contract[kind].certificates, world.operator_root[kind]]
        wanted = [hash_data(certificate, issuer) for certificate, issuer in zip(chain, chain[1:])]
        assert asked["iso15118CertificateHashData"] == wanted
        wait_until(lambda: charging(made), "the session charges", 60)
        csms.wait_for("TransactionEvent", lambda event: event.get("idToken", {}).get("idToken") == ACCOUNT)
        assert driving.stop() == 0
        csms.wait_for("TransactionEvent", lambda event: event["eventType"] == "Ended")
        csms.assert_whole()
        assert not csms.faults, csms.faults


@pytest.mark.parametrize(("course", "kind"), [("iso2-dc", "older"), ("iso20-dc-bpt", "modern")])
def test_a_contract_that_the_backend_refuses_does_not_charge(gateway, car, world, tmp_path, course, kind):
    refused = {"idTokenInfo": {"status": "Blocked"}, "certificateStatus": "CertificateRevoked"}
    with CSMS("2.1", Authorize=refused) as csms:
        made = gateway(more=f"journal: {{ file: {tmp_path}/journal.sqlite }}\nbackends:\n{backend_yaml(csms)}")
        wait_until(lambda: made.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)
        driving = car(course, *world.arguments(kind), *world.paying(kind))
        csms.wait_for("Authorize", patience_s=60)
        assert driving.running.process.wait(timeout=90) != 0
        assert "refused" in driving.named("ended")[-1]["end"]
        assert not driving.turns() and made.target_W(1) == 0
        assert not csms.faults, csms.faults


def test_a_contract_of_nobody_is_shown_to_the_backend_as_far_as_it_is_known(gateway, car, world, tmp_path):
    """Its root is not among ours: the key that signed the last authority cannot be named, all others can."""
    strange = world.strange_contract
    with CSMS("2.1") as csms:
        made = gateway(more=f"journal: {{ file: {tmp_path}/journal.sqlite }}\nbackends:\n{backend_yaml(csms)}")
        wait_until(lambda: made.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)
        car("iso2-dc", *world.arguments("older"), "--contract", strange.chain, "--contract-key", strange.key, "--contract-only")
        asked = csms.wait_for("Authorize", patience_s=60)
        chain = strange.certificates
        assert asked["iso15118CertificateHashData"] == [hash_data(chain[0], chain[1]), hash_data(chain[1], chain[2])]
        # C07.FR.06: the backend may know the root.
        assert asked["certificate"].count("BEGIN CERTIFICATE") == len(chain)
        wait_until(lambda: charging(made), "the backend's word counts", 60)
        assert not csms.faults, csms.faults
