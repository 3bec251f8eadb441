// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Synchronization

/// The latest value from one writer to any number of readers. The writer never waits; a reader that was overtaken
/// while it copied copies again.
///
/// A sequence lock whose words are atomic, so that a torn copy is discarded and never a data race: the sequence is odd
/// while the writer is at work (H.-J. Boehm, “Can seqlocks get along with programming language memory models?”, 2012).
public final class LatestValue<Value: BitwiseCopyable & Sendable>: @unchecked Sendable {
    @usableFromInline let sequence = Atomic<UInt64>(0)
    @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline let wordCount: Int
    private let writerIsTaken = Atomic<Bool>(false)

    public init(initial: Value) {
        wordCount = (MemoryLayout<Value>.size + 7) / 8
        words = .allocate(capacity: max(1, wordCount))
        let staging = Self.allocateStaging(wordCount)
        defer { staging.deallocate() }
        staging.storeBytes(of: initial, as: Value.self)
        for index in 0..<wordCount {
            (words + index).initialize(to: Atomic(staging.load(fromByteOffset: index * 8, as: UInt64.self)))
        }
    }

    deinit {
        words.deinitialize(count: wordCount)
        words.deallocate()
    }

    /// The end that publishes. Only one may exist at a time.
    public func takeWriter() -> LatestValueWriter<Value> {
        precondition(!writerIsTaken.exchange(true, ordering: .acquiring), "a latest value has one writer")
        return LatestValueWriter(shared: self)
    }

    /// An end that reads, with room for its copy. Any number may exist.
    public func makeReader() -> LatestValueReader<Value> { LatestValueReader(shared: self) }

    /// One look, for those who do not keep a reader. Allocates.
    public func read() -> Value {
        var reader = makeReader()
        return reader.read()
    }

    @usableFromInline func giveWriterBack() { writerIsTaken.store(false, ordering: .releasing) }

    static func allocateStaging(_ wordCount: Int) -> UnsafeMutableRawPointer {
        let bytes = max(8, wordCount * 8)
        let staging = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: max(8, MemoryLayout<Value>.alignment))
        staging.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return staging
    }
}

/// The publishing end of a `LatestValue`.
public struct LatestValueWriter<Value: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
    @usableFromInline let shared: LatestValue<Value>
    @usableFromInline let staging: UnsafeMutableRawPointer

    init(shared: LatestValue<Value>) {
        self.shared = shared
        staging = LatestValue<Value>.allocateStaging(shared.wordCount)
    }

    deinit {
        staging.deallocate()
        shared.giveWriterBack()
    }

    /// Makes `value` the latest.
    @inlinable
    public mutating func publish(_ value: Value) {
        staging.storeBytes(of: value, as: Value.self)
        let before = shared.sequence.load(ordering: .relaxed)
        shared.sequence.store(before &+ 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        var index = 0
        while index < shared.wordCount {
            let word = staging.load(fromByteOffset: index &* 8, as: UInt64.self)
            shared.words[index].store(word, ordering: .relaxed)
            index &+= 1
        }
        shared.sequence.store(before &+ 2, ordering: .releasing)
    }
}

/// A reading end of a `LatestValue`.
public struct LatestValueReader<Value: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
    @usableFromInline let shared: LatestValue<Value>
    @usableFromInline let staging: UnsafeMutableRawPointer

    init(shared: LatestValue<Value>) {
        self.shared = shared
        staging = LatestValue<Value>.allocateStaging(shared.wordCount)
    }

    deinit { staging.deallocate() }

    /// The latest value; the initial one before anything was published.
    @inlinable
    public mutating func read() -> Value {
        while true {
            let before = shared.sequence.load(ordering: .acquiring)
            var index = 0
            while index < shared.wordCount {
                let word = shared.words[index].load(ordering: .relaxed)
                staging.storeBytes(of: word, toByteOffset: index &* 8, as: UInt64.self)
                index &+= 1
            }
            atomicMemoryFence(ordering: .acquiring)
            if before & 1 == 0, shared.sequence.load(ordering: .relaxed) == before {
                return staging.load(as: Value.self)
            }
        }
    }
}
