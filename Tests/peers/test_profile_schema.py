# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Validates every firmware profile against the published JSON Schema, with a YAML reader that is not ours, and shows
that broken profiles fail. Needs PyYAML and jsonschema; runs under pytest or by itself (python3 -m unittest)."""

import copy
import json
import pathlib
import unittest

import jsonschema
import yaml

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Firmware-Profiles"
PROFILES = sorted(FOLDER.glob("*/*.yaml"))


def as_json(value):
    """JSON knows only text as keys; profiles use raw values as keys of `states` and `labels`."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value


def load(path):
    return as_json(yaml.safe_load(path.read_text(encoding="utf-8")))


SCHEMA = json.loads((FOLDER / "profile.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# What is broken, in which profile, at which keys, by which value; None removes the key.
BROKEN = [
    ("unknown key", "wallbox/quasar-1", ["colour"], "red"),
    ("other format", "wallbox/quasar-1", ["format"], 2),
    ("no kind", "wallbox/quasar-1", ["kind"], None),
    ("charger part in a meter", "wallbox/quasar-1", ["kind"], "meter"),
    ("charger without its part", "wallbox/quasar-1", ["charger"], None),
    ("address out of range", "wallbox/quasar-1", ["points", "power", "address"], 65536),
    ("unknown type", "wallbox/quasar-1", ["points", "power", "type"], "i17"),
    ("unknown role", "wallbox/quasar-1", ["points", "power", "role"], "watts"),
    ("unknown state", "wallbox/quasar-1", ["points", "state", "states", "1"], "busy"),
    ("text without a length", "wallbox/quasar-1", ["points", "part_number", "registers"], None),
    ("number with a length", "wallbox/quasar-1", ["points", "power", "registers"], 1),
    ("missing unit", "wallbox/quasar-1", ["timing", "poll"], 5),
    ("wrong unit", "wallbox/quasar-1", ["charger", "ratings", "charge"], "7.4 kVA"),
    ("negative rating", "wallbox/quasar-1", ["charger", "ratings", "discharge"], "-7.4 kW"),
    ("no setpoint command", "wallbox/quasar-1", ["charger", "commands", "set_power"], []),
    ("step with two actions", "wallbox/quasar-1", ["charger", "commands", "release", 0, "pause"], "1 s"),
    ("condition without a test", "wallbox/quasar-1", ["points", "soc", "valid_when", "one_of"], None),
    ("watchdog without a time-out", "wallbox/quasar-1", ["charger", "watchdog", "timeout"], None),
    ("no watchdog that has one", "wallbox/quasar-1", ["charger", "watchdog", "kind"], "none"),
    ("points in a telegram", "dsmr/p1-v5", ["points"], {"power": {"address": 1, "type": "u16"}}),
    ("telegram without a format", "dsmr/p1-v5", ["transport", "serial"], None),
    ("Modbus without points", "eastron/sdm630", ["points"], None),
]


def broken(profile, keys, value):
    profile = copy.deepcopy(profile)
    place = profile
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    return profile


class ProfileSchemaTests(unittest.TestCase):
    def test_the_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_every_profile_is_valid(self):
        self.assertGreaterEqual(len(PROFILES), 10)
        for path in PROFILES:
            with self.subTest(path=path.name):
                errors = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(load(path))]
                self.assertEqual(errors, [])

    def test_the_id_is_the_place(self):
        for path in PROFILES:
            self.assertEqual(load(path)["id"], f"{path.parent.name}/{path.stem}")

    def test_broken_profiles_fail(self):
        for what, name, keys, value in BROKEN:
            with self.subTest(what=what):
                profile = broken(load(FOLDER / f"{name}.yaml"), keys, value)
                self.assertFalse(VALIDATOR.is_valid(profile))


if __name__ == "__main__":
    unittest.main()
