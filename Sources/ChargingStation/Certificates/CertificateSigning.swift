// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// How far a certificate of ours is on its way (A02, A03). One per purpose.
struct CertificateSigning: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        case idle
        /// The host makes a key pair.
        case making
        /// The request has left and the certificate has not come; it is sent again at the instant, after so many
        /// repetitions.
        case waiting(SignCertificateRequest, repetitions: Int, until: Instant)
        /// The host looks at the chain that came.
        case checking(SignCertificateRequest, reply: MessageID)
        /// Refused or given up: only the backend begins anew (A02.FR.19, A02.FR.20).
        case stopped
    }
    private(set) var phase = Phase.idle

    /// The longest pause: a month.
    static let longestWait = 30 * 86_400

    /// A new key pair is wanted. One that is being made or checked is not disturbed.
    /// - Returns: Whether to make one.
    mutating func begin() -> Bool {
        switch phase {
        case .idle, .waiting, .stopped:
            phase = .making
            return true
        case .making, .checking: return false
        }
    }

    /// The key pair is made and its request leaves now.
    /// - Returns: Whether it was waited for.
    mutating func send(_ request: SignCertificateRequest, at now: Instant, wait: Int) -> Bool {
        guard phase == .making else { return false }
        phase = .waiting(request, repetitions: 0, until: now + .seconds(wait))
        return true
    }

    /// The backend takes the request on: from now on the certificate is waited for (A02.FR.17).
    mutating func taken(_ request: SignCertificateRequest, at now: Instant, wait: Int) {
        guard case .waiting(request, let repetitions, _) = phase else { return }
        phase = .waiting(request, repetitions: repetitions, until: now + Self.pause(wait, after: repetitions))
    }

    /// The backend does not take it on.
    mutating func refused(_ request: SignCertificateRequest) {
        guard case .waiting(request, _, _) = phase else { return }
        phase = .stopped
    }

    /// - Returns: What is to be sent again now; each pause is twice the one before (A02.FR.18).
    mutating func repeated(at now: Instant, wait: Int, most: Int) -> SignCertificateRequest? {
        guard case .waiting(let request, let repetitions, let until) = phase, now >= until else { return nil }
        guard repetitions < most else {
            phase = .stopped  // A02.FR.19
            return nil
        }
        let next = repetitions + 1
        phase = .waiting(request, repetitions: next, until: now + Self.pause(wait, after: next))
        return request
    }

    /// A chain came.
    /// - Parameter requestID: Which request it answers, where the version can say so.
    /// - Returns: Whether it belongs to the request that waits (A02.FR.26).
    mutating func check(_ requestID: Int?, reply: MessageID) -> Bool {
        guard case .waiting(let request, _, _) = phase else { return false }
        guard requestID == nil || requestID == request.requestId else { return false }
        phase = .checking(request, reply: reply)
        return true
    }

    /// - Returns: Whether this chain was the one being looked at.
    mutating func checked(reply: MessageID, isGood: Bool) -> Bool {
        guard case .checking(_, reply) = phase else { return false }
        phase = isGood ? .idle : .stopped  // A02.FR.20
        return true
    }

    mutating func stop() { phase = .stopped }

    /// Goes on with a request that was sent before a restart.
    mutating func resume(_ request: SignCertificateRequest, at now: Instant, wait: Int) {
        phase = .waiting(request, repetitions: 0, until: now + .seconds(wait))
    }

    /// What is to be remembered through a restart.
    var request: SignCertificateRequest? {
        switch phase {
        case .waiting(let request, _, _), .checking(let request, _): request
        case .idle, .making, .stopped: nil
        }
    }

    var deadline: Instant? {
        switch phase {
        case .waiting(_, _, let until): until
        case .idle, .making, .checking, .stopped: nil
        }
    }

    private static func pause(_ wait: Int, after repetitions: Int) -> Interval {
        let factor = 1 << min(repetitions, 20)
        return .seconds(min(max(wait, 1) * factor, longestWait))
    }
}
