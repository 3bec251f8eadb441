// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import GridConnection
import PowerControl

extension SiteModel {
    /// The site as the controller sees it.
    package init(_ configuration: SiteConfiguration) {
        let order = Self.parentsFirst(configuration.circuits)
        let indexes = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1.id, $0 + 1) })
        let tables = SiteTables(configuration)
        self.init(
            circuits: [Self.connectionPoint(configuration)]
                + order.map { circuit in CircuitModel(circuit, parent: circuit.parent.flatMap { indexes[$0] } ?? 0) },
            evses: configuration.evses.map { evse in
                EVSEModel(evse, circuit: evse.circuit.flatMap { indexes[$0] } ?? 0)
            },
            nominalVoltage: configuration.site.voltage, meterFallback: configuration.site.fallback,
            reliefRamp: configuration.control.ramp,
            limitCapacity: tables.limits.count + GridLimits.capacity + GridCodePort.limitsPerEVSE
                * configuration.evses.count,
            wishCapacity: tables.wishes.count + configuration.evses.count)
        asymmetry = configuration.agreement.unbalance.map { AsymmetryBound(limit: $0, evses) }
    }

    /// Circuits so that each comes after the one that feeds it; the configuration has refused cycles.
    static func parentsFirst(_ circuits: [SiteConfiguration.Circuit]) -> [SiteConfiguration.Circuit] {
        var ordered: [SiteConfiguration.Circuit] = []
        var waiting = circuits
        while !waiting.isEmpty {
            let known = Set(ordered.map(\.id))
            let ready = waiting.filter { $0.parent.map(known.contains) ?? true }
            guard !ready.isEmpty else { return ordered + waiting }
            ordered += ready
            waiting.removeAll { circuit in ready.contains { $0.id == circuit.id } }
        }
        return ordered
    }

    private static func connectionPoint(_ configuration: SiteConfiguration) -> CircuitModel {
        let site = configuration.site
        let agreement = configuration.agreement
        guard let meter = site.meter else {
            // Nothing is known about the other loads: what is left for the EVSEs is the fallback, always.
            return CircuitModel(
                parent: nil, power: agreement.ceiling.narrowed(to: site.fallback),
                current: PerPhase(all: agreement.current))
        }
        return CircuitModel(
            parent: nil, power: agreement.ceiling, current: PerPhase(all: agreement.current), isMetered: true,
            reserve: site.reserve, hysteresis: min(.watts(200), site.reserve / 2),
            meterRefresh: meter.profile.timing.refresh, meterMaximumAge: site.meterTimeout)
    }
}

extension AsymmetryBound {
    /// - Parameter limit: How far the EVSEs may make two phases differ.
    init(limit: Power, _ evses: [EVSEModel]) {
        let rule = UnbalanceLimit(limit: limit, devices: evses.map(UnbalanceLimit.Device.init))
        self.init(phases: rule.allowed(), source: ImposedLimit.firstRule + UInt16(GridRule.unbalance.number))
    }
}

extension UnbalanceLimit.Device {
    /// On three conductors all phases are loaded alike, unless the charger may go on with the first alone.
    init(_ evse: EVSEModel) {
        guard evse.wiring == .three else {
            self.init(wiring: evse.wiring, ratings: evse.ratings)
            return
        }
        let onOne = PowerLimits(from: evse.ratings.lower / 3, to: evse.ratings.upper / 3)
        self.init(wiring: .l1, ratings: evse.switchesPhases ? onOne : .zero)
    }
}

extension CircuitModel {
    init(_ circuit: SiteConfiguration.Circuit, parent: Int) {
        let fuse = circuit.fuse.map { CurrentLimits(from: Current.zero - $0, to: $0) } ?? .unbounded
        self.init(
            parent: parent, power: circuit.power ?? .unbounded, current: PerPhase(all: fuse),
            isMetered: circuit.meter != nil, meterRefresh: circuit.meter?.profile.timing.refresh ?? .seconds(1),
            meterMaximumAge: circuit.meter?.profile.timing.maximumAge ?? .seconds(5))
    }
}

extension EVSEModel {
    init(_ evse: SiteConfiguration.EVSE, circuit: Int) {
        let profile = evse.charger.profile
        guard let charger = profile.charger else { preconditionFailure("the configuration accepts chargers only") }
        let ratings = charger.ratings
        // A charger wired to fewer conductors than it has gives that share of its power.
        let used = min(evse.phases.count, ratings.phaseCount)
        let power = PowerLimits(
            from: ratings.power.lower * used / ratings.phaseCount, to: ratings.power.upper * used / ratings.phaseCount)
        let span = max(power.upper, Power.zero - power.lower)
        self.init(
            circuit: circuit, wiring: evse.phases, ratings: power,
            minimumCharge: ratings.minimumCharge * used / ratings.phaseCount,
            minimumDischarge: ratings.minimumDischarge * used / ratings.phaseCount, step: ratings.step,
            idle: evse.defaultBehaviour == .charge ? .charges : .holds, weight: evse.weight,
            settling: Self.settling(profile, charger, over: span),
            directionChangePause: charger.dynamics.directionChangePause, minimumOn: evse.minimumOn,
            minimumOff: evse.minimumOff, switchesPhases: !charger.commands.setPhases.isEmpty,
            maximumReadingAge: profile.timing.maximumAge)
    }

    /// From the decision to the settled power: waiting for the bus and its write gaps, every step of the command, then the
    /// charger and the car.
    private static func settling(
        _ profile: FirmwareProfile, _ charger: ChargerProfile, over span: Power
    ) -> Interval {
        let steps = max(1, max(charger.commands.setPower.count, charger.commands.setZero.count))
        let writing = profile.transport.minimumWriteGap * steps
        return writing + profile.timing.refresh + charger.dynamics.settling(over: span) + .milliseconds(300)
    }
}
