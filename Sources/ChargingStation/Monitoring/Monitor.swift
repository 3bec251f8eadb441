// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Watches one variable, for the time it is looked at, and says what is worth an event (N07, N08).
struct Monitor: Equatable, Sendable {
    enum Finding: Equatable, Sendable {
        /// A limit has been passed, or again lies behind after a change of the monitor.
        case alert
        /// The value is within the limit again.
        case cleared
        case delta
        case periodic

        /// N07.FR.16, N07.FR.17, N07.FR.18, N08.FR.05.
        var trigger: EventTriggerEnumType {
            switch self {
            case .alert, .cleared: .alerting
            case .delta: .delta
            case .periodic: .periodic
            }
        }
    }
    struct Reading: Equatable, Sendable {
        var actual: String?
        var target: String?
        var isNumeric: Bool
    }

    let id: Int
    let key: VariableKey
    let type: MonitorEnumType
    /// A limit, a difference, or seconds.
    let value: DecimalNumber
    let severity: Int
    /// Watches only while a transaction runs there.
    let transaction: Bool
    let kind: EventNotificationEnumType
    var stream: PeriodicEventStreamParamsType?

    private(set) var isExceeded = false
    /// It has taken the place of another, so that the state is to be told even if it has not changed (N07.FR.11).
    private var tellsAgain = false
    /// What the last difference was counted from; the outer nil is nothing yet.
    private var reference: String??
    /// When it is due by the clock.
    private(set) var next: WallTime?

    init(
        id: Int, key: VariableKey, type: MonitorEnumType, value: DecimalNumber, severity: Int,
        transaction: Bool = false,
        kind: EventNotificationEnumType, stream: PeriodicEventStreamParamsType? = nil
    ) {
        self.id = id
        self.key = key
        self.type = type
        self.value = value
        self.severity = severity
        self.transaction = transaction
        self.kind = kind
        self.stream = stream
    }

    /// Takes over what the backend knows from the monitor it replaces.
    mutating func replaces(_ former: Monitor) {
        guard type == former.type else { return }
        isExceeded = former.isExceeded
        tellsAgain = true
    }

    /// The state from before a restart (N07.FR.14).
    mutating func restore(isExceeded: Bool) { self.isExceeded = isExceeded }

    mutating func look(at reading: Reading, _ now: WallTime) -> Finding? {
        switch type {
        case .upperThreshold: crossing(number(reading.actual).map { value < $0 })  // N07.FR.16
        case .lowerThreshold: crossing(number(reading.actual).map { $0 < value })  // N07.FR.17
        case .targetDelta, .targetDeltaRelative: crossing(isOffTarget(reading))  // N07.FR.22, N07.FR.23
        case .delta: change(reading)
        case .periodic, .periodicClockAligned: tick(now)
        }
    }

    private func number(_ text: String?) -> DecimalNumber? { text.flatMap { DecimalNumber(text: $0) } }

    /// An unknown value changes nothing.
    private mutating func crossing(_ isBeyond: Bool?) -> Finding? {
        guard let isBeyond else { return nil }
        defer {
            isExceeded = isBeyond
            tellsAgain = false
        }
        if isBeyond { return !isExceeded || tellsAgain ? .alert : nil }
        return isExceeded ? .cleared : nil  // N07.FR.02, N07.FR.11
    }

    private func isOffTarget(_ reading: Reading) -> Bool? {
        guard let actual = number(reading.actual), let target = number(reading.target) else { return nil }
        guard type == .targetDeltaRelative else { return value.isExceeded(by: actual, target) }
        let difference = abs(actual.approximation - target.approximation)
        return difference > value.approximation * abs(target.approximation)
    }

    /// N07.FR.18; whatever is no number is different or not (N07.FR.19).
    private mutating func change(_ reading: Reading) -> Finding? {
        guard case .some(let former) = reference else {
            reference = .some(reading.actual)
            return nil
        }
        guard reading.actual != former else { return nil }
        if reading.isNumeric, let before = number(former), let after = number(reading.actual) {
            guard value.isExceeded(by: before, after) else { return nil }
        }
        reference = .some(reading.actual)
        return .delta
    }

    // MARK: Periods

    /// From a second to a year, in milliseconds; nil is none of them.
    static func period(_ value: DecimalNumber) -> Int64? {
        value.thousandths.flatMap { (1_000...31_536_000_000).contains($0) ? $0 : nil }
    }

    /// A period after it was set or was last due (N08.FR.06), or at multiples of it on the clock (N08.FR.07). After a
    /// pause, or when the clock has been set, it goes on from now.
    private mutating func tick(_ now: WallTime) -> Finding? {
        guard let period = Self.period(value) else { return nil }
        guard let due = next, due.milliseconds - now.milliseconds <= period else {
            next = following(now.milliseconds, period)
            return nil
        }
        guard now >= due else { return nil }
        let isLate = now.milliseconds - due.milliseconds >= period
        next = following(isLate ? now.milliseconds : due.milliseconds, period)
        return .periodic
    }

    private func following(_ time: Int64, _ period: Int64) -> WallTime {
        guard type == .periodicClockAligned else { return WallTime(milliseconds: time + period) }
        let past = ((time % period) + period) % period
        return WallTime(milliseconds: time - past + period)
    }
}

extension DecimalNumber {
    var approximation: Double { Double(description) ?? 0 }

    /// Whether the two lie farther apart than this; exact.
    fileprivate func isExceeded(by one: DecimalNumber, _ other: DecimalNumber) -> Bool {
        (one.attos - other.attos).magnitude > attos.magnitude
    }

    /// 18 digits, and as many after the point, fit.
    private var attos: Int128 {
        var value = Int128(significand)
        for _ in scale..<18 { value *= 10 }
        return value
    }
}
