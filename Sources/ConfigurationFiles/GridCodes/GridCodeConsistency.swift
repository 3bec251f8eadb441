// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Looks for contradictions between the values of a grid code.
struct GridCodeConsistency {
    let profile: GridCodeProfile
    let over: SourcedMapping?
    let under: SourcedMapping?
    let voltWatt: SourcedMapping?
    let reactive: SourcedMapping?
    let entering: SourcedMapping?
    let stages: [PlacedStage]

    private var nominal: Frequency { profile.nominalFrequency }

    func check() {
        if let over { check(over, profile.frequencyResponse.over, .over) }
        if let under { check(under, profile.frequencyResponse.under, .under) }
        if let voltWatt { check(voltWatt: voltWatt) }
        if let reactive { check(reactive, profile.reactivePower) }
        if let entering { check(entering: entering) }
        checkTrips()
    }

    private func check(_ part: SourcedMapping, _ side: FrequencySide.Settings, _ direction: FrequencySide.Direction) {
        // What could not be read has been reported.
        guard side.threshold > .zero, side.returnUpper > .zero else { return }
        switch direction {
        case .over:
            if side.threshold <= nominal { part.field("threshold").error("expected above \(nominal)") }
            if side.returnUpper > side.threshold {
                part.field("return_window").error("the window reaches beyond the threshold of \(side.threshold)")
            }
            if let shed = side.shedThreshold, shed < side.threshold {
                part.field("shed_beyond").error("expected at or beyond the threshold of \(side.threshold)")
            }
        case .under:
            if side.threshold >= nominal { part.field("threshold").error("expected below \(nominal)") }
            if side.returnLower < side.threshold {
                part.field("return_window").error("the window reaches beyond the threshold of \(side.threshold)")
            }
            if let shed = side.shedThreshold, shed > side.threshold {
                part.field("shed_beyond").error("expected at or beyond the threshold of \(side.threshold)")
            }
        }
        if !(side.returnLower...max(side.returnLower, side.returnUpper)).contains(nominal) {
            part.field("return_window").error("the nominal frequency of \(nominal) is not in the window")
        }
    }

    private func check(voltWatt part: SourcedMapping) {
        let delivery = profile.voltWatt.delivery
        if delivery.count > 0, !isMonotone(delivery, rising: false) || delivery.value(at: PerUnit.one) != .one {
            part.field("delivery").error("expected 100 % at the nominal voltage and never more at a higher one")
        }
        let charging = profile.voltWatt.charging
        if charging.count > 0, !isMonotone(charging, rising: true) || charging.value(at: PerUnit.one) != .one {
            part.field("charging").error("expected 100 % at the nominal voltage and never more at a lower one")
        }
    }

    private func isMonotone(_ curve: PiecewiseLinear, rising: Bool) -> Bool {
        let points = curve.copy()
        return zip(points, points.dropFirst()).allSatisfy { rising ? $0.y <= $1.y : $0.y >= $1.y }
    }
}

extension GridCodeConsistency {
    private func check(_ part: SourcedMapping, _ settings: ReactivePower.Settings) {
        if settings.voltVar.count > 0, !isMonotone(settings.voltVar, rising: false) {
            part.field("volt_var").error("a higher voltage never asks for more injection")
        }
        let needed: String? =
            switch settings.mode {
            case .off: nil
            case .fixedReactivePower: "fixed_reactive_power"
            case .fixedPowerFactor: "fixed_power_factor"
            case .powerFactorByPower: "power_factor"
            case .voltVar: "volt_var"
            case .wattVar: "watt_var"
            }
        if let needed, !part.has(needed) { part.field("mode").error("this mode needs “\(needed)”") }
    }

    private func check(entering part: SourcedMapping) {
        let settings = profile.enterService
        if settings.lowerVoltage > .one || settings.upperVoltage < .one {
            part.field("voltage").error("the nominal voltage is not in the window")
        }
        if settings.upperFrequency > .zero, settings.lowerFrequency > nominal || settings.upperFrequency < nominal {
            part.field("frequency").error("the nominal frequency of \(nominal) is not in the window")
        }
        for placed in stages where isInWindow(placed.stage) {
            placed.field.error("the charger would trip within the window in which it enters service")
        }
    }

    private func isInWindow(_ stage: TripSettings.Stage) -> Bool {
        let window = profile.enterService
        return switch stage.kind {
        case .overVoltage, .overVoltageTenMinutes: stage.voltage < window.upperVoltage
        case .underVoltage: stage.voltage > window.lowerVoltage
        case .overFrequency: stage.frequency < window.upperFrequency
        case .underFrequency: stage.frequency > window.lowerFrequency
        }
    }

    /// Of two stages of a kind the one further out is never the slower one.
    private func checkTrips() {
        for (index, placed) in stages.enumerated() {
            let others = stages[..<index].filter { $0.stage.kind == placed.stage.kind }
            if others.contains(where: { contradicts($0.stage, placed.stage) || contradicts(placed.stage, $0.stage) }) {
                placed.field.error("a stage further out is slower than one further in")
            }
        }
    }

    private func contradicts(_ inner: TripSettings.Stage, _ outer: TripSettings.Stage) -> Bool {
        distance(of: outer) > distance(of: inner) && outer.after > inner.after
    }

    private func distance(of stage: TripSettings.Stage) -> Int64 {
        switch stage.kind {
        case .overVoltage, .underVoltage, .overVoltageTenMinutes: (stage.voltage - .one).magnitude.millionths
        case .overFrequency, .underFrequency: (stage.frequency - nominal).magnitude.milli
        }
    }
}
