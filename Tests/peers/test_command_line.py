# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Wrong input by hand: every mistake is answered with the culprit, the remedy and an exit code that scripts know."""

import re
import subprocess
from pathlib import Path

import pytest
from running import wait_until

USAGE, UNAVAILABLE, CONFIGURATION = 64, 69, 78

GOOD = """\
site:
  name: Depot
  timezone: Europe/Berlin
  fuse: 63 A
  meter: { profile: eastron/sdm630, at: "tcp://192.0.2.20:502", unit: 1 }
agreement:
  import: 40 kW
  export: 20 kW
evses:
  - id: 1
    charger: { profile: evtec/bidipro-10, at: "tcp://192.0.2.31:502" }
  - id: 2
    phases: L1
    charger: { profile: wallbox/quasar-1, at: "tcp://192.0.2.32:502" }
"""

# What is written in place of what, at which line and column it is found, and the words for culprit and remedy.
MISTAKES = {
    "wrong unit": ("import: 40 kW", "import: 40 kWh", "7:11", ["agreement.import", "kWh", "W, kW"]),
    "missing unit": ("import: 40 kW", "import: 40", "7:11", ["agreement.import", "has no unit", "7.4 kW"]),
    "unknown key": ("  export:", "  exprot:", "8:3", ["“exprot” is not a known key", "export"]),
    "duplicate id": ("- id: 2", "- id: 1", "12:9", ["evses[1].id", "given twice", "line 10"]),
    "duplicate key": ("  fuse: 63 A", "  fuse: 63 A\n  fuse: 35 A", "5:3", ["fuse", "twice"]),
    "no such profile": (
        "wallbox/quasar-1", "wallbox/quasar-9", "14:25", ["wallbox/quasar-9", "did you mean wallbox/quasar-1"]),
    "profile of a meter": (
        "wallbox/quasar-1", "eastron/sdm630", "14:25", ["evses[1].charger.profile", "meter", "charger"]),
    "wire the profile has not": (
        '"tcp://192.0.2.32:502"', '"serial:///dev/ttyUSB0"', "14:47", ["not spoken over a serial line", "tcp"]),
    "limit above the fuse": (
        "  import: 40 kW", "  import: 40 kW\n  import_current: 80 A", "8:19", ["import_current", "63 A"]),
    "agreement the fuse cannot carry": (
        "fuse: 63 A", "fuse: 25 A", "7:11", ["agreement.import", "contradicts", "“site.fuse” at line 4", "25 A"]),
    "reserve that leaves nothing": (
        "  fuse: 63 A", "  fuse: 63 A\n  reserve: 50 kW", "5:12", ["site.reserve", "leaves nothing", "line 8, 40 kW"]),
    "no YAML": ("site:", "site: [", "", []),
}  # fmt: skip


def run(binary: Path, *arguments: object, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [binary, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_good_configuration_is_called_good(sluice_binary: Path, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    code, printed, said = run(sluice_binary, "check", "site.yaml", cwd=tmp_path)
    assert code == 0 and "site.yaml: good: 2 EVSEs" in printed, said


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_at_its_place(sluice_binary: Path, tmp_path: Path, mistake: str) -> None:
    right, wrong, place, words = MISTAKES[mistake]
    assert right in GOOD
    (tmp_path / "site.yaml").write_text(GOOD.replace(right, wrong, 1))
    # `run` refuses to start with what `check` finds.
    for command in (("check", "site.yaml"), ("run", "--config", "site.yaml")):
        code, printed, said = run(sluice_binary, *command, cwd=tmp_path)
        assert code == CONFIGURATION, said
        assert printed == ""
        assert re.search(rf"^site\.yaml:{place or '[0-9]+:[0-9]+'}", said, re.MULTILINE), said
        for word in words:
            assert word in said, said


def test_all_mistakes_are_told_at_once(sluice_binary: Path, tmp_path: Path) -> None:
    text = GOOD.replace("63 A", "63 V").replace("- id: 2", "- id: 1").replace("40 kW", "40")
    (tmp_path / "site.yaml").write_text(text)
    code, _, said = run(sluice_binary, "check", "site.yaml", cwd=tmp_path)
    assert code == CONFIGURATION
    assert [line.split(":")[1] for line in said.splitlines() if line.startswith("site.yaml:")] == ["4", "7", "12"]


# Arguments, exit code, words. No daemon is needed.
ALONE = [
    (["check", "nowhere.yaml"], CONFIGURATION, ["nowhere.yaml", "no such file"]),
    (["status", "--api", "127.0.0.1:1"], UNAVAILABLE, ["No Sluice daemon answers at 127.0.0.1:1", "--api"]),
    (["status", "--api", "nonsense"], USAGE, ["“nonsense”", "HOST:PORT"]),
    (["setpoint", "one", "3kW"], USAGE, ["“one”", "EVSE's id"]),
    (["limit", "sideways", "3kW"], USAGE, ["“sideways”", "import, export"]),
    (["limit", "import"], USAGE, ["sluice limit import 4.2kW"]),
    (["limit", "release", "import"], USAGE, ["“release” alone"]),
    (["why", "one"], USAGE, ["'one'"]),
    (["demo", "--listen", "nonsense"], USAGE, ["“nonsense”", "HOST:PORT"]),
    (["demo", "--for", "3"], USAGE, ["“3” has no unit"]),
    (["profiles", "show", "no/such"], CONFIGURATION, ["no/such", "wallbox/quasar-1"]),
    (["profiles", "check", "nowhere.yaml"], CONFIGURATION, ["nowhere.yaml", "no such file"]),
    (["bench", "charger", "--profile", "no/such"], CONFIGURATION, ["no/such"]),
    (["bench", "charger", "--profile", "eastron/sdm630"], USAGE, ["a meter", "sluice bench meter"]),
    (["bench", "charger", "--profile", "openevse/rapi"], USAGE, ["serial line", "--pty"]),
    (["bench", "charger", "--profile", "wallbox/quasar-1", "--soc", "50"], USAGE, ["“50” has no unit"]),
    (["bench", "charger", "--profile", "wallbox/quasar-1", "--listen", "nonsense"], USAGE, ["“nonsense”", "HOST:PORT"]),
    (["bench", "charger", "--profile", "wallbox/quasar-1", "--listen", "192.0.2.1:5020"], UNAVAILABLE, ["192.0.2.1"]),
    (["bench", "meter", "--profile", "eastron/sdm630", "--include", "nonsense"], USAGE, ["“nonsense”", "http://"]),
]


@pytest.mark.parametrize(("arguments", "code", "words"), ALONE, ids=[" ".join(each[0]) for each in ALONE])
def test_wrong_arguments_are_named(
    sluice_binary: Path, tmp_path: Path, arguments: list[str], code: int, words: list[str]
) -> None:
    found, printed, said = run(sluice_binary, *arguments, cwd=tmp_path)
    assert found == code, said
    assert printed == ""
    for word in words:
        assert word in said, said


# Of a daemon that runs.
ASKED = [
    (["setpoint", "9", "3kW"], ["There is no EVSE 9", "1, 2"]),
    (["setpoint", "1", "-7"], ["“-7” has no unit"]),
    (["setpoint", "1", "much"], ["“much” is not a number"]),
    (["setpoint", "1", "3kW", "--for", "5"], ["“5” has no unit", "15 min"]),
    (["setpoint", "1", "9999999999999kW"], ["9999999999999kW"]),
    (["limit", "import", "-4kW"], ["-4 kW", "4 kW"]),
    (["limit", "export", "4kW", "--for", "2parsecs"], ["parsecs"]),
    (["why", "9"], ["There is no EVSE 9"]),
    (["why", "1", "--at", "yesterday"], ["“yesterday” is not a time"]),
]


def test_what_the_daemon_refuses_is_named(sluice_binary: Path, sluice, tmp_path: Path) -> None:
    demo = sluice("demo", "--listen", "127.0.0.1:0", "--for", "5min")
    wait_until(lambda: demo.get("/api/status")["loop"]["ticks"] > 0, "the demo decides")
    api = demo.api.removeprefix("http://")
    for arguments, words in ASKED:
        code, printed, said = run(sluice_binary, *arguments, "--api", api, cwd=tmp_path)
        assert code == USAGE and printed == "", (arguments, said)
        for word in words:
            assert word in said, (arguments, said)
    for arguments, words in [
        (["setpoint", "1", "-3kW", "--for", "15min"], ["-3 kW for EVSE 1 for 15 min"]),
        (["setpoint", "1", "release"], ["released"]),
        (["limit", "import", "4.2", "kW", "--for", "2h"], ["Limit on import: 4.2 kW"]),
        (["status"], ["Demo Depot", "entered by hand", "Left bay"]),
        (["limit", "release"], ["released"]),
        (["why", "1"], ["EVSE 1"]),
    ]:
        code, printed, said = run(sluice_binary, *arguments, "--api", api, cwd=tmp_path)
        assert code == 0 and said == "", (arguments, said)
        for word in words:
            assert word in printed, (arguments, printed)
    assert demo.end() == 0
    assert not [line for line in demo.said if " error " in line]
