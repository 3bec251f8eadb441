// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LinuxIO
import LocalAPI
import Synchronization

/// What the operator's channels said last, for display: the rules themselves tell only what they let out.
final class SaidLast: Sendable {
    struct Order: Hashable, Sendable {
        var power: Power
        var duration: Interval?
        var saidAt: Instant

        func remaining(at now: Instant) -> Interval? { duration.map { max(.zero, saidAt + $0 - now) } }
    }
    struct Words: Sendable {
        var heartbeats: [LimitDirection: Instant] = [:]
        var limits: [LimitDirection: Order] = [:]
        var reduction: Order?
        /// nil inside: reported as unknown.
        var contacts: [RelayName: Bool?] = [:]
        var hasFlexible = false
        var hasEnvelope = false
    }
    private let words = Mutex(Words())

    var all: Words { words.withLock { $0 } }

    /// - Parameter instruction: One that was accepted.
    func note(_ instruction: OperatorInstruction, at now: Instant) {
        words.withLock { words in
            switch instruction {
            case .heartbeat(let direction): words.heartbeats[direction] = now
            case .limit(let direction, let size, let isActive, let duration):
                words.limits[direction] = isActive ? Order(power: size, duration: duration, saidAt: now) : nil
            case .reduction(let size, let duration):
                words.reduction = Order(power: size, duration: duration, saidAt: now)
            case .endOfReduction: words.reduction = nil
            case .relay(let name, let isClosed): words.contacts[name] = .some(isClosed)
            case .failsafe, .failsafeDuration, .schemeLimits, .schemeReset, .ceaseToEnergise, .permitService: break
            case .flexible: words.hasFlexible = true
            case .envelope: words.hasEnvelope = true
            }
        }
    }
}
