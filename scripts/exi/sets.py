# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Which schema files make a set of grammars, and where its Swift goes."""

from __future__ import annotations

from dataclasses import dataclass

DSIG = "http://www.w3.org/2000/09/xmldsig#"
COMMON_TYPES = "urn:iso:std:iso:15118:-20:CommonTypes"


@dataclass(frozen=True)
class Part:
    """One payload type: the namespace that names it in tools, its files, its Swift."""

    short: str
    schema: str
    files: tuple[str, ...]
    # Prefix of the names of its Swift enumerations Document and Fragment.
    swift: str


@dataclass(frozen=True)
class Place:
    """Where the types of a namespace go: the room, the Swift enumeration that holds them, the folder in Generated."""

    room: str
    holder: str
    folder: str


DSIG_FILE = "xmldsig-core-schema.xsd"


def din(name: str) -> str:
    return f"din_70121/V2G_CI_{name}.xsd"


def two(name: str) -> str:
    return f"iso15118_2/V2G_CI_{name}.xsd"


def twenty(short: str) -> Part:
    return Part(
        f"iso20:{short}", f"urn:iso:std:iso:15118:-20:{short}",
        (f"iso15118_20/V2G_CI_{short}.xsd", "iso15118_20/V2G_CI_CommonTypes.xsd", DSIG_FILE), short,
    )  # fmt: skip


MESSAGE_FILES = ("MsgDef", "MsgHeader", "MsgBody", "MsgDataTypes")
PARTS = [
    Part("sap", "urn:iso:15118:2:2010:AppProtocol", ("app_protocol/V2G_CI_AppProtocol.xsd",), ""),
    Part("xmldsig", DSIG, (DSIG_FILE,), ""),
    Part("din", "urn:din:70121:2012:MsgDef", (*map(din, MESSAGE_FILES), DSIG_FILE), ""),
    Part("iso2", "urn:iso:15118:2:2013:MsgDef", (*map(two, MESSAGE_FILES), DSIG_FILE), ""),
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
