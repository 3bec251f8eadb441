# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""DER controls that the charger carries out (OCPP 2.1, block R; SunSpec 704 and 705): the CSMS sets them, pysunspec2 and pymodbus read
what the device then holds, and what it held before is there again once they end."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import sunspec2.modbus.client as sunspec
from csms import CSMS
from gateway import Gateway, address, site_yaml
from ocpp_site import backend_yaml
from pymodbus.client import ModbusTcpClient
from running import Running, http_json, wait_until
from test_ocpp_blocks import later

CURVE = [(92, 30), (98, 0), (102, 0), (108, -30)]


class Site:
    """A gateway with a SunSpec charger of its own and a CSMS in charge."""

    def __init__(self, sluice: Any, folder: Path, csms: CSMS, evse: str = "", more: str = ""):
        self._sluice, self.folder = sluice, folder
        self.charger: Running = sluice("bench", "charger", "--profile", "sunspec/der", "--soc", "60%")
        self.meter: Running = sluice(
            "bench", "meter", "--profile", "sluice/simulated-meter", "--load", "500 W", "--include", self.charger.api)
        self.text = site_yaml(
            f'profile: sluice/simulated-meter, at: "{address(self.meter)}"',
            [f'id: 1, charger: {{ profile: sunspec/der, at: "{address(self.charger)}" }}{evse}'],
            import_kW=30, export_kW=20,
            more=f"{more}journal: {{ file: {folder}/journal.sqlite }}\nbackends:\n{backend_yaml(csms)}")
        self.start()

    def start(self) -> None:
        self.gateway = Gateway(self._sluice, self.folder / "site.yaml", self.text)
        self.gateway.wait_until_ready()
        wait_until(lambda: self.gateway.status()["backends"][0]["state"] == "accepted", "the station is accepted", 60)

    def device(self) -> Any:
        host, port = self.charger.tcp
        device = sunspec.SunSpecModbusClientDeviceTCP(slave_id=1, ipaddr=host, ipport=port, timeout=10)
        device.scan()
        return device

    def block(self, model: int) -> tuple[int, list[int]]:
        """A model's registers by a client that knows nothing of SunSpec, and where they begin."""
        host, port = self.charger.tcp
        with ModbusTcpClient(host, port=port, timeout=10) as client:
            at = 40002
            while True:
                number, length = client.read_holding_registers(at, count=2, device_id=1).registers
                assert number != 0xFFFF, f"no model {model}"
                if number == model:
                    return at, client.read_holding_registers(at, count=length + 2, device_id=1).registers
                at += 2 + length

    def settled(self, model: int, offsets: range) -> list[int]:
        return self.block(model)[1][offsets.start : offsets.stop]

    @property
    def kept(self) -> Path:
        return self.folder / "charger-settings" / "evse-1.json"


def volt_var(control: str = "curve", default: bool = True, **more: Any) -> dict:
    curve = {"priority": 1, "yUnit": "PctMaxVar", "responseTime": 4, "curveData": [{"x": x, "y": y} for x, y in CURVE]}
    return {"isDefault": default, "controlId": control, "controlType": "VoltVar", "curve": curve | more}


def fixed_var(percent: float, control: str = "fixed", **more: Any) -> dict:
    return {
        "isDefault": True, "controlId": control, "controlType": "FixedVar",
        "fixedVar": {"priority": 0, "setpoint": percent, "unit": "PctMaxVar"} | more}  # fmt: skip


def set_control(csms: CSMS, control: dict) -> str:
    return csms.call("SetDERControl", control)["status"]


def wait_for_curve(site: Site, patience_s: float = 30) -> None:
    def is_in_force() -> bool:
        words = site.settled(705, range(0, 51))
        return words[2] == 1 and words[25:33] == [920, 300, 980, 0, 1020, 0, 1080, 65236]

    wait_until(is_in_force, "the curve is in force", patience_s)


def test_a_curve_and_a_fixed_value_stand_in_the_charger_and_leave_it_as_it_was(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms)
        before = {model: site.block(model)[1] for model in (704, 705)}
        assert set_control(csms, volt_var()) == "Accepted"
        wait_for_curve(site)
        curve = site.device().DERVoltVar[0].Crv[0]
        assert [(curve.Pt[index].V.cvalue, curve.Pt[index].Var.cvalue) for index in range(4)] == CURVE
        assert (curve.DeptRef.value, curve.RspTms.cvalue) == (1, 4)
        site.gateway.wait_for_words("carries out the backend's DER control", "VoltVar")
        # What was there is on disk before it is needed.
        assert json.loads(site.kept.read_text(encoding="utf-8"))["705"][15:33] == before[705][15:33]
        # Another function of higher priority: a charger follows one.
        assert set_control(csms, fixed_var(-25)) == "Accepted"
        wait_until(lambda: site.settled(704, range(35, 37)) == [1, 1], "reactive power is fixed", 30)
        words = site.block(704)[1]
        assert words[42] == 65536 - 250
        assert site.settled(705, range(2, 3)) == [0]
        # The device follows one function and refuses a second: what gives way has to be switched off first.
        with ModbusTcpClient(site.charger.tcp[0], port=site.charger.tcp[1], timeout=10) as client:
            assert client.write_register(site.block(705)[0] + 2, 1, device_id=1).isError()
        assert csms.call("ClearDERControl", {"isDefault": True, "controlType": "FixedVar"})["status"] == "Accepted"
        wait_until(lambda: site.settled(704, range(35, 36)) == [0], "reactive power is no longer fixed", 30)
        wait_for_curve(site)
        assert csms.call("ClearDERControl", {"isDefault": True})["status"] == "Accepted"
        wait_until(lambda: site.settled(705, range(15, 33)) == before[705][15:33], "the former curve is back", 30)
        assert site.settled(705, range(2, 3)) == [before[705][2]]
        for at in (2, 8, 35, 36, 42, 43):
            assert site.block(704)[1][at] == before[704][at], at
        wait_until(lambda: not site.kept.exists(), "nothing is left to put back", 10)
        assert csms.faults == []


def test_a_scheduled_control_ends_by_itself(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms)
        assert set_control(csms, volt_var(default=False, startTime=later(seconds=2), duration=12)) == "Accepted"
        assert site.settled(705, range(2, 3)) == [0]
        wait_for_curve(site)
        csms.wait_for("NotifyDERStartStop", lambda told: told["started"])
        csms.wait_for("NotifyDERStartStop", lambda told: not told["started"])
        wait_until(lambda: site.settled(705, range(2, 3)) == [0], "the curve is off", 30)
        assert csms.faults == []


def test_the_gateway_puts_back_what_was_there_when_it_ends_and_after_it_was_killed(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms)
        before = site.settled(705, range(15, 33))
        assert set_control(csms, volt_var()) == "Accepted"
        wait_for_curve(site)
        site.gateway.running.end()
        assert site.settled(705, range(2, 3)) == [0]
        assert site.settled(705, range(15, 33)) == before
        assert not site.kept.exists()
        # The control outlives the gateway, so it acts again.
        site.start()
        wait_for_curve(site)
        process = site.gateway.running.process
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        assert site.kept.exists()
        site.start()
        csms.call("ClearDERControl", {"isDefault": True})
        wait_until(lambda: site.settled(705, range(15, 33)) == before, "the former curve is back", 60)
        assert site.settled(705, range(2, 3)) == [0]


def test_a_charger_that_comes_back_without_its_settings_is_given_them_again(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms)
        before = site.settled(705, range(15, 33))
        assert set_control(csms, volt_var()) == "Accepted"
        wait_for_curve(site)
        host, port = site.charger.tcp
        site.charger.end()
        site.charger = sluice("bench", "charger", "--profile", "sunspec/der", "--soc", "60%", "--listen", f"{host}:{port}")
        # A curve is written a minute after the last at the earliest.
        wait_for_curve(site, 120)
        assert csms.call("ClearDERControl", {"isDefault": True})["status"] == "Accepted"
        wait_until(lambda: site.settled(705, range(15, 33)) == before, "the former curve is back", 30)


def test_a_grid_code_and_a_backend_share_a_charger(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        # The code has no reactive power on, so a backend may.
        site = Site(sluice, tmp_path, csms, more="grid_code: { profile: en-50549-1-2019 }\n")
        site.gateway.wait_for_words("holds the settings of the grid code")
        assert site.settled(711, range(2, 3)) == [1]
        assert set_control(csms, volt_var()) == "Accepted"
        wait_for_curve(site)
        process = site.gateway.running.process
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        site.start()
        # What the code says nothing of it leaves alone when it looks again.
        site.gateway.wait_for_words("holds the settings of the grid code")
        site.gateway.wait_for_words("carries out the backend's DER control", "VoltVar")
        assert site.settled(705, range(2, 3)) == [1]
        assert csms.call("ClearDERControl", {"isDefault": True})["status"] == "Accepted"
        wait_until(lambda: site.settled(705, range(2, 3)) == [0], "the curve is off", 30)
        assert site.settled(711, range(2, 3)) == [1]


def test_a_profile_with_reactive_power_moves_the_charger(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms)
        request = {
            "evseId": 1,
            "chargingProfile": {
                "id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Relative",
                "chargingSchedule": [{"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [
                    {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -5000, "setpointReactive": 1200}]}],
            },
        }  # fmt: skip
        assert csms.call("SetChargingProfile", request)["status"] == "Accepted"
        csms.wait_for("StatusNotification", lambda status: status["connectorStatus"] == "Occupied")
        http_json("POST", f"{site.gateway.api}/api/evses/1/token", {"token": "04A2B9C7D1E2F3"})
        # Inductive is positive in OCPP, injected is positive in SunSpec.
        wait_until(lambda: site.settled(704, range(35, 40)) == [1, 4, 0, 0xFFFF, 65536 - 1200], "1200 var are taken", 60)
        assert csms.call("ClearChargingProfile", {"chargingProfileId": 1})["status"] == "Accepted"
        wait_until(lambda: site.settled(704, range(35, 36)) == [0], "no reactive power is wanted", 30)


@pytest.mark.parametrize(
    ("evse", "more", "reason"),
    [
        ("", "grid_code: { profile: en-50549-1-2019, reactive_power: { mode: volt_var } }\n",
         "The grid code of this connection sets it."),
        (", der_controls: leave", "", "The charger's settings are left to its installer."),
    ],
)  # fmt: skip
def test_what_is_not_the_backends_is_refused_with_the_reason(sluice, tmp_path: Path, evse: str, more: str, reason: str) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms, evse, more)
        answer = csms.call("SetDERControl", fixed_var(10))
        assert answer["status"] == "NotSupported" and answer["statusInfo"]["additionalInfo"] == reason
        trips = volt_var("trip") | {"controlType": "HVMustTrip"}
        trips["curve"] = trips["curve"] | {"yUnit": "Not_Applicable"}
        answer = csms.call("SetDERControl", trips)
        assert answer["status"] == "NotSupported" and "installer" in answer["statusInfo"]["additionalInfo"]
        assert site.settled(704, range(35, 36)) == [0]


def test_a_charger_that_does_not_take_a_control_is_named(sluice, tmp_path: Path) -> None:
    with CSMS("2.1") as csms:
        site = Site(sluice, tmp_path, csms)
        # Five points are one more than the charger's curves have.
        points = [{"x": 90 + 4 * index, "y": 0} for index in range(5)]
        assert set_control(csms, volt_var(curveData=points)) == "Accepted"
        alarm = csms.wait_for("NotifyDERAlarm")
        assert alarm["controlType"] == "VoltVar"
        assert alarm["extraInfo"] == "model 705 holds 4 points and the control has 5"
        site.gateway.wait_for_words("The backend's VoltVar does not act in the charger")
        assert "VoltVar does not act" in site.gateway.evse(1)["link"]["fault"]
        steps = site.gateway.running.get("/api/why?evse=1")[0]["steps"]
        assert any("VoltVar does not act" in step["because"] for step in steps)
        assert set_control(csms, volt_var()) == "Accepted"
        wait_for_curve(site)
        csms.wait_for("NotifyDERAlarm", lambda each: each.get("alarmEnded"))
        wait_until(lambda: not site.gateway.evse(1)["link"].get("fault"), "all is well", 10)
