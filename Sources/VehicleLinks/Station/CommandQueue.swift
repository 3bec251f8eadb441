// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import Synchronization

/// What a session wants done, on its way from the event loop to the charging point. Of operating points, needs and profiles only
/// the latest counts, so a slow point falls behind by one of each, not by many.
final class CommandQueue: Sendable {
    /// Fires when something was added, ends after the last command.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let waiting = Mutex<[StationOutput]>([])
    private let bound: Int

    init(bound: Int) {
        self.bound = bound
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// - Returns: false when too much waits. The command was taken all the same: it may be the one that switches off.
    func add(_ command: StationOutput) -> Bool {
        let count = waiting.withLock { waiting in
            Self.add(command, to: &waiting)
            return waiting.count
        }
        signal.yield()
        if case .end = command { signal.finish() }
        return count <= bound
    }

    /// All that waits, oldest first.
    func take() -> [StationOutput] {
        waiting.withLock { waiting in
            defer { waiting.removeAll(keepingCapacity: true) }
            return waiting
        }
    }

    private static func add(_ command: StationOutput, to waiting: inout [StationOutput]) {
        switch command {
        case .operate:
            // Contactors between two points keep their place between them.
            let after = waiting.lastIndex(where: \.isSwitching).map { $0 + 1 } ?? 0
            if let older = waiting[after...].firstIndex(where: \.isOperating) { waiting.remove(at: older) }
        case .need: waiting.removeAll(where: \.isNeed)
        case .profile: waiting.removeAll(where: \.isProfile)
        case .send, .authorise, .authoriseContract, .certificate, .select, .receipt, .schedules, .checkCable,
            .contactors,
            .end:
            break
        }
        waiting.append(command)
    }
}

extension StationOutput {
    fileprivate var isSwitching: Bool { if case .contactors = self { true } else { false } }
    fileprivate var isOperating: Bool { if case .operate = self { true } else { false } }
    fileprivate var isProfile: Bool { if case .profile = self { true } else { false } }
    fileprivate var isNeed: Bool { if case .need = self { true } else { false } }
}
