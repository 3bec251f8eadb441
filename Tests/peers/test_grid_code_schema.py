# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Validates every grid code against the published JSON Schema, with a YAML reader that is not ours, and shows that broken
ones fail. Needs PyYAML and jsonschema."""

import copy
import json
import pathlib

import jsonschema
import pytest
import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Grid-Codes"
CODES = sorted(FOLDER.glob("*.yaml"))
SCHEMA = json.loads((FOLDER / "grid-code.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


# What is broken, at which keys of the German code, by which value; None removes the key.
BROKEN = [
    ("unknown key", ["colour"], "red"),
    ("other format", ["format"], 2),
    ("no source", ["enter_service", "delay", "source"], None),
    ("no confidence", ["enter_service", "delay", "confidence"], None),
    ("unknown confidence", ["enter_service", "delay", "confidence"], "sure"),
    ("a bare number", ["enter_service", "delay", "value"], 60),
    ("wrong unit", ["enter_service", "delay", "value"], "60 Hz"),
    ("a window of one", ["enter_service", "frequency", "value"], ["50 Hz"]),
    ("a point of three", ["reactive_power", "volt_var", "value", 0], ["93 %", "30 %", "1 %"]),
    ("a single point", ["reactive_power", "volt_var", "value"], [["93 %", "30 %"]]),
    ("unknown mode", ["reactive_power", "mode", "value"], "volt-var"),
    ("half a short interruption", ["enter_service", "short_delay"], None),
    ("neither slope nor shedding", ["frequency_response", "over", "droop"], None),
    ("a frequency for a voltage", ["trips", 0, "value"], "47 Hz"),
    ("a trip without a time", ["trips", 0, "after"], None),
    ("no trips", ["trips"], None),
]


def broken(code, keys, value):
    code = copy.deepcopy(code)
    place = code
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return code


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert len(CODES) >= 6


@pytest.mark.parametrize("path", CODES, ids=lambda path: path.stem)
def test_a_grid_code_is_valid_and_its_id_is_its_place(path):
    code = load(path)
    assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(code)] == []
    assert code["id"] == path.stem


@pytest.mark.parametrize(("what", "keys", "value"), BROKEN, ids=[each[0] for each in BROKEN])
def test_a_broken_grid_code_fails(what, keys, value):
    assert not VALIDATOR.is_valid(broken(load(FOLDER / "vde-ar-n-4105-2018-11.yaml"), keys, value))
