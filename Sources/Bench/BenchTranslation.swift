// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LocalAPI
import SimulatedSite

/// What a bench consists of: a verb for parts it does not have is refused with the reason.
package enum BenchParts: Equatable, Sendable {
    /// Chargers, household, meter and grid.
    case site
    /// One charger in a process of its own.
    case charger
    /// A meter in a process of its own.
    case meter
}

/// Turns a verb of the API into what a simulated site understands.
struct BenchTranslation {
    let parts: BenchParts
    /// Ids of the chargers there are.
    let chargers: [Int]
    /// For times that are given as a length.
    let now: Instant

    /// - Returns: What to do, in this order.
    func actions(
        _ verb: LocalAPI.BenchVerb, device: String?, parameters: [String: String]
    ) throws(APIProblem) -> [SiteAction] {
        func allowing(_ names: String...) throws(APIProblem) -> BenchParameters {
            try BenchParameters(parameters, of: verb, allowing: names)
        }
        switch verb {
        case .plugIn:
            let given = try BenchParameters(parameters, of: verb, allowing: Self.vehicleNames)
            return [.plugIn(evse: try evse(device), try vehicle(given))]
        case .plugOut:
            _ = try allowing()
            return [.plugOut(evse: try evse(device))]
        case .swipe:
            _ = try allowing()
            return [.swipe(evse: try evse(device))]
        case .pause:
            let byCar = try allowing("by").choice("by", [("person", false), ("car", true)]) ?? false
            return [.pause(evse: try evse(device), byCar: byCar)]
        case .resume:
            _ = try allowing()
            return [.resume(evse: try evse(device))]
        case .fault: return [try fault(try allowing("bits", "kind"), evse: try evse(device))]
        case .clearFault:
            _ = try allowing()
            let evse = try evse(device)
            return [.clearFault(evse: evse), .ignoreSetpoints(evse: evse, false), .outOfService(evse: evse, false)]
        case .soc:
            let given = try allowing("value", "soc")
            let named = try soc(given, "soc")
            guard let value = try soc(given, "value") ?? named else {
                throw given.missing("{\"value\": \"40 %\"}")
            }
            return [.stateOfCharge(evse: try evse(device), value)]
        case .cutMeter:
            try checkMeter(device, verb)
            return [.meter(try allowing("how").choice("how", Self.meterFailures) ?? .cut)]
        case .restoreMeter:
            _ = try allowing()
            try checkMeter(device, verb)
            return [.restoreMeter]
        case .grid: return [try grid(try allowing("frequency", "voltage"))]
        case .load:
            try checkMeter(device, verb)
            return try load(try allowing("power", "l1", "l2", "l3", "profile", "photovoltaic"))
        case .disconnectBackend, .reconnectBackend:
            throw .conflict(
                "“\(verb.rawValue)” is not possible: there is no simulated backend here.",
                remedy: "Stop or start the backend itself.")
        case .externalLimits, .externalSetpoint:
            throw .conflict(
                "“\(verb.rawValue)” is not possible: there is no simulated energy manager here.",
                remedy: "Use /api/limits or /api/setpoint of the daemon.")
        }
    }

    private static let meterFailures: [(String, SimulatedMeter.Condition)] = [
        ("silent", .cut), ("frozen", .frozen), ("reversed", .reversed), ("not-a-number", .notANumber),
    ]

    // MARK: Devices

    /// `1`, `evse1` or `evse-1`; none where there is only one charger.
    private func evse(_ device: String?) throws(APIProblem) -> Int {
        guard !chargers.isEmpty else {
            throw .conflict(
                "This bench simulates a meter; it has no charger.", remedy: "Ask the bench of the charger.")
        }
        guard let device else {
            if chargers.count == 1 { return chargers[0] }
            throw .malformed(
                "The verb needs a charger: there are \(listed).", remedy: "POST /bench/\(chargers[0])/VERB names one.")
        }
        let digits =
            device.hasPrefix("evse-") ? device.dropFirst(5) : device.dropFirst(device.hasPrefix("evse") ? 4 : 0)
        guard let id = Int(digits), chargers.contains(id) else {
            throw .unknown("There is no simulated charger “\(device)”.", remedy: "Possible: \(listed).")
        }
        return id
    }

    private var listed: String { chargers.map(String.init).joined(separator: ", ") }

    private func checkMeter(_ device: String?, _ verb: LocalAPI.BenchVerb) throws(APIProblem) {
        guard parts != .charger else {
            throw .conflict(
                "“\(verb.rawValue)” is not possible: this bench simulates a charger alone.",
                remedy: "Ask the bench of the meter.")
        }
        guard device == nil || device == "meter" else {
            throw .malformed(
                "“\(verb.rawValue)” is about the meter, not about “\(device ?? "")”.",
                remedy: "POST /bench/\(verb.rawValue).")
        }
    }

    // MARK: Parameters

    private static let vehicleNames = [
        "soc", "capacity", "discharge", "charge_power", "discharge_power", "target", "minimum", "start_delay",
        "leaves_in",
    ]

    private func soc(_ given: BenchParameters, _ name: String) throws(APIProblem) -> StateOfCharge? {
        try given.quantity(name, atLeast: StateOfCharge.zero, atMost: StateOfCharge.percent(100))
    }

    private func vehicle(_ given: BenchParameters) throws(APIProblem) -> SimulatedVehicle {
        var battery = SimulatedVehicle.Battery()
        if let value = try given.quantity("capacity", atLeast: Energy.wattHours(100)) { battery.capacity = value }
        if let value = try given.quantity("charge_power", atLeast: Power.zero) { battery.maximumCharge = value }
        if let value = try given.quantity("discharge_power", atLeast: Power.zero) { battery.maximumDischarge = value }
        if let value = try soc(given, "target") { battery.target = value }
        if let value = try soc(given, "minimum") { battery.minimumForDischarge = value }
        var habits = SimulatedVehicle.Habits()
        if let value = try given.interval("start_delay") { habits.startDelay = value }
        return SimulatedVehicle(
            battery: battery, stateOfCharge: try soc(given, "soc") ?? .percent(50),
            canDischarge: try given.flag("discharge") ?? true, habits: habits,
            departure: try given.interval("leaves_in").map { now + $0 })
    }

    private func fault(_ given: BenchParameters, evse: Int) throws(APIProblem) -> SiteAction {
        let kinds: [(String, SiteAction)] = [
            ("ignores-setpoints", .ignoreSetpoints(evse: evse, true)),
            ("out-of-service", .outOfService(evse: evse, true)),
        ]
        let kind = try given.choice("kind", kinds)
        let bits = try given.bits("bits")
        if kind != nil, bits != nil { throw given.contradiction("“kind” and “bits” are given") }
        return kind ?? .fault(evse: evse, bits: bits ?? 1)
    }

    private func grid(_ given: BenchParameters) throws(APIProblem) -> SiteAction {
        let frequency = try given.quantity("frequency", atLeast: Frequency.hertz(40), atMost: Frequency.hertz(70))
        let voltage = try given.quantity("voltage", atLeast: Voltage.volts(1), atMost: Voltage.volts(500))
        if frequency == nil, voltage == nil { throw given.missing("{\"frequency\": \"50.2 Hz\"}") }
        return .grid(frequency: frequency, voltage: voltage)
    }

    private func load(_ given: BenchParameters) throws(APIProblem) -> [SiteAction] {
        let total = try given.quantity("power", Power.self)
        let phases: [Power?] = [
            try given.quantity("l1"), try given.quantity("l2"), try given.quantity("l3"),
        ]
        let isPerPhase = phases.contains { $0 != nil }
        let isProfile = try given.flag("profile") ?? false
        if [total != nil, isPerPhase, isProfile].filter(\.self).count > 1 {
            throw given.contradiction("“power”, “l1” to “l3” and “profile” are three ways to say one thing")
        }
        var actions: [SiteAction] = []
        if let total { actions.append(.load(total.evenly)) }
        if isPerPhase { actions.append(.load(PerPhase(phases[0] ?? .zero, phases[1] ?? .zero, phases[2] ?? .zero))) }
        if isProfile { actions.append(.load(nil)) }
        if given.text("photovoltaic") == "profile" {
            actions.append(.photovoltaic(nil))
        } else if let power = try given.quantity("photovoltaic", atLeast: Power.zero) {
            actions.append(.photovoltaic(power))
        }
        if actions.isEmpty { throw given.missing("{\"power\": \"3 kW\"} or {\"profile\": true}") }
        return actions
    }
}

extension Power {
    /// On the three conductors, the remainder of the division on L1.
    var evenly: PerPhase<Power> {
        let each = self / 3
        return PerPhase(self - each - each, each, each)
    }
}
