// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargerDrivers
import Chargers
import ConfigurationFiles
import Electricity
import Foundation
import GridConnection
import PowerControl

/// Who carries out which function of the grid code at one EVSE, and what is left for the gateway.
package struct GridCodePlan: Sendable {
    package enum Party: String, Sendable { case device, gateway, nobody }

    package struct Row: Equatable, Sendable {
        package let function: GridFunction
        package let by: Party
        /// For people.
        package let reason: String
    }

    package let rows: [Row]
    /// What the gateway carries out; what the device does is off, and what our own answer takes is off its response times.
    let profile: GridCodeProfile
    /// Frequency and voltage have to be known. False where the device does everything that looks at them.
    let needsMeasurement: Bool
    /// What the charger is given to carry out the code by itself; nil where it is given none.
    let settings: GridCodeSettings?
    /// The active power that counts as one per unit: in discharge, or in charging where there is no discharge.
    let rating: Power

    /// From a change at the connection point until 90 % of the charger's answer to it.
    let answer: Interval
    /// From an order until 90 % of its effect.
    let effect: Interval

    package init(_ code: SiteGridCode, _ evse: SiteConfiguration.EVSE, _ configuration: SiteConfiguration) {
        let ratings = EVSEModel(evse, circuit: 0).ratings
        rating = ratings.lower < .zero ? ratings.lower.magnitude : ratings.upper
        effect = Self.effect(of: evse.charger.profile, over: rating) + configuration.control.period
        answer = effect + (configuration.site.meter.map(Self.age) ?? .zero)
        let models = evse.writesGridSettings ? evse.charger.profile.gridModels : []
        settings = models.isEmpty ? nil : GridCodeSettings(code.profile)
        var drawing = GridCodeDrawing(
            code: code, own: evse.ownGridFunctions, models: models, meter: configuration.site.meter?.profile,
            answer: answer,
            effect: effect)
        rows = drawing.rows()
        profile = drawing.profile
        needsMeasurement = drawing.needsMeasurement
    }

    /// A meter shows a change after at most one renewal and one poll.
    private static func age(of meter: SiteConfiguration.DeviceConnection) -> Interval {
        meter.profile.timing.refresh + meter.profile.timing.poll
    }

    private static func effect(of profile: FirmwareProfile, over span: Power) -> Interval {
        guard let charger = profile.charger else { return .zero }
        let steps = max(1, max(charger.commands.setPower.count, charger.commands.setZero.count))
        let dynamics = charger.dynamics
        return profile.transport.minimumWriteGap * steps + dynamics.deadTime + dynamics.rise(over: span)
    }
}

extension ChargerDynamics {
    /// From 0 to 90 % of a step: at the limited rate until the lag is slower than that.
    fileprivate func rise(over span: Power) -> Interval {
        let lag = timeConstant.inSeconds
        let size = span.magnitude.inUnits
        let rate = [rampUp, rampDown].filter { !$0.isZero }.min()?.inUnits ?? .infinity
        // What is still missing when the lag takes over.
        let rest = min(size, rate * lag)
        let lagging = rest > size / 10 ? lag * log(10 * rest / size) : 0
        let ramping = rate.isFinite ? (size - max(rest, size / 10)) / rate : 0
        return .milliseconds(Int((1_000 * (lagging + ramping)).rounded(.up)))
    }
}

extension GridCodePlan {
    /// One line for each function and EVSEs that have it alike; empty without a grid code.
    package static func lines(_ configuration: SiteConfiguration) -> [String] {
        guard let code = configuration.gridCode else { return [] }
        var lines: [(text: String, evses: [Int])] = []
        for evse in configuration.evses {
            for row in GridCodePlan(code, evse, configuration).rows {
                let text = "\(row.function.inWords) by \(row.by.inWords): \(row.reason)"
                if let index = lines.firstIndex(where: { $0.text == text }) {
                    lines[index].evses.append(evse.id)
                } else {
                    lines.append((text, [evse.id]))
                }
            }
        }
        return lines.map { line in
            let evses = line.evses.map(String.init).joined(separator: ", ")
            return "\(code.name), EVSE \(evses): \(line.text)"
        }
    }
}

extension GridCodePlan.Party {
    var inWords: String {
        switch self {
        case .device: "the device"
        case .gateway: "the gateway"
        case .nobody: "nobody"
        }
    }
}

extension GridFunction {
    package var inWords: String { rawValue.replacing("_", with: " ") }
}
