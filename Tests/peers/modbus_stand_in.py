# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A Modbus TCP server made by pymodbus with the registers of a firmware profile, and what was asked of it."""

import asyncio
import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

PROFILES = Path(__file__).resolve().parents[2] / "Firmware-Profiles"
FORMATS = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "u64": ">Q", "f32": ">f"}


@dataclass(frozen=True)
class Asked:
    """One request: what it wants of which registers, and for a write what with."""

    writes: bool
    address: int
    count: int
    values: tuple[int, ...] = ()

    def covers(self, address: int) -> bool:
        return self.address <= address < self.address + self.count


def encode(point: dict[str, Any], value: Any) -> list[int]:
    """The registers of one value, as the profile writes them."""
    if point["type"] == "text":
        raw = str(value).encode().ljust(2 * point["registers"], b"\0")
    else:
        number = value / point.get("scale", 1)
        raw = struct.pack(FORMATS[point["type"]], number if point["type"] == "f32" else round(number))
    return [high << 8 | low for high, low in zip(raw[::2], raw[1::2], strict=True)]


class ModbusStandIn:
    """Serves a profile's example values, with exceptions, on a free port of the loopback interface."""

    def __init__(self, profile: str, **values: Any):
        self.profile = yaml.safe_load((PROFILES / f"{profile}.yaml").read_text(encoding="utf-8"))
        self.asked: list[Asked] = []
        self._registers: dict[int, int] = {}
        for name, point in self.profile["points"].items():
            for offset, register in enumerate(encode(point, values.get(name, point["example"]))):
                self._registers[self.place(name) + offset] = register
        if self.profile["transport"].get("reads_across_gaps", True):
            # Registers between the points exist and hold nothing.
            for address in range(min(self._registers), max(self._registers)):
                self._registers.setdefault(address, 0)
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._started.wait(20), "pymodbus did not begin to listen"

    def place(self, name: str) -> int:
        """The address of a point, for the first connector where there are several."""
        point = self.profile["points"][name]
        is_of_connector = self.profile["defaults"].get("per_connector") and point.get("per_connector", True)
        blocks = self.profile.get("location", {}).get("blocks", {})
        return point["address"] + (blocks["stride"] * blocks["first"] if is_of_connector else 0)

    def requests(self, name: str, writes: bool) -> list[int]:
        """When, counted in requests, a point was read or written."""
        asked = list(self.asked)
        return [i for i, each in enumerate(asked) if each.writes == writes and each.covers(self.place(name))]

    def written(self, name: str) -> list[int]:
        """The numbers written to a point of one or two registers, in their order; signed."""
        found = []
        for each in list(self.asked):
            if each.writes and each.address == self.place(name):
                bits = 16 * len(each.values)
                number = int.from_bytes(b"".join(value.to_bytes(2, "big") for value in each.values), "big")
                found.append(number - (1 << bits) if number >> (bits - 1) else number)
        return found

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    def end(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop).result(20)
        self._thread.join(20)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        data = [
            SimData(address, values=[value], datatype=DataType.REGISTERS)
            for address, value in sorted(self._registers.items())
        ]
        self._server = ModbusTcpServer(SimDevice(1, simdata=data), address=("127.0.0.1", 0), trace_pdu=self._note)
        await self._server.listen()
        self._port = self._server.transport.sockets[0].getsockname()[1]
        self._started.set()
        await self._server.serving

    def _note(self, is_answer: bool, pdu: ModbusPDU) -> ModbusPDU:
        if not is_answer:
            writes = pdu.function_code in (6, 16)
            values = tuple(pdu.registers) if writes else ()
            self.asked.append(Asked(writes, pdu.address, len(values) if writes else pdu.count, values))
        return pdu
