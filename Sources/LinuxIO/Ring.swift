// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Synchronization

/// A bounded queue from one thread to another: neither waits for the other, and a full ring refuses.
///
/// Each end is taken inside the thread that uses it and is given back when it goes out of scope.
public final class Ring<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
    /// How many values have ever been put in and taken out; the difference is what is waiting.
    @usableFromInline let written = Atomic<UInt64>(0)
    @usableFromInline let taken = Atomic<UInt64>(0)
    @usableFromInline let slots: UnsafeMutablePointer<Value>
    @usableFromInline let mask: UInt64
    private let writerIsTaken = Atomic<Bool>(false)
    private let readerIsTaken = Atomic<Bool>(false)

    /// - Parameter capacity: At least 1; rounded up to a power of two. Allocated here, never later.
    public init(capacity: Int) {
        precondition(capacity >= 1 && capacity <= 1 << 24, "a ring holds 1…16 777 216 values")
        var size = 1
        while size < capacity { size <<= 1 }
        mask = UInt64(size - 1)
        slots = .allocate(capacity: size)
    }

    deinit { slots.deallocate() }

    public var capacity: Int { Int(mask) + 1 }

    /// The end that puts values in. Only one may exist at a time.
    public func takeWriter() -> RingWriter<Value> {
        precondition(!writerIsTaken.exchange(true, ordering: .acquiring), "a ring has one writer")
        return RingWriter(shared: self)
    }

    /// The end that takes values out. Only one may exist at a time.
    public func takeReader() -> RingReader<Value> {
        precondition(!readerIsTaken.exchange(true, ordering: .acquiring), "a ring has one reader")
        return RingReader(shared: self)
    }

    @usableFromInline func giveWriterBack() { writerIsTaken.store(false, ordering: .releasing) }
    @usableFromInline func giveReaderBack() { readerIsTaken.store(false, ordering: .releasing) }
}

/// The end of a `Ring` that puts values in.
public struct RingWriter<Value: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
    @usableFromInline let shared: Ring<Value>

    init(shared: Ring<Value>) { self.shared = shared }
    deinit { shared.giveWriterBack() }

    /// - Returns: False when the ring is full; the value is then not in it.
    @inlinable
    public mutating func push(_ value: Value) -> Bool {
        let at = shared.written.load(ordering: .relaxed)
        guard at &- shared.taken.load(ordering: .acquiring) <= shared.mask else { return false }
        (shared.slots + Int(truncatingIfNeeded: at & shared.mask)).initialize(to: value)
        shared.written.store(at &+ 1, ordering: .releasing)
        return true
    }
}

/// The end of a `Ring` that takes values out.
public struct RingReader<Value: BitwiseCopyable & Sendable>: ~Copyable, Sendable {
    @usableFromInline let shared: Ring<Value>

    init(shared: Ring<Value>) { self.shared = shared }
    deinit { shared.giveReaderBack() }

    /// The oldest value, or nil when the ring is empty.
    @inlinable
    public mutating func pop() -> Value? {
        let at = shared.taken.load(ordering: .relaxed)
        guard at != shared.written.load(ordering: .acquiring) else { return nil }
        let value = shared.slots[Int(truncatingIfNeeded: at & shared.mask)]
        shared.taken.store(at &+ 1, ordering: .releasing)
        return value
    }
}
