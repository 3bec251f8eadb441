// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import LinuxIO
import Synchronization

/// Runs `body` on a thread prepared like the control loop's, and waits for it.
func onLoopThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    let thread = try RealTimeThread(name: "benchmark") { _ in outcome.set(Result(catching: body)) }
    thread.join()
    return try outcome.get()
}

/// What a thread leaves behind.
final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }

    func get() throws -> Value {
        guard let value = result.withLock({ $0 }) else { throw BenchmarkProblem.noResult }
        return try value.get()
    }
}
