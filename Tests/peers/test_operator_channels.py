# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The channels of flexible capacity and of operating envelopes, and limits entered by hand: over HTTP and the command
line, recorded, and still there after a restart."""

import datetime
import re
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from gateway import Gateway
from running import HTTPRefused, http_json, wait_until

SITE = """
site: { name: Channels, timezone: Europe/Berlin, fuse: 63 A, meter: { profile: eastron/sdm630, at: "simulated:?load=500 W" } }
agreement:
  import: 4 kW
  export: 2 kW
  flexible: { import: 8 kW, silent_after: 1 h }
  operating_envelope: { default_import: 9 kW, default_export: 1.5 kW }
  relays: { wired: [W4] }
  section_14a: {}
evses:
  - { id: 1, charger: { profile: evtec/bidipro-10, at: "simulated:?soc=40%&capacity=60kWh" } }
api: { listen: "127.0.0.1:0" }
journal: { file: "%s", retention: 800 d, space: 64 MB }
"""


class Site:
    def __init__(self, sluice, tmp_path: Path):
        self.sluice, self.tmp_path = sluice, tmp_path
        self.start()

    def start(self) -> None:
        self.gateway = Gateway(
            self.sluice, self.tmp_path / "site.yaml", SITE.replace("%s", str(self.tmp_path / "journal.sqlite")))
        self.gateway.wait_until_ready()

    def restart(self) -> None:
        self.gateway.running.end()
        self.start()

    def say(self, method: str, path: str, body=None):
        return http_json(method, f"{self.gateway.api}/api/operator/{path}", body)

    def import_W(self, source: str) -> float | None:
        limits = self.gateway.status()["limits"]
        found = [each["import_W"] for each in limits if each["source"] == source and "import_W" in each]
        return min(found) if found else None

    def record(self) -> str:
        with urllib.request.urlopen(f"{self.gateway.api}/api/evidence?format=csv") as answer:
            return answer.read().decode()


@pytest.fixture
def site(sluice, tmp_path: Path) -> Site:
    return Site(sluice, tmp_path)


def number(answer: dict) -> int:
    return int(re.search(r"instruction (\d+)", answer["message"])[1])


def test_flexible_capacity_is_permitted_withdrawn_and_cancelled(site: Site) -> None:
    assert site.say("GET", "flexible")["import_W"] == 4000
    permission = site.say("POST", "flexible/permissions", {"import": "5 kW", "for": "10 min"})
    wait_until(lambda: site.say("GET", "flexible")["import_W"] == 9000, "the permission counts", 5)
    withdrawal = site.say("POST", "flexible/withdrawals", {"import": "1 kW", "for": "1 h"})
    wait_until(lambda: site.say("GET", "flexible")["import_W"] == 5000, "the withdrawal counts", 5)
    soon = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    later = site.say("POST", "flexible/withdrawals", {"start": soon, "for": "1 h"})
    site.restart()
    kept = {each["instruction"] for each in site.say("GET", "flexible")["withdrawals"]}
    assert kept == {number(withdrawal), number(later)}
    assert site.say("GET", "flexible")["import_W"] == 4000, "a permission does not survive"
    site.say("DELETE", f"flexible/instructions/{number(withdrawal)}")
    with pytest.raises(HTTPRefused, match="no such instruction"):
        site.say("DELETE", f"flexible/instructions/{number(permission)}")
    with pytest.raises(HTTPRefused, match="its time is over"):
        site.say("POST", "flexible/withdrawals", {"start": "2020-01-01T00:00:00Z", "for": "1 h"})
    assert "what a withdrawal leaves" in site.record()


def test_envelopes_are_created_listed_and_cancelled_and_outlive_a_restart(site: Site) -> None:
    first = site.say("POST", "envelope/controls", {"import": "3 kW", "export": "1 kW", "for": "1 h", "primacy": "3"})
    wait_until(lambda: site.import_W("operating envelope") == 3000, "the envelope holds", 5)
    second = site.say("POST", "envelope/controls", {"import": "2 kW", "for": "1 h", "primacy": "1"})
    wait_until(lambda: site.import_W("operating envelope") == 2000, "the lower primacy counts", 5)
    site.say("PUT", "envelope/default", {"import": "6 kW"})
    site.restart()
    listed = site.say("GET", "envelope")
    assert listed["default"] == {"import_W": 6000}
    assert {each["instruction"]: each["state"] for each in listed["controls"]} == {
        number(first): "active", number(second): "active"}  # fmt: skip
    for each in (first, second):
        site.say("DELETE", f"envelope/controls/{number(each)}")
    wait_until(lambda: site.import_W("default operating envelope") == 6000, "the default holds", 5)
    with pytest.raises(HTTPRefused, match="bounds nothing"):
        site.say("POST", "envelope/controls", {"for": "1 h"})
    with pytest.raises(HTTPRefused, match="whole number from 0 to 255"):
        site.say("POST", "envelope/controls", {"import": "1 kW", "for": "1 h", "primacy": "256"})


def test_a_limit_entered_by_hand_is_recorded_and_outlives_a_restart(site: Site, sluice_binary: Path) -> None:
    def command(*words: str) -> str:
        api = site.gateway.api.removeprefix("http://")
        done = subprocess.run(
            [sluice_binary, *words, "--api", api], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    command("limit", "import", "1.2kW", "--for", "30min")
    command("limit", "export", "500W", "--for", "6s")
    assert site.import_W("entered by hand") == 1200
    command("operator", "envelope", "control", "--export", "700W", "--for", "20min")
    assert '"export_W":700' in command("operator", "envelope", "list")
    command("operator", "flexible", "withdraw", "--for", "2h")
    assert '"leaves_import_W":0' in command("operator", "flexible", "list")
    site.restart()
    by_hand = [each for each in site.gateway.status()["limits"] if each["source"] == "entered by hand"]
    kept = next(each for each in by_hand if "import_W" in each)
    assert kept["import_W"] == 1200
    assert 1500 < kept["expires_in_s"] < 1800
    wait_until(lambda: "by hand, ended" in site.record() or "entered by hand, ended" in site.record(), "its end is recorded", 20)
    command("limit", "release")
    assert "entered by hand" not in site.gateway.sources_of_limits()
    record = site.record()
    assert "by hand" in record and "expired" in record and "released" in record
    assert http_json("GET", f"{site.gateway.api}/api/evidence/verification")["intact"]


def test_a_rule_that_nobody_speaks_to_is_named(site: Site) -> None:
    assert site.gateway.words("agreement.flexible", "orders come over the local API")
    site.say("POST", "envelope/heartbeat")
    site.gateway.wait_for_words("relays: never reported since the start: W4", patience_s=60)
    time.sleep(1)
    assert site.gateway.words("flexible: the operator has not been heard since the start")
    assert not site.gateway.words("operating_envelope: the server has not been heard")
