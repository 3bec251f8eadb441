# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Orders of the grid operator over the API, and the record that shows that they were obeyed: through kills, too."""

import csv
import io
import json
import os
import random
import signal
import time
import urllib.request
from pathlib import Path

import pytest
from gateway import Gateway
from running import HTTPRefused, http_json, wait_until

KILLS = int(os.environ.get("SLUICE_EVIDENCE_KILLS", "6"))


class OrderedSite:
    """A gateway whose agreement knows § 14a EnWG and a control box, with simulated devices, and its journal."""

    def __init__(self, sluice, folder: Path):
        self.sluice = sluice
        self.file = folder / "site.yaml"
        self.text = f"""
site:
  name: Ordered
  timezone: Europe/Berlin
  fuse: 63 A
  meter: {{ profile: sluice/simulated-meter, at: "simulated:" }}
agreement:
  import: 30 kW
  export: 10 kW
  section_14a: {{}}
  consumption_limit: {{ failsafe: 6 kW }}
evses:
  - {{ id: 1, charger: {{ profile: sluice/simulated-bidi-22, at: "simulated:" }} }}
api: {{ listen: "127.0.0.1:0" }}
journal: {{ file: "{folder / 'journal.sqlite'}" }}
"""
        self.start()

    def start(self) -> None:
        self.gateway = Gateway(self.sluice, self.file, self.text)
        self.gateway.wait_until_ready()

    @property
    def api(self) -> str:
        return self.gateway.api

    def kill(self) -> None:
        self.gateway.running.process.send_signal(signal.SIGKILL)
        self.gateway.running.process.wait()

    def target_W(self) -> float:
        return self.gateway.target_W(1)

    def limits(self) -> dict:
        return {each["source"]: each for each in self.gateway.status()["limits"]}

    def put(self, path: str, body) -> str:
        return http_json("PUT", self.api + "/api/operator/" + path, body)["message"]

    def rows(self) -> list[dict]:
        with urllib.request.urlopen(self.api + "/api/evidence?format=csv", timeout=20) as answer:
            return list(csv.DictReader(io.StringIO(answer.read().decode())))

    def verified(self) -> dict:
        return http_json("GET", self.api + "/api/evidence/verification")


@pytest.fixture
def site(sluice, tmp_path: Path) -> OrderedSite:
    return OrderedSite(sluice, tmp_path)


def test_a_reduction_is_obeyed_recorded_and_survives_a_kill(site: OrderedSite) -> None:
    # Without a word from the control box its failsafe holds from the start.
    wait_until(lambda: 4000 < site.target_W() <= 6000, "the failsafe of 6 kW holds", patience_s=90)
    site.put("reduction", {"power": "4.2 kW", "for": "1 h"})
    wait_until(lambda: 0 <= site.target_W() <= 4200, "the reduction is obeyed", patience_s=10)
    wait_until(lambda: any(row["effective_after_ms"] for row in site.rows()), "its effect is measured", patience_s=60)
    rows = site.rows()
    order = next(row for row in rows if row["kind"] == "instruction" and row["event"] == "received")
    effect = next(row for row in rows if row["effective_after_ms"])
    assert float(order["limit_W"]) == 4200 and order["scope"] == "controllable"
    assert effect["instruction_id"] == order["instruction_id"]
    assert effect["outcome"] in ("commanded", "already below") and float(effect["floor_W"]) == 4200
    site.kill()
    site.start()
    assert "reduction by § 14a EnWG" in site.limits()
    assert 0 <= site.target_W() <= 4200
    assert site.verified()["intact"]


def test_the_control_box_limits_only_after_a_heartbeat(site: OrderedSite) -> None:
    with pytest.raises(HTTPRefused, match="heartbeat"):
        site.put("import/limit", {"power": "5 kW"})
    http_json("POST", site.api + "/api/operator/import/heartbeat")
    site.put("import/limit", {"power": "5 kW", "for": "1 min"})
    wait_until(lambda: 0 < site.target_W() <= 5000, "the limit holds", patience_s=60)
    assert "operator's limit on consumption (LPC)" in site.limits()
    with pytest.raises(HTTPRefused, match="no such rule"):
        site.put("export/limit", {"power": "5 kW"})
    why = json.dumps(http_json("GET", site.api + "/api/why/1"))
    assert "LPC" in why


def test_no_acknowledged_order_is_lost_whenever_the_gateway_is_killed(site: OrderedSite) -> None:
    """SLUICE_EVIDENCE_KILLS=200 makes the long run of it."""
    chance = random.Random(14)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        deadline = time.monotonic() + chance.uniform(0.02, 0.6)
        while time.monotonic() < deadline:
            power = chance.randrange(3000, 9000)
            site.put("reduction", {"power": f"{power} W"})
            acknowledged.append(power)
        site.kill()
        site.start()
        recorded = [float(row["limit_W"]) for row in site.rows() if row["event"] == "received"]
        # What was ordered but not acknowledged may be there too; nothing acknowledged is missing, and the order is kept.
        remaining = iter(recorded)
        assert all(any(float(power) == found for found in remaining) for power in acknowledged)
        assert site.limits()["reduction by § 14a EnWG"]["import_W"] == recorded[-1] or (
            site.limits()["reduction by § 14a EnWG"]["import_W"] == acknowledged[-1])
    assert site.verified()["intact"]
