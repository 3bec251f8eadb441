// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GridConnection

/// What the grid code does to one EVSE and by which rule, as a number among the sources of limits and wishes.
struct GridCodeSource: Equatable, Sendable, BitwiseCopyable {
    enum Effect: UInt8, CaseIterable, Sendable, BitwiseCopyable {
        case limitsDelivery, limitsCharging, demandsDelivery, demandsCharging
        /// Delivery is limited because frequency or voltage is not known.
        case unmeasured

        var code: UInt16 { @_noLocks get { UInt16(rawValue) } }
    }

    var rule: GridRule
    var effect: Effect

    @_noLocks init(_ rule: GridRule, _ effect: Effect) {
        self.rule = rule
        self.effect = effect
    }

    /// Why delivery is limited.
    @_noLocks static func effect(of rule: GridRule, isMeasured: Bool) -> Effect {
        if case .enterService = rule, !isMeasured { return .unmeasured }
        return .limitsDelivery
    }

    /// Above those of the other rules.
    private static var first: UInt16 { @_noLocks get { 2_000 } }

    var number: UInt16 { @_noLocks get { Self.first + UInt16(rule.number) * 8 + effect.code } }

    /// - Returns: nil where `number` stands for another source.
    init?(number: UInt16) {
        guard number >= Self.first, let rule = GridRule(rawValue: UInt8(clamping: (number - Self.first) / 8)),
            let effect = Effect(rawValue: UInt8((number - Self.first) % 8))
        else { return nil }
        self.rule = rule
        self.effect = effect
    }

    /// For people.
    /// - Parameter code: The grid code's own name.
    func inWords(_ code: String) -> String {
        switch effect {
        case .unmeasured: "frequency and voltage are not measured: no delivery under \(code)"
        case .limitsDelivery, .demandsCharging: inWords(code, isOver: true)
        case .limitsCharging, .demandsDelivery: inWords(code, isOver: false)
        }
    }

    private func inWords(_ code: String, isOver: Bool) -> String {
        switch rule {
        case .frequencyResponse: "\(Self.frequencyResponse(code, isOver: isOver)) of \(code)"
        case .voltageWatt: "P(U) of \(code)"
        case .enterService: "waiting to enter service by \(code)"
        case .returnRamp: "ramp after entering service by \(code)"
        case .firmCapacity, .timedCapacity, .flexibleCapacity, .consumptionLimit, .productionLimit,
            .consumptionFailsafe, .productionFailsafe, .instruction, .relay, .section14a, .limitationScheme,
            .operatingEnvelope, .operatingEnvelopeDefault, .feedInCap, .unbalance, .ceaseToEnergise,
            .momentaryCessation, .unverifiedSettings, .gradualRelease:
            "\(rule.inWords) (\(code))"
        }
    }

    /// The European codes name their limited frequency sensitive modes; others only say droop.
    private static func frequencyResponse(_ code: String, isOver: Bool) -> String {
        if ["IEEE", "AS"].contains(where: code.hasPrefix) {
            return isOver ? "over-frequency droop" : "under-frequency droop"
        }
        return isOver ? "LFSM-O" : "LFSM-U"
    }
}
