# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Independent implementations at the other end of the wire: pymodbus as the master of a simulated charger, pysunspec2
as the master of a simulated DER, and pymodbus as the charger that the gateway drives."""

import struct
from collections.abc import Callable, Iterator

import pytest
import sunspec2.modbus.client as sunspec
from gateway import Gateway, address, site_yaml
from gateway import bench_charger as bench_state
from modbus_stand_in import ModbusStandIn
from pymodbus.client import ModbusTcpClient
from running import wait_until


def words(number: int) -> list[int]:
    return list(struct.unpack(">HH", struct.pack(">i", number)))


def test_a_setpoint_written_by_pymodbus_moves_the_simulated_power(bench_charger: Callable) -> None:
    charger = bench_charger("evtec/bidipro-10")
    host, port = charger.tcp
    with ModbusTcpClient(host, port=port) as client:
        model = client.read_holding_registers(26, count=10, device_id=1)
        assert client.convert_from_registers(model.registers, client.DATATYPE.STRING).strip("\0") == "crema-bidi-10"
        assert not client.write_registers(186, words(-4000), device_id=1).isError()

        def power() -> float:
            registers = client.read_holding_registers(110, count=2, device_id=1).registers
            return client.convert_from_registers(registers, client.DATATYPE.FLOAT32)

        wait_until(lambda: power() < -3900, "the charger's own register says it delivers 4 kW", patience_s=60)
        assert client.read_holding_registers(187, count=1, device_id=1).registers == [65536 - 4000]
        # What does not exist is refused, and refusing harms nothing.
        assert client.read_holding_registers(9_000, count=1, device_id=1).exception_code == 2
        assert power() < -3900


def test_the_simulated_watchdog_counts_from_the_last_request(bench_charger: Callable) -> None:
    charger = bench_charger("evtec/bidipro-10")
    host, port = charger.tcp
    with ModbusTcpClient(host, port=port) as client:
        client.write_registers(42, words(5), device_id=1)
        client.write_registers(186, words(3000), device_id=1)
        assert bench_state(charger)["watchdog"]["timeout_s"] == 5

        def delivers() -> bool:
            client.read_holding_registers(100, count=2, device_id=1)
            return bench_state(charger)["power_W"] > 2900

        # Asked all the time it does not trip, although the power takes longer than the time-out to come.
        wait_until(delivers, "the charger takes 3 kW", patience_s=60)
        assert not bench_state(charger)["watchdog"]["tripped"]
    wait_until(lambda: bench_state(charger)["watchdog"]["tripped"], "silence trips the watchdog", patience_s=60)
    wait_until(lambda: bench_state(charger)["power_W"] == 0, "the fallback ends the power", patience_s=60)


def test_a_quasar_obeys_pymodbus_only_once_it_is_told_to_obey_a_remote(bench_charger: Callable) -> None:
    charger = bench_charger("wallbox/quasar-1")
    host, port = charger.tcp
    with ModbusTcpClient(host, port=port) as client:
        client.write_register(260, 5000, device_id=1)
        client.write_register(257, 1, device_id=1)
        assert bench_state(charger)["power_W"] == 0
        for register, value in ((81, 1), (82, 0), (83, 1), (88, 60), (260, 65536 - 5000), (257, 1)):
            assert not client.write_register(register, value, device_id=1).isError()
        wait_until(lambda: bench_state(charger)["power_W"] < -4900, "the charger delivers 5 kW", patience_s=60)
        assert client.read_holding_registers(537, count=1, device_id=1).registers == [11]


@pytest.fixture
def der(bench_charger: Callable) -> Iterator[tuple]:
    """A simulated DER and pysunspec2's view of it, scanned."""
    charger = bench_charger("sunspec/der")
    host, port = charger.tcp
    device = sunspec.SunSpecModbusClientDeviceTCP(slave_id=1, ipaddr=host, ipport=port, timeout=10)
    device.scan()
    yield charger, device
    device.close()


def test_pysunspec2_finds_the_models_and_believes_the_ratings(der: tuple) -> None:
    charger, device = der
    assert {1, 701, 702, 703, 704, 713} <= {model for model in device.models if isinstance(model, int)}
    assert device.common[0].Mn.value.strip("\0") == "Sluice"
    measured, capacity = device.DERMeasureAC[0], device.DERCapacity[0]
    assert abs(measured.W.cvalue) < 100
    assert 49 < measured.Hz.cvalue < 51
    assert 200 < measured.LNV.cvalue < 260
    assert 3_000 <= capacity.WChaRteMaxRtg.cvalue == capacity.WDisChaRteMaxRtg.cvalue <= 50_000
    assert 0 < device.DERStorageCapacity[0].SoC.cvalue <= 100


def test_a_setpoint_written_by_pysunspec2_is_carried_out_and_reverts_by_itself(der: tuple) -> None:
    charger, device = der
    control = device.DERCtlAC[0]
    control.WSetMod.value, control.WSet.cvalue = 1, 6000
    control.WSetRvrt.cvalue, control.WSetEnaRvrt.value, control.WSetRvrtTms.value = 0, 1, 10
    control.write()
    control.WSetEna.value = 1
    control.write()
    measured = device.DERMeasureAC[0]

    def injects() -> bool:
        measured.read()
        return measured.W.cvalue > 5900

    wait_until(injects, "the DER injects 6 kW", patience_s=60)
    assert bench_state(charger)["power_W"] < -5900
    wait_until(lambda: bench_state(charger)["power_W"] == 0, "the setpoint reverts after its time", patience_s=60)


@pytest.fixture
def stand_in(request: pytest.FixtureRequest) -> Iterator[ModbusStandIn]:
    profile, values = request.param
    running = ModbusStandIn(profile, **values)
    yield running
    running.end()


# A car is plugged in; the time-outs are those of a box that nobody has set up yet.
QUASAR = ("wallbox/quasar-1", {"state": 4, "idle_timeout": 0})
BIDIPRO = ("evtec/bidipro-10", {"state": 7, "idle_timeout": 600})


@pytest.mark.parametrize(
    ("stand_in", "timeout_s", "phases"), [(QUASAR, 60, "L1"), (BIDIPRO, 30, "L1+L2+L3")], indirect=["stand_in"],
    ids=["quasar", "bidipro"])  # fmt: skip
def test_the_time_out_is_written_and_read_back_before_the_first_setpoint(
    stand_in: ModbusStandIn, timeout_s: int, phases: str, sluice: Callable, tmp_path
) -> None:
    meter = sluice("bench", "meter", "--profile", "eastron/sdm630", "--load", "1 kW")
    profile = stand_in.profile["id"]
    gateway = Gateway(
        sluice,
        tmp_path / "site.yaml",
        site_yaml(
            f'profile: eastron/sdm630, at: "{address(meter)}", unit: 1',
            [f'id: 1, phases: {phases}, charger: {{ profile: {profile}, at: "{stand_in.address}" }}'],
        ),
    )
    gateway.wait_until_ready()
    gateway.setpoint(1, "-3 kW")
    wait_until(lambda: -3000 in stand_in.written("setpoint"), "the setpoint is written", patience_s=60)
    assert stand_in.written("idle_timeout") == [timeout_s]
    armed = stand_in.requests("idle_timeout", writes=True)[0]
    proven = next(each for each in stand_in.requests("idle_timeout", writes=False) if each > armed)
    commanded = stand_in.requests("setpoint", writes=True)[0]
    assert armed < proven < commanded
    # Whoever drives it gives it back.
    assert gateway.running.end() == 0
    assert stand_in.written("setpoint")[-1] == 0
