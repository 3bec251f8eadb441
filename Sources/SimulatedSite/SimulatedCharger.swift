// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// One connector of a simulated charger with the car at it. Time moves only in `advance(to:)`; between two events the
/// power follows a first-order lag under the ratings' rate limits.
package struct SimulatedCharger: Sendable {
    /// What does not change while the charger lives.
    package struct Hardware: Equatable, Sendable {
        package var ratings: ChargerRatings
        package var dynamics: ChargerDynamics
        /// AC to DC and back, 0 to 1; 1 for an AC charger, whose losses are the car's.
        package var efficiency: Double
        /// The conductors of the site that the charger's own L1, L2, L3 are connected to.
        package var wiring: [Phase]
        package var switchesPhases: Bool
        /// At zero power, between two phase counts.
        package var phaseSwitchPause: Interval
        /// A car is not charged before a card is swiped.
        package var needsAuthorisation: Bool
        /// How often the charger renews the values it reports; zero is always.
        package var refresh: Interval
        /// Acknowledges setpoints and does not obey them.
        package var ignoresSetpoints = false

        package init(
            ratings: ChargerRatings, dynamics: ChargerDynamics, efficiency: Double = 0.94,
            wiring: [Phase] = Phase.allCases, switchesPhases: Bool = false, phaseSwitchPause: Interval = .seconds(5),
            needsAuthorisation: Bool = false, refresh: Interval = .milliseconds(500)
        ) {
            self.ratings = ratings
            self.dynamics = dynamics
            self.efficiency = min(max(efficiency, 0.01), 1)
            self.wiring = wiring
            self.switchesPhases = switchesPhases
            self.phaseSwitchPause = phaseSwitchPause
            self.needsAuthorisation = needsAuthorisation
            self.refresh = max(refresh, .zero)
        }
    }

    /// A setpoint on its way through the dead time.
    struct Pending: Equatable {
        let due: Instant
        let power: Power
    }

    package let id: Int
    package var hardware: Hardware
    package private(set) var now: Instant
    package internal(set) var watchdog: HardwareWatchdog
    package internal(set) var vehicle: SimulatedVehicle?
    /// Of a charger whose cars the gateway speaks to itself; nil for others.
    var led: LedOutlet?
    /// The charger's own fault bits; zero is none.
    package internal(set) var faults: UInt64 = 0
    /// Whether the session is held by a person at the charger.
    package internal(set) var isPaused = false
    package internal(set) var isAuthorised = false
    package internal(set) var hasFinished = false
    package internal(set) var isOutOfService = false
    /// The last setpoint written, before any shaping; nil before the first and after a fallback.
    package internal(set) var acknowledged: Power?
    /// How many line conductors are in use.
    package internal(set) var phaseCount: Int
    /// Between phase and neutral, at the charger's own L1, L2, L3.
    package var voltage = PerPhase<Double>(all: 230)

    // The power path, `ChargerPowerPath.swift`.
    var pending: [Pending] = []
    var commanded = Power.zero
    var watts = 0.0
    /// The direction power last flowed in, and how long the charger rests before it takes the other one.
    var lastDirection = 0.0
    var restsUntil = Instant.distantPast
    var wantedPhaseCount: Int
    var switchesPhasesAt: Instant?
    var imported_Wh = 0.0
    var exported_Wh = 0.0

    // The session, `ChargerSession.swift`.
    var readyAt = Instant.distantPast
    var idleSince: Instant?
    var wakesAt: Instant?
    var isAsleep = false
    var nextRefresh: Instant
    var shown: ChargerReading
    var reactive: ReactivePath

    package init(id: Int, hardware: Hardware, watchdog: HardwareWatchdog, at now: Instant) {
        self.id = id
        self.hardware = hardware
        self.watchdog = watchdog
        self.now = now
        phaseCount = min(max(hardware.ratings.phaseCount, 1), 3)
        wantedPhaseCount = min(max(hardware.ratings.phaseCount, 1), 3)
        nextRefresh = now
        reactive = ReactivePath(at: now)
        shown = ChargerReading(measuredAt: now, state: .unknown)
        shown = liveReading
    }

    /// Moves to `end`, stopping at every event on the way, in steps of at most 20 ms while power moves.
    package mutating func advance(to end: Instant) {
        happen()
        while now < end {
            let longest = isMoving ? Interval.milliseconds(20) : .seconds(1)
            step(to: min(end, now + longest, nextEvent ?? end))
        }
    }

    /// Moves to `next`, which is neither past the next event nor more than a substep away.
    mutating func step(to next: Instant) {
        integrate(over: next - now)
        now = next
        advanceReactive()
        happen()
    }

    /// The next instant after now at which something changes by itself.
    package var nextEvent: Instant? {
        var earliest = Instant.distantFuture
        if let first = pending.first { earliest = min(earliest, first.due) }
        if let expiry = watchdog.expiry { earliest = min(earliest, expiry) }
        if let switchesPhasesAt { earliest = min(earliest, switchesPhasesAt) }
        if let wakesAt { earliest = min(earliest, wakesAt) }
        if restsUntil > now { earliest = min(earliest, restsUntil) }
        if readyAt > now { earliest = min(earliest, readyAt) }
        if let falls = fallsAsleepAt { earliest = min(earliest, falls) }
        if let departure = vehicle?.departure { earliest = min(earliest, departure) }
        if let led = led?.nextEvent { earliest = min(earliest, led) }
        if hardware.refresh > .zero { earliest = min(earliest, nextRefresh) }
        return earliest == .distantFuture || earliest <= now ? nil : earliest
    }

    /// Everything that is due now.
    private mutating func happen() {
        if let departure = vehicle?.departure, departure <= now { plugOut() }
        if let expiry = watchdog.expiry, expiry <= now { fallBack() }
        takePending()
        switchPhasesIfDue()
        fallAsleepOrWake()
        renewShown()
        renewOutlet()
    }

    private mutating func renewShown() {
        guard hardware.refresh > .zero else {
            shown = liveReading
            return
        }
        guard nextRefresh <= now else { return }
        shown = liveReading
        let passed = (now - nextRefresh).nanoseconds / hardware.refresh.nanoseconds
        nextRefresh = nextRefresh + Interval(nanoseconds: hardware.refresh.nanoseconds * (passed + 1))
    }
}

extension SimulatedCharger {
    /// At the AC side, positive toward the vehicle.
    package var power: Power { Power(simulated: watts) }
    package var imported: Energy { Energy(simulated: imported_Wh) }
    package var exported: Energy { Energy(simulated: exported_Wh) }

    /// On the conductors of the site.
    package var sitePower: PerPhase<Power> { siteWatts.map { Power(simulated: $0) } }

    /// On the charger's own L1, L2, L3, in watts.
    var wattsPerPhase: PerPhase<Double> {
        let each = watts / Double(phaseCount)
        return PerPhase(each, phaseCount > 1 ? each : 0, phaseCount > 2 ? each : 0)
    }

    /// On the conductors of the site, in watts.
    var siteWatts: PerPhase<Double> {
        var result = PerPhase<Double>(all: 0)
        let own = wattsPerPhase
        for (phase, conductor) in zip(Phase.allCases, hardware.wiring) { result[conductor] += own[phase] }
        return result
    }

    /// What charger and car accept now.
    package var offered: PowerLimits {
        guard let vehicle, faults == 0, !isOutOfService, !hasFinished else { return .zero }
        let ratings = scaledRatings
        let charge = vehicle.chargeLimit / hardware.efficiency
        let discharge = vehicle.dischargeLimit * hardware.efficiency
        return PowerLimits(
            from: max(ratings.lower, Power(simulated: -discharge)), to: min(ratings.upper, Power(simulated: charge)))
    }

    /// What the charger reports: up to one refresh old.
    package var reading: ChargerReading { shown }

    /// What is true now, whatever the charger reports.
    package var liveReading: ChargerReading {
        let own = wattsPerPhase
        let current = PerPhase(own.l1 / voltage.l1, own.l2 / voltage.l2, own.l3 / voltage.l3)
        return ChargerReading(
            measuredAt: now, state: state, power: power, current: current.map { Current(simulated: $0) },
            stateOfCharge: vehicle?.stateOfCharge, offered: offered, acknowledgedSetpoint: acknowledged,
            energyImported: imported, energyExported: exported, faults: faults)
    }
}
