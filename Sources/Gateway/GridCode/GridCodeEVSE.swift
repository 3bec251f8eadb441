// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import GridConnection

/// What the loop has to know of a site's grid code, settled when the site is configured.
package struct GridCodeSetup: Sendable {
    struct EVSE: Sendable {
        let profile: GridCodeProfile
        let silence: GridCodeFunctions.Silence
        let phases: PhaseSet
        let rating: Power
        let needsMeasurement: Bool
        let chargesUnasked: Bool
        let needsSettings: Bool
    }

    let nominalFrequency: Frequency
    let nominalVoltage: Voltage
    let evses: [EVSE]

    /// - Returns: nil where the site has no grid code.
    package init?(_ configuration: SiteConfiguration) {
        guard let code = configuration.gridCode else { return nil }
        nominalFrequency = code.profile.nominalFrequency
        nominalVoltage = code.profile.nominalVoltage
        evses = configuration.evses.map { evse in
            let plan = GridCodePlan(code, evse, configuration)
            return EVSE(
                profile: plan.profile, silence: code.silence, phases: evse.phases, rating: plan.rating,
                needsMeasurement: plan.needsMeasurement, chargesUnasked: evse.defaultBehaviour == .charge,
                needsSettings: plan.settings != nil)
        }
    }
}

/// One EVSE under the grid code.
struct GridCodeEVSE: Sendable, BitwiseCopyable {
    var functions: GridCodeFunctions
    let phases: PhaseSet
    let rating: Power
    let needsMeasurement: Bool
    let chargesUnasked: Bool
    /// The charger is given the code's settings, and delivers nothing before they are read back.
    let needsSettings: Bool
    /// The charger reports a fault or that it is out of service: it has tripped, or lost the grid.
    private var isDown = false
    private var lastPower = PerUnit(millionths: 0)

    /// - Parameter number: Different for every EVSE of a site.
    init(_ setup: GridCodeSetup.EVSE, number: Int, at now: Instant) {
        // Sites that start at the same time after an outage differ by the time of their clocks.
        let seed = UInt64(bitPattern: now.nanoseconds) &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        functions = GridCodeFunctions(setup.profile, silence: setup.silence, seed: seed, at: now)
        phases = setup.phases
        rating = setup.rating
        needsMeasurement = setup.needsMeasurement
        chargesUnasked = setup.chargesUnasked
        needsSettings = setup.needsSettings
    }

    /// - Parameters:
    ///   - power: Measured; nil keeps the last one.
    @_noLocks
    mutating func step(
        at now: Instant, _ measurement: GridMeasurement?, power: Power?, wanted: Power, _ charger: ChargerState,
        _ events: inout ConnectionEvents
    ) -> GridCodeOutput {
        watchTrips(charger.reading?.state, now, &events)
        if let power { lastPower = PerUnit(power, of: rating) }
        let point = OperatingPoint(
            power: lastPower, wanted: PerUnit(wanted, of: rating).clamped(from: -.one, to: .one),
            areSettingsVerified: !needsSettings || charger.areGridSettingsVerified, isAvailable: !isDown)
        return functions.step(now, measurement, point, &events)
    }

    @_noLocks
    private mutating func watchTrips(_ state: ConnectorState?, _ now: Instant, _ events: inout ConnectionEvents) {
        guard let state else { return }
        let wasDown = isDown
        switch state {
        case .faulted, .unavailable: isDown = true
        case .unknown, .available, .preparing, .ready, .charging, .discharging, .suspended, .finished: isDown = false
        }
        if isDown, !wasDown { _ = functions.interrupt(at: now, &events) }
    }
}

/// What the loop publishes of the grid code at one EVSE.
package struct GridCodeView: Sendable, BitwiseCopyable {
    /// Magnitudes; nil is not limited.
    var mostDelivery: Power?
    var mostCharging: Power?
    var deliverySource: UInt16 = 0
    var chargingSource: UInt16 = 0

    init() {}

    @_noLocks init(_ output: GridCodeOutput, rating: Power) {
        let delivery = output.delivery
        if let rule = delivery.rule {
            mostDelivery = delivery.most.power(of: rating)
            deliverySource = GridCodeSource(rule, GridCodeSource.effect(of: rule, isMeasured: output.isMeasured)).number
        }
        let charging = output.charging
        if let rule = charging.rule {
            mostCharging = charging.most.power(of: rating)
            chargingSource = GridCodeSource(rule, .limitsCharging).number
        }
    }
}
