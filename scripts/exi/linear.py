# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Content as a line of items: the shape that the generated code walks.

Nearly every type of V2G messages is a line of attributes and elements, each optional, mandatory or repeated. In such a
line the code of an event is the number of productions between the place reached and the item, so that readers and
writers need no table of states. Types of another shape occur only in parts of XML signatures that V2G does not use.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schema import UNBOUNDED, Attribute, Complex, Element, Particle, SchemaError, Simple


@dataclass
class Item:
    """kind: attribute, value, element, or refused (it has a code, but is not read)."""

    kind: str
    least: int
    most: int
    attribute: Attribute | None = None
    value: Simple | None = None
    elements: list[Element] = field(default_factory=list)
    # Of a substitution group: its head. Of a choice: none.
    particle: Particle | None = None
    name: str = ""

    @property
    def codes(self) -> int:
        return len(self.elements) if self.elements else 1


def width(productions: int) -> int:
    """Bits of a code: the productions, and the escape to what the schema does not declare."""
    return productions.bit_length()


class Line:
    def __init__(self, type: Complex):
        self.type = type
        self.items = [Item("attribute", int(a.required), 1, attribute=a, name=a.name.local) for a in type.attributes]
        if type.simple is not None:
            if type.simple.kind not in ("string", "binary"):
                raise SchemaError(f"{type.name.local}: simple content of this kind is not known here")
            self.items.append(Item("value", 1, 1, value=type.simple, name="value"))
        for particle in type.content:
            self.items += items_of(particle)

    def productions(self, at: int) -> int:
        """In the state before item number `at`, all before it being done."""
        count = 0
        for item in self.items[at:]:
            count += item.codes
            if item.least > 0:
                return count + self.characters(item)
        return count + 1 + int(self.type.mixed)

    def characters(self, item: Item) -> int:
        return int(self.type.mixed and item.kind != "attribute")

    def width(self, at: int) -> int:
        return width(self.productions(at))

    def open_width(self, at: int) -> int:
        """In the state after an item of list number `at` that may have more."""
        return width(self.items[at].codes + self.productions(at + 1))


def items_of(particle: Particle) -> list[Item]:
    match particle.kind:
        case "any" if particle.least == 0:
            return [Item("refused", 0, UNBOUNDED, name="other elements")]
        case "element":
            return [element_item(particle, particle.elements)]
        case "choice" if all(part.kind == "element" and (part.least, part.most) == (1, 1) for part in particle.parts):
            return [element_item(particle, [e for part in particle.parts for e in part.elements])]
        case "choice" if (particle.least, particle.most) == (0, UNBOUNDED):
            # A repeated choice of one element and wildcards: wildcards are refused, so that a list remains.
            elements = [part for part in particle.parts if part.kind == "element"]
            if len(elements) == 1 and len(particle.parts) == 2 and len(elements[0].elements) == 1:
                return [
                    Item("element", 0, UNBOUNDED, elements=elements[0].elements, name=elements[0].elements[0].name.local),
                    Item("refused", 0, UNBOUNDED, name="other elements"),
                ]
    raise SchemaError("this content is not a line of items")


def element_item(particle: Particle, elements: list[Element]) -> Item:
    name = elements[0].name.local
    if len(elements) > 1:
        if particle.most != 1:
            raise SchemaError("a repeated choice is not a line of items")
        name = particle.head.local if particle.head else choice_name([e.name.local for e in elements])
    elif not is_line(elements[0].type):
        if particle.least > 0:
            raise SchemaError("a mandatory element is not a line of items")
        return Item("refused", 0, particle.most, name=name)
    return Item("element", particle.least, particle.most, elements=elements, particle=particle, name=name)


def is_line(type: Simple | Complex) -> bool:
    if isinstance(type, Simple) or type.abstract:
        return True
    try:
        Line(type)
    except SchemaError:
        return False
    return True


def choice_name(words: list[str]) -> str:
    """What the names of the alternatives end with in common, from a capital on; otherwise TypedValue."""
    shortest = min(words, key=len)
    common = 0
    while common < len(shortest) and len({word[-1 - common] for word in words}) == 1:
        common += 1
    tail = shortest[len(shortest) - common :]
    for start in range(len(tail)):
        if tail[start].isupper() and all(not word[: len(word) - len(tail) + start][-1:].isupper() for word in words):
            # “Value” alone is a word that schemas use for types.
            return tail[start:] if tail[start:] != "Value" else "TypedValue"
    return "TypedValue"
