# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The JSON schemas of one version as messages, data types and enumerations."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from names import ENUMS_16, MERGED_16, TYPES_16


class SchemaError(Exception):
    pass


@dataclass
class Enumeration:
    name: str
    words: list[str]


@dataclass
class Value:
    """What a field holds: one of boolean, integer, decimal, tenths, text, dateTime, uri, word, object, any."""

    kind: str
    least: int | None = None
    most: int | None = None
    length: int | None = None
    type: str = ""


@dataclass
class Field:
    name: str
    value: Value
    required: bool
    default: str | None = None
    # Bounds of an array; None for a single value.
    items: tuple[int, int | None] | None = None


@dataclass
class Structure:
    name: str
    fields: list[Field] = field(default_factory=list)


@dataclass
class Message:
    action: str
    request: Structure
    response: Structure | None


class Version:
    def __init__(self, suffix: str, case: str, folder: Path):
        self.suffix, self.case = suffix, case
        self.label = {"16": "1.6", "201": "2.0.1", "21": "2.1"}[suffix]
        self.enumerations: dict[str, Enumeration] = {}
        self.structures: dict[str, Structure] = {}
        self.messages: list[Message] = []
        self.schemas: dict[str, dict] = {}
        for path in sorted(folder.glob("*.json")):
            self.schemas[path.stem] = json.loads(path.read_text(encoding="utf-8-sig"))
        if not self.schemas:
            raise SchemaError(f"{folder} holds no schema")
        parts = {name: self.message_part(name, schema) for name, schema in self.schemas.items()}
        for name in parts:
            if not name.endswith("Response"):
                action = name.removesuffix("Request")
                self.messages.append(Message(action, parts[name], parts.get(action + "Response")))
        self.messages.sort(key=lambda message: message.action)

    def message_part(self, name: str, schema: dict) -> Structure:
        self.definitions = schema.get("definitions", {})
        swift_name = name
        if self.suffix == "16" and not name.endswith("Response"):
            swift_name += "Request"
        return self.structure(swift_name, schema, name)

    def structure(self, swift_name: str, schema: dict, path: str) -> Structure:
        if schema.get("additionalProperties") is not False and swift_name != "CustomDataType":
            raise SchemaError(f"{path}: open to any field")
        required = set(schema.get("required", []))
        unknown = required - schema.get("properties", {}).keys()
        if unknown:
            raise SchemaError(f"{path}: requires {unknown}, which it does not define")
        fields = [
            self.field(name, each, name in required, f"{path}.{name}")
            for name, each in schema.get("properties", {}).items()
        ]
        if len(fields) > 64:
            raise SchemaError(f"{path}: {len(fields)} fields; the reader remembers 64")
        # What is rarely sent comes last: fields are looked for in this order.
        fields.sort(key=lambda each: each.name == "customData")
        return Structure(swift_name, fields)

    def field(self, name: str, schema: dict, required: bool, path: str) -> Field:
        default = schema.get("default")
        default = None if default is None else str(default).lower() if isinstance(default, bool) else str(default)
        if schema.get("type") == "array":
            bounds = (schema.get("minItems", 0), schema.get("maxItems"))
            return Field(name, self.value(schema["items"], path + "[]"), required, default, bounds)
        return Field(name, self.value(schema, path), required, default)

    def value(self, schema: dict, path: str) -> Value:
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            definition = self.definitions[name]
            swift_name = name if name.endswith("Type") else name[0].upper() + name[1:] + "Type"
            if "enum" in definition:
                return self.enumeration(swift_name, definition["enum"], path)
            return self.reference(swift_name, definition, path)
        if "enum" in schema:
            return self.enumeration(self.enum_name(path), schema["enum"], path)
        match schema.get("type"):
            case None:
                return Value("any")
            case "boolean":
                return Value("boolean")
            case "integer":
                return Value("integer", self.whole(schema, "minimum"), self.whole(schema, "maximum"))
            case "number":
                if schema.get("multipleOf") == 0.1:
                    return Value("tenths")
                return Value("decimal", self.whole(schema, "minimum"), self.whole(schema, "maximum"))
            case "string":
                if schema.get("format") == "date-time":
                    return Value("dateTime")
                if schema.get("format") == "uri":
                    return Value("uri")
                if "format" in schema:
                    raise SchemaError(f"{path}: format {schema['format']}")
                return Value("text", length=schema.get("maxLength"))
            case "object":
                return self.reference(self.type_name(path), schema, path)
        raise SchemaError(f"{path}: type {schema.get('type')}")

    def whole(self, schema: dict, key: str) -> int | None:
        bound = schema.get(key)
        if bound is not None and bound != int(bound):
            raise SchemaError(f"{key} {bound} is no whole number")
        return None if bound is None else int(bound)

    def reference(self, name: str, schema: dict, path: str) -> Value:
        structure = self.structure(name, schema, path)
        known = self.structures.setdefault(name, structure)
        if known != structure and name not in MERGED_16:
            raise SchemaError(f"{path}: {name} is defined in two ways")
        return Value("object", type=name)

    def enumeration(self, name: str, words: list[str], path: str) -> Value:
        known = self.enumerations.setdefault(name, Enumeration(name, words))
        if known.words != words:
            if name not in MERGED_16:
                raise SchemaError(f"{path}: {name} is defined in two ways")
            known.words = max(known.words, words, key=len)
        return Value("word", type=name)

    def enum_name(self, path: str) -> str:
        last = path.removesuffix("[]").rsplit(".", 1)[-1]
        if path in ENUMS_16:
            return ENUMS_16[path]
        if path.endswith(".idTagInfo.status"):
            return "AuthorizationStatusEnumType"
        if last in ENUMS_16:
            return ENUMS_16[last]
        raise SchemaError(f"{path}: an enumeration without a name in names.py")

    def type_name(self, path: str) -> str:
        last = path.removesuffix("[]").rsplit(".", 1)[-1]
        if last not in TYPES_16:
            raise SchemaError(f"{path}: a data type without a name in names.py")
        return TYPES_16[last]
