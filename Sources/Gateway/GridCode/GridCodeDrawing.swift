// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargerDrivers
import Chargers
import ConfigurationFiles
import Electricity
import GridConnection

/// Goes through the functions of one EVSE and takes out of the profile what the gateway leaves to others.
struct GridCodeDrawing {
    let code: SiteGridCode
    /// What the installer says that the device does.
    let installed: Set<GridFunction>
    /// And what it does by its settings.
    let own: Set<GridFunction>
    /// Of a SunSpec charger that is given the settings.
    let models: [SunSpecGridModel]
    let meter: FirmwareProfile?
    let answer: Interval
    let effect: Interval
    var profile: GridCodeProfile
    var needsMeasurement = false

    init(
        code: SiteGridCode, own: Set<GridFunction>, models: [SunSpecGridModel], meter: FirmwareProfile?,
        answer: Interval, effect: Interval
    ) {
        self.code = code
        self.models = models
        installed = own
        // Model 705 holds Q(U); of the other ways to reactive power nothing is written.
        let set = models.filter { $0 != .voltVar || code.profile.reactivePower.mode == .voltVar }
        self.own = own.union(set.map(\.function))
        self.meter = meter
        self.answer = answer
        self.effect = effect
        profile = code.profile
    }

    mutating func rows() -> [GridCodePlan.Row] {
        [
            frequencyResponse(), voltWatt(), reactivePower(), enterService(), ceaseToEnergise(), momentaryCessation(),
            trips(),
        ].compactMap { $0 }
    }

    private typealias Row = GridCodePlan.Row

    private mutating func frequencyResponse() -> Row? {
        let sides = [profile.frequencyResponse.over, profile.frequencyResponse.under].filter(\.isOn)
        guard let allowed = sides.map({ $0.startDelay + $0.responseTime }).min() else { return nil }
        // By its settings a device does what a droop can say; by its installer's word it does all.
        let isSet = isSet(.frequencyResponse)
        if own.contains(.frequencyResponse), !isSet || sides.contains(where: \.isPlainDroop) {
            let response = profile.frequencyResponse
            if response.over.isPlainDroop || !isSet { profile.frequencyResponse.over.isOn = false }
            if response.under.isPlainDroop || !isSet { profile.frequencyResponse.under.isOn = false }
            guard profile.frequencyResponse.over.isOn || profile.frequencyResponse.under.isOn else {
                return device(.frequencyResponse)
            }
            shortenResponse()
            return device(.frequencyResponse, but: "the gateway follows where a droop cannot say what the code asks")
        }
        shortenResponse()
        return measured(.frequencyResponse, within: allowed)
    }

    private mutating func shortenResponse() {
        profile.frequencyResponse.over.responseTime = left(of: profile.frequencyResponse.over.responseTime)
        profile.frequencyResponse.under.responseTime = left(of: profile.frequencyResponse.under.responseTime)
        needsMeasurement = true
    }

    private mutating func voltWatt() -> Row? {
        guard profile.voltWatt.isOn else { return nil }
        if own.contains(.voltWatt) {
            // Model 706 limits delivery only.
            guard isSet(.voltWatt), profile.voltWatt.charging.count > 0 else {
                profile.voltWatt.isOn = false
                return device(.voltWatt)
            }
            profile.voltWatt.delivery = PiecewiseLinear()
            profile.voltWatt.responseTime = left(of: profile.voltWatt.responseTime)
            needsMeasurement = true
            return device(.voltWatt, but: "the gateway limits charging by the voltage")
        }
        let allowed = profile.voltWatt.responseTime
        profile.voltWatt.responseTime = left(of: allowed)
        needsMeasurement = true
        return measured(.voltWatt, within: allowed)
    }

    private mutating func reactivePower() -> Row? {
        guard profile.reactivePower.mode != .off else { return nil }
        if own.contains(.reactivePower) { return device(.reactivePower) }
        return Row(
            function: .reactivePower, by: .nobody,
            reason: "the gateway commands active power only; the charger has to do it by itself")
    }

    private mutating func enterService() -> Row {
        if own.contains(.enterService) {
            profile.enterService.delay = .zero
            profile.enterService.randomDelay = .zero
            profile.enterService.ramp = .zero
            // No model knows the mean of ten minutes.
            guard isSet(.enterService), profile.tenMinuteVoltage != nil else {
                profile.tenMinuteVoltage = nil
                return device(.enterService)
            }
            needsMeasurement = true
            return device(.enterService, but: "the gateway watches the mean of ten minutes")
        }
        needsMeasurement = true
        let ramp = profile.enterService.ramp
        let tenths = ramp.millionths / 1_000
        let share = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
        let rise = ramp > .zero ? ", then rises by \(share) % a minute" : ""
        return Row(
            function: .enterService, by: missing.isEmpty ? .gateway : .nobody,
            reason: missing.isEmpty ? "delivery waits \(profile.enterService.delay)\(rise)" : unmeasured)
    }

    private func ceaseToEnergise() -> Row {
        let allowed = profile.ceaseToEnergise.within
        if own.contains(.ceaseToEnergise) { return device(.ceaseToEnergise) }
        return timed(.ceaseToEnergise, takes: effect, within: allowed)
    }

    private func momentaryCessation() -> Row? {
        guard profile.momentaryCessation.isOn else { return nil }
        if own.contains(.momentaryCessation) { return device(.momentaryCessation) }
        return Row(
            function: .momentaryCessation, by: .nobody,
            reason: "it takes milliseconds; the gateway only does not command against it")
    }

    private func trips() -> Row? {
        guard profile.trips.count > 0 else { return nil }
        if own.contains(.trips) { return device(.trips) }
        return Row(
            function: .trips, by: .nobody,
            reason: "a trip takes milliseconds; the charger's own protection has to be set")
    }

    // MARK: Words

    private func isSet(_ function: GridFunction) -> Bool {
        !installed.contains(function) && models.contains { $0.function == function }
    }

    private func device(_ function: GridFunction, but rest: String? = nil) -> Row {
        let set = models.filter { $0.function == function }.map { String($0.rawValue) }
        let reason =
            set.isEmpty
            ? "as “own_grid_functions” says"
            : "its settings are written and read back (SunSpec \(set.joined(separator: ", ")))"
        return Row(function: function, by: .device, reason: reason + (rest.map { "; \($0)" } ?? ""))
    }

    private var missing: [String] { meter?.lacks ?? ["the frequency", "the voltage"] }
    private var unmeasured: String {
        "nobody measures \(missing.joined(separator: " and ")) at the connection point, so nothing is delivered"
    }

    private func measured(_ function: GridFunction, within allowed: Interval) -> Row {
        guard missing.isEmpty else { return Row(function: function, by: .nobody, reason: unmeasured) }
        return timed(function, takes: answer, within: allowed)
    }

    private func timed(_ function: GridFunction, takes time: Interval, within allowed: Interval) -> Row {
        guard time > allowed else {
            return Row(function: function, by: .gateway, reason: "90 % within \(time), the code gives \(allowed)")
        }
        return Row(
            function: function, by: .nobody,
            reason: "the code gives \(allowed) and the gateway takes \(time); it follows all the same, late")
    }

    /// What our own answer leaves of a response time.
    private func left(of time: Interval) -> Interval { max(.zero, time - answer) }
}
