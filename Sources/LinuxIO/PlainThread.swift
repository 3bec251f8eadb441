// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Glibc
import Synchronization

/// A thread of its own, for work that blocks: a bus, a server, signals. Not for the loop (`RealTimeThread`).
package final class PlainThread: @unchecked Sendable {
    package let name: String
    private let thread: pthread_t
    private let isJoined = Atomic<Bool>(false)

    /// Starts at once.
    /// - Parameter name: The system shows its first 15 bytes.
    /// - Parameter stackSize: In bytes; nil takes the system's.
    package init(name: String, stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) {
        self.name = name
        thread = startThread(name: name, stackSize: stackSize, body)
    }

    /// Waits until the body has returned. Calls after the first return at once.
    package func join() {
        if !isJoined.exchange(true, ordering: .acquiringAndReleasing) { pthread_join(thread, nil) }
    }

    deinit { if !isJoined.load(ordering: .acquiring) { pthread_detach(thread) } }
}

/// A flag that asks a thread to end; cheap enough to look at in every tick.
package final class StopFlag: Sendable {
    @usableFromInline let isSet = Atomic<Bool>(false)
    package init() {}

    @inlinable
    package var isRaised: Bool { @_noLocks get { isSet.load(ordering: .acquiring) } }

    package func raise() { isSet.store(true, ordering: .releasing) }
}

private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func startThread(name: String, stackSize: Int?, _ body: @escaping @Sendable () -> Void) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var thread = pthread_t()
    let failure = pthread_create(&thread, &attributes, runThread, start.toOpaque())
    // Out of threads at start-up: nothing could be supervised, so systemd must start us again.
    precondition(failure == 0, "cannot start the thread “\(name)”: \(errorText(failure))")
    return thread
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    sluice_name_thread(start.name)
    start.body()
    return nil
}
