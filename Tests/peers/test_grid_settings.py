# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The settings of a grid code in a SunSpec charger: the gateway writes them and has them adopted, pysunspec2 reads what the
device then holds, by the models SunSpec publishes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sunspec2.modbus.client as sunspec
from gateway import Gateway, address, bench_charger, site_yaml
from running import wait_until


class Site:
    def __init__(self, sluice, tmp_path: Path, code: str, evse: str = ""):
        self.charger = sluice("bench", "charger", "--profile", "sunspec/der", "--soc", "60%")
        self.meter = sluice(
            "bench", "meter", "--profile", "sluice/simulated-meter", "--load", "1 kW", "--include", self.charger.api)
        self.gateway = Gateway(
            sluice,
            tmp_path / "site.yaml",
            site_yaml(
                f'profile: sluice/simulated-meter, at: "{address(self.meter)}"',
                [f'id: 1, charger: {{ profile: sunspec/der, at: "{address(self.charger)}" }}{evse}'],
                more=f"grid_code: {{ {code} }}\n",
            ),
        )
        self.gateway.wait_until_ready()

    def wait_for_settings(self) -> None:
        self.gateway.wait_for_words("holds the settings of the grid code", patience_s=60)

    def device(self) -> Any:
        host, port = self.charger.tcp
        device = sunspec.SunSpecModbusClientDeviceTCP(slave_id=1, ipaddr=host, ipport=port, timeout=10)
        device.scan()
        return device


@pytest.fixture
def site(sluice, tmp_path: Path) -> Iterator[Site]:
    yield Site(
        sluice, tmp_path,
        "profile: en-50549-1-2019, reactive_power: { mode: volt_var }, enter_service: { delay: 90 s }")


def points(curve: Any, *names: str) -> list[tuple[float, ...]]:
    return [tuple(getattr(curve.Pt[index], name).cvalue for name in names) for index in range(curve.ActPt.value)]


def test_pysunspec2_reads_what_the_code_says(site: Site) -> None:
    site.wait_for_settings()
    device = site.device()
    entering = device.DEREnterService[0]
    assert (entering.ESVHi.cvalue, entering.ESVLo.cvalue) == (110, 85)
    assert (entering.ESHzHi.cvalue, entering.ESHzLo.cvalue) == (50.2, 49.5)
    assert (entering.ESDlyTms.value, entering.ESRndTms.value, entering.ESRmpTms.value) == (90, 0, 600)

    volt_var = device.DERVoltVar[0]
    assert volt_var.Ena.value == 1 and volt_var.AdptCrvRslt.value == 1
    in_force = volt_var.Crv[0]
    assert in_force.ReadOnly.value == 1 and in_force.DeptRef.value == 3
    assert points(in_force, "V", "Var") == [(93, 30), (97, 0), (103, 0), (107, -30)]
    # 10 s to 95 % are 7.7 s to 90 %.
    assert in_force.RspTms.cvalue == pytest.approx(7.7, abs=0.1)

    volt_watt = device.DERVoltWatt[0]
    assert volt_watt.Ena.value == 1
    assert points(volt_watt.Crv[0], "V", "W") == [(110, 100), (pytest.approx(115.2, abs=0.1), 36)]
    assert volt_watt.Crv[0].RspTms.cvalue == 10

    droop = device.DERFreqDroop[0]
    assert droop.Ena.value == 1
    control = droop.Ctl[0]
    assert (control.DbOf.cvalue, control.DbUf.cvalue) == (0.2, 0.2)
    assert (control.KOf.cvalue, control.KUf.cvalue, control.RspTms.cvalue) == (0.05, 0.05, 2)


def test_pysunspec2_reads_the_trips_as_staircases(site: Site) -> None:
    site.wait_for_settings()
    device = site.device()
    low, high = device.DERTripLV[0], device.DERTripHV[0]
    assert low.Ena.value == high.Ena.value == 1
    assert points(low.Crv[0].MustTrip, "V", "Tms") == [(60, 0.2), (70, 0.2), (70, 1.5), (85, 1.5), (85, 15)]
    stages = points(high.Crv[0].MustTrip, "V", "Tms")
    assert stages == [(130, 0.1), (120, 0.1), (120, 0.2), (115, 0.2), (115, 3), (110, 3), (110, 30)]
    slow, fast = device.DERTripLF[0], device.DERTripHF[0]
    assert points(slow.Crv[0].MustTrip, "Hz", "Tms")[1:4] == [(47.5, 0.05), (47.5, 2), (48, 2)]
    assert points(fast.Crv[0].MustTrip, "Hz", "Tms")[1:4] == [(52, 0.05), (52, 2), (51, 2)]


def test_with_its_settings_proven_the_charger_delivers(site: Site) -> None:
    assert site.gateway.words("frequency response by the device: its settings are written and read back (SunSpec 711)")
    site.gateway.setpoint(1, "-5 kW")
    site.wait_for_settings()
    # Nothing is left to the gateway but the order to cease, so nothing waits.
    wait_until(lambda: bench_charger(site.charger)["power_W"] < -4_900, "it delivers 5 kW", 30)


def test_what_a_device_cannot_hold_is_said_once_and_nothing_is_delivered(sluice, tmp_path: Path) -> None:
    # Four stages of over-voltage are a staircase of nine corners.
    code = tmp_path / "en-50549-1-many.yaml"
    text = (Path(__file__).resolve().parents[2] / "Grid-Codes" / "en-50549-1-2019.yaml").read_text(encoding="utf-8")
    stage = "  - { kind: over_voltage, value: 125 %, after: 0.1 s, source: inverter-profile, confidence: source }\n"
    code.write_text(text.replace("id: en-50549-1-2019", "id: en-50549-1-many") + stage, encoding="utf-8")
    environment = os.environ | {"SLUICE_GRID_CODES": str(tmp_path)}
    site = Site(lambda *words: sluice(*words, env=environment), tmp_path, "profile: en-50549-1-many")
    line = site.gateway.wait_for_words("Nothing is delivered until", patience_s=60)
    assert "model 708 holds 7 points and the grid code needs 9" in line
    site.gateway.setpoint(1, "-5 kW")
    wait_until(lambda: "charger's grid settings are not verified (EN 50549-1)" in why(site), "why says so", 20)
    assert bench_charger(site.charger)["power_W"] > -100
    assert len(site.gateway.words("Nothing is delivered until")) == 1


def test_settings_can_be_left_to_the_installer(sluice, tmp_path: Path) -> None:
    site = Site(sluice, tmp_path, "profile: en-50549-1-2019", ", grid_settings: leave")
    assert not site.gateway.words("by the device")
    assert site.device().DERFreqDroop[0].Ena.value == 0


def why(site: Site) -> str:
    return "; ".join(step["because"] for step in site.gateway.running.get("/api/why?evse=1")[0]["steps"])
