// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The next event of a state: the code that the next production has, which grows as optional ones are left out.
public struct Event: Sendable {
    public var code: Int
    public let width: Int

    @inlinable public init(_ width: Int, code: Int = 0) {
        self.code = code
        self.width = width
    }

    /// In the state after `count` items of a list; see `BitReader.eventAfterItem`.
    @inlinable public static func afterItem(_ count: Int, of bounds: ClosedRange<Int>, open: Int, full: Int) -> Event {
        Event(count < bounds.lowerBound ? 1 : count < bounds.upperBound ? open : full)
    }
}

extension BitWriter {
    public mutating func header() { bits(0x80, 8) }

    /// - Parameter step: Which of several alternatives, counted from the event's code.
    public mutating func event(_ event: Event, plus step: Int = 0) {
        bits(UInt64(truncatingIfNeeded: event.code + step), event.width)
    }

    /// The only production of a state.
    public mutating func only() { bits(0, 1) }

    public func check(_ count: Int, in bounds: ClosedRange<Int>, _ name: EXIError.Name) throws(EXIError) {
        guard bounds.contains(count) else {
            throw failure(.itemCount(count, atLeast: bounds.lowerBound, atMost: bounds.upperBound, of: name))
        }
    }
}
