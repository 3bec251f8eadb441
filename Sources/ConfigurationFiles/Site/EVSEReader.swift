// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

/// Reads `evses`.
struct EVSEReader {
    let mapping: MappingField
    let circuits: [String]

    private static let keys = [
        "id", "name", "circuit", "phases", "limits", "weight", "default", "minimum_on", "minimum_off", "charger",
        "own_grid_functions", "grid_settings", "der_controls", "connector", "vehicle_link",
    ]

    static func evses(_ field: Field, _ devices: DeviceReader, circuits: [String]) -> [SiteConfiguration.EVSE] {
        var evses: [SiteConfiguration.EVSE] = []
        var lines: [Int: Int] = [:]
        var interfaces: [String: Int] = [:]
        guard let list = field.list() else { return [] }
        if list.isEmpty { field.error("the list is empty; a site needs at least one EVSE") }
        for item in list {
            guard let mapping = item.mapping(keys) else { continue }
            let reader = EVSEReader(mapping: mapping, circuits: circuits)
            let id = mapping.required("id", "id: 1")?.int(1...10_000, "a number")
            if let id, let first = lines[id] {
                mapping["id"]?.error("the EVSE \(id) is given twice; the first is at line \(first)")
            }
            if let id, lines[id] == nil { lines[id] = mapping.position(of: "id").line }
            guard let evse = reader.evse(id: id ?? 0, devices) else { continue }
            evses.append(evse)
            guard let interface = evse.vehicleLink?.interface else { continue }
            if let other = interfaces.updateValue(evse.id, forKey: interface) {
                mapping["vehicle_link"]?.error(
                    "“\(interface)” leads to the cars of EVSE \(other) already; each EVSE needs an interface of its own"
                )
            }
        }
        return evses
    }

    private func evse(id: Int, _ devices: DeviceReader) -> SiteConfiguration.EVSE? {
        let circuit = mapping["circuit"]?.text()
        if let circuit, !circuits.contains(circuit) {
            mapping["circuit"]?.error(CircuitReader.unknown(circuit, among: circuits))
        }
        let longest = Interval.minutes(60)
        let name = mapping["name"]?.text() ?? "EVSE \(id)"
        let weight = mapping["weight"]?.int(1...1_000) ?? 1
        let behaviour = mapping["default"]?.choice(SiteConfiguration.DefaultBehaviour.self) ?? .charge
        let minimumOn = mapping["minimum_on"]?.interval(atMost: longest) ?? .seconds(60)
        let minimumOff = mapping["minimum_off"]?.interval(atMost: longest) ?? .seconds(60)
        let given = mapping["limits"]?.mapping(["charge", "discharge", "current"])
        let current = given?["current"]?.quantity(Current.self, atLeast: .zero)
        let device = mapping.required("charger", "charger: { profile: evtec/bidipro-10, at: \"tcp://192.0.2.31:502\" }")
            .flatMap { devices.read($0, as: .charger) }
        let givenPhases = mapping["phases"].map(phases)
        guard let device, let charger = device.connection.profile.charger,
            let phases = phases(givenPhases, charger.ratings)
        else { return nil }
        return SiteConfiguration.EVSE(
            id: id, name: name, circuit: circuit, phases: phases, limits: limits(given, charger, device),
            current: current, weight: weight, defaultBehaviour: behaviour, minimumOn: minimumOn, minimumOff: minimumOff,
            charger: device.connection, allowsUnattendedDischarge: device.unattendedDischarge,
            ownGridFunctions: mapping["own_grid_functions"].map(gridFunctions) ?? [],
            writesGridSettings: mapping["grid_settings"]?.choice(GridSettings.self) != .leave,
            setsDERControls: mapping["der_controls"]?.choice(GridSettings.self) != .leave,
            connectorType: mapping["connector"]?.choice(SiteConfiguration.ConnectorType.self) ?? .ccs2,
            vehicleLink: mapping["vehicle_link"].flatMap(VehicleLinkReader.link))
    }

    private enum GridSettings: String, CaseIterable { case write, leave }

    private func gridFunctions(_ field: Field) -> Set<GridFunction> {
        Set((field.list() ?? []).compactMap { $0.choice(GridFunction.self) })
    }

    /// `L1`, `L2+L3`, `L1+L2+L3`.
    private func phases(_ field: Field) -> PhaseSet? {
        guard let text = field.text() else { return nil }
        var phases = PhaseSet(bits: 0)
        for part in text.split(separator: "+", omittingEmptySubsequences: false) {
            let name = part.filter { $0 != " " }
            guard let phase = Phase.allCases.first(where: { "L\($0.rawValue + 1)" == name }), !phases.contains(phase)
            else {
                field.error("expected L1, L2, L3 or several such as L1+L2+L3, found \(field.value.kind)")
                return nil
            }
            phases = phases.union(PhaseSet(phase))
        }
        return phases
    }

    private func phases(_ given: PhaseSet??, _ ratings: ChargerRatings) -> PhaseSet? {
        guard let given else {
            if ratings.phaseCount == 3 { return .three }
            mapping.field.error(
                "“phases” is missing; the charger uses \(ratings.phaseCount) of the three conductors, "
                    + "write for example `phases: \(ratings.phaseCount == 1 ? "L1" : "L1+L2")`")
            return nil
        }
        guard let phases = given else { return nil }
        guard phases.count <= ratings.phaseCount else {
            mapping["phases"]?.error(
                "the charger uses \(ratings.phaseCount) conductor\(ratings.phaseCount == 1 ? "" : "s"), found \(phases)"
            )
            return nil
        }
        if phases.count < ratings.phaseCount {
            mapping["phases"]?.notice(
                "the charger could use \(ratings.phaseCount) conductors; it is wired to \(phases) only")
        }
        return phases
    }

    private func limits(_ given: MappingField?, _ charger: ChargerProfile, _ device: PlacedDevice) -> PowerLimits {
        let ratings = charger.ratings.power
        var upper = ratings.upper
        var lower = ratings.lower
        if let field = given?["charge"] {
            let charge = field.quantity(Power.self, atLeast: .zero) ?? .zero
            if charge > upper { field.notice("\(charge) is above the charger's \(upper), which holds") }
            upper = min(upper, charge)
        }
        if let field = given?["discharge"] {
            let discharge = field.quantity(Power.self, atLeast: .zero) ?? .zero
            if discharge > lower.magnitude {
                field.notice("\(discharge) is above the charger's \(lower.magnitude), which holds")
            }
            lower = max(lower, -discharge)
        }
        if lower < .zero, charger.watchdog.kind == .none, !device.unattendedDischarge {
            device.mapping.field.notice(
                "discharge is disabled: the charger has no watchdog and would go on when sluice falls silent; "
                    + "`unattended_discharge: true` accepts that")
            lower = .zero
        }
        return PowerLimits(from: lower, to: upper)
    }
}
