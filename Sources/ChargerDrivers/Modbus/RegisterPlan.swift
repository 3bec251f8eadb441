// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers

/// A point with the protocol address it has on the device at hand.
package struct PlacedPoint: Equatable, Sendable {
    package var point: Point
    /// 0-based; the whole point lies below 65 536.
    package var address: Int

    /// Nil where the point would end beyond the address space.
    package init?(_ point: Point, at address: Int) {
        guard address >= 0, point.encoding.registers > 0, address <= 0x1_0000 - point.encoding.registers else {
            return nil
        }
        self.point = point
        self.address = address
    }
    package var end: Int { address + point.encoding.registers }
}

/// The reads that bring a set of points: few, none longer than the device allows, values with their scale factor.
package struct RegisterPlan: Equatable, Sendable {
    package struct Block: Equatable, Sendable {
        package var table: RegisterTable
        package var address: UInt16
        package var count: Int
        package var points: [PlacedPoint]
    }
    package private(set) var blocks: [Block]

    /// - Parameters:
    ///   - wanted: The points to read.
    ///   - known: All points of the device, to find scale factors in.
    package init(reading wanted: [PlacedPoint], known: [String: PlacedPoint], transport: Transport) {
        let alone = wanted.filter(\.point.readAlone).map { Span(of: $0) }
        var spans: [Span] = []
        for placed in wanted where !placed.point.readAlone {
            spans += Self.spans(for: placed, known: known, transport: transport)
        }
        let merged = Self.merge(spans.sorted(by: Span.comesFirst), transport: transport)
        blocks = (merged + alone.sorted(by: Span.comesFirst)).map(\.block)
    }

    // MARK: Spans

    private struct Span {
        var table: RegisterTable
        var start: Int
        var end: Int
        var points: [PlacedPoint]

        init(of placed: PlacedPoint) {
            table = placed.point.table
            start = placed.address
            end = placed.end
            points = [placed]
        }

        var block: Block {
            let distinct = points.reduce(into: [PlacedPoint]()) { found, placed in
                if !found.contains(placed) { found.append(placed) }
            }
            return Block(table: table, address: UInt16(clamping: start), count: end - start, points: distinct)
        }

        func joined(_ other: Span, transport: Transport) -> Span? {
            guard table == other.table else { return nil }
            let gap = max(start, other.start) - min(end, other.end)
            // A request costs about as much as a dozen registers at any speed; beyond that a second one is cheaper.
            guard gap <= 0 || (transport.readsAcrossGaps && gap <= 40) else { return nil }
            var both = self
            both.start = min(start, other.start)
            both.end = max(end, other.end)
            both.points += other.points
            return both.end - both.start <= transport.longestRead ? both : nil
        }

        static func comesFirst(_ one: Span, _ other: Span) -> Bool {
            (one.table.rawValue, one.start, one.end) < (other.table.rawValue, other.start, other.end)
        }
    }

    /// A value and its scale factor as one span where a read can hold both (SunSpec: a factor may change at run time),
    /// else both by themselves.
    private static func spans(
        for placed: PlacedPoint, known: [String: PlacedPoint], transport: Transport
    ) -> [Span] {
        let own = Span(of: placed)
        guard let name = placed.point.scaleFactor, let factor = known[name] else { return [own] }
        let other = Span(of: factor)
        guard own.table == other.table else { return [own, other] }
        var both = own
        both.start = min(own.start, other.start)
        both.end = max(own.end, other.end)
        both.points = [factor, placed]
        let isGapless = both.end - both.start <= placed.point.encoding.registers + factor.point.encoding.registers
        let fits = both.end - both.start <= transport.longestRead
        return fits && (isGapless || transport.readsAcrossGaps) ? [both] : [other, own]
    }

    private static func merge(_ spans: [Span], transport: Transport) -> [Span] {
        spans.reduce(into: []) { groups, span in
            if let last = groups.last, let joined = last.joined(span, transport: transport) {
                groups[groups.count - 1] = joined
            } else {
                groups.append(span)
            }
        }
    }
}

extension Transport {
    /// Modbus Application Protocol V1.1b3, clause 6.3: at most 125 registers in a read.
    fileprivate var longestRead: Int { min(max(maximumRead, 1), 125) }
}
