// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Storage whose size is settled when the site is configured: no allocation, no reference count, no growth, so the tick
/// may read and write it.
public struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline let base: UnsafeMutablePointer<Element>
    public let count: Int

    @inlinable public init(repeating element: Element, count: Int) {
        precondition(count >= 0)
        self.count = count
        base = .allocate(capacity: max(count, 1))
        base.initialize(repeating: element, count: count)
    }

    @inlinable public init(_ elements: [Element]) {
        count = elements.count
        base = .allocate(capacity: max(count, 1))
        for (index, element) in elements.enumerated() { (base + index).initialize(to: element) }
    }

    @inlinable deinit { base.deallocate() }

    @inlinable public subscript(index: Int) -> Element {
        @_transparent unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside the site")
            return UnsafePointer(base + index)
        }
        @_transparent unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside the site")
            return base + index
        }
    }

    public func copy() -> [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }
}

extension FixedArray: @unchecked Sendable where Element: Sendable {}
