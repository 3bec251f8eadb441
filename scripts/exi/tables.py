# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Writes the facts of one set as a table: what the interpreter in EXITables reads."""

from __future__ import annotations

import json

from schema import Complex, Name, Particle, SchemaSet, Simple
from sets import Part

MOST_COLUMNS = 118


class Table:
    """Names, simple types and complex types by number. A type is its number; simple ones count -1, -2, …"""

    def __init__(self, part: Part, schema: SchemaSet):
        self.part, self.schema = part, schema
        self.names: dict[Name, int] = {}
        self.simples: dict[str, int] = {}
        self.complexes: dict[int, int] = {}
        self.rows: list[list] = []

    def text(self) -> str:
        documents = [[self.name(e.name), self.type(e.type), int(e.is_abstract)] for e in self.schema.documents()]
        fragments = [
            [self.name(name), None, self.likely(name)] if element is None else [self.name(name), self.type(element.type)]
            for name, element in self.schema.fragments()
        ]
        attributes = [[self.name(name), self.type(simple)] for name, simple in self.schema.attributes()]
        lines = [f'{{"schema": {json.dumps(self.part.schema)}, "set": {json.dumps(self.part.short)},']
        lines += ['"names": ' + self.list([[name.namespace, name.local] for name in self.names]) + ","]
        lines += ['"simple": ' + self.list([json.loads(each) for each in self.simples]) + ","]
        lines += ['"complex": ' + self.list(self.rows) + ","]
        lines += ['"documents": ' + self.list(documents) + ","]
        lines += ['"fragments": ' + self.list(fragments) + ","]
        lines += ['"attributes": ' + self.list(attributes) + "}"]
        return "\n".join(lines)

    def likely(self, name: Name) -> int:
        """Of an element declared with several types: the one that names attributes, for those who give them by name."""
        declared = [e for e in [*self.schema.globals.values(), *self.schema.locals] if e.name == name]
        return self.type(max(declared, key=lambda e: len(e.type.attributes) if isinstance(e.type, Complex) else 0).type)

    @staticmethod
    def list(rows: list) -> str:
        lines = [""]
        for row in rows:
            text = json.dumps(row, separators=(",", ":")) + ","
            if lines[-1] and len(lines[-1]) + len(text) > MOST_COLUMNS:
                lines.append("")
            lines[-1] += text
        return "[\n" + "\n".join(lines).removesuffix(",") + "]"

    def name(self, name: Name) -> int:
        return self.names.setdefault(name, len(self.names))

    def type(self, type: Simple | Complex) -> int:
        if isinstance(type, Simple):
            return -1 - self.simples.setdefault(json.dumps(simple_row(type)), len(self.simples))
        if id(type) not in self.complexes:
            self.complexes[id(type)] = len(self.rows)
            row: list = []
            self.rows.append(row)
            row.append([[self.name(a.name), self.type(a.type), int(a.required)] for a in type.attributes])
            row.append(int(type.mixed))
            row.append(self.type(type.simple) if type.simple else [self.particle(each) for each in type.content])
        return self.complexes[id(type)]

    def particle(self, particle: Particle) -> list:
        if particle.kind == "element":
            inner = [[self.name(e.name), self.type(e.type), int(e.is_abstract)] for e in particle.elements]
        else:
            inner = [self.particle(each) for each in particle.parts]
        return [particle.kind, particle.least, particle.most, inner]


def simple_row(type: Simple) -> list:
    if type.kind == "enumeration":
        return ["enumeration", list(type.words)]
    if type.kind == "integer":
        return [type.coding] if type.coding == "wide" else [type.coding, type.low, type.high]
    if type.kind == "binary":
        return [type.form, -1 if type.most is None else type.most]
    if type.kind == "string":
        return ["string", -1 if type.most is None else type.most]
    return ["boolean"]
