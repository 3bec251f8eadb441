# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""A least and a fullest instance of every message, one JSON line each: what the tests read and write again."""

import json

from schema import Field, Structure, Value, Version

# Words of different bytes, so that length is counted in characters and escapes are needed somewhere.
TEXTS = ["Sluice", "Zähler 1", "a/b \"c\"", "日本", "x\\y", "0123456789"]


class Maker:
    def __init__(self, version: Version):
        self.version = version
        self.count = 0

    def next(self, modulus: int) -> int:
        self.count += 1
        return self.count % modulus

    def structure(self, each: Structure, full: bool) -> dict:
        return {field.name: self.field(field, full) for field in each.fields if full or field.required}

    def field(self, each: Field, full: bool):
        if each.items is None:
            return self.value(each.value, full)
        least, most = each.items
        count = max(least, min(2, most or 2)) if full else max(least, 1)
        return [self.value(each.value, full) for _ in range(count)]

    def value(self, each: Value, full: bool):
        match each.kind:
            case "boolean":
                return self.next(2) == 0
            case "integer":
                return self.number(each, [0, 7, 300, 2_147_483_647, -5])
            case "decimal":
                return self.number(each, [0, 11, 16.5, 0.125, -7360, 3.000001])
            case "tenths":
                return [0, 16, 6.5, 32.1, 11040.3][self.next(5)]
            case "text":
                return self.text(each.length)
            case "dateTime":
                return ["2026-03-29T01:00:00+02:00", "2024-02-29T23:59:59.999Z", "2030-12-31T12:00:00.250Z"][self.next(3)]
            case "uri":
                return ["ftp://user@192.0.2.1:21/logs/", "https://csms.example/fw?id=1#a"][self.next(2)]
            case "word":
                words = self.version.enumerations[each.type].words
                return words[self.next(len(words))]
            case "object":
                if each.type == "CustomDataType":
                    return {"vendorId": "org.example", "own": [1, {"deep": None}]} if full else {"vendorId": ""}
                return self.structure(self.version.structures[each.type], full)
            case "any":
                return {"any": [True, None, "x", 1.5]} if full else "text"

    def number(self, each: Value, candidates: list):
        least = float("-inf") if each.least is None else each.least
        most = float("inf") if each.most is None else each.most
        allowed = [each for each in candidates + [least, most] if least <= each <= most and abs(each) != float("inf")]
        return allowed[self.next(len(allowed))]

    def text(self, length: int | None) -> str:
        text = TEXTS[self.next(len(TEXTS))]
        if length is None:
            return text
        # Up to the last character where that keeps the file small.
        return (text * length)[:length] if length <= 40 else text[:length]


def vectors(version: Version) -> str:
    maker = Maker(version)
    lines = []
    for message in version.messages:
        for part in (message.request, message.response):
            if part is None:
                continue
            for full in (False, True):
                line = {"message": part.name, "payload": maker.structure(part, full)}
                lines.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
    return "\n".join(dict.fromkeys(lines)) + "\n"
