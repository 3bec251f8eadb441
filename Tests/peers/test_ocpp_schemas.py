# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Holds the OCPP messages against the JSON schemas of the Python package ocpp, read by the package jsonschema: what Sluice
writes is valid, and Sluice refuses what the schemas refuse."""

import copy
import json
import subprocess
from decimal import Decimal
from pathlib import Path

import jsonschema
import ocpp
import pytest

PROJECT = Path(__file__).resolve().parents[2]
VECTORS = PROJECT / "Tests" / "OCPPTests" / "Vectors"
VERSIONS = {"1.6": ("v16", "ocpp16"), "2.0.1": ("v201", "ocpp201"), "2.1": ("v21", "ocpp21")}


def schema(version: str, message: str) -> dict:
    name = message.removesuffix("Request") if version == "1.6" else message
    path = Path(ocpp.__file__).parent / VERSIONS[version][0] / "schemas" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)


def validator(version: str, message: str) -> jsonschema.Draft6Validator:
    return jsonschema.Draft6Validator(schema(version, message))


def vectors(version: str) -> list[dict]:
    lines = (VECTORS / f"{VERSIONS[version][1]}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line, parse_float=Decimal) for line in lines]


def text(value) -> str:
    # Decimals as they are, not as binary fractions.
    return json.dumps(value, ensure_ascii=False, default=lambda number: float(number))


def checked(sluice_binary: Path, version: str, messages: list[tuple[str, object]]) -> list[dict]:
    lines = [text({"version": version, "message": message, "payload": payload}) for message, payload in messages]
    run = subprocess.run(
        [sluice_binary, "ocpp"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode in (0, 65), run.stderr
    answers = [json.loads(line, parse_float=Decimal) for line in run.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def at(value, path: list):
    for key in path:
        value = value[key]
    return value


def test_the_generated_code_is_what_the_schemas_give():
    folder = Path(ocpp.__file__).parent
    run = subprocess.run(
        [PROJECT / "scripts" / "generate-ocpp", "--check", folder], capture_output=True, text=True, timeout=300, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_is_valid_and_says_the_same(version, sluice_binary):
    lines = vectors(version)
    answers = checked(sluice_binary, version, [(line["message"], line["payload"]) for line in lines])
    for line, answer in zip(lines, answers, strict=True):
        check = validator(version, line["message"])
        assert [error.message for error in check.iter_errors(line["payload"])] == []
        assert [error.message for error in check.iter_errors(answer)] == [], line["message"]
        assert answer == line["payload"], line["message"]


def broken(each: dict, definitions: dict, path: list, payload, seen: set[str]) -> list[tuple[list, object]]:
    """What may be put where, so that the schema refuses it; REMOVE takes the field away. Shared types are broken once."""
    if "$ref" in each:
        name = each["$ref"].removeprefix("#/definitions/")
        if name in seen:
            return [(path, None)]
        seen.add(name)
        each = definitions[name]
    changes = [(path, None), (path, [[]])]
    match each.get("type"):
        case "object":
            if each.get("additionalProperties") is False:
                changes.append(([*path, "notAField"], 1))
            changes += [([*path, name], REMOVE) for name in each.get("required", [])]
            for name, inner in each.get("properties", {}).items():
                if name in at(payload, path):
                    changes += broken(inner, definitions, [*path, name], payload, seen)
        case "array":
            if each.get("minItems"):
                changes.append((path, []))
            if each.get("maxItems", 100) < 30:
                changes.append((path, at(payload, path)[:1] * (each["maxItems"] + 1)))
            changes += broken(each["items"], definitions, [*path, 0], payload, seen)
        case "string":
            changes.append((path, 7))
            if "enum" in each:
                changes.append((path, "NoSuchWord"))
            if "maxLength" in each:
                changes.append((path, "é" * (each["maxLength"] + 1)))
        case "integer" | "number" as kind:
            changes.append((path, "1"))
            changes += [(path, Decimal("0.5"))] if kind == "integer" else []
            changes += [(path, each["minimum"] - 1)] if "minimum" in each else []
            changes += [(path, each["maximum"] + 1)] if "maximum" in each else []
            changes += [(path, Decimal("0.05"))] if "multipleOf" in each else []
        case "boolean":
            changes.append((path, 1))
        case None:
            return []
    return changes


REMOVE = object()


def changed(payload, path: list, value):
    payload = copy.deepcopy(payload)
    if not path:
        return value
    place = at(payload, path[:-1])
    if value is REMOVE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return payload


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_schemas_refuse_is_refused_at_its_place(version, sluice_binary):
    fullest = {line["message"]: line["payload"] for line in vectors(version)}
    cases = []
    seen: set[str] = set()
    for message, payload in fullest.items():
        full = schema(version, message)
        check = jsonschema.Draft6Validator(full)
        for path, value in broken(full, full.get("definitions", {}), [], payload, seen):
            # A whole payload of null stands for none at all on the wire; here it would only say the same as others.
            if path or value is not None:
                wrong = changed(payload, path, value)
                assert not check.is_valid(wrong), (message, path, value)
                cases.append((message, path, value, wrong))
    assert len(cases) > 300
    answers = checked(sluice_binary, version, [(message, wrong) for message, _, _, wrong in cases])
    for (message, path, value, _), answer in zip(cases, answers, strict=True):
        assert answer.keys() == {"code", "description"}, (message, path, value, answer)
        place = path[:-1] if value is REMOVE else path
        dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place).lstrip(".") or "payload"
        # A list that is too long or in a list is named by the list or the item.
        named = answer["description"].split(": ")[0]
        assert named == dotted or named == f"{dotted}[0]", (message, path, value, answer)
