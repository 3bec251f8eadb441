// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Synchronization

/// The latest value from one thread to another: neither waits for the other, and a value is never seen half written.
/// Three slots: the writer's, the reader's and the one in the middle that they swap.
///
/// Each end is taken inside the thread that uses it and is given back when it goes out of scope.
public final class TripleBuffer<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
    /// Slot in the middle (0…2); bit 2 is set while the reader has not seen it.
    @usableFromInline let middle = Atomic<UInt8>(1)
    @usableFromInline let slots: UnsafeMutablePointer<Value>
    /// Where the ends stand while nobody has taken them; touched only by the holder of an end.
    @usableFromInline var back: UInt8 = 0
    @usableFromInline var front: UInt8 = 2
    private let writerIsTaken = Atomic<Bool>(false)
    private let readerIsTaken = Atomic<Bool>(false)

    /// Allocates the three slots; nothing is allocated later.
    public init(initial: Value) {
        slots = .allocate(capacity: 3)
        slots.initialize(repeating: initial, count: 3)
    }

    deinit { slots.deallocate() }

    /// The end that publishes. Only one may exist at a time.
    public func takeWriter() -> TripleBufferWriter<Value> {
        precondition(!writerIsTaken.exchange(true, ordering: .acquiring), "a triple buffer has one writer")
        return TripleBufferWriter(shared: self)
    }

    /// The end that reads. Only one may exist at a time.
    public func takeReader() -> TripleBufferReader<Value> {
        precondition(!readerIsTaken.exchange(true, ordering: .acquiring), "a triple buffer has one reader")
        return TripleBufferReader(shared: self)
    }

    @usableFromInline func giveWriterBack() { writerIsTaken.store(false, ordering: .releasing) }
    @usableFromInline func giveReaderBack() { readerIsTaken.store(false, ordering: .releasing) }
}

/// The publishing end of a `TripleBuffer`.
public struct TripleBufferWriter<Value: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
    @usableFromInline let shared: TripleBuffer<Value>

    init(shared: TripleBuffer<Value>) { self.shared = shared }
    deinit { shared.giveWriterBack() }

    /// Makes `value` the latest.
    @inlinable
    public mutating func publish(_ value: Value) {
        shared.slots[Int(shared.back)] = value
        publishNext()
    }

    /// The slot that `publishNext` will show; holds an older value until it is filled. For values too large to copy.
    @inlinable
    public mutating func next() -> UnsafeMutablePointer<Value> { shared.slots + Int(shared.back) }

    /// Makes what `next` points to the latest value; the pointer must not be used after it.
    @inlinable
    public mutating func publishNext() {
        shared.back = shared.middle.exchange(shared.back | 4, ordering: .acquiringAndReleasing) & 3
    }
}

/// The reading end of a `TripleBuffer`.
public struct TripleBufferReader<Value: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
    @usableFromInline let shared: TripleBuffer<Value>

    init(shared: TripleBuffer<Value>) { self.shared = shared }
    deinit { shared.giveReaderBack() }

    /// Moves to the latest value.
    /// - Returns: Whether it had not been seen before.
    @inlinable
    public mutating func refresh() -> Bool {
        guard shared.middle.load(ordering: .relaxed) & 4 != 0 else { return false }
        shared.front = shared.middle.exchange(shared.front, ordering: .acquiringAndReleasing) & 3
        return true
    }

    /// The latest value; the initial one before anything was published.
    @inlinable
    public mutating func latest() -> Value {
        _ = refresh()
        return shared.slots[Int(shared.front)]
    }

    /// The value of the last `refresh`, in place; stays as it is until the next one.
    @inlinable
    public mutating func current() -> UnsafePointer<Value> { UnsafePointer(shared.slots + Int(shared.front)) }
}
