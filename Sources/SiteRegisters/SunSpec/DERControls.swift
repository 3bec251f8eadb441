// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Active power as SunSpec's models 703, 704 and 715 control it: a limit on delivery in percent, a setpoint, the
/// permission to run. Each of the first two may carry a reversion timer, at whose end the values written for that case
/// take over.
///
/// Powers here have the sign of a generator: positive is delivered to the grid.
///
/// The timer of a function starts anew with every write to its enable, value or timer registers while it is enabled: who
/// writes is alive. A setpoint without a timer ends when the controller has written nothing for `silentAfter`; a limit
/// without one stays.
package struct DERControls: Hashable, Sendable {
    package struct Settings: Hashable, Sendable {
        /// 100 % of delivery and of charging.
        package var discharging: Power
        package var charging: Power
        package var silentAfter: Interval

        package init(discharging: Power, charging: Power, silentAfter: Interval) {
            self.discharging = discharging
            self.charging = charging
            self.silentAfter = silentAfter
        }
    }

    /// A function with its reversion.
    struct Timer: Hashable, Sendable {
        var isEnabled = false
        var isEnabledAfter = false
        /// Zero: no reversion.
        var timeout = Interval.zero
        /// When it reverts; nil: not running.
        var end: Instant?

        mutating func restart(at now: Instant) {
            end = isEnabled && timeout > .zero ? now + timeout : nil
        }

        func remaining(at now: Instant) -> Int64 { end.map { ($0 - now).wholeSeconds } ?? 0 }
    }

    enum Operation: Int64, Hashable, Sendable { case stop = 0, start = 1, enterStandby = 2, exitStandby = 3 }

    let settings: Settings
    var limit = Timer()
    /// In tenths of a percent.
    var limitShare: Int64 = 1_000
    var limitShareAfter: Int64 = 1_000
    var asked = Timer()
    /// WSetMod: watts, or percent.
    var isSetInWatts = true
    var setWatts: Int64 = 0
    var setWattsAfter: Int64 = 0
    var setShare: Int64 = 0
    var setShareAfter: Int64 = 0
    var isInService = true
    var operation = Operation.start
    var controllerHeartbeat: Int64 = 0
    /// `.distantPast`: never.
    var heardAt = Instant.distantPast

    package init(_ settings: Settings) { self.settings = settings }

    // MARK: - What follows for the site

    /// In tenths of a percent of what each EVSE can deliver; nil: not limited.
    package var deliveryShare: Int64? { limit.isEnabled ? limitShare : nil }
    package var deliveryLimit: Power? { deliveryShare.map { Power(milli: settings.discharging.milli / 1_000 * $0) } }
    /// When the limit reverts; nil: it stays.
    package var limitEnd: Instant? { limit.end }

    /// Nothing may flow.
    package var isAtRest: Bool { !isInService || operation == .stop || operation == .enterStandby }

    /// Positive charges, as everywhere else; nil: nothing is asked.
    package var setpoint: Power? {
        guard asked.isEnabled else { return nil }
        if isSetInWatts { return Power(milli: -setWatts * 1_000) }
        let full = setShare < 0 ? settings.charging : settings.discharging
        return Power(milli: -(full.milli / 1_000) * setShare)
    }

    /// When the setpoint ends or another takes over.
    package var setpointEnd: Instant { asked.end ?? (heardAt + settings.silentAfter) }
    /// Whether something else follows at its end.
    package var setpointContinues: Bool { asked.end != nil && asked.isEnabledAfter }

    // MARK: - Time and writes

    /// Lets what is due revert. Tolerates any gap between calls.
    package mutating func advance(to now: Instant) {
        if let end = limit.end, now >= end {
            limit.isEnabled = limit.isEnabledAfter
            limitShare = limitShareAfter
            limit.end = nil
        }
        if let end = asked.end, now >= end {
            asked.isEnabled = asked.isEnabledAfter
            setWatts = setWattsAfter
            setShare = setShareAfter
            asked.end = nil
            // What reverted to has an end of its own: the silence of the controller.
            heardAt = now
        }
        if asked.isEnabled, asked.end == nil, now >= heardAt + settings.silentAfter { asked.isEnabled = false }
    }

    /// All of them, or none.
    package mutating func write(_ writes: [ControlWrite], at now: Instant) throws(RegisterRefusal) {
        for write in writes where !write.point.range.contains(write.value) { throw .badValue }
        advance(to: now)
        heardAt = now
        for write in writes { apply(write) }
        if writes.contains(where: { $0.point.restartsLimit }) { limit.restart(at: now) }
        if writes.contains(where: { $0.point.restartsSet }) { asked.restart(at: now) }
    }

    /// The controller wrote something else.
    package mutating func hear(at now: Instant) {
        advance(to: now)
        heardAt = now
    }

    /// A setpoint that came another way, as if written here.
    package mutating func take(_ power: Power?, for duration: Interval?, at now: Instant) {
        advance(to: now)
        heardAt = now
        asked.isEnabled = power != nil
        asked.isEnabledAfter = false
        asked.timeout = duration ?? .zero
        isSetInWatts = true
        setWatts = -(power ?? .zero).watts
        asked.restart(at: now)
    }

    private mutating func apply(_ write: ControlWrite) {
        let value = write.value
        switch write.point {
        case .limitEnabled: limit.isEnabled = value == 1
        case .limit: limitShare = value
        case .limitAfter: limitShareAfter = value
        case .limitEnabledAfter: limit.isEnabledAfter = value == 1
        case .limitTimeout: limit.timeout = .seconds(Int(value))
        case .setEnabled: asked.isEnabled = value == 1
        case .setMode: isSetInWatts = value == 1
        case .set: setWatts = value
        case .setAfter: setWattsAfter = value
        case .setShare: setShare = value
        case .setShareAfter: setShareAfter = value
        case .setEnabledAfter: asked.isEnabledAfter = value == 1
        case .setTimeout: asked.timeout = .seconds(Int(value))
        case .service: isInService = value == 1
        case .controllerHeartbeat: controllerHeartbeat = value
        // Nothing here latches an alarm.
        case .alarmReset: break
        case .operation: operation = Operation(rawValue: value) ?? operation
        }
    }
}

extension ControlPoint {
    fileprivate var restartsLimit: Bool {
        switch self {
        case .limitEnabled, .limit, .limitTimeout: true
        case .limitAfter, .limitEnabledAfter, .setEnabled, .setMode, .set, .setAfter, .setShare, .setShareAfter,
            .setEnabledAfter, .setTimeout, .service, .controllerHeartbeat, .alarmReset, .operation:
            false
        }
    }

    fileprivate var restartsSet: Bool {
        switch self {
        case .setEnabled, .setMode, .set, .setShare, .setTimeout: true
        case .limitEnabled, .limit, .limitAfter, .limitEnabledAfter, .limitTimeout, .setAfter, .setShareAfter,
            .setEnabledAfter, .service, .controllerHeartbeat, .alarmReset, .operation:
            false
        }
    }
}
