// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import Foundation

/// Reads `site`.
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
}
