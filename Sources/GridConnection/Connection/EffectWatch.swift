// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What is measured: at the connection point, and what all EVSEs take together.
package struct ConnectionObservation: Sendable, BitwiseCopyable {
    package var connectionPoint: TimeToEffect.Measurement
    package var controllable: TimeToEffect.Measurement
    /// The same in amperes, for a limitation scheme.
    package var sample: SchemeSample

    @_noLocks
    package init(
        connectionPoint: TimeToEffect.Measurement, controllable: TimeToEffect.Measurement,
        sample: SchemeSample = SchemeSample()
    ) {
        self.connectionPoint = connectionPoint
        self.controllable = controllable
        self.sample = sample
    }

    /// Nothing has been measured.
    package static var unknown: ConnectionObservation {
        ConnectionObservation(
            connectionPoint: TimeToEffect.Measurement(.zero, at: .distantPast),
            controllable: TimeToEffect.Measurement(.zero, at: .distantPast))
    }
}

/// Watches the operator's instructions until the measured power obeys: one of each rule, since a newer one takes the place
/// of an older.
struct EffectWatch: Sendable, BitwiseCopyable {
    private var section14a = TimeToEffect(TimeToEffect.Settings())
    private var consumption = TimeToEffect(TimeToEffect.Settings())
    private var production = TimeToEffect(TimeToEffect.Settings())
    private let consumptionIsOfDevices: Bool
    /// Part of a reduction that is not for the EVSEs, whose draw is watched.
    private let keptOfReduction: Power
    private let keptOfConsumption: Power

    init(_ settings: ConnectionSettings) {
        consumptionIsOfDevices = settings.consumption?.scope == .controllable
        keptOfReduction = settings.section14a?.keptByOthers ?? .zero
        keptOfConsumption = consumptionIsOfDevices ? settings.consumption?.keptByOthers ?? .zero : .zero
    }

    /// Follows what the rules have told since `first`, then looks at the measurements.
    @_noLocks
    mutating func advance(to now: Instant, _ seen: ConnectionObservation, _ events: inout ConnectionEvents) {
        let told = events.count
        var position = 0
        while position < told {
            follow(events[position], now)
            position += 1
        }
        section14a.advance(to: now, seen.controllable, &events)
        consumption.advance(
            to: now, consumptionIsOfDevices ? seen.controllable : seen.connectionPoint, &events)
        production.advance(to: now, seen.connectionPoint, &events)
    }

    private mutating func follow(_ event: ConnectionEvent, _ now: Instant) {
        switch event.kind {
        case .began: tell(.received(event.instruction, event.rule, left(of: event)), event.rule, now)
        case .expired, .superseded, .cancelled: tell(.ended(event.instruction), event.rule, now)
        case .refused, .effective, .alreadyBelow, .belowMinimum, .failsafeEntered, .failsafeLeft, .stateChanged,
            .lockedOut, .lockOutReset, .settingsChanged, .overdue:
            return
        }
    }

    private func left(of event: ConnectionEvent) -> PowerLimits {
        var kept = Power.zero
        if case .section14a = event.rule { kept = keptOfReduction }
        if case .consumptionLimit = event.rule { kept = keptOfConsumption }
        return PowerLimits(from: event.power.lower, to: max(.zero, event.power.upper - kept))
    }

    private mutating func tell(_ input: TimeToEffect.Input, _ rule: GridRule, _ now: Instant) {
        switch rule {
        case .section14a: _ = section14a.handle(input, at: now)
        case .consumptionLimit: _ = consumption.handle(input, at: now)
        case .productionLimit: _ = production.handle(input, at: now)
        case .firmCapacity, .timedCapacity, .flexibleCapacity, .consumptionFailsafe, .productionFailsafe, .instruction,
            .relay, .limitationScheme, .operatingEnvelope, .operatingEnvelopeDefault, .feedInCap, .unbalance,
            .frequencyResponse, .voltageWatt, .enterService, .returnRamp, .ceaseToEnergise, .momentaryCessation,
            .unverifiedSettings, .gradualRelease:
            return
        }
    }
}
