# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Runs the sweeps of one grid code from the command line and reads what they wrote with readers that are not ours."""

import csv
import subprocess
import xml.etree.ElementTree as ElementTree


def test_a_sweep_writes_a_table_and_for_each_function_csv_and_a_chart(sluice_binary, tmp_path):
    command = [sluice_binary, "bench", "sweep", "--grid-code", "g99-1", "--out", tmp_path / "out"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert "P(f), delivering 50 %" in run.stdout
    assert "defaults to be confirmed" in run.stdout
    tables = sorted((tmp_path / "out").glob("*.csv"))
    assert [table.name for table in tables] == ["g99-1-pf-charging.csv", "g99-1-pf-delivering.csv"]
    for table in tables:
        rows = list(csv.DictReader(table.open(encoding="utf-8")))
        assert len(rows) == 101
        assert all(abs(float(row["expected_percent"]) - float(row["measured_percent"])) < 0.1 for row in rows)
        chart = ElementTree.parse(table.with_suffix(".svg")).getroot()
        dots = chart.findall(".//{http://www.w3.org/2000/svg}circle")
        assert len(dots) == len(rows) + 1, "one for each point and one in the legend"
    summary = (tmp_path / "out" / "sweeps.md").read_text(encoding="utf-8")
    assert run.stdout.strip() in summary
    assert all(f"({table.stem}.svg)" in summary for table in tables)


def test_an_unknown_grid_code_is_named_with_its_likeness(sluice_binary):
    command = [sluice_binary, "bench", "sweep", "--grid-code", "g98-1"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 78
    assert "did you mean g99-1?" in run.stderr
