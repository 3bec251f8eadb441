// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Which call leaves next: the boot first, then what must not be lost and what may, each in the order in which it was made.
///
/// A value that opens nothing: durable calls are on disk with whoever holds it, and only the next few of them are here. One
/// call is open at a time (part 4, 4.1.1).
package struct Delivery: Sendable {
    /// How often a durable call is tried (E13).
    package struct Rules: Equatable, Sendable {
        /// MessageAttempts[TransactionEvent], at least 1 (E13.FR.01).
        package var attempts = 5
        /// MessageAttemptInterval[TransactionEvent]; grows with every attempt.
        package var interval = Interval.seconds(10)
        package init() {}
    }

    /// A call that is on disk under its number.
    package struct Durable: Equatable, Sendable {
        package let number: UInt64
        package var request: CSMSRequest
        package init(_ number: UInt64, _ request: CSMSRequest) {
            self.number = number
            self.request = request
        }
    }

    /// What became of a call that was to be queued.
    package enum Admission: Equatable, Sendable {
        /// To be written to disk under this number before anything leaves.
        case durable(UInt64)
        case waiting
        /// There is no connection, and nobody wants it later.
        case forgotten
        /// Too many wait.
        case refused
    }

    /// What the end of a call means.
    package struct Outcome: Equatable, Sendable {
        /// No longer needed on disk.
        package var removed: UInt64?
        /// Whether the station hears of a failure; one that is repeated it does not.
        package var isFinal = true
        /// For the log.
        package var notice: String?
    }

    /// Volatile calls that wait; a report of the whole device model is a few dozen.
    package static let mostVolatile = 512
    /// Durable calls kept in memory; the others are on disk only.
    static let window = 256
    /// Read from disk in one go.
    package static let batch = 128

    fileprivate struct Volatile: Equatable, Sendable {
        let number: UInt64
        let request: CSMSRequest
        let kind: CallClass
    }
    private enum Open: Equatable, Sendable {
        case boot(CSMSRequest)
        case volatile(CSMSRequest)
        case durable(UInt64)
    }

    private var boot: CSMSRequest?
    private var volatile: [Volatile] = []
    /// The oldest durable calls, without a gap to those on disk.
    private var head: [Durable] = []
    /// Behind those of `head`.
    private var onDiskOnly: Int
    private var lastNumber: UInt64
    /// Those up to here were made before the connection was lost (E11.FR.02, E11.FR.07, E12.FR.02).
    private var offlineThrough: UInt64
    private var open: Open?
    private var isConnected = false
    /// Of the first of `head`.
    private var attempts = 0
    private var retryAt: Instant?

    /// - Parameters:
    ///   - lastNumber: The greatest number on disk; 0 where there is none.
    ///   - stored: How many durable calls are on disk.
    package init(lastNumber: UInt64, stored: Int) {
        self.lastNumber = lastNumber
        offlineThrough = lastNumber
        onDiskOnly = stored
    }

    // MARK: What waits

    /// Durable calls that are not answered.
    package var durableCount: Int { head.count + onDiskOnly }
    package var volatileCount: Int { volatile.count + (boot == nil ? 0 : 1) }
    package var isOpen: Bool { open != nil }

    /// When `next` may have something it did not have before, while nothing else happens.
    package var deadline: Instant? { isConnected && open == nil ? retryAt : nil }

    /// After which number to read on from disk, now; nil while enough is here.
    package var readsAfter: UInt64? {
        guard isConnected, onDiskOnly > 0, head.count < Self.window - Self.batch else { return nil }
        return head.last?.number ?? 0
    }

    /// - Parameters:
    ///   - calls: The next of disk, in order.
    ///   - count: How many were read, `Delivery.batch` unless there are fewer, with those that nobody can read any more.
    package mutating func loaded(_ calls: [Durable], of count: Int) {
        // What thinning has removed meanwhile is missed here and nowhere else.
        onDiskOnly = count < Self.batch ? 0 : max(0, onDiskOnly - count)
        head += calls
    }

    /// The store has removed some of those that are not in memory.
    package mutating func thinned(by count: Int) { onDiskOnly = max(0, onDiskOnly - count) }

    /// The greatest number in memory: what comes behind it may be thinned.
    package var lastInMemory: UInt64 { head.last?.number ?? 0 }

    package mutating func add(_ request: CSMSRequest, _ kind: CallClass) -> Admission {
        switch kind {
        case .boot:
            boot = request
            return .waiting
        case .durable:
            lastNumber &+= 1
            if onDiskOnly == 0, head.count < Self.window {
                head.append(Durable(lastNumber, request))
            } else {
                onDiskOnly += 1
            }
            return .durable(lastNumber)
        case .triggered, .volatile:
            guard isConnected else { return .forgotten }
            guard volatile.count < Self.mostVolatile else { return .refused }
            lastNumber &+= 1
            volatile.append(Volatile(number: lastNumber, request: request, kind: kind))
            return .waiting
        }
    }

    // MARK: The connection

    package mutating func connected() {
        isConnected = true
        offlineThrough = lastNumber
        retryAt = nil
    }

    /// An open durable call will be sent again, which counts as no attempt: nobody knows whether it arrived.
    /// - Returns: The volatile calls that are forgotten with the connection.
    package mutating func disconnected() -> [CSMSRequest] {
        var forgotten: [CSMSRequest] = []
        if case .volatile(let request)? = open { forgotten.append(request) }
        forgotten += volatile.map(\.request)
        volatile = []
        boot = nil
        open = nil
        isConnected = false
        offlineThrough = lastNumber
        return forgotten
    }

    // MARK: One call after the other

    /// Takes out what is never answered (SEND), which may go while a call is open.
    package mutating func sends(_ mayCall: (CallClass) -> Bool) -> [CSMSRequest] {
        guard isConnected, volatile.contains(where: \.isSend) else { return [] }
        let going = volatile.filter { $0.isSend && mayCall($0.kind) }
        volatile.removeAll { $0.isSend && mayCall($0.kind) }
        return going.map(\.request)
    }

    /// The call that leaves now, which is open until `ended`; nil where none may.
    package mutating func next(at now: Instant, mayCall: (CallClass) -> Bool) -> CSMSRequest? {
        guard isConnected, open == nil else { return nil }
        if let request = boot, mayCall(.boot) {
            boot = nil
            open = .boot(request)
            return request
        }
        let waiting = volatile.firstIndex { !$0.isSend && mayCall($0.kind) }
        let durable = durable(at: now, mayCall)
        if let waiting, goesFirst(volatile[waiting], before: durable) {
            let request = volatile.remove(at: waiting).request
            open = .volatile(request)
            return request
        }
        guard let durable else { return nil }
        open = .durable(durable.number)
        return durable.request
    }

    private func durable(at now: Instant, _ mayCall: (CallClass) -> Bool) -> Durable? {
        guard var first = head.first, mayCall(.durable), retryAt.map({ now >= $0 }) ?? true else { return nil }
        // E11.FR.07: everything that is still queued when the connection is lost.
        if first.number <= offlineThrough, case .transactionEvent(var event) = first.request {
            event.offline = true
            first.request = .transactionEvent(event)
        }
        return first
    }

    /// In the order in which they were made, but nothing waits behind what a long outage has left.
    private func goesFirst(_ call: Volatile, before durable: Durable?) -> Bool {
        guard let durable else { return true }
        return durable.number <= offlineThrough || call.number < durable.number
    }

    /// The open call was answered, or its answer cannot be read: the backend has acted on it.
    package mutating func answered() -> Outcome {
        defer { open = nil }
        guard case .durable(let number)? = open else { return Outcome() }
        removeFirst(number)
        return Outcome(removed: number)
    }

    /// The open call was refused or not answered in time. A durable one is repeated (E13.FR.02) after a growing wait
    /// (E13.FR.03) until it has been tried often enough (E13.FR.04).
    package mutating func failed(_ failure: CallFailure, at now: Instant, _ rules: Rules) -> Outcome {
        guard case .durable(let number)? = open else {
            open = nil
            return Outcome()
        }
        switch failure {
        case .unusable, .notInThisVersion: return answered()
        case .refused, .timedOut: break
        }
        open = nil
        attempts += 1
        guard attempts >= max(1, rules.attempts) else {
            retryAt = now + rules.interval * min(attempts, 1_000)
            return Outcome(isFinal: false)
        }
        let words = head.first.map { "\($0.request.action.word) \(number)" } ?? "call \(number)"
        let tried = attempts
        removeFirst(number)
        return Outcome(
            removed: number, notice: "\(words) is given up after \(tried) attempts; the last came to: \(failure.words)")
    }

    private mutating func removeFirst(_ number: UInt64) {
        if head.first?.number == number { head.removeFirst() }
        attempts = 0
        retryAt = nil
    }
}

extension Delivery.Volatile {
    fileprivate var isSend: Bool { CSMSRequest.isUnanswered(request.action) }
}

extension CallFailure {
    /// For the log.
    package var words: String {
        switch self {
        case .refused(let refusal): "\(refusal.code.rawValue), \(refusal.description)"
        case .unusable(let refusal): "an answer that cannot be used (\(refusal.description))"
        case .timedOut: "no answer in time"
        case .notInThisVersion: "this version has no such message"
        }
    }
}
