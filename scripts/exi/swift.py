# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Names and types of Swift for names and types of a schema."""

from __future__ import annotations

import re

from schema import Name, Simple

KEYWORDS = {
    "as", "break", "case", "catch", "class", "continue", "default", "defer", "do", "else", "enum", "extension", "for",
    "func", "guard", "if", "import", "in", "init", "is", "let", "operator", "protocol", "repeat", "return", "self",
    "static", "struct", "switch", "throw", "true", "try", "var", "where", "while", "none",
}  # fmt: skip
# Words at the start of a name that read as one word when they are written small.
LEADING = ("EVSE", "EVCC", "EVPC", "EVRESS", "SECC", "EV", "SAP", "SA", "SD", "PD", "OEM", "CPS", "AC", "DC", "BPT", "GA")


def type_name(name: Name) -> str:
    """The schema's word, with a capital, without the “Type” that many of them end with."""
    local = name.local.removesuffix("Type")
    return local[0].upper() + local[1:]


def member_name(local: str) -> str:
    """The schema's word with its first word small: EVSEProcessing is evseProcessing, DC_EVStatus is dc_EVStatus."""
    word = re.sub(r"[^0-9A-Za-z]+", "_", local)
    head, underscore, rest = word.partition("_")
    if head.isupper() or head.isdigit():
        text = head.lower() + underscore + rest
    else:
        lead = next((each for each in LEADING if re.match(each + "[A-Z]", head)), None)
        if lead is None:
            run = re.match("[A-Z]*", head).group()
            lead = run if len(run) <= 1 else run[:-1]
        text = lead.lower() + word[len(lead) :]
    if text[0].isdigit():
        text = "_" + text
    return f"`{text}`" if text in KEYWORDS else text


INTEGER_TYPES = {
    "byte": "Int8", "short": "Int16", "int": "Int32", "long": "Int64", "unsignedByte": "UInt8",
    "unsignedShort": "UInt16", "unsignedInt": "UInt32", "unsignedLong": "UInt64",
}  # fmt: skip


def simple_type(type: Simple) -> str:
    match type.kind:
        case "string":
            return "String"
        case "binary":
            return "[UInt8]"
        case "boolean":
            return "Bool"
        case "enumeration":
            return type_name(type.name)
        case _:
            return "WideInteger" if type.coding == "wide" else INTEGER_TYPES[type.form]


def most(type: Simple) -> str:
    return ".max" if type.most is None else str(type.most)


def bounds(type: Simple) -> str:
    """Int64.min has no literal without overflow of its magnitude."""
    return ", ".join(".min" if each == -(2**63) else str(each) for each in (type.low, type.high))


class SimpleCoding:
    """The calls that read and write a simple type; `suffix` is Element for an element, empty for an attribute."""

    def __init__(self, string_names: dict[Name, int]):
        self.string_names = string_names

    def read(self, type: Simple, name: Name, suffix: str = "Element") -> str:
        swift = simple_type(type)
        match type.kind:
            case "string":
                return f"try input.string{suffix}({self.string_names[name]}, {most(type)})"
            case "binary":
                return f"try input.binary{suffix}({most(type)})"
            case "boolean":
                return f"try input.boolean{suffix}()"
            case "enumeration":
                return f"try input.enumeration{suffix}({type.width}) as {swift}"
        match type.coding:
            case "wide":
                return f"try input.wideInteger{suffix}()"
            case "ranged":
                call = f"try input.ranged{suffix}({type.width}, {bounds(type)})"
            case _:
                call = f"try input.{type.coding}{suffix}({bounds(type)})"
        return call if swift in ("Int64", "UInt64") else f"{swift}(truncatingIfNeeded: {call})"

    def write(self, type: Simple, value: str, suffix: str = "Element") -> str:
        match type.kind:
            case "string" | "binary":
                return f"try output.{type.kind}{suffix}({value}, {most(type)})"
            case "boolean":
                return f"output.boolean{suffix}({value})"
            case "enumeration":
                return f"output.enumeration{suffix}({value}, {type.width})"
        swift = simple_type(type)
        match type.coding:
            case "wide":
                return f"try output.wideInteger{suffix}({value})"
            case "ranged":
                wide = value if swift == "Int64" else f"Int64({value})"
                return f"try output.ranged{suffix}({wide}, {type.width}, {bounds(type)})"
            case "unsigned":
                wide = value if swift == "UInt64" else f"UInt64({value})"
            case _:
                wide = value if swift == "Int64" else f"Int64({value})"
        return f"try output.{type.coding}{suffix}({wide}, {bounds(type)})"
