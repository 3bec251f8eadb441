// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// The registers of one unit: the project's own map and the chain of SunSpec models.
package struct SiteRegisters: Sendable {
    package let nameplate: SiteNameplate
    /// In the order of their addresses.
    private let blocks: [MapBlock]
    private let groups: [Int: MapGroup]

    package init(_ nameplate: SiteNameplate) {
        self.nameplate = nameplate
        let blocks = OwnMap.blocks(evseCount: nameplate.evseIDs.count)
        self.blocks = blocks
        groups = Dictionary(uniqueKeysWithValues: blocks.flatMap(\.groups).map { ($0.address, $0) })
    }

    /// Whether there are such registers; cheaper than reading them.
    package func has(_ address: Int, count: Int) -> Bool {
        isInChain(address, count) || block(of: address, count) != nil
    }

    /// - Throws: `.notThere` where one of the registers does not exist.
    package func read(
        _ address: Int, count: Int, figures: SiteFigures, controls: DERControls, at now: Instant
    ) throws(RegisterRefusal) -> [UInt16] {
        let readable = Readable(figures: figures, nameplate: nameplate, controls: controls, now: now)
        if isInChain(address, count) {
            return Array(SunSpecChain.words(readable).dropFirst(address - SunSpecChain.address).prefix(count))
        }
        // Figures of fewer EVSEs than the map was laid out for are none.
        guard let block = block(of: address, count), figures.evses.count >= nameplate.evseIDs.count else {
            throw .notThere
        }
        let words = block.points.flatMap { $0.type.words($0.value(readable)) }
        return Array(words.dropFirst(address - block.address).prefix(count))
    }

    /// What a write of `words` from `address` on means.
    package func order(_ address: Int, _ words: [UInt16]) throws(RegisterRefusal) -> RegisterOrder {
        if let group = groups[address] {
            guard words.count == group.width else { throw .badValue }
            return try group.order(words[...])
        }
        if isInChain(address, words.count) { return .controls(try controls(address, words)) }
        // Part of an order, or nothing that is written at all.
        guard let block = block(of: address, 1) else { throw .notThere }
        let isPart = block.groups.contains { $0.address < address && address < $0.address + $0.width }
        throw isPart ? .badValue : .notThere
    }

    private func controls(_ address: Int, _ words: [UInt16]) throws(RegisterRefusal) -> [ControlWrite] {
        var writes: [ControlWrite] = []
        var next = address
        var rest = words[...]
        while !rest.isEmpty {
            guard let point = SunSpecChain.writable[next], let control = point.control else {
                // The second half of a value on its own, or a register that is only read.
                throw SunSpecChain.writable[next - 1].map { $0.type.width == 2 } == true ? .badValue : .notThere
            }
            let width = point.type.width
            guard rest.count >= width, let value = point.type.value(rest.prefix(width)) else { throw .badValue }
            guard control.range.contains(value) else { throw .badValue }
            writes.append(ControlWrite(control, value))
            next += width
            rest = rest.dropFirst(width)
        }
        return writes
    }

    private func isInChain(_ address: Int, _ count: Int) -> Bool {
        address >= SunSpecChain.address && address + count <= SunSpecChain.address + SunSpecChain.width
    }

    private func block(of address: Int, _ count: Int) -> MapBlock? {
        blocks.first { $0.address <= address && address + count <= $0.end }
    }
}
