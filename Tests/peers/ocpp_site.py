# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A site with one bidirectional bench charger on Modbus TCP, whose gateway is an OCPP station to a CSMS of the tests."""

import signal
from pathlib import Path
from typing import Any

from csms import CSMS
from gateway import Gateway, address, bench_charger, site_yaml
from running import Running, http_json, wait_until

RFID = "04A2B9C7D1E2F3"


def backend_yaml(csms: CSMS, more: str = "", versions: str | None = None, identity: str = "DEPOT-1") -> str:
    """`more` are further members of the flow mapping; without proof in them the backend is insecure by consent."""
    proof = "" if "password_file" in more or "certificate" in more else ", allow_insecure: true"
    return (
        f'  - {{ ocpp: {versions or chr(34) + csms.version + chr(34)}, url: "{csms.url}", identity: {identity}{proof}, '
        f"timeouts: {{ answer: 3 s, ping: 2 s, retry: 200 ms, retry_spread: 0 s }}{more} }}\n")


class Site:
    """Its processes. The gateway is started by `start`, and may be killed and started again."""

    def __init__(self, sluice: Any, folder: Path, backends: str, plugged_in: bool = True, more: str = ""):
        self._sluice, self.folder = sluice, folder
        arguments = [] if plugged_in else ["--unplugged"]
        self.charger: Running = sluice("bench", "charger", "--profile", "sluice/simulated-bidi-22", *arguments)
        self.meter: Running = sluice(
            "bench", "meter", "--profile", "sluice/simulated-meter", "--load", "500 W", "--include", self.charger.api)
        self.text = site_yaml(
            f'profile: sluice/simulated-meter, at: "{address(self.meter)}", unit: 1',
            [f'id: 1, charger: {{ profile: sluice/simulated-bidi-22, at: "{address(self.charger)}", unit: 1 }}'],
            import_kW=30, export_kW=20,
            more=f"journal: {{ file: {folder}/journal.sqlite }}\nlog: {{ level: debug }}\nbackends:\n{backends}{more}")
        self.gateway: Gateway | None = None

    def start(self) -> "Site":
        self.gateway = Gateway(self._sluice, self.folder / "site.yaml", self.text)
        return self

    def kill(self) -> None:
        """Pulls the plug of the gateway's process."""
        process = self.gateway.running.process
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)

    def swipe(self, token: str = RFID) -> None:
        http_json("POST", f"{self.gateway.api}/api/evses/1/token", {"token": token})

    @property
    def charger_W(self) -> float:
        return bench_charger(self.charger)["power_W"]

    def wait_for_power(self, low_W: float, high_W: float, patience_s: float = 60) -> float:
        wait_until(
            lambda: low_W <= self.charger_W <= high_W,
            f"the charger takes {low_W} to {high_W} W; now {self.charger_W} W", patience_s)  # fmt: skip
        return self.charger_W

    def backend(self, name: str = "DEPOT-1") -> dict[str, Any]:
        return next(each for each in self.gateway.status()["backends"] if each["name"] == name)

    def wait_until_accepted(self, name: str = "DEPOT-1", patience_s: float = 60) -> None:
        def is_accepted() -> bool:
            try:
                backend = self.backend(name)
            except OSError:
                return False
            return backend["connected"] and backend["state"] == "accepted"

        wait_until(is_accepted, f"{name} has accepted the station", patience_s)

    def plug_out(self) -> None:
        self.charger.post("/bench/plug-out", {})

    def plug_in(self) -> None:
        self.charger.post("/bench/plug-in", {})
