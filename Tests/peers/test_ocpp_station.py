# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The gateway as a charging station before a CSMS built on the Python package `ocpp`, in every version. Each frame of the
station is held against the published schema of its version."""

from pathlib import Path

import pytest
from csms import CSMS, Refused, pause
from ocpp_site import RFID, Site, backend_yaml
from running import http_json, wait_until

VERSIONS = ["1.6", "2.0.1", "2.1"]


@pytest.fixture
def site(sluice, tmp_path: Path):
    """A started site before a CSMS."""
    made: list[CSMS] = []

    def make(csms: CSMS, **options) -> Site:
        made.append(csms)
        return Site(sluice, tmp_path, backend_yaml(csms), **options).start()

    yield make
    for csms in made:
        csms.stop()
        assert csms.faults == []


def bring_up(site, csms: CSMS) -> Site:
    """A station that has been accepted and has told that a car is there."""
    running = site(csms)
    running.wait_until_accepted()
    running.gateway.wait_until_ready()
    key, words = ("status", ("Preparing",)) if csms.version == "1.6" else ("connectorStatus", ("Occupied",))
    csms.wait_for("StatusNotification", lambda status: status[key] in words)
    return running


def started(csms: CSMS) -> dict:
    """The beginning of the first transaction, in either family of messages."""
    if csms.version == "1.6":
        return csms.wait_for("StartTransaction")
    return csms.wait_for("TransactionEvent", lambda event: event["eventType"] == "Started")


def ended(csms: CSMS) -> dict:
    if csms.version == "1.6":
        return csms.wait_for("StopTransaction")
    return csms.wait_for("TransactionEvent", lambda event: event["eventType"] == "Ended")


def set_power(csms: CSMS, watts: int) -> dict:
    """A setpoint as the version knows it, for whatever transaction comes."""
    if csms.version == "1.6":
        return csms.call("SetChargingProfile", {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Relative",
                "chargingSchedule": {
                    "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": watts}],
                },
            },
        })  # fmt: skip
    period = {"startPeriod": 0, "limit": watts}
    if csms.version == "2.1":
        period = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": watts}
    return csms.call("SetChargingProfile", {
        "evseId": 1,
        "chargingProfile": {
            "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": [{"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [period]}],
        },
    })  # fmt: skip


# --- Boot ---


@pytest.mark.parametrize("version", VERSIONS)
def test_the_station_boots_and_tells_the_state_of_its_connector(site, version: str) -> None:
    with CSMS(version) as csms:
        running = site(csms)
        csms.wait_for_boot()
        running.wait_until_accepted()
        assert running.backend()["version"] == version
        told = ("StatusNotification",) if version == "1.6" else ("StatusNotification", "NotifyEvent")
        wait_until(lambda: any(csms.of(each) for each in told), "the connector's state is told")
        assert csms.messages[0].action == "BootNotification"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_station_that_is_pending_answers_and_says_nothing_unasked(site, version: str) -> None:
    with CSMS(version, BootNotification=CSMS.boot("Pending", 3)) as csms:
        site(csms)
        csms.wait_for_boot()
        if version == "1.6":
            assert csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})["configurationKey"]
        else:
            key = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
            result = csms.call("GetVariables", {"getVariableData": [key]})["getVariableResult"][0]
            assert result["attributeStatus"] == "Accepted"
        pause(1)
        assert {each.action for each in csms.messages} == {"BootNotification"}
        csms.answers["BootNotification"] = CSMS.boot("Accepted", 300)
        wait_until(lambda: len(csms.of("BootNotification")) > 1, "the station boots again")
        wait_until(lambda: len(csms.messages) > 2, "the station speaks once it is accepted")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_station_that_is_rejected_is_silent_until_its_time(site, version: str) -> None:
    with CSMS(version, BootNotification=CSMS.boot("Rejected", 4)) as csms:
        site(csms)
        csms.wait_for_boot()
        pause(2)
        assert len(csms.messages) == 1
        if version != "1.6":
            with pytest.raises(Refused, match="SecurityError"):  # B03.FR.08
                key = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
                csms.call("GetVariables", {"getVariableData": [key]})
        csms.answers.clear()
        wait_until(lambda: len(csms.of("BootNotification")) > 1, "the station boots again")


# --- Transactions ---


@pytest.mark.parametrize("version", VERSIONS)
def test_a_token_begins_and_ends_a_transaction(site, version: str) -> None:
    with CSMS(version) as csms:
        running = bring_up(site, csms)
        pause(1)
        assert abs(running.charger_W) < 100, "nothing flows before somebody is authorised"
        wait_until(
            lambda: "not authorised by backend DEPOT-1" in running.gateway.evse(1)["bound_by"],
            "the EVSE waits for its backend")
        running.swipe()
        started(csms)
        running.wait_for_power(5_000, 23_000)
        running.swipe()
        ended(csms)
        running.wait_for_power(-100, 100)
        if version != "1.6":
            csms.assert_whole()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_backend_starts_and_stops_a_transaction(site, version: str) -> None:
    with CSMS(version) as csms:
        running = bring_up(site, csms)
        if version == "1.6":
            assert csms.call("RemoteStartTransaction", {"idTag": RFID, "connectorId": 1})["status"] == "Accepted"
            start = started(csms)
            assert start["idTag"] == RFID
            wait_until(lambda: csms.of("MeterValues") or csms.of("StatusNotification"), "the station reports")
            running.wait_for_power(5_000, 23_000)
            answer = csms.call("RemoteStopTransaction", {"transactionId": 1_000})
        else:
            token = {"idToken": RFID, "type": "ISO14443"}
            answer = csms.call("RequestStartTransaction", {"evseId": 1, "idToken": token, "remoteStartId": 7})
            assert answer["status"] == "Accepted"
            event = csms.wait_for(
                "TransactionEvent", lambda event: event["transactionInfo"].get("remoteStartId") == 7)
            running.wait_for_power(5_000, 23_000)
            transaction = event["transactionInfo"]["transactionId"]
            answer = csms.call("RequestStopTransaction", {"transactionId": transaction})
        assert answer["status"] == "Accepted"
        end = ended(csms)
        if version != "1.6":
            assert end["transactionInfo"]["stoppedReason"] == "Remote"
            csms.assert_whole()
        running.wait_for_power(-100, 100)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_token_that_the_backend_refuses_moves_nothing(site, version: str) -> None:
    refused = {"idTagInfo": {"status": "Blocked"}} if version == "1.6" else {"idTokenInfo": {"status": "Blocked"}}
    with CSMS(version, Authorize=refused) as csms:
        running = bring_up(site, csms)
        running.swipe()
        csms.wait_for("Authorize")
        pause(2)
        assert abs(running.charger_W) < 100


# --- Setpoints ---


@pytest.mark.parametrize("version", VERSIONS)
def test_the_backend_makes_the_car_deliver_and_an_operator_limit_wins(site, version: str) -> None:
    with CSMS(version) as csms:
        running = bring_up(site, csms)
        assert set_power(csms, -5_000)["status"] == "Accepted"
        running.swipe()
        started(csms)
        running.wait_for_power(-5_100, -4_900)
        because = [step["because"] for step in running.gateway.running.get("/api/why/1")["steps"]]
        assert any("profile 1" in each and "TxDefaultProfile" in each and "DEPOT-1" in each for each in because), because

        # The meter values tell of delivery.
        def exports(payload: dict) -> bool:
            return any(
                sample.get("measurand") == "Power.Active.Export" and float(sample["value"]) > 4_000
                for value in payload.get("meterValue", []) for sample in value["sampledValue"])  # fmt: skip

        action = "MeterValues" if version == "1.6" else "TransactionEvent"
        if version == "1.6":
            csms.call("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
        else:
            csms.call("TriggerMessage", {"requestedMessage": "TransactionEvent", "evse": {"id": 1}})
        csms.wait_for(action, exports, patience_s=60)

        # The operator allows 2 kW of export at the connection point, where 500 W of load help.
        http_json("PUT", f"{running.gateway.api}/api/limits/export", {"power": "2 kW"})
        running.wait_for_power(-2_550, -2_050)
        because = running.gateway.running.get("/api/why/1")["steps"][-1]["because"]
        assert "limit entered by hand" in because, because
        if version != "1.6":
            csms.wait_for("NotifyChargingLimit", patience_s=30)
        http_json("DELETE", f"{running.gateway.api}/api/limits/export")
        running.wait_for_power(-5_100, -4_900, patience_s=90)
        if version != "1.6":
            csms.wait_for("ClearedChargingLimit")


# --- Speed ---


def test_a_dynamic_setpoint_reaches_the_control_loop_at_once(site) -> None:
    """200 setpoints by UpdateDynamicSchedule; the daemon's own figure from the frame to the loop's ring. The goal is 5 ms at
    p99; the bound leaves room for a machine that is busy with other tests."""
    with CSMS("2.1") as csms:
        running = bring_up(site, csms)
        profile = {
            "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Dynamic",
            "chargingSchedule": [{
                "id": 1, "chargingRateUnit": "W",
                "chargingSchedulePeriod": [{"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -1_000}],
            }],
        }  # fmt: skip
        answer = csms.call("SetChargingProfile", {"evseId": 1, "chargingProfile": profile})
        assert answer["status"] == "Accepted", answer
        running.swipe()
        started(csms)
        file = next(running.folder.glob("backend-*.sqlite-wal"))
        written = file.stat().st_size
        for number in range(200):
            update = {"chargingProfileId": 1, "scheduleUpdate": {"setpoint": -1_000 - 20 * number}}
            assert csms.call("UpdateDynamicSchedule", update)["status"] == "Accepted"
        running.wait_for_power(-5_100, -4_900)
        metrics = running.gateway.metrics()
        p99 = metrics['sluice_backend_reaction_seconds{backend="DEPOT-1",quantile="0.99"}']
        print(f"p99 {p99 * 1_000:.2f} ms, {file.stat().st_size - written} bytes written")
        assert p99 < 0.05


# --- Two backends ---


def test_a_backend_that_reads_sees_everything_and_commands_nothing(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as first, CSMS("2.0.1") as second:
        backends = backend_yaml(first) + backend_yaml(second, ", role: reading", identity="WATCHER")
        running = Site(sluice, tmp_path, backends).start()
        running.wait_until_accepted()
        running.wait_until_accepted("WATCHER")
        running.gateway.wait_until_ready()
        first.wait_for("StatusNotification", lambda status: status["connectorStatus"] == "Occupied")
        token = {"idToken": RFID, "type": "ISO14443"}
        answer = second.call("RequestStartTransaction", {"evseId": 1, "idToken": token, "remoteStartId": 7})
        pause(1)
        assert abs(running.charger_W) < 100, answer
        running.swipe()
        started(first)
        running.wait_for_power(5_000, 23_000)
        assert first.faults == [] and second.faults == []
