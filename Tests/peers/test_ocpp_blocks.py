# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The functional blocks before a CSMS of the Python package `ocpp`, in every version: each asked as a backend asks it, each
answer held against its schema. What the blocks decide is proven by their own tests; here they are reached over the wire."""

import datetime
import time
from pathlib import Path
from typing import Any

import pytest
from backend_stand_in import certificate
from csms import CSMS, Refused, pause
from ocpp_site import RFID, Site, backend_yaml
from running import wait_until
from websockets.frames import Opcode

VERSIONS = ["1.6", "2.0.1", "2.1"]
TOKEN = {"idToken": RFID, "type": "ISO14443"}


@pytest.fixture(params=VERSIONS)
def before(request, sluice, tmp_path: Path):
    """A CSMS that has accepted a station with a car plugged in."""
    with CSMS(request.param) as csms:
        csms.site = Site(sluice, tmp_path, backend_yaml(csms)).start()
        csms.site.wait_until_accepted()
        csms.site.gateway.wait_until_ready()
        key, word = ("status", "Preparing") if csms.version == "1.6" else ("connectorStatus", "Occupied")
        csms.wait_for("StatusNotification", lambda status: status[key] == word)
        yield csms
        assert csms.faults == []


def later(**parts: float) -> str:
    time = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**parts)
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def variable(component: str, name: str, **more: str) -> dict:
    return {"component": {"name": component}, "variable": {"name": name}} | more


def state_is(csms: CSMS, *words: str) -> None:
    key = "status" if csms.version == "1.6" else "connectorStatus"
    connector = "connectorId" if csms.version == "1.6" else "evseId"
    wait_until(
        lambda: [each for each in csms.of("StatusNotification") if each[connector] == 1][-1][key] in words,
        f"the connector is {words}", 30)  # fmt: skip


# --- Device model ---


def test_variables_are_read_and_written(before: CSMS) -> None:
    if before.version == "1.6":
        answer = before.call("GetConfiguration", {})
        keys = {each["key"] for each in answer["configurationKey"]}
        assert {"HeartbeatInterval", "NumberOfConnectors", "SupportedFeatureProfiles"} <= keys
        values = {each["key"]: each.get("value") for each in answer["configurationKey"]}
        assert values["V2XMaxDischargeW"] == "22000" and int(values["LocalAuthListMaxLength"]) >= 1_000
        assert before.call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "77"})["status"] == "Accepted"
        answer = before.call("GetConfiguration", {"key": ["HeartbeatInterval", "Nothing"]})
        assert answer["configurationKey"][0]["value"] == "77" and answer["unknownKey"] == ["Nothing"]
        return
    change = variable("OCPPCommCtrlr", "HeartbeatInterval", attributeValue="77")
    answer = before.call("SetVariables", {"setVariableData": [change]})
    assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
    asked = [variable("OCPPCommCtrlr", "HeartbeatInterval"), variable("Nothing", "AtAll")]
    results = before.call("GetVariables", {"getVariableData": asked})["getVariableResult"]
    assert [each["attributeStatus"] for each in results] == ["Accepted", "UnknownComponent"]
    assert results[0]["attributeValue"] == "77"
    assert before.call("GetBaseReport", {"requestId": 3, "reportBase": "FullInventory"})["status"] == "Accepted"
    wait_until(lambda: any(not each.get("tbc") for each in before.of("NotifyReport")), "the report is complete", 60)
    parts = before.of("NotifyReport")
    assert [each["seqNo"] for each in parts] == list(range(len(parts)))
    assert sum(len(each["reportData"]) for each in parts) > 100


def test_a_variable_survives_a_restart(before: CSMS) -> None:
    if before.version == "1.6":
        before.call("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "99"})
    else:
        before.call("SetVariables", {"setVariableData": [
            variable("OCPPCommCtrlr", "HeartbeatInterval", attributeValue="99")]})  # fmt: skip
    before.answers["BootNotification"] = CSMS.boot("Accepted", 0)
    boots = len(before.of("BootNotification"))
    before.site.kill()
    before.site.start()
    wait_until(lambda: len(before.of("BootNotification")) > boots, "the station boots again")
    before.site.wait_until_accepted()
    if before.version == "1.6":
        answer = before.call("GetConfiguration", {"key": ["HeartbeatInterval"]})["configurationKey"][0]["value"]
    else:
        asked = {"getVariableData": [variable("OCPPCommCtrlr", "HeartbeatInterval")]}
        answer = before.call("GetVariables", asked)["getVariableResult"][0]["attributeValue"]
    assert answer == "99"


def test_a_new_interval_of_pings_counts_at_once(before: CSMS) -> None:
    if before.version == "1.6":
        return
    pings: list[float] = []
    protocol = before.connection.protocol
    receive = protocol.recv_frame

    def note(frame: Any) -> None:
        if frame.opcode is Opcode.PING:
            pings.append(time.monotonic())
        receive(frame)

    protocol.recv_frame = note

    def set_interval(seconds: int) -> None:
        change = variable("OCPPCommCtrlr", "WebSocketPingInterval", attributeValue=str(seconds))
        answer = before.call("SetVariables", {"setVariableData": [change]})["setVariableResult"][0]
        assert answer["attributeStatus"] == "Accepted"

    set_interval(1)
    wait_until(lambda: len(pings) >= 4, "it pings every second", 15)
    assert pings[3] - pings[0] < 5
    set_interval(0)
    pause(0.5)
    pings.clear()
    pause(4)
    assert pings == [] and before.links == 1


# --- Availability, reservation, local list ---


def test_an_evse_goes_out_of_service_and_comes_back(before: CSMS) -> None:
    def change(to: str) -> str:
        if before.version == "1.6":
            return before.call("ChangeAvailability", {"connectorId": 1, "type": to})["status"]
        return before.call("ChangeAvailability", {"evse": {"id": 1}, "operationalStatus": to})["status"]

    assert change("Inoperative") == "Accepted"
    state_is(before, "Unavailable")
    before.site.swipe()
    pause(1)
    assert abs(before.site.charger_W) < 100
    assert change("Operative") == "Accepted"
    state_is(before, "Preparing", "Occupied")


def test_a_reservation_is_kept_and_cancelled(before: CSMS) -> None:
    before.site.plug_out()
    state_is(before, "Available")
    if before.version == "1.6":
        request = {"connectorId": 1, "expiryDate": later(hours=1), "idTag": RFID, "reservationId": 5}
    else:
        request = {"id": 5, "expiryDateTime": later(hours=1), "idToken": TOKEN, "evseId": 1}
    assert before.call("ReserveNow", request)["status"] == "Accepted"
    state_is(before, "Reserved")
    assert before.call("CancelReservation", {"reservationId": 5})["status"] == "Accepted"
    state_is(before, "Available")


def test_the_local_list_is_taken_and_its_version_told(before: CSMS) -> None:
    if before.version == "1.6":
        entry, accepted = {"idTag": RFID, "idTagInfo": {"status": "Accepted"}}, "Accepted"
        before.call("ChangeConfiguration", {"key": "LocalAuthListEnabled", "value": "true"})
        request = {"listVersion": 3, "updateType": "Full", "localAuthorizationList": [entry]}
        version = "listVersion"
    else:
        entry, accepted = {"idToken": TOKEN, "idTokenInfo": {"status": "Accepted"}}, "Accepted"
        before.call("SetVariables", {"setVariableData": [
            variable("LocalAuthListCtrlr", "Enabled", attributeValue="true")]})  # fmt: skip
        request = {"versionNumber": 3, "updateType": "Full", "localAuthorizationList": [entry]}
        version = "versionNumber"
    assert before.call("SendLocalList", request)["status"] == accepted
    assert before.call("GetLocalListVersion")[version] == 3
    assert before.call("ClearCache")["status"] in ("Accepted", "Rejected")


# --- Remote control ---


def test_messages_are_triggered(before: CSMS) -> None:
    for action in ("Heartbeat", "StatusNotification", "MeterValues"):
        have = len(before.of(action))
        request: dict = {"requestedMessage": action}
        if action != "Heartbeat":
            request |= {"connectorId": 1} if before.version == "1.6" else {"evse": {"id": 1, "connectorId": 1}}
        if action == "MeterValues" and before.version != "1.6":
            request["evse"] = {"id": 1}
        assert before.call("TriggerMessage", request)["status"] == "Accepted", action
        wait_until(lambda: len(before.of(action)) > have, f"{action} comes")  # noqa: B023


def test_a_lock_that_nobody_can_open_is_not_said_to_be_open(before: CSMS) -> None:
    request = {"connectorId": 1} if before.version == "1.6" else {"evseId": 1, "connectorId": 1}
    try:
        assert before.call("UnlockConnector", request)["status"] in ("UnlockFailed", "NotSupported")
    except Refused as refusal:
        # 2.x: a connector with a fixed cable has no lock.
        assert refusal.code == "NotSupported"


def test_a_reset_restarts_the_gateway(before: CSMS) -> None:
    boots = len(before.of("BootNotification"))
    kind = {"type": "Soft"} if before.version == "1.6" else {"type": "Immediate"}
    assert before.call("Reset", kind)["status"] == "Accepted"
    assert before.site.gateway.running.process.wait(timeout=30) == 0
    before.site.start()
    wait_until(lambda: len(before.of("BootNotification")) > boots, "the station boots again")
    if before.version != "1.6":
        assert before.of("BootNotification")[-1]["reason"] == "RemoteReset"


def test_foreign_data_is_not_understood(before: CSMS) -> None:
    answer = before.call("DataTransfer", {"vendorId": "org.example", "messageId": "hello", "data": "you"})
    assert answer["status"] == "UnknownVendorId"


def test_what_no_version_knows_is_refused(before: CSMS) -> None:
    before.send_raw('[2,"foreign","OpenSesame",{}]')
    wait_until(lambda: before.faults, "the station answers")
    assert "NotImplemented" in before.faults.pop() or before.version == "1.6"
    before.faults.clear()


# --- Profiles ---


def test_profiles_are_set_listed_composed_and_cleared(before: CSMS) -> None:
    periods = [{"startPeriod": 0, "limit": 6_000.0}, {"startPeriod": 600, "limit": 3_000.0}]
    profile = {"stackLevel": 1, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Absolute"}
    schedule = {"chargingRateUnit": "W", "startSchedule": later(seconds=-5), "chargingSchedulePeriod": periods}
    if before.version == "1.6":
        profile |= {"chargingProfileId": 9, "chargingSchedule": schedule}
        assert before.call("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile})["status"] == "Accepted"
        asked = {"connectorId": 1, "duration": 3_600, "chargingRateUnit": "W"}
        composite = before.call("GetCompositeSchedule", asked)
        found = composite["chargingSchedule"]["chargingSchedulePeriod"]
        cleared = before.call("ClearChargingProfile", {"id": 9})["status"]
    else:
        profile |= {"id": 9, "chargingSchedule": [schedule | {"id": 1}]}
        assert before.call("SetChargingProfile", {"evseId": 1, "chargingProfile": profile})["status"] == "Accepted"
        asked = {"requestId": 4, "chargingProfile": {"chargingProfileId": [9]}}
        assert before.call("GetChargingProfiles", asked)["status"] == "Accepted"
        report = before.wait_for("ReportChargingProfiles")
        assert report["chargingProfile"][0]["id"] == 9
        composite = before.call("GetCompositeSchedule", {"evseId": 1, "duration": 3_600, "chargingRateUnit": "W"})
        found = composite["schedule"]["chargingSchedulePeriod"]
        cleared = before.call("ClearChargingProfile", {"chargingProfileId": 9})["status"]
    assert composite["status"] == "Accepted"
    assert [each["limit"] for each in found[:2]] == [6_000, 3_000]
    assert 590 <= found[1]["startPeriod"] <= 600
    assert cleared == "Accepted"


# --- Certificates ---


def test_certificates_are_installed_listed_and_deleted(before: CSMS, tmp_path: Path) -> None:
    root = certificate(tmp_path, "New Root").file.read_text(encoding="utf-8")
    kind = "CentralSystemRootCertificate" if before.version == "1.6" else "CSMSRootCertificate"
    answer = before.call("InstallCertificate", {"certificateType": kind, "certificate": root})
    assert answer["status"] == "Accepted", answer
    asked = {"certificateType": kind if before.version == "1.6" else [kind]}
    listed = before.call("GetInstalledCertificateIds", asked)
    assert listed["status"] == "Accepted"
    if before.version == "1.6":
        hashes = listed["certificateHashData"][0]
    else:
        hashes = listed["certificateHashDataChain"][0]["certificateHashData"]
    assert before.call("DeleteCertificate", {"certificateHashData": hashes})["status"] in ("Accepted", "Failed")


def test_a_renewed_certificate_is_asked_for(before: CSMS) -> None:
    before.answers["SignCertificate"] = {"status": "Accepted"}
    if before.version == "1.6":
        status = before.call("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})["status"]
    else:
        status = before.call("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})["status"]
    if status == "Accepted":
        assert "BEGIN CERTIFICATE REQUEST" in before.wait_for("SignCertificate")["csr"]
    else:
        assert status in ("Rejected", "NotImplemented")


def test_an_unreachable_place_for_logs_is_reported(before: CSMS) -> None:
    place = {"remoteLocation": "http://127.0.0.1:9/logs"}
    request = {"logType": "SecurityLog", "requestId": 8, "retries": 0, "log": place}
    try:
        status = before.call("GetLog", request)["status"]
    except Refused as refusal:
        assert refusal.code in ("NotSupported", "NotImplemented")
        return
    if status == "Accepted":
        before.wait_for("LogStatusNotification", lambda each: each["status"] not in ("Uploading", "Idle"), 60)
