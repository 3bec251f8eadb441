// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// A charger whose registers, commands and watchdog a profile describes.
///
/// Nothing is commanded before the fallback and its time-out are written and read back, and nothing is written, fed or
/// (where any request feeds the hardware's watchdog) read while the loop is silent: a hung loop starves the hardware.
package final class ModbusCharger: ChargerDevice {
    enum Phase: Equatable {
        case identifying
        /// Writing fallback and time-out, then what takes control.
        case takingControl
        /// Reading fallback and time-out back.
        case provingFallback
        case running
        /// Handed back; the link has to be lost or reopened to begin again.
        case released
    }

    package let name: String
    package private(set) var ratings: ChargerRatings
    package private(set) var fallback: HardwareFallback?
    package var dynamics: ChargerDynamics { charger.dynamics }
    package var switchesPhases: Bool { !charger.commands.setPhases.isEmpty }
    package var maximumReadingAge: Interval { session.profile.timing.maximumAge }

    let session: ModbusSession
    let charger: ChargerProfile
    let options: ChargerOptions
    var runner: CommandRunner

    var phase = Phase.identifying
    private var identification = Identification()
    var round = PollRound()
    private var connectedAt = Instant.distantPast

    var run: CommandRun?
    var proof: Proof?
    /// Carried out completely; nil when unknown, for an old setpoint may be in force.
    var held: Power?
    /// What amperes are converted with.
    var phaseCount: Int
    /// nil until it was switched on this connection.
    var commandedPhases: Int?
    var feedDueAt = Instant.distantFuture
    var notBefore = Instant.distantPast
    /// After a refused setpoint the same one is not tried again before this.
    var refusedTarget: (power: Power, until: Instant)?
    var mismatches = 0
    var supersededProofs = 0
    var isUnplugPending = false
    private var silentSince: Instant?
    private var quietUntil = Instant.distantPast
    var lastWasWrite = false
    /// nil where the device is given none.
    var settings: DeviceGridSettings?
    /// nil where nobody may set anything.
    var der: DeviceDERSettings?

    private var lastState = ConnectorState.unknown
    var deferredFaults: [DeviceFault] = []
    private var heldBecause: String?

    /// - Returns: nil for a profile without the charger's part.
    package init?(
        name: String, profile: FirmwareProfile, link: any RegisterLink, options: ChargerOptions = ChargerOptions()
    ) {
        guard let charger = profile.charger else { return nil }
        self.name = name
        self.charger = charger
        self.options = options
        ratings = charger.ratings
        phaseCount = charger.ratings.phaseCount
        session = ModbusSession(
            profile: profile, unit: options.unit ?? UInt8(clamping: profile.transport.unit),
            connector: options.connector, link: link)
        runner = CommandRunner(
            session: session, watchdog: charger.watchdog, timeout: charger.watchdog.acceptedTimeout,
            readBackTolerance: charger.readBackTolerance,
            persistent: PersistentWrites(dailyBudget: charger.dailyWriteBudget))
        der = DeviceDERSettings(options, profile, dailyBudget: charger.dailyWriteBudget)
    }

    // MARK: Turns

    package func nextTurn(order: Order?) -> Instant {
        guard phase != .released else { return .distantFuture }
        guard deferredFaults.isEmpty else { return .distantPast }
        let hasNewOrder = order.map { order in silentSince.map { order.confirmedAt > $0 } ?? true } ?? false
        let earliest = silentSince == nil || hasNewOrder ? notBefore : max(notBefore, quietUntil)
        switch phase {
        case .identifying: return max(session.readAllowedAt, earliest)
        case .takingControl, .provingFallback, .running:
            return max(earliest, candidates(order: order).map(\.at).min() ?? round.nextAt)
        case .released: return .distantFuture
        }
    }

    package func wantsProtectiveWrite(order: Order?) -> Bool {
        phase == .running && candidates(order: order).contains { $0.rank == .protection }
    }

    package func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent] {
        if !deferredFaults.isEmpty { throw deferredFaults.removeFirst() }
        guard phase != .released, now >= notBefore else { return [] }
        let isConfirmed = order.map { now - $0.confirmedAt <= options.orderLifetime } ?? false
        guard isConfirmed || mayWork(withoutLoop: order) else { return fallSilent(order, at: now) }
        if isConfirmed { silentSince = nil }
        switch phase {
        case .identifying: return try identify(at: now)
        case .takingControl, .provingFallback, .running:
            return try work(isConfirmed ? order : nil, at: now)
        case .released: return []
        }
    }

    /// Reading may go on without the loop where reading does not feed the hardware's watchdog, and before the charger
    /// was ever told anything.
    private func mayWork(withoutLoop order: Order?) -> Bool {
        switch charger.watchdog.kind {
        case .any, .read: order == nil && fallback == nil && phase == .identifying
        case .rewrite, .token, .revert, .none: true
        }
    }

    private func fallSilent(_ order: Order?, at now: Instant) -> [DeviceEvent] {
        silentSince = order?.confirmedAt ?? now
        quietUntil = now + .milliseconds(250)
        loseConfirmation()
        return []
    }

    /// The hardware may fall back at any time from now on: what it holds is not known when the loop returns.
    func loseConfirmation() {
        guard phase == .running, run != nil || held != nil else { return }
        run = nil
        proof = nil
        held = nil
    }

    private func work(_ order: Order?, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        if order == nil { loseConfirmation() }
        let due = candidates(order: order).filter { $0.at <= now && (order != nil || !$0.work.commands) }
        guard let next = due.min(by: { $0.rank.rawValue < $1.rank.rawValue }) else {
            if order == nil {
                silentSince = now
                quietUntil = now + .milliseconds(250)
            }
            return noticed(order)
        }
        let events = try perform(next.work, order, at: now)
        return noticed(order) + events
    }

    private func noticed(_ order: Order?) -> [DeviceEvent] {
        guard phase == .running, let order else { return [] }
        let reason = permitted(order).heldBecause
        defer { heldBecause = reason }
        guard let reason, reason != heldBecause else { return [] }
        return [.notice(reason)]
    }

    // MARK: Identification

    private func identify(at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        do {
            guard let identity = try identification.step(session, at: now) else { return [] }
            connectedAt = now
            narrowRatings()
            round.plan(session)
            phase = .takingControl
            run = nil
            return [.identified(identity)]
        } catch {
            notBefore = now + .seconds(1)
            throw error
        }
    }

    private func narrowRatings() {
        func magnitude(_ name: String?) -> Power? {
            guard let name, let point = session.profile.point(named: name), let number = session.value(name)?.number
            else { return nil }
            return conversion.power(abs(number), from: point)?.magnitude
        }
        let upper = magnitude(charger.chargeRatingPoint) ?? charger.ratings.power.upper
        let lower = magnitude(charger.dischargeRatingPoint).map { -$0 } ?? charger.ratings.power.lower
        ratings.power = charger.ratings.power.narrowed(to: PowerLimits(from: lower, to: upper))
    }

    package func linkWasLost() {
        session.forget()
        runner.persistent.forgetContents()
        phase = .identifying
        identification = Identification()
        round = PollRound()
        run = nil
        proof = nil
        held = nil
        fallback = nil
        commandedPhases = nil
        notBefore = .distantPast
        feedDueAt = .distantFuture
        settings = nil
        der?.disconnected()
        mismatches = 0
        isUnplugPending = false
        lastState = .unknown
    }

    func isUnderControl(at now: Instant) -> [DeviceEvent] {
        let armed: HardwareFallback =
            charger.watchdog.kind == .none
            ? .never : .after(runner.timeout, holds: charger.watchdog.fallbackPower)
        fallback = armed
        phase = .running
        held = nil
        feedDueAt = now + feedInterval
        der?.connected(session)
        guard let wanted = options.gridSettings else { return [.underControl(armed)] }
        settings = DeviceGridSettings(wanted, session, leaving: der?.occupied ?? [])
        return [.underControl(armed), .gridSettings(isVerified: false)]
    }

    // MARK: Readings

    var conversion: PowerConversion {
        PowerConversion(voltage: options.nominalVoltage, phaseCount: max(phaseCount, 1), ratings: charger.ratings.power)
    }

    func readingEvents(at now: Instant) -> [DeviceEvent] {
        var reading = session.chargerReading(measuredAt: round.startedAt, conversion, ratings: ratings)
        let doubt = session.doubt(about: &reading, ratings: charger.ratings)
        if now - connectedAt < charger.faultGrace {
            // Many chargers report errors for minutes after a restart.
            if reading.state == .faulted { reading.state = .unavailable }
            reading.faults = 0
        }
        if lastState.hasVehicle, reading.state == .available, !charger.commands.onUnplug.isEmpty {
            isUnplugPending = true
        }
        lastState = reading.state
        checkOverride(reading.acknowledgedSetpoint, at: now)
        return [.charger(reading), .doubt(doubt)]
    }

    /// Hands back on the caller's clock; used by `handBack` only.
    func release() {
        phase = .released
        run = nil
        proof = nil
        held = nil
    }
}

extension Watchdog {
    /// The profile's time-out inside what the register accepts.
    var acceptedTimeout: Interval {
        guard let timeoutRange else { return timeout }
        return min(max(timeout, timeoutRange.lowerBound), timeoutRange.upperBound)
    }
}
