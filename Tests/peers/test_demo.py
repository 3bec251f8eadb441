# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""What a newcomer sees first: `sluice demo` shows power both ways under the agreement, and Ctrl-C ends it well."""

import re
import signal
from pathlib import Path

from running import wait_until

IMPORT_KW, EXPORT_KW = 16.0, 8.0
CONNECTION_POINT = re.compile(r"^Connection point\s+([\d.]+) kW (import|export)", re.MULTILINE)
ROW = re.compile(r"^\d (?:Left|Right) bay .*?(-?[\d.]+) kW +(-?[\d.]+) kW", re.MULTILINE)


def test_the_demo_shows_power_both_ways_under_the_agreement(sluice, tmp_path: Path) -> None:
    screen = tmp_path / "screen"
    with screen.open("w") as output:
        demo = sluice("demo", "--listen", "127.0.0.1:0", stdout=output)

        def shown() -> str:
            # The last character may not be written to its end.
            return screen.read_text(encoding="utf-8", errors="ignore")

        def powers() -> list[float]:
            return [float(power) for power, _ in ROW.findall(shown())]

        wait_until(lambda: max(powers(), default=0) > 3, "a car charges", patience_s=60)
        wait_until(lambda: min(powers(), default=0) < -3, "a car feeds the site", patience_s=60)
        wait_until(lambda: "the export limit holds them" in shown(), "both are asked for 11 kW", patience_s=60)
        wait_until(lambda: demo.get("/api/status")["connection_point"]["power_W"] < -5_000, "they feed the grid")
        recorder = demo.get("/bench")["recorder"]
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(timeout=30) == 0

    pictures = CONNECTION_POINT.findall(shown())
    assert len(pictures) > 10
    for power, direction in pictures:
        assert float(power) <= (IMPORT_KW if direction == "import" else EXPORT_KW)
    # The simulated grid measures between the pictures, too.
    assert recorder["maximum_import_W"] <= IMPORT_KW * 1_000 and recorder["maximum_export_W"] <= EXPORT_KW * 1_000
    for _, target in ROW.findall(shown()):
        assert -22 <= float(target) <= 22
    assert demo.said[-1] == "The demo has ended."
    assert not [line for line in demo.said if " error " in line]


def test_the_demo_ends_by_itself(sluice) -> None:
    demo = sluice("demo", "--listen", "127.0.0.1:0", "--for", "2 s")
    assert demo.process.wait(timeout=60) == 0
