// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What may come next inside an element: the rest of its attributes and the rest of its content. Productions are found
/// anew in every state from the content model, so that nothing here shares a state table with the generated codecs.
struct Grammar {
    enum Production {
        case attribute(SchemaTable.Attribute, then: Grammar)
        case element(SchemaTable.Element, isItem: Bool, then: Grammar)
        /// One more item than a list may have; only a lenient reader gives it a code.
        case overfull
        case wildcard
        case end
        /// The characters of a simple value.
        case value(SchemaTable.Simple)
        /// Text between elements.
        case text
    }

    let type: SchemaTable.Complex
    var attributes: ArraySlice<SchemaTable.Attribute>
    var rest: [SchemaTable.Particle]
    let isLenient: Bool

    init(_ type: SchemaTable.Complex, isLenient: Bool) {
        self.type = type
        self.isLenient = isLenient
        attributes = type.attributes[...]
        rest = if case .particles(let particles) = type.content { particles } else { [] }
    }

    /// In the order of their event codes (W3C EXI 1.0, 8.5.4.1): attributes, elements, wildcards, end, characters.
    func productions() -> [Production] {
        var found: [Production] = []
        for (index, attribute) in zip(attributes.indices, attributes) {
            var next = self
            next.attributes = attributes[(index + 1)...]
            found.append(.attribute(attribute, then: next))
            if attribute.isRequired { return found }
        }
        if case .simple(let simple) = type.content { return found + [.value(simple)] }
        var wildcards = 0
        let mayEnd = first(of: rest[...], &found, &wildcards)
        found += Array(repeating: .wildcard, count: min(wildcards, 1))
        if mayEnd { found.append(.end) }
        if type.isMixed { found.append(.text) }
        return found
    }

    /// Adds what can come first; says whether nothing need come at all.
    private func first(
        of rest: ArraySlice<SchemaTable.Particle>, _ found: inout [Production], _ wildcards: inout Int
    ) -> Bool {
        for (index, particle) in zip(rest.indices, rest) {
            guard first(of: particle, then: Array(rest[(index + 1)...]), &found, &wildcards) else { return false }
        }
        return true
    }

    private func first(
        of particle: SchemaTable.Particle, then tail: [SchemaTable.Particle], _ found: inout [Production],
        _ wildcards: inout Int
    ) -> Bool {
        guard particle.most > 0 else {
            found.append(.overfull)
            return true
        }
        let next = remainder(of: particle) + tail
        switch particle.term {
        case .any:
            wildcards += 1
            return particle.least == 0
        case .elements(let elements):
            for element in elements { found.append(.element(element, isItem: particle.isList, then: after(next))) }
            return particle.least == 0
        case .choice(let parts):
            var mayBeNothing = false
            for part in parts where first(of: part, then: next, &found, &wildcards) { mayBeNothing = true }
            return mayBeNothing || particle.least == 0
        case .sequence(let parts):
            for (index, part) in parts.enumerated() {
                let tail = Array(parts[(index + 1)...]) + next
                guard first(of: part, then: tail, &found, &wildcards) else { return particle.least == 0 }
            }
            return true
        }
    }

    private func remainder(of particle: SchemaTable.Particle) -> [SchemaTable.Particle] {
        var again = particle
        again.least = max(0, particle.least - 1)
        again.most = particle.most == .max ? .max : particle.most - 1
        let isOver = again.most == 0 && !(isLenient && particle.isList)
        return isOver ? [] : [again]
    }

    private func after(_ rest: [SchemaTable.Particle]) -> Grammar {
        var next = self
        next.attributes = []
        next.rest = rest
        return next
    }
}

/// Bits of a code for so many productions and the escape to what the schema does not declare.
func codeWidth(escapingFrom productions: Int) -> Int { Int.bitWidth - productions.leadingZeroBitCount }
