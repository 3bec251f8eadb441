# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""What OCPP 2.1 has for bidirectional stations, from the CSMS to the power at the charger: DER controls, operation modes, signals,
streams; and the same in data transfers of the versions before."""

import json
from pathlib import Path

import pytest
from csms import CSMS
from ocpp_site import Site, backend_yaml
from running import wait_until
from test_ocpp_blocks import later, variable


def delivering(sluice, folder: Path, csms: CSMS) -> Site:
    """A station whose car delivers 5 kW by the backend's order."""
    site = Site(sluice, folder, backend_yaml(csms)).start()
    site.wait_until_accepted()
    site.gateway.wait_until_ready()
    key, word = ("status", "Preparing") if csms.version == "1.6" else ("connectorStatus", "Occupied")
    csms.wait_for("StatusNotification", lambda status: status[key] == word)
    assert set_mode(csms, {"operationMode": "CentralSetpoint", "setpoint": -5_000})["status"] == "Accepted"
    site.swipe()
    wait_until(lambda: csms.of("TransactionEvent") or csms.of("StartTransaction"), "a transaction begins")
    site.wait_for_power(-5_100, -4_900)
    return site


def set_mode(csms: CSMS, period: dict) -> dict:
    request = {
        "evseId": 1,
        "chargingProfile": {
            "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
            "chargingSchedule": [
                {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0} | period]}],
        },
    }  # fmt: skip
    return call_21(csms, "SetChargingProfile", request)


def call_21(csms: CSMS, action: str, request: dict) -> dict:
    """As a message of 2.1, or inside a data transfer of the versions before."""
    if csms.version == "2.1":
        return csms.call(action, request)
    name = {"SetChargingProfile": "SetChargingProfile21"}.get(action, action)
    answer = csms.call("DataTransfer", {"vendorId": "org.sluice", "messageId": name, "data": json.dumps(request)})
    assert answer["status"] == "Accepted", answer
    return json.loads(answer["data"])


def told_21(csms: CSMS, action: str) -> list[dict]:
    if csms.version == "2.1":
        return csms.of(action)
    return [json.loads(each["data"]) for each in csms.of("DataTransfer") if each.get("messageId") == action]


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
def test_a_der_control_limits_what_the_car_delivers(sluice, tmp_path: Path, version: str) -> None:
    with CSMS(version) as csms:
        if version != "2.1":
            csms.answers["DataTransfer"] = {"status": "Accepted"}
        site = delivering(sluice, tmp_path, csms)
        control = {
            "isDefault": False, "controlId": "limit", "controlType": "LimitMaxDischarge",
            "limitMaxDischarge": {"priority": 1, "startTime": later(seconds=0), "pctMaxDischargePower": 10},
        }  # fmt: skip
        assert call_21(csms, "SetDERControl", control)["status"] == "Accepted"
        # A tenth of 22 kW.
        site.wait_for_power(-2_300, -2_100)
        wait_until(lambda: told_21(csms, "NotifyDERStartStop"), "the start of the control is told")
        assert told_21(csms, "NotifyDERStartStop")[0]["controlId"] == "limit"
        alarm = wait_until(lambda: told_21(csms, "NotifyDERAlarm"), "the deviation is told")[0]
        assert alarm["controlType"] == "LimitMaxDischarge"
        # One of a higher priority takes its place when it starts (R04.FR.07).
        answer = call_21(csms, "SetDERControl", control | {
            "controlId": "tighter",
            "limitMaxDischarge": control["limitMaxDischarge"] | {"priority": 0, "pctMaxDischargePower": 5}})  # fmt: skip
        assert answer["status"] == "Accepted"
        site.wait_for_power(-1_200, -1_000)
        wait_until(
            lambda: any(
                each["controlId"] == "tighter" and each.get("supersededIds") == ["limit"]
                for each in told_21(csms, "NotifyDERStartStop")), "what is superseded is told")  # fmt: skip
        assert call_21(csms, "GetDERControl", {"requestId": 3})["status"] == "Accepted"
        report = wait_until(lambda: told_21(csms, "ReportDERControl"), "the controls are reported")[0]
        assert {each["id"] for each in report["limitMaxDischarge"]} == {"limit", "tighter"}
        assert call_21(csms, "ClearDERControl", {"isDefault": False})["status"] == "Accepted"
        site.wait_for_power(-5_100, -4_900)
        wait_until(lambda: any(each.get("alarmEnded") for each in told_21(csms, "NotifyDERAlarm")), "the alarm ends")
        assert call_21(csms, "GetDERControl", {"requestId": 4})["status"] == "NotFound"
        # This charger takes no reactive power.
        unknown = {"isDefault": True, "controlId": "var", "controlType": "FixedVar",
                   "fixedVar": {"priority": 1, "setpoint": 10, "unit": "PctMaxVar"}}  # fmt: skip
        assert call_21(csms, "SetDERControl", unknown)["status"] == "NotSupported"
        assert csms.faults == []


def test_operation_modes_of_a_car_that_delivers(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = delivering(sluice, tmp_path, csms)
        assert set_mode(csms, {"operationMode": "Idle"})["status"] == "Accepted"
        site.wait_for_power(-100, 100)
        csms.wait_for("TransactionEvent", lambda event: event["transactionInfo"].get("operationMode") == "Idle")
        # Setpoints outside their own limits are no setpoints (V2X.05).
        bad = set_mode(csms, {"operationMode": "CentralSetpoint", "setpoint": -9_000, "dischargeLimit": -4_000})
        assert bad["status"] == "Rejected" and bad["statusInfo"]["reasonCode"] == "InvalidSchedule"
        limited = {"operationMode": "CentralSetpoint", "setpoint": -3_000, "dischargeLimit": -4_000, "limit": 6_000}
        assert set_mode(csms, limited)["status"] == "Accepted"
        site.wait_for_power(-3_100, -2_900)
        # What the grid wants second by second, by its curve (Q08).
        frequency = {
            "operationMode": "LocalFrequency", "v2xBaseline": 0,
            "v2xFreqWattCurve": [{"frequency": 45.0, "power": 0}, {"frequency": 55.0, "power": 0}],
            "v2xSignalWattCurve": [{"signal": -100, "power": -10_000}, {"signal": 100, "power": 10_000}],
        }  # fmt: skip
        assert set_mode(csms, frequency)["status"] == "Accepted"
        site.wait_for_power(-100, 100)
        assert csms.call("AFRRSignal", {"timestamp": later(seconds=0), "signal": -40})["status"] == "Accepted"
        site.wait_for_power(-4_100, -3_900)
        assert set_mode(csms, {"operationMode": "ChargingOnly", "limit": 6_000})["status"] == "Accepted"
        site.wait_for_power(5_800, 6_100)
        assert csms.call("AFRRSignal", {"timestamp": later(seconds=0), "signal": -40})["status"] == "Rejected"
        transaction = csms.of("TransactionEvent")[-1]["transactionInfo"]["transactionId"]
        allowed = {"transactionId": transaction, "allowedEnergyTransfer": ["DC", "AC_three_phase"]}
        assert csms.call("NotifyAllowedEnergyTransfer", allowed)["status"] in ("Accepted", "Rejected")
        csms.assert_whole()
        assert csms.faults == []


def test_values_go_to_the_backend_in_a_stream(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        Site(sluice, tmp_path, backend_yaml(csms)).start().wait_until_accepted()
        monitor = variable("OCPPCommCtrlr", "HeartbeatInterval", type="Periodic", value=1, severity=8) | {
            "periodicEventStream": {"values": 3, "interval": 60}}  # fmt: skip
        result = csms.call("SetVariableMonitoring", {"setMonitoringData": [monitor]})["setMonitoringResult"][0]
        assert result["status"] == "Accepted", result
        opened = csms.wait_for("OpenPeriodicEventStream")["constantStreamData"]
        assert opened["variableMonitoringId"] == result["id"] and opened["params"]["values"] == 3
        values = csms.wait_for("NotifyPeriodicEventStream")
        assert values["id"] == opened["id"] and len(values["data"]) == 3
        assert {each["v"] for each in values["data"]} == {"300"}
        listed = csms.call("GetPeriodicEventStream")["constantStreamData"]
        assert [each["id"] for each in listed] == [opened["id"]]
        adjusted = csms.call("AdjustPeriodicEventStream", {"id": opened["id"], "params": {"values": 5}})
        assert adjusted["status"] == "Accepted"
        csms.wait_for("NotifyPeriodicEventStream", lambda each: len(each["data"]) == 5)
        cleared = csms.call("ClearVariableMonitoring", {"id": [result["id"]]})
        assert cleared["clearMonitoringResult"][0]["status"] == "Accepted"
        assert csms.wait_for("ClosePeriodicEventStream")["id"] == opened["id"]
        assert "constantStreamData" not in csms.call("GetPeriodicEventStream")
        assert csms.faults == []
