# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Reads the XML schemas of V2G messages into facts: names, simple types, content models."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

XSD = "{http://www.w3.org/2001/XMLSchema}"
# Ranges of at most this many values are written in a fixed number of bits (W3C EXI 1.0, 7.1.9).
MOST_FIXED = 4096
UNBOUNDED = -1
INTEGERS = {
    "byte": (-(2**7), 2**7 - 1), "short": (-(2**15), 2**15 - 1), "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1), "unsignedByte": (0, 2**8 - 1), "unsignedShort": (0, 2**16 - 1),
    "unsignedInt": (0, 2**32 - 1), "unsignedLong": (0, 2**64 - 1), "integer": (None, None),
}  # fmt: skip
STRINGS = {"string", "anyURI", "ID", "IDREF", "NCName", "token", "normalizedString"}
FACETS_READ = {"enumeration", "maxLength", "minLength", "length", "minInclusive", "maxInclusive"}


class SchemaError(Exception):
    """The schema uses something this generator does not know."""


@dataclass(frozen=True, order=True)
class Name:
    """Sorts as EXI sorts: by local name, then by namespace."""

    local: str
    namespace: str


@dataclass
class Simple:
    """kind: string, binary (form hex or base64), boolean, enumeration, integer (form is the base in the schema)."""

    kind: str
    form: str = ""
    most: int | None = None
    low: int | None = None
    high: int | None = None
    words: tuple[str, ...] = ()
    name: Name | None = None

    @property
    def coding(self) -> str:
        """How EXI writes an integer: ranged, unsigned, signed or wide."""
        if self.low is None or self.high is None:
            return "wide"
        if self.high - self.low + 1 <= MOST_FIXED:
            return "ranged"
        return "unsigned" if self.low >= 0 else "signed"

    @property
    def width(self) -> int:
        count = len(self.words) if self.kind == "enumeration" else self.high - self.low + 1
        return (count - 1).bit_length()


@dataclass
class Attribute:
    name: Name
    type: Simple
    required: bool


@dataclass
class Complex:
    name: Name
    abstract: bool = False
    mixed: bool = False
    attributes: list[Attribute] = field(default_factory=list)
    content: list["Particle"] = field(default_factory=list)
    simple: Simple | None = None
    base: "Complex | None" = None

    def derives_from(self, local: str) -> bool:
        return self.name.local == local or (self.base is not None and self.base.derives_from(local))


@dataclass
class Element:
    name: Name
    type: Simple | Complex
    abstract: bool = False
    substitutes: Name | None = None

    @property
    def is_abstract(self) -> bool:
        return self.abstract or (isinstance(self.type, Complex) and self.type.abstract)


@dataclass
class Particle:
    """kind: element (with all elements that may stand for it, in EXI's order), choice, sequence, any."""

    kind: str
    least: int
    most: int
    elements: list[Element] = field(default_factory=list)
    parts: list["Particle"] = field(default_factory=list)
    head: Name | None = None


class SchemaSet:
    """The schema files that make one set of grammars; a file more or less changes the codes of documents."""

    def __init__(self, files: list[Path]):
        # Kept alive, because nodes are told apart by their identity.
        self.roots = []
        self.prefixes = {}
        self.top: dict[tuple[str, Name], tuple[ElementTree.Element, ElementTree.Element]] = {}
        self.types: dict[int, Simple | Complex] = {}
        self.globals: dict[Name, Element] = {}
        self.locals: list[Element] = []
        for file in files:
            self.load(file)
        for kind, name in self.top:
            if kind == "element":
                self.global_element(name)
        self.substitutions = {
            head: sorted((each for each in self.globals.values() if self.stands_for(each, head)), key=lambda e: e.name)
            for head in self.globals
        }
        for kind, name in self.top:
            if kind in ("complexType", "simpleType"):
                self.named_type(name)
        for element in list(self.globals.values()):
            self.resolve(element)

    # --- Files ---

    def load(self, file: Path) -> None:
        prefixes = {}
        for event, item in ElementTree.iterparse(file, events=("start-ns", "start")):
            if event == "start-ns":
                prefixes[item[0]] = item[1]
        root = ElementTree.parse(file).getroot()
        self.roots.append(root)
        self.prefixes[id(root)] = prefixes
        namespace = root.get("targetNamespace")
        for node in root:
            if node.tag in (XSD + "element", XSD + "complexType", XSD + "simpleType"):
                self.top[node.tag.removeprefix(XSD), Name(node.get("name"), namespace)] = (node, root)
            elif node.tag not in (XSD + "import", XSD + "annotation"):
                raise SchemaError(f"{file}: top-level {node.tag} is not known here")

    def qualified(self, text: str, root: ElementTree.Element) -> Name:
        prefix, _, local = text.rpartition(":")
        return Name(local, self.prefixes[id(root)].get(prefix, ""))

    # --- Elements ---

    def global_element(self, name: Name) -> Element:
        if name not in self.globals:
            node, root = self.top["element", name]
            head = node.get("substitutionGroup")
            self.globals[name] = Element(
                name, None, node.get("abstract") == "true", self.qualified(head, root) if head else None
            )
        return self.globals[name]

    def stands_for(self, element: Element, head: Name) -> bool:
        if element.name == head:
            return True
        return element.substitutes is not None and self.stands_for(self.globals[element.substitutes], head)

    def resolve(self, element: Element) -> None:
        if element.type is None:
            node, root = self.top["element", element.name]
            element.type = self.type_of(node, root, element.name)

    def type_of(self, node: ElementTree.Element, root: ElementTree.Element, name: Name) -> Simple | Complex:
        if node.get("type"):
            return self.type_named(self.qualified(node.get("type"), root))
        for child in node:
            if child.tag == XSD + "complexType":
                return self.complex_type(child, root, name)
            if child.tag == XSD + "simpleType":
                return self.simple_type(child, root, None)
        raise SchemaError(f"element {name} has no type")

    # --- Types ---

    def type_named(self, name: Name) -> Simple | Complex:
        if name.namespace == XSD[1:-1]:
            return builtin(name.local)
        return self.named_type(name)

    def named_type(self, name: Name) -> Simple | Complex:
        for kind in ("complexType", "simpleType"):
            if (kind, name) in self.top:
                node, root = self.top[kind, name]
                build = self.complex_type if kind == "complexType" else self.simple_type
                return self.types.get(id(node)) or build(node, root, name)
        raise SchemaError(f"no type {name}")

    def simple_type(self, node: ElementTree.Element, root: ElementTree.Element, name: Name | None) -> Simple:
        restriction = node.find(XSD + "restriction")
        if restriction is None:
            raise SchemaError(f"simple type {name}: only restrictions are known here")
        base = self.type_named(self.qualified(restriction.get("base"), root))
        facets = {}
        for facet in restriction:
            kind = facet.tag.removeprefix(XSD)
            if kind == "annotation":
                continue
            if kind not in FACETS_READ:
                raise SchemaError(f"simple type {name}: facet {kind} is not known here")
            facets.setdefault(kind, []).append(facet.get("value"))
        if "enumeration" in facets:
            made = Simple("enumeration", words=tuple(facets["enumeration"]), name=name)
        else:
            most = facets.get("length", facets.get("maxLength", [None]))[0]
            made = Simple(
                base.kind, base.form, int(most) if most else base.most,
                int(facets["minInclusive"][0]) if "minInclusive" in facets else base.low,
                int(facets["maxInclusive"][0]) if "maxInclusive" in facets else base.high, base.words, base.name or name,
            )  # fmt: skip
        self.types[id(node)] = made
        return made

    def complex_type(self, node: ElementTree.Element, root: ElementTree.Element, name: Name) -> Complex:
        if id(node) in self.types:
            return self.types[id(node)]
        made = Complex(name, node.get("abstract") == "true", node.get("mixed") == "true")
        self.types[id(node)] = made
        derived = node.find(f"{XSD}complexContent/{XSD}extension")
        simple = node.find(f"{XSD}simpleContent/{XSD}extension")
        body = derived if derived is not None else simple if simple is not None else node
        if derived is not None:
            made.base = self.type_named(self.qualified(derived.get("base"), root))
            made.attributes += made.base.attributes
            made.content += made.base.content
            made.mixed = made.mixed or made.base.mixed
        if simple is not None:
            made.simple = self.type_named(self.qualified(simple.get("base"), root))
        for child in body:
            kind = child.tag.removeprefix(XSD)
            if kind == "attribute":
                made.attributes.append(self.attribute(child, root))
            elif kind in ("sequence", "choice"):
                part = self.particle(child, root)
                inline = part.kind == "sequence" and (part.least, part.most) == (1, 1)
                made.content += part.parts if inline else [part]
            elif kind not in ("annotation", "complexContent", "simpleContent"):
                raise SchemaError(f"complex type {name}: {kind} is not known here")
        made.attributes.sort(key=lambda each: each.name)
        return made

    def attribute(self, node: ElementTree.Element, root: ElementTree.Element) -> Attribute:
        qualified = node.get("form", root.get("attributeFormDefault", "unqualified")) == "qualified"
        name = Name(node.get("name"), root.get("targetNamespace") if qualified else "")
        return Attribute(name, self.type_named(self.qualified(node.get("type"), root)), node.get("use") == "required")

    # --- Content ---

    def particle(self, node: ElementTree.Element, root: ElementTree.Element) -> Particle:
        least = int(node.get("minOccurs", "1"))
        most = UNBOUNDED if node.get("maxOccurs") == "unbounded" else int(node.get("maxOccurs", "1"))
        kind = node.tag.removeprefix(XSD)
        if kind == "any":
            return Particle("any", least, most)
        if kind == "element":
            return self.element_particle(node, root, least, most)
        made = Particle(kind, least, most)
        for child in node:
            if child.tag == XSD + "annotation":
                continue
            part = self.particle(child, root)
            if part.kind == kind == "sequence" and (part.least, part.most) == (1, 1):
                made.parts += part.parts
            else:
                made.parts.append(part)
        if kind == "sequence" and len(made.parts) == 1 and (made.parts[0].least, made.parts[0].most) == (1, 1):
            made.parts[0].least, made.parts[0].most = least, most
            return made.parts[0]
        return made

    def element_particle(self, node: ElementTree.Element, root: ElementTree.Element, least: int, most: int) -> Particle:
        if node.get("ref"):
            head = self.qualified(node.get("ref"), root)
            members = self.substitutions[head]
            for each in members:
                self.resolve(each)
            return Particle("element", least, most, list(members), head=head if len(members) > 1 else None)
        qualified = node.get("form", root.get("elementFormDefault", "unqualified")) == "qualified"
        name = Name(node.get("name"), root.get("targetNamespace") if qualified else "")
        element = Element(name, self.type_of(node, root, name))
        self.locals.append(element)
        return Particle("element", least, most, [element])

    # --- What the grammars of documents and fragments run over ---

    def documents(self) -> list[Element]:
        return sorted(self.globals.values(), key=lambda each: each.name)

    def fragments(self) -> list[tuple[Name, Element | None]]:
        """Every element name of the set; None where the name is declared with more than one type."""
        declared: dict[Name, list[Element]] = {}
        for element in [*self.globals.values(), *self.locals]:
            declared.setdefault(element.name, []).append(element)
        return [
            (name, found[0] if all(each.type is found[0].type for each in found) else None)
            for name, found in sorted(declared.items())
        ]

    def attributes(self) -> list[tuple[Name, Simple]]:
        """Every attribute name of the set; with a plain string where it is declared with more than one type."""
        declared: dict[Name, list[Simple]] = {}
        for each in self.types.values():
            if isinstance(each, Complex):
                for attribute in each.attributes:
                    declared.setdefault(attribute.name, []).append(attribute.type)
        return [
            (name, found[0] if all(each == found[0] for each in found) else Simple("string"))
            for name, found in sorted(declared.items())
        ]


BUILTINS: dict[str, Simple] = {}


def builtin(local: str) -> Simple:
    if local not in BUILTINS:
        BUILTINS[local] = make_builtin(local)
    return BUILTINS[local]


def make_builtin(local: str) -> Simple:
    if local in INTEGERS:
        low, high = INTEGERS[local]
        return Simple("integer", local, None, low, high)
    if local in STRINGS:
        return Simple("string")
    if local in ("base64Binary", "hexBinary"):
        return Simple("binary", "hex" if local == "hexBinary" else "base64")
    if local == "boolean":
        return Simple("boolean")
    raise SchemaError(f"xs:{local} is not known here")
