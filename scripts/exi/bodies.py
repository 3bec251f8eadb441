# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Writes Swift for what a message may be: a document of a set, or a fragment, each with the codes of its root."""

from __future__ import annotations

from linear import is_line
from schema import Complex, Element, Name, SchemaSet
from swift import SimpleCoding, member_name, type_name


def message_elements(schema: SchemaSet, namespace: str) -> list[Element]:
    """The roots of documents: what derives from a message; where there is no such type, what stands alone."""
    own = [e for e in schema.documents() if e.name.namespace == namespace and not e.is_abstract and is_complex_line(e)]
    messages = [e for e in own if e.type.derives_from("V2GMessageType")]
    alone = [e for e in own if e.substitutes is None and len(schema.substitutions[e.name]) == 1]
    return messages or alone


def is_complex_line(element: Element) -> bool:
    return isinstance(element.type, Complex) and is_line(element.type)


def signed_elements(schema: SchemaSet, holder_of, holder: str, messages: list[Element]) -> list[tuple[Name, Element | None]]:
    """The roots of fragments: what a signature may refer to by its Id, and messages."""
    signed = []
    for name, element in schema.fragments():
        if holder_of(name.namespace) != holder:
            continue
        every = [e for e in [*schema.globals.values(), *schema.locals] if e.name == name]
        if element is None:
            # Declared with several types: the relaxed grammar, written here for simple content only.
            if all(not isinstance(e.type, Complex) or e.type.simple for e in every) and any(map(has_id, every)):
                signed.append((name, None))
        elif is_complex_line(element) and (has_id(element) or any(e.name == name for e in messages)):
            signed.append((name, element))
    return signed


def has_id(element: Element) -> bool:
    return isinstance(element.type, Complex) and any(a.name.local == "Id" for a in element.type.attributes)


def document(schema: SchemaSet, name: str, elements: list[Element]) -> list[str]:
    roots = schema.documents()
    width = len(roots).bit_length()
    codes = {element.name: code for code, element in enumerate(roots)}
    out = opening(name, [(e.name, type_name(e.type.name)) for e in elements], f"try input.event({width})")
    for element in elements:
        case, kind = member_name(element.name.local), type_name(element.type.name)
        out.append(f"        case {codes[element.name]}: self = .{case}(try {kind}(from: &input))")
    out += middle(name)
    for element in elements:
        out += writing(element.name, f"output.event(Event({width}, code: {codes[element.name]}))", ["try value.encode(to: &output)"])
    return [*out, "        }", "    }", "}"]


def fragment(schema: SchemaSet, name: str, elements: list[tuple[Name, Element | None]]) -> list[str]:
    roots = schema.fragments()
    # The names, any other element, the end of the document.
    width, end = (len(roots) + 1).bit_length(), len(roots) + 1
    codes = {each: code for code, (each, _) in enumerate(roots)}
    swift = {root: type_name(element.type.name) if element else relaxed_name(root) for root, element in elements}
    out = opening(name, list(swift.items()), f"try input.event({width})")
    for root, _ in elements:
        out.append(f"        case {codes[root]}: self = .{member_name(root.local)}(try {swift[root]}(from: &input))")
    out += middle(name, f"        try input.expect({end}, of: {width}, in: \"{name}\")")
    for root, _ in elements:
        out += writing(root, f"output.event(Event({width}, code: {codes[root]}))", ["try value.encode(to: &output)"])
    return [*out, "        }", f"        output.event(Event({width}, code: {end}))", "    }", "}"]


def opening(name: str, cases: list[tuple[Name, str]], event: str) -> list[str]:
    return [
        f"public enum {name}: EXIBody {{", *(f"    case {member_name(each.local)}({swift})" for each, swift in cases), "",
        "    public init(fromBody input: inout BitReader) throws(EXIError) {", f"        let event = {event}",
        "        switch event {",
    ]  # fmt: skip


def middle(name: str, *last: str) -> list[str]:
    return [
        f'        default: throw input.unexpected(event, in: "{name}")', "        }", *last, "    }", "",
        "    public func encodeBody(to output: inout BitWriter) throws(EXIError) {", "        switch self {",
    ]  # fmt: skip


def writing(name: Name, event: str, lines: list[str]) -> list[str]:
    return [f"        case .{member_name(name.local)}(let value):", *("            " + each for each in [event, *lines])]


# --- The relaxed grammar of elements that are declared with several types (W3C EXI 1.0, 8.5.3) ---


def relaxed_name(root: Name) -> str:
    return "Relaxed" + root.local[0].upper() + root.local[1:]


def relaxed(schema: SchemaSet, root: Name, coding: SimpleCoding) -> list[str]:
    """A string that may have one attribute; elements that may be more than that are refused by the generator."""
    attributes, elements = schema.attributes(), schema.fragments()
    type = relaxed_type(schema, root)
    (attribute,) = type.attributes
    if type.simple.kind != "string":
        raise ValueError(f"{root}: only a string with one attribute is written in the relaxed grammar")
    identifier = next(code for code, (name, _) in enumerate(attributes) if name == attribute.name)
    # Known attributes, any other, known elements, any other, the end, characters; then the same without attributes.
    later = len(elements) + 3
    first = len(attributes) + 1 + later
    widths = first.bit_length(), later.bit_length()
    where = f'"{root.local}"'
    id, most = member_name(attribute.name.local), type.simple.most or ".max"
    return [
        f"/// {root.local} as a fragment: it is declared with several types, so that the relaxed grammar holds (W3C EXI 1.0,",
        "/// 8.5.3).",
        f"public struct {relaxed_name(root)}: EXIContent {{", f"    public var {id}: String?", "    public var value: String", "",
        f"    public init({id}: String? = nil, value: String) {{", f"        self.{id} = {id}", "        self.value = value",
        "    }", "",
        "    public init(from input: inout BitReader) throws(EXIError) {",
        f"        var event = try input.event({widths[0]})",
        f"        if event == {identifier} {{",
        f"            self.{id} = try input.string({coding.string_names[attribute.name]}, .max)",
        f"            event = try input.event({widths[0]})", "        } else {", f"            self.{id} = nil", "        }",
        f"        if event != {first - 1} {{ throw input.unexpected(event, in: {where}) }}",
        f"        self.value = try input.string({coding.string_names[root]}, {most})",
        f"        try input.expect({later - 2}, of: {widths[1]}, in: {where})", "    }", "",
        "    public func encode(to output: inout BitWriter) throws(EXIError) {",
        f"        if let value = self.{id} {{",
        f"            output.event(Event({widths[0]}, code: {identifier}))",
        "            try output.string(value, .max)", "        }",
        f"        output.event(Event({widths[0]}, code: {first - 1}))",
        f"        try output.string(self.value, {most})",
        f"        output.event(Event({widths[1]}, code: {later - 2}))", "    }", "}",
    ]  # fmt: skip


def relaxed_type(schema: SchemaSet, root: Name) -> Complex:
    return next(e.type for e in [*schema.globals.values(), *schema.locals] if e.name == root and has_id(e))
