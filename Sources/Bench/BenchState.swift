// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import LocalAPI
import SimulatedSite

/// Everything about a simulated site that people and test drivers want to see, as JSON. Numbers carry their unit in the
/// key; positive power draws from the grid.
enum BenchState {
    static func json(of site: SimulatedSite, parts: BenchParts, name: String?) -> [String: JSONValue] {
        var state: [String: JSONValue] = [
            "connection_point": point(site.connectionPoint), "recorder": recorder(site.recorder),
            "grid": ["frequency_Hz": .of(site.grid.frequency), "voltage_V": .of(site.grid.openVoltage)],
        ]
        state["name"] = name.map(JSONValue.string)
        if parts != .meter { state["chargers"] = .array(site.chargers.map(charger)) }
        guard parts != .charger else { return state }
        state["meter"] = meter(site.meter, at: site.now)
        state["load"] = [
            "power_W": .of(site.loadPower.sum), "phases_W": .of(site.loadPower),
            "follows": .string(site.load.override == nil ? "profile" : "command"),
        ]
        state["photovoltaic"] =
            site.photovoltaicPower.map { ["power_W": .of($0.sum), "phases_W": .of($0)] } ?? .null
        if parts == .site { state["time_of_day"] = .string(clock(site.timeOfDay)) }
        return state
    }

    private static func charger(_ charger: SimulatedCharger) -> JSONValue {
        let live = charger.liveReading
        let offered = charger.offered
        return [
            "id": .integer(Int64(charger.id)), "state": .string("\(charger.state)"),
            "setpoint_W": .optional(charger.acknowledged), "power_W": .of(charger.power),
            "phases_W": .of(charger.sitePower), "phase_count": .integer(Int64(charger.phaseCount)),
            "offered": ["charge_W": .of(offered.upper), "discharge_W": .of(offered.lower.magnitude)],
            "soc_percent": .optional(live.stateOfCharge), "faults": .integer(Int64(clamping: charger.faults)),
            "imported_Wh": .of(charger.imported), "exported_Wh": .of(charger.exported),
            "watchdog": watchdog(charger.watchdog, at: charger.now),
            "vehicle": charger.vehicle.map(vehicle) ?? .null,
        ]
    }

    private static func watchdog(_ watchdog: HardwareWatchdog, at now: Instant) -> JSONValue {
        [
            "kind": .string(watchdog.kind.rawValue), "armed": .bool(watchdog.expiry != nil || watchdog.hasExpired),
            "tripped": .bool(watchdog.hasExpired), "timeout_s": .number(watchdog.timeout.inSeconds),
            "fallback_W": .of(watchdog.fallback),
            "expires_in_s": watchdog.expiry.map { .number(($0 - now).inSeconds) } ?? .null,
        ]
    }

    private static func vehicle(_ vehicle: SimulatedVehicle) -> JSONValue {
        [
            "soc_percent": .of(vehicle.stateOfCharge), "capacity_Wh": .of(vehicle.battery.capacity),
            "can_discharge": .bool(vehicle.canDischarge), "is_pausing": .bool(vehicle.isPausing),
        ]
    }

    private static func meter(_ meter: SimulatedMeter, at now: Instant) -> JSONValue {
        let shown = meter.shown.map { reading -> JSONValue in
            [
                "power_W": .of(reading.power), "phases_W": reading.phasePower.map(JSONValue.of) ?? .null,
                "age_s": .number((now - reading.measuredAt).inSeconds),
            ]
        }
        return ["condition": .string(word(meter.condition)), "shown": shown ?? .null]
    }

    private static func word(_ condition: SimulatedMeter.Condition) -> String {
        switch condition {
        case .healthy: "healthy"
        case .frozen: "frozen"
        case .cut: "silent"
        case .reversed: "reversed"
        case .notANumber: "not-a-number"
        }
    }

    private static func point(_ point: ConnectionPoint) -> JSONValue {
        [
            "power_W": .of(point.total), "phases_W": .of(point.power), "current_A": .of(point.current),
            "voltage_V": .of(point.voltage), "frequency_Hz": .of(point.frequency),
            "imported_Wh": .of(point.imported), "exported_Wh": .of(point.exported),
        ]
    }

    private static func recorder(_ recorder: ConnectionRecorder) -> JSONValue {
        var members: [String: JSONValue] = [
            "maximum_import_W": .of(recorder.maximumImport), "maximum_export_W": .of(recorder.maximumExport),
            "maximum_current_A": .of(recorder.maximumCurrent),
        ]
        if let limits = recorder.limits {
            members["limits"] = ["import_W": .of(limits.upper), "export_W": .of(limits.lower.magnitude)]
            members["excess_Wh"] = .of(recorder.excess)
            members["longest_excess_s"] = .number(recorder.longestExcess.inSeconds)
            members["worst_excess_W"] = .of(recorder.worstExcess)
        }
        return .object(members)
    }

    private static func clock(_ time: Interval) -> String {
        let seconds = time.nanoseconds / 1_000_000_000
        let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
        return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}

extension JSONValue {
    /// In whole units.
    static func of(_ quantity: some Quantity) -> JSONValue { .number(quantity.inUnits) }
    static func optional(_ quantity: (some Quantity)?) -> JSONValue { quantity.map(JSONValue.of) ?? .null }
    static func of(_ phases: PerPhase<some Quantity>) -> JSONValue {
        ["l1": .of(phases.l1), "l2": .of(phases.l2), "l3": .of(phases.l3)]
    }
}
