# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Which schemas make a set of grammars, and where its Swift goes."""

from __future__ import annotations

from dataclasses import dataclass

DSIG = "http://www.w3.org/2000/09/xmldsig#"
COMMON_TYPES = "urn:iso:std:iso:15118:-20:CommonTypes"


@dataclass(frozen=True)
class Part:
    """One payload type: the namespace that names it in tools, those its grammars are made of, its Swift."""

    short: str
    schema: str
    namespaces: tuple[str, ...]
    # Prefix of the names of its Swift enumerations Document and Fragment.
    swift: str


@dataclass(frozen=True)
class Place:
    """Where the types of a namespace go: the room, the Swift enumeration that holds them, the folder in Generated."""

    room: str
    holder: str
    folder: str


def twenty(short: str) -> Part:
    namespace = f"urn:iso:std:iso:15118:-20:{short}"
    return Part(f"iso20:{short}", namespace, (namespace, COMMON_TYPES, DSIG), short)


MESSAGE_SCHEMAS = ("MsgDef", "MsgHeader", "MsgBody", "MsgDataTypes")
DIN = [f"urn:din:70121:2012:{each}" for each in MESSAGE_SCHEMAS]
TWO = [f"urn:iso:15118:2:2013:{each}" for each in MESSAGE_SCHEMAS]
APP_PROTOCOL = "urn:iso:15118:2:2010:AppProtocol"
PARTS = [
    Part("sap", APP_PROTOCOL, (APP_PROTOCOL,), ""),
    Part("xmldsig", DSIG, (DSIG,), ""),
    Part("din", DIN[0], (*DIN, DSIG), ""),
    Part("iso2", TWO[0], (*TWO, DSIG), ""),
    *map(twenty, ("CommonMessages", "AC", "DC", "ACDP", "WPT")),
]


def place(namespace: str) -> Place:
    short = namespace.rpartition(":")[2]
    if namespace == DSIG:
        return Place("EXI", "XMLSignature", "XMLSignature")
    if namespace.endswith("AppProtocol"):
        return Place("EXI", "AppProtocol", "AppProtocol")
    if namespace.startswith("urn:din:"):
        return Place("EXIDIN", "DIN", short)
    if namespace.startswith("urn:iso:15118:2:"):
        return Place("EXIISO2", "ISO2", short)
    return Place("EXIISO20", "ISO20", short)
