// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Reads `circuits`.
enum CircuitReader {
    static func circuits(_ field: Field, _ devices: DeviceReader) -> [Placed<SiteConfiguration.Circuit>] {
        var circuits: [Placed<SiteConfiguration.Circuit>] = []
        for item in field.list() ?? [] {
            guard let circuit = circuit(item, devices) else { continue }
            if let first = circuits.first(where: { $0.value.id == circuit.value.id }) {
                circuit.mapping["id"]?.error(
                    "the circuit “\(circuit.value.id)” is given twice; the first is at line \(first.mapping.position(of: "id").line)"
                )
            } else {
                circuits.append(circuit)
            }
        }
        checkParents(circuits)
        return circuits
    }

    private static func circuit(_ field: Field, _ devices: DeviceReader) -> Placed<SiteConfiguration.Circuit>? {
        guard let mapping = field.mapping(["id", "name", "parent", "fuse", "import", "export", "meter"]) else {
            return nil
        }
        let id = mapping.required("id", "id: garage")?.text()
        let name = mapping["name"]?.text()
        let parent = mapping["parent"]?.text()
        let fuse = mapping["fuse"]?.quantity(Current.self, atLeast: .amperes(1), atMost: .amperes(10_000))
        let drawn = mapping["import"]?.quantity(Power.self, atLeast: .zero)
        let delivered = mapping["export"]?.quantity(Power.self, atLeast: .zero)
        let meter = mapping["meter"].flatMap { devices.read($0, as: .meter) }
        guard let id else { return nil }
        if !mapping.has("fuse"), !mapping.has("import"), !mapping.has("export") {
            mapping.field.notice("the circuit “\(id.shortened)” limits nothing: it has no fuse, import or export")
        }
        var power: PowerLimits?
        if mapping.has("import") || mapping.has("export") {
            let none = PowerLimits.unbounded
            power = PowerLimits(
                from: mapping.has("export") ? -(delivered ?? .zero) : none.lower,
                to: mapping.has("import") ? (drawn ?? .zero) : none.upper)
        }
        let value = SiteConfiguration.Circuit(
            id: id, name: name ?? id, parent: parent, fuse: fuse, power: power, meter: meter?.connection)
        return Placed(value: value, mapping: mapping)
    }

    private static func checkParents(_ circuits: [Placed<SiteConfiguration.Circuit>]) {
        let parents = Dictionary(
            circuits.map { ($0.value.id, $0.value.parent) }, uniquingKeysWith: { first, _ in first })
        for circuit in circuits {
            guard let parent = circuit.value.parent, let field = circuit.mapping["parent"] else { continue }
            guard parents[parent] != nil else {
                field.error(unknown(parent, among: circuits.map(\.value.id)))
                continue
            }
            var chain = [circuit.value.id]
            var next: String? = parent
            while let id = next, !chain.contains(id) {
                chain.append(id)
                next = parents[id] ?? nil
            }
            if next == circuit.value.id {
                let names = (chain + [circuit.value.id]).map(\.shortened).joined(separator: " → ")
                field.error("the circuits feed each other in a ring: \(names)")
            }
        }
    }

    static func unknown(_ id: String, among known: [String]) -> String {
        let suggestion = Field.suggestion(for: id, among: known)
        if !suggestion.isEmpty || known.isEmpty { return "no circuit is called “\(id.shortened)”\(suggestion)" }
        return "no circuit is called “\(id.shortened)”; there are \(known.listed)"
    }
}
