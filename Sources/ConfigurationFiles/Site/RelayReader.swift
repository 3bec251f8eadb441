// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads `agreement.relays`: the contacts of the operator's control box.
enum RelayReader {
    private static let names: [(String, RelayContact)] = [("W3", .w3), ("S2", .s2), ("S1", .s1), ("W4", .w4)]

    /// - Parameter dimmedPower: What all EVSEs together may draw while W4 is closed.
    static func relays(_ field: Field, dimmedPower: Power) -> RelayInputs.Settings? {
        guard let mapping = field.mapping(["wired", "installed_power", "debounce", "maximum_age"]) else { return nil }
        let wired = mapping.required("wired", "wired: [W3, W4]").flatMap(contacts)
        let installed = mapping["installed_power"]?.quantity(Power.self, atLeast: .zero)
        let debounce = mapping["debounce"]?.interval(atMost: .seconds(10))
        let maximumAge = mapping["maximum_age"]?.interval(atLeast: .milliseconds(200), atMost: .minutes(5))
        guard let wired else { return nil }
        if !mapping.has("installed_power"), wired.contains(.s1) || wired.contains(.s2) {
            field.error(
                "“installed_power” is missing; S1 and S2 order a share of it, write for example `installed_power: 10 kW`"
            )
        }
        var settings = RelayInputs.Settings(
            installedPower: installed ?? .zero, dimmedPower: dimmedPower, wired: wired)
        settings.debounce = debounce ?? settings.debounce
        settings.maximumAge = maximumAge ?? settings.maximumAge
        if settings.debounce >= settings.maximumAge {
            (mapping["debounce"] ?? mapping["maximum_age"])?.error(
                "no change would ever count: a contact is forgotten after \(settings.maximumAge), "
                    + "before the \(settings.debounce) are over")
        }
        return settings
    }

    private static func contacts(_ field: Field) -> RelayContacts? {
        guard let list = field.list() else { return nil }
        if list.isEmpty {
            field.error("the list is empty; leave out “relays” or name contacts: \(names.map(\.0).listed)")
        }
        var contacts: [RelayContact] = []
        for item in list {
            guard let contact = names.first(where: { $0.0 == item.scalar })?.1 else {
                item.error("expected one of \(names.map(\.0).listed), found \(item.value.kind)")
                continue
            }
            if contacts.contains(contact) { item.error("\(item.value.kind) is given twice") }
            contacts.append(contact)
        }
        return RelayContacts(contacts)
    }
}
