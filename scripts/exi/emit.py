# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Writes Swift for one complex type, one choice, one enumeration."""

from __future__ import annotations

from linear import Item, Line
from schema import UNBOUNDED, Complex, Element, Name, Simple
from sets import place
from swift import SimpleCoding, member_name, simple_type, type_name


class Emitter:
    def __init__(self, coding: SimpleCoding, choice_names: dict[tuple[Name, ...], str]):
        self.coding = coding
        self.choice_names = choice_names
        # Where the declaration at hand stands; types of another holder are named with it.
        self.holder = ""
        # The element whose simple content a type describes: strings are told apart by the name of their element.
        self.content_names: dict[int, Name] = {}

    # --- Types ---

    def value_type(self, item: Item) -> str:
        if item.kind == "attribute":
            return simple_type(item.attribute.type)
        if item.kind == "value":
            return simple_type(item.value)
        if len(item.elements) > 1:
            return self.choice_names.get(tuple(e.name for e in item.elements), item.name)
        return self.element_type(item.elements[0])

    def element_type(self, element: Element) -> str:
        return simple_type(element.type) if isinstance(element.type, Simple) else self.reference(element.type.name)

    def reference(self, name: Name) -> str:
        holder = place(name.namespace).holder
        return type_name(name) if holder == self.holder else f"{holder}.{type_name(name)}"

    def property_type(self, item: Item) -> str:
        if item.most != 1:
            return f"[{self.value_type(item)}]"
        return self.value_type(item) + ("?" if item.least == 0 else "")

    # --- Structures ---

    def structure(self, type: Complex) -> list[str]:
        line = Line(type)
        name = type_name(type.name)
        kept = [item for item in line.items if item.kind != "refused"]
        out = [f"public struct {name}: EXIContent {{"]
        out += [f"    public var {member_name(i.name)}: {self.property_type(i)}" for i in kept]
        for item in kept:
            if len(item.elements) > 1 and item.particle.head is None:
                out += ["", *("    " + each for each in self.choice(item.name, item.elements))]
        out += ["", *("    " + each for each in self.initializer(kept))]
        out += ["", *("    " + each for each in self.reader(line, name))]
        out += ["", *("    " + each for each in self.writer(line))]
        return out + ["}"]

    def initializer(self, items: list[Item]) -> list[str]:
        if not items:
            return ["public init() {}"]

        def parameter(item: Item) -> str:
            default = "" if item.least > 0 else " = nil" if item.most == 1 else " = []"
            return f"{member_name(item.name)}: {self.property_type(item)}{default}"

        body = [f"    self.{member_name(i.name).strip('`')} = {member_name(i.name)}" for i in items]
        one = f"public init({', '.join(map(parameter, items))}) {{"
        if len(one) <= 112:
            return [one, *body, "}"]
        parameters = [f"    {parameter(item)}{',' if item is not items[-1] else ''}" for item in items]
        return ["public init(", *parameters, ") {", *body, "}"]

    # --- Reading ---

    def reader(self, line: Line, name: str) -> list[str]:
        self.out: list[str] = []
        self.declared = False
        # Whether `event` holds the code of the next event, counted from the item at hand.
        self.is_read = False
        self.where = f'"{name}"'
        for at, item in enumerate(line.items):
            self.read_item(line, at, item)
        if line.type.simple is None:
            self.read_mandatory(line, len(line.items))
        head = "public init(from input: inout BitReader) throws(EXIError) {"
        return [head, *("    " + each for each in self.out), "}"]

    def read_event(self, expression: str) -> None:
        self.out.append(f"{'' if self.declared else 'var '}event = {expression}")
        self.declared = True

    def read_mandatory(self, line: Line, at: int) -> None:
        if self.is_read:
            self.out.append(f"try input.require(event, in: {self.where})")
        elif line.productions(at) == 1:
            self.out.append(f"try input.only(in: {self.where})")
        else:
            self.out.append(f"try input.expect(0, of: {line.width(at)}, in: {self.where})")
        self.is_read = False

    def read_item(self, line: Line, at: int, item: Item) -> None:
        target = "self." + member_name(item.name).strip("`")
        mandatory_choice = item.kind == "value" or len(item.elements) > 1
        if item.least > 0 and item.most == 1:
            if mandatory_choice:
                event = "event" if self.is_read else f"try input.event({line.width(at)})"
                self.out.append(f"{target} = {self.read_choice(line, item, event)}")
            else:
                self.read_mandatory(line, at)
                self.out.append(f"{target} = {self.read_one(item)}")
            self.is_read = False
            return
        if not self.is_read and not (item.most != 1 and item.least > 0):
            self.read_event(f"try input.event({line.width(at)})")
        if item.kind == "refused":
            self.out += [f'try input.refuse(event, "{item.name}")', "event -= 1"]
        elif item.most == 1:
            self.read_optional(line, at, item, target)
        else:
            self.read_list(line, at, item, target)
        self.is_read = True

    def read_optional(self, line: Line, at: int, item: Item, target: str) -> None:
        test = "event == 0" if item.codes == 1 else f"event < {item.codes}"
        value = self.read_one(item) if item.codes == 1 else self.read_choice(line, item, "event")
        self.out += [
            f"if {test} {{", f"    {target} = {value}", f"    event = try input.event({line.width(at + 1)})",
            "} else {", f"    {target} = nil", f"    event -= {item.codes}", "}",
        ]  # fmt: skip

    def read_list(self, line: Line, at: int, item: Item, target: str) -> None:
        if item.least > 0:
            self.read_mandatory(line, at)
            self.read_event("0")
        name = f'"{item.elements[0].name.local}"'
        if item.most == UNBOUNDED:
            after = f"width: {line.open_width(at)}, {name}"
        else:
            after = f"of: {item.least}...{item.most}, open: {line.open_width(at)}, full: {line.width(at + 1)}, {name}"
        items = member_name(item.name).strip("`") + "s"
        self.out += [
            f"var {items}: {self.property_type(item)} = []", "while event == 0 {",
            f"    {items}.append({self.read_one(item)})", f"    event = try input.eventAfterItem({items}.count, {after})",
            "}", f"{target} = {items}", "event -= 1",
        ]  # fmt: skip

    def read_one(self, item: Item) -> str:
        if item.kind == "attribute":
            return self.coding.read(item.attribute.type, item.attribute.name, suffix="")
        return self.read_element(item.elements[0])

    def read_element(self, element: Element) -> str:
        if isinstance(element.type, Simple):
            return self.coding.read(element.type, element.name)
        return f"try {self.reference(element.type.name)}(from: &input)"

    def read_choice(self, line: Line, item: Item, event: str) -> str:
        if item.kind == "value":
            name = self.content_names.get(id(line.type), line.type.name)
            call = self.coding.read(item.value, name, suffix="Content")
            return call.replace("Content(", f"Content({event}, ", 1)
        return f"try {self.value_type(item)}({event}, from: &input)"

    # --- Writing ---

    def writer(self, line: Line) -> list[str]:
        self.out = []
        self.declared = False
        self.is_read = False
        for at, item in enumerate(line.items):
            self.write_item(line, at, item)
        self.write_mandatory(line, len(line.items))
        head = "public func encode(to output: inout BitWriter) throws(EXIError) {"
        return [head, *("    " + each for each in self.out), "}"]

    def write_mandatory(self, line: Line, at: int) -> None:
        if self.is_read:
            self.out.append("output.event(event)")
        else:
            one = line.productions(at) == 1
            self.out.append("output.only()" if one else f"output.event(Event({line.width(at)}))")
        self.is_read = False

    def write_item(self, line: Line, at: int, item: Item) -> None:
        source = "self." + member_name(item.name).strip("`")
        if item.least > 0 and item.most == 1:
            if len(item.elements) > 1:
                event = "event" if self.is_read else f"Event({line.width(at)})"
                self.out.append(f"try {source}.encode(to: &output, as: {event})")
                self.is_read = False
            else:
                self.write_mandatory(line, at)
                self.out.append(self.write_one(item, source))
            return
        if not self.is_read:
            self.out.append(f"{'' if self.declared else 'var '}event = Event({line.width(at)})")
            self.declared = True
            self.is_read = True
        if item.kind == "refused":
            self.out.append("event.code += 1")
        elif item.most == 1:
            one = item.codes == 1
            write = self.write_one(item, "value") if one else "try value.encode(to: &output, as: event)"
            self.out += [
                f"if let value = {source} {{", *(["    output.event(event)"] if one else []), "    " + write,
                f"    event = Event({line.width(at + 1)})", "} else {", f"    event.code += {item.codes}", "}",
            ]  # fmt: skip
        else:
            self.write_list(line, at, item, source)

    def write_list(self, line: Line, at: int, item: Item, source: str) -> None:
        name = f'"{item.elements[0].name.local}"'
        loop = [f"for index in {source}.indices {{", "    output.event(event)", "    " + self.write_one(item, source + "[index]")]
        if item.most == UNBOUNDED:
            self.out += [
                f"try output.check({source}.count, in: {item.least}...BitReader.mostItems, {name})", *loop,
                f"    event = Event({line.open_width(at)})", "}", "event.code += 1",
            ]  # fmt: skip
        else:
            bounds = f"{item.least}...{item.most}"
            after = f"index + 1, of: {bounds}, open: {line.open_width(at)}, full: {line.width(at + 1)}"
            self.out += [
                f"try output.check({source}.count, in: {bounds}, {name})", *loop, f"    event = .afterItem({after})", "}",
                f"if {source}.count < {item.most} {{ event.code += 1 }}",
            ]  # fmt: skip

    def write_one(self, item: Item, source: str) -> str:
        if item.kind == "attribute":
            return self.coding.write(item.attribute.type, source, suffix="")
        if item.kind == "value":
            return self.coding.write(item.value, source, suffix="")
        return self.write_element(item.elements[0], source)

    def write_element(self, element: Element, source: str) -> str:
        if isinstance(element.type, Simple):
            return self.coding.write(element.type, source)
        return f"try {source}.encode(to: &output)"

    # --- Choices and enumerations ---

    def choice(self, name: str, elements: list[Element]) -> list[str]:
        """An enumeration with a case for each element; the head of a substitution group may be abstract."""
        usable = [(code, element) for code, element in enumerate(elements) if not element.is_abstract]
        out = [f"public enum {name}: Equatable, Sendable {{"]
        out += [f"    case {member_name(e.name.local)}({self.element_type(e)})" for _, e in usable]
        out += ["", "    init(_ event: Int, from input: inout BitReader) throws(EXIError) {", "        switch event {"]
        for code, element in enumerate(elements):
            if element.is_abstract:
                out.append(f'        case {code}: throw input.abstract("{element.name.local}")')
            else:
                out.append(f"        case {code}: self = .{member_name(element.name.local)}({self.read_element(element)})")
        out += [f'        default: throw input.unexpected(event, in: "{name}")', "        }", "    }"]
        out += ["", "    func encode(to output: inout BitWriter, as event: Event) throws(EXIError) {", "        switch self {"]
        for code, element in usable:
            out += [
                f"        case .{member_name(element.name.local)}(let value):",
                f"            output.event(event{f', plus: {code}' if code else ''})",
                f"            {self.write_element(element, 'value')}",
            ]
        return [*out, "        }", "    }", "}"]

    def enumeration(self, type: Simple) -> list[str]:
        cases = [member_name(word) for word in type.words]
        if len(set(cases)) < len(cases):
            raise ValueError(f"enumeration {type.name}: two words give one name")
        words = ", ".join(f'"{word}"' for word in type.words)
        return [
            f"public enum {type_name(type.name)}: UInt8, EXIEnumeration {{",
            *(f"    case {case}" for case in cases),
            f"    public static let words = [{words}]", "}",
        ]  # fmt: skip
