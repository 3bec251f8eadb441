# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The gateway's own registers, as building controllers and operator boxes see them: pymodbus on the project's map,
pysunspec2 on the SunSpec models, and connections that do not behave."""

import contextlib
import re
import socket
import struct
import time
import urllib.request
from pathlib import Path

import pytest
from gateway import Gateway, address, bench_charger, connection_point_W, site_yaml
from pymodbus.client import ModbusTcpClient
from running import wait_until
from sunspec2.modbus.client import SunSpecModbusClientDeviceTCP

MODBUS = re.compile(r"the Modbus server listens, without passwords or encryption address=(?P<host>\S+):(?P<port>\d+)")
UNIT = 7
RULES = """
modbus_server: { listen: "127.0.0.1:0", unit: 7, silent_after: 10 s }
journal: { file: "%s" }
"""


class Site:
    """A gateway with a Modbus server, a bench meter and a bench charger."""

    def __init__(self, sluice, tmp_path: Path, more: str = RULES):
        self.sluice, self.tmp_path, self.more = sluice, tmp_path, more
        self.journal = tmp_path / "journal.sqlite"
        self.charger = sluice("bench", "charger", "--profile", "evtec/bidipro-10")
        self.meter = sluice(
            "bench", "meter", "--profile", "eastron/sdm630", "--load", "1 kW", "--include", self.charger.api)  # fmt: skip
        self.start()

    def start(self) -> None:
        text = site_yaml(
            f'profile: eastron/sdm630, at: "{address(self.meter)}", unit: 1',
            [f'id: 4, default: hold, charger: {{ profile: evtec/bidipro-10, at: "{address(self.charger)}" }}'],
            import_kW=20,
            more=self.more % self.journal,
        ).replace("export: 9 kW }", "export: 9 kW, consumption_limit: {}, production_limit: {}, section_14a: {} }")
        self.gateway = Gateway(self.sluice, self.tmp_path / "site.yaml", text)
        self.gateway.wait_until_ready()
        match = self.gateway.running.line(MODBUS)
        self.host, self.port = match["host"], int(match["port"])

    def client(self) -> ModbusTcpClient:
        client = ModbusTcpClient(self.host, port=self.port, timeout=12)
        assert client.connect()
        return client

    def power_W(self) -> float:
        return bench_charger(self.charger)["power_W"]

    def read(self, address: int, count: int) -> list[int]:
        with self.client() as client:
            answer = client.read_holding_registers(address, count=count, device_id=UNIT)
            assert not answer.isError(), answer
            return answer.registers

    def write(self, address: int, values: list[int], unit: int = UNIT) -> int:
        """The exception code, 0 for success."""
        with self.client() as client:
            answer = client.write_registers(address, values, device_id=unit)
            return answer.exception_code if answer.isError() else 0

    def allow_delivery(self) -> None:
        """Ends the failsafe of production, in which every start begins."""
        assert self.write(300, [1]) == 0
        assert self.write(301, [0] + pair(0) + pair(0)) == 0


def pair(value: int) -> list[int]:
    return [value >> 16 & 0xFFFF, value & 0xFFFF]


def signed(words: list[int]) -> int:
    return struct.unpack(">i", struct.pack(">HH", *words))[0]


@pytest.fixture
def site(sluice, tmp_path: Path) -> Site:
    return Site(sluice, tmp_path)


def test_the_own_map_shows_the_site_and_takes_setpoints_that_end(site: Site) -> None:
    assert site.read(0, 4)[0] == 1
    assert site.read(0, 4)[3] == 1
    wait_until(lambda: signed(site.read(100, 2)) == pytest.approx(1000, abs=150), "the map shows the household", 30)
    assert site.read(1000, 1) == [4]
    site.allow_delivery()
    assert site.write(1008, pair(-3000) + pair(40)) == 0
    wait_until(lambda: site.power_W() < -2800, "the charger delivers 3 kW", 38)
    assert signed(site.read(1008, 2)) == -3000
    assert 0 < site.read(1008, 4)[3] <= 40
    assert site.gateway.evse(4)["wish"]["source"] == "controller"
    wait_until(lambda: abs(site.power_W()) < 50, "the setpoint has ended by itself", 60)
    # One request or none: half a setpoint, and one without its end.
    assert site.write(1008, pair(-3000)) == 3
    assert site.write(1008, pair(-3000) + pair(0)) == 3
    assert site.write(1010, pair(60)) == 3
    # Measurements are not written, and what does not exist is not there.
    assert site.write(100, [1]) == 2
    assert site.write(900, [1]) == 2
    assert site.write(1008, pair(2000) + pair(60), unit=8) == 11


def test_the_operators_limit_is_on_disk_when_it_is_acknowledged(site: Site) -> None:
    assert site.read(210, 1) == [3], "without a box the failsafe holds"
    assert site.write(201, [1] + pair(6000) + pair(600)) == 6, "a box that was never heard may not write"
    assert site.write(200, [1]) == 0
    assert site.write(201, [1] + pair(6000) + pair(600)) == 0
    with urllib.request.urlopen(f"{site.gateway.api}/api/evidence?format=json") as record:
        lines = record.read().decode().splitlines()
    assert any("LPC" in line and "Modbus 127.0.0.1" in line for line in lines), lines
    assert site.read(210, 1) == [2]
    assert site.read(201, 3) == [1] + pair(6000)
    assert 590 <= site.read(211, 2)[1] <= 600
    # The charger asks for more than the limit leaves beside the household.
    assert site.write(600, pair(9000) + pair(600)) == 0
    wait_until(lambda: connection_point_W(site.meter) > 4500, "the site charges", 40)
    time.sleep(3)
    assert connection_point_W(site.meter) <= 6000
    assert site.write(201, [0] + pair(0) + pair(0)) == 0
    # The failsafe: its limit, and a duration out of range.
    assert site.write(206, pair(5000)) == 0
    assert site.read(206, 2) == pair(5000)
    assert site.write(208, pair(60)) == 3
    assert site.write(202, pair(6000)) == 3, "a limit without its neighbours is half an order"
    assert site.write(400, [1] + pair(4200) + pair(0)) == 0
    assert site.read(400, 3) == [1] + pair(4200)
    assert site.write(400, [0] + pair(0) + pair(0)) == 0
    assert site.write(420, [1]) == 2, "no contact is wired"


def sunspec(site: Site) -> SunSpecModbusClientDeviceTCP:
    device = SunSpecModbusClientDeviceTCP(slave_id=UNIT, ipaddr=site.host, ipport=site.port, timeout=12)
    device.connect()
    device.scan()
    return device


def test_pysunspec2_discovers_the_site_and_moves_the_charger(site: Site) -> None:
    site.allow_delivery()
    device = sunspec(site)
    assert [number for number in device.models if isinstance(number, int)] == [1, 701, 702, 703, 704, 715]
    assert device.common[0].SN.value == "Wires"
    capacity, control = device.models[702][0], device.models[704][0]
    assert capacity.WMaxRtg.cvalue == capacity.WDisChaRteMax.cvalue == 10_000
    assert capacity.CtrlModes.value == 0b11
    control.WSetMod.value, control.WSet.cvalue = 1, 4000
    control.WSetEnaRvrt.value, control.WSetRvrt.cvalue, control.WSetRvrtTms.value = 1, 1000, 25
    control.WSetEna.value = 1
    control.write()
    wait_until(lambda: site.power_W() < -3800, "4 kW are delivered", 24)
    control.read()
    assert 0 < control.WSetRvrtRem.value <= 25
    wait_until(lambda: -1100 < site.power_W() < -900, "after the reversion time it is 1 kW", 35)
    # The controller has fallen silent: nothing is asked any more.
    wait_until(lambda: abs(site.power_W()) < 50, "a setpoint without a timer ends with the controller's silence", 25)
    device.models[701][0].read()
    assert device.models[701][0].LNV.cvalue == pytest.approx(230, abs=15)


def test_a_limit_in_percent_holds_the_charger_back_and_survives_a_restart(site: Site) -> None:
    site.allow_delivery()
    device = sunspec(site)
    control = device.models[704][0]
    control.WMaxLimPct.cvalue, control.WMaxLimPctEna.value = 20, 1
    control.write()
    assert site.write(600, pair(-5000) + pair(600)) == 0
    wait_until(lambda: site.power_W() < -1800, "the charger delivers what the limit leaves", 30)
    time.sleep(2)
    assert site.power_W() > -2100
    # Standby is zero, whatever is asked.
    operation = device.models[715][0]
    operation.OpCtl.value = 2
    operation.write()
    wait_until(lambda: abs(site.power_W()) < 50, "standby is zero", 20)
    assert device.models[701][0].St.value is not None
    site.gateway.running.end()
    site.start()
    device = sunspec(site)
    assert device.models[715][0].OpCtl.value == 2
    assert device.models[704][0].WMaxLimPct.cvalue == 20
    assert device.models[704][0].WMaxLimPctEna.value == 1
    device.models[715][0].OpCtl.value = 3
    device.models[715][0].write()
    site.allow_delivery()
    assert site.write(600, pair(-5000) + pair(600)) == 0
    wait_until(lambda: site.power_W() < -1800, "it delivers again, as the limit leaves it", 40)
    assert site.power_W() > -2100


def test_the_controllers_own_limit_needs_no_box_and_outlives_a_restart(site: Site) -> None:
    assert site.write(500, [1] + pair(3000) + pair(900)) == 0
    assert "building controller" in site.gateway.sources_of_limits()
    site.gateway.running.end()
    site.start()
    assert site.read(500, 3) == [1] + pair(3000)
    assert 700 < site.read(500, 5)[4] <= 900
    assert site.write(500, [0] + pair(0) + pair(0)) == 0
    assert "building controller" not in site.gateway.sources_of_limits()


def test_what_is_not_permitted_is_not_there(sluice, tmp_path: Path) -> None:
    site = Site(sluice, tmp_path, RULES.replace("silent_after: 10 s", "may: [read, setpoint]"))
    assert site.write(200, [1]) == 2
    assert site.write(600, pair(1000) + pair(60)) == 0
    assert site.gateway.words("Modbus has neither passwords nor encryption", "may read, setpoint")


def test_misbehaving_connections_are_bounded_and_hold_up_nobody(site: Site) -> None:
    good = site.client()
    ticks = site.gateway.status()["loop"]["ticks"]
    # Garbage, half a frame, wrong lengths, a flood whose answers are never read.
    sockets = [socket.create_connection((site.host, site.port)) for _ in range(10)]
    sockets[0].sendall(b"GET / HTTP/1.1\r\n\r\n")
    sockets[1].sendall(bytes.fromhex("000100000006"))
    sockets[2].sendall(bytes.fromhex("0001000000060710"))
    sockets[3].sendall(bytes.fromhex("00010000000907100000000204000100"))
    read = bytes.fromhex("000100000006070300c80004")
    sockets[4].setblocking(False)
    with contextlib.suppress(BlockingIOError, ConnectionError):
        for _ in range(20_000):
            sockets[4].send(read)
    began = time.monotonic()
    for _ in range(200):
        assert not good.read_holding_registers(0, count=4, device_id=UNIT).isError()
    assert time.monotonic() - began < 20
    # More connections than are served: those without a request give way to who has one.
    crowd = [socket.create_connection((site.host, site.port)) for _ in range(40)]
    assert not good.read_holding_registers(0, count=4, device_id=UNIT).isError()
    time.sleep(11)
    late = site.client()
    assert not late.read_holding_registers(0, count=4, device_id=UNIT).isError()
    loop = site.gateway.status()["loop"]
    assert loop["ticks"] > ticks + 50
    for each in [*sockets, *crowd]:
        each.close()
    good.close()
    late.close()
