// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Foundation

/// Reads `site` and `agreement`.
enum SiteReader {
    private static let siteKeys = [
        "name", "timezone", "fuse", "voltage", "meter", "reserve", "fallback", "meter_timeout",
    ]
    /// A kettle or an oven may switch on between two samples of the meter.
    static let defaultReserve = Power.watts(500)

    static func site(_ field: Field, _ devices: DeviceReader) -> Placed<SiteConfiguration.Site>? {
        guard let mapping = field.mapping(siteKeys) else { return nil }
        let name = mapping.required("name", "name: Depot East")?.text()
        let timezone = mapping.required("timezone", "timezone: Europe/Berlin").flatMap(timezone)
        let fuse = mapping.required("fuse", "fuse: 63 A")?
            .quantity(Current.self, atLeast: .amperes(1), atMost: .amperes(10_000))
        let voltage =
            mapping["voltage"]?.quantity(Voltage.self, atLeast: .volts(90), atMost: .volts(500)) ?? .volts(230)
        let meter = mapping["meter"].map { devices.read($0, as: .meter) }
        if meter == nil {
            mapping.field.notice("there is no “meter”: all EVSEs together may use only what “fallback” allows")
        }
        let reserve = mapping["reserve"]?.quantity(Power.self, atLeast: .zero) ?? defaultReserve
        let fallback = mapping["fallback"].map(limits) ?? .zero
        let meterTimeout = mapping["meter_timeout"]?.interval(atLeast: .milliseconds(200), atMost: .minutes(5))
        guard let name, let timezone, let fuse else { return nil }
        let connection = meter??.connection
        let refresh = connection?.profile.timing.refresh ?? .zero
        if let meterTimeout, meterTimeout < refresh * 2 {
            mapping["meter_timeout"]?.error(
                "the meter renews its values every \(refresh); a shorter time than \(refresh * 2) makes it silent all the time"
            )
        }
        let value = SiteConfiguration.Site(
            name: name, timezone: timezone, fuse: fuse, voltage: voltage, meter: connection, reserve: reserve,
            fallback: fallback, meterTimeout: meterTimeout ?? connection?.profile.timing.maximumAge ?? .seconds(5))
        return Placed(value: value, mapping: mapping)
    }

    private static func timezone(_ field: Field) -> String? {
        guard let name = field.text() else { return nil }
        // `TimeZone(identifier:)` also takes abbreviations, which do not say when summer time begins.
        guard name == "UTC" || name.contains("/"), TimeZone(identifier: name) != nil else {
            field.error("expected the name of a time zone such as Europe/Berlin or UTC, found \(field.value.kind)")
            return nil
        }
        return name
    }

    /// `{ import: 4 kW, export: 0 W }`, both positive; what is absent is zero.
    static func limits(_ field: Field) -> PowerLimits {
        guard let mapping = field.mapping(["import", "export"]) else { return .zero }
        let drawn = mapping["import"]?.quantity(Power.self, atLeast: .zero) ?? .zero
        let delivered = mapping["export"]?.quantity(Power.self, atLeast: .zero) ?? .zero
        return PowerLimits(from: -delivered, to: drawn)
    }

    static func agreement(_ field: Field, fuse: Current?) -> Placed<SiteConfiguration.Agreement>? {
        guard let mapping = field.mapping(["import", "export", "import_current", "export_current"]) else { return nil }
        let drawn = mapping.required("import", "import: 40 kW")?.quantity(Power.self, atLeast: .zero)
        let delivered = mapping["export"].map { $0.quantity(Power.self, atLeast: .zero) } ?? .zero
        let importCurrent = mapping["import_current"]?.quantity(Current.self, atLeast: .zero) ?? fuse
        let exportCurrent = mapping["export_current"]?.quantity(Current.self, atLeast: .zero) ?? fuse
        guard let drawn, let delivered, let importCurrent, let exportCurrent else { return nil }
        let value = SiteConfiguration.Agreement(
            power: PowerLimits(from: -delivered, to: drawn),
            current: CurrentLimits(from: -exportCurrent, to: importCurrent))
        return Placed(value: value, mapping: mapping)
    }
}

/// Checks the agreement against the fuse and what is kept free of it.
struct SiteConsistency {
    let site: Placed<SiteConfiguration.Site>
    let agreement: Placed<SiteConfiguration.Agreement>

    func check() {
        checkFuse()
        checkReserve()
        checkFallback()
    }

    private func line(_ placed: MappingField, _ key: String) -> String {
        "“\(placed.path(of: key))” at line \(placed.position(of: key).line)"
    }

    private func checkFuse() {
        let (fuse, voltage) = (site.value.fuse, site.value.voltage)
        let most = voltage * fuse * 3
        let power = agreement.value.power
        for (key, value) in [("import", power.upper), ("export", power.lower.magnitude)] where value > most {
            agreement.mapping[key]?.error(
                "contradicts \(line(site.mapping, "fuse")): \(fuse) on three phases of \(voltage) carry \(most), "
                    + "so \(value) cannot be reached")
        }
        let current = agreement.value.current
        for (key, value) in [("import_current", current.upper), ("export_current", current.lower.magnitude)]
        where value > fuse {
            agreement.mapping[key]?.error("\(value) contradicts \(line(site.mapping, "fuse")), \(fuse)")
        }
    }

    private func checkReserve() {
        let (reserve, most) = (site.value.reserve, agreement.value.power.upper)
        guard reserve > most else { return }
        let what = "leaves nothing of \(line(agreement.mapping, "import")), \(most)"
        if let field = site.mapping["reserve"] {
            field.error("\(reserve) \(what)")
        } else {
            site.mapping.field.notice("the default “reserve” of \(reserve) \(what); give a smaller “reserve”")
        }
    }

    private func checkFallback() {
        guard let mapping = site.mapping["fallback"] else { return }
        let (fallback, power) = (site.value.fallback, agreement.value.power)
        let pairs = [
            ("import", fallback.upper, power.upper), ("export", fallback.lower.magnitude, power.lower.magnitude),
        ]
        for (key, value, most) in pairs where value > most {
            mapping[key]?.error("\(value) contradicts \(line(agreement.mapping, key)), \(most)")
        }
    }
}
