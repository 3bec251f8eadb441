// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Electricity
import OCPP
import OCPP21
import Synchronization

/// What backends want chargers to do by themselves, on its way to the chargers, and what became of it on the way back.
final class DERDesk: Sendable {
    /// What one backend says of one EVSE.
    private struct Voice {
        var settings = DERSettings()
        /// A setpoint of a profile.
        var reactive: ReactivePower?
    }

    private let cells: [DERCell?]
    private let plans: [DERPlan]
    private let nominalVolts: Int
    /// Backends in charge.
    private let speakers: Int
    /// By EVSE, then by backend.
    private let voices: Mutex<[[Int: Voice]]>

    init(_ chargers: [ChargerCell], _ configuration: SiteConfiguration) {
        cells = chargers.map(\.der)
        plans = configuration.evses.map { DERPlan($0, configuration) }
        nominalVolts = Int(configuration.site.voltage.milli / 1_000)
        speakers = configuration.backends.count { $0.role == .inCharge }
        voices = Mutex(chargers.map { _ in [:] })
    }

    /// - Parameters:
    ///   - controls: All that act now.
    ///   - evse: Its index, as in all that follow.
    /// - Returns: Whether the charger takes any.
    func give(_ controls: [SetDERControlRequest], backend: Int, evse: Int) -> Bool {
        guard cells.indices.contains(evse), cells[evse] != nil else { return false }
        let settings = DERSettings(controls, plans[evse].byCharger, nominalVolts: nominalVolts)
        change(evse, backend) { $0.settings = settings }
        return true
    }

    /// The reactive power of the profile in force; nil wants none.
    func follow(_ reactive: ReactivePower?, backend: Int, evse: Int) {
        guard cells.indices.contains(evse), cells[evse] != nil else { return }
        change(evse, backend) { $0.reactive = reactive?.millivars == 0 ? nil : reactive }
    }

    private func change(_ evse: Int, _ backend: Int, _ change: (inout Voice) -> Void) {
        voices.withLock { voices in
            let before = Self.together(voices[evse])
            let spoken = voices[evse].count
            change(&voices[evse][backend, default: Voice()])
            let after = Self.together(voices[evse])
            // Once all have spoken it is passed on even if nobody wants anything, for a former run may have left something.
            let isComplete = spoken < speakers && voices[evse].count >= speakers
            if isComplete || before != after { cells[evse]?.give(after) }
        }
    }

    /// Backends that stand first go first; a DER control comes before a setpoint of a profile.
    private static func together(_ voices: [Int: Voice]) -> DERSettings {
        let ordered = voices.sorted { $0.key < $1.key }.map(\.value)
        var all = DERSettings()
        for voice in ordered {
            if !all.functions.contains(where: \.isReactive) { all.takeReactive(voice.settings) }
            all.voltWatt = all.voltWatt ?? voice.settings.voltWatt
            all.droop = all.droop ?? voice.settings.droop
        }
        if !all.functions.contains(where: \.isReactive), let reactive = ordered.lazy.compactMap(\.reactive).first {
            // A profile counts what is absorbed as positive, an inverter what it injects.
            all.fixedVar = .millivars(0 - max(reactive.millivars, -.max))
        }
        return all
    }

    /// What the station of a backend hears; nil where nothing is given to the charger.
    func condition(evse: Int) -> DERCondition? {
        guard cells.indices.contains(evse), let report = cells[evse]?.report.withLock({ $0 }) else { return nil }
        let failures = report.failures.map { ($0.key.controlType, $0.value) }
        return DERCondition(
            found: report.found.map { Set($0.map(\.controlType)) },
            failures: Dictionary(failures, uniquingKeysWith: { first, _ in first }),
            rating: report.rating.map {
                DERCondition.Rating(apparent: $0.apparent, injected: $0.injected, absorbed: $0.absorbed)
            })
    }
}

extension DERSettings {
    fileprivate mutating func takeReactive(_ other: DERSettings) {
        voltVar = other.voltVar
        wattVar = other.wattVar
        fixedVar = other.fixedVar
        powerFactorInjecting = other.powerFactorInjecting
        powerFactorAbsorbing = other.powerFactorAbsorbing
    }
}

extension DERReport {
    /// For people; nil while all is well.
    var trouble: String? {
        if let failure = failures.min(by: { $0.key.rawValue < $1.key.rawValue }) {
            return "The backend's \(failure.key.controlType.word) does not act in the charger: \(failure.value). "
                + "Let the backend set another, or have the charger's DER functions opened to remote control."
        }
        return notRestored.map { "What the charger did before the backend's DER controls could not be put back: \($0)" }
    }
}
