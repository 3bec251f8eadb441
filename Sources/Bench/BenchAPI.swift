// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import LocalAPI
import Logging
import ServiceLifecycle
import Synchronization

/// The bench's own API server, for a caller that blocks: started, asked for its address, stopped.
final class BenchAPI: Sendable {
    private enum State: Sendable {
        case starting
        case listening(ListenAddress)
        case ended(String)
    }
    private let state = Mutex(State.starting)
    private let changed: WakeUp
    private let group = Mutex<ServiceGroup?>(nil)
    /// For the first answer and the last.
    private static let patience = Interval.seconds(10)

    /// Returns when it listens.
    /// - Parameter text: HOST:PORT.
    init(listen text: String, bench: any BenchPort, logger: Logger) throws(BenchProblem) {
        let listen: ListenAddress
        do throws(APIProblem) { listen = try ListenAddress(parsing: text) } catch {
            throw BenchProblem(.usage, error.description)
        }
        do throws(SystemFault) { changed = try WakeUp() } catch {
            throw BenchProblem(.unavailable, error.description)
        }
        let server = LocalAPIServer(listen: listen, bench: bench, logger: logger) { [self] in become(.listening($0)) }
        let serving = ServiceGroup(services: [server], logger: logger)
        group.withLock { $0 = serving }
        Task { [self] in
            do {
                try await serving.run()
                become(.ended("The API ended."))
            } catch {
                become(.ended("\(error)"))
            }
        }
        try awaitStart()
    }

    /// Where it listens; nil once it has ended.
    var address: ListenAddress? {
        switch state.withLock({ $0 }) {
        case .listening(let address): address
        case .starting, .ended: nil
        }
    }

    /// Returns when it has ended, or after a while.
    func stop() {
        // Asked, not cancelled: to the server that would be an error.
        Task { [serving = group.withLock { $0 }] in await serving?.triggerGracefulShutdown() }
        let deadline = MonotonicClock.now() + Self.patience
        while address != nil, MonotonicClock.now() < deadline { _ = changed.wait(until: deadline) }
    }

    private func become(_ new: State) {
        state.withLock { $0 = new }
        changed.signal()
    }

    private func awaitStart() throws(BenchProblem) {
        let deadline = MonotonicClock.now() + Self.patience
        while MonotonicClock.now() < deadline {
            switch state.withLock({ $0 }) {
            case .starting: _ = changed.wait(until: deadline)
            case .listening: return
            case .ended(let reason): throw BenchProblem(.unavailable, reason)
            }
        }
        throw BenchProblem(.unavailable, "The API did not start within \(Self.patience).")
    }
}
