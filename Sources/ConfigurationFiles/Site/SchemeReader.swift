// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads `agreement.limitation_scheme` (EREC G100) and `agreement.return`.
enum SchemeReader {
    private static let keys = [
        "import", "export", "sensor_rating", "failsafe", "reaction", "longest_reaction", "excursions_soon",
        "excursions_a_day", "good_for", "installer_code_file",
    ]

    static func mapping(_ field: Field) -> MappingField? { field.mapping(keys) }

    static func scheme(
        _ mapping: MappingField, evses: Int, maximumAge: Interval?, voltage: Voltage?
    ) -> SchemeSettings? {
        if !mapping.has("import"), !mapping.has("export") {
            mapping.field.error("nothing is limited; give “import”, “export” or both in amperes per phase")
        }
        let drawn = mapping["import"]?.quantity(Current.self, atLeast: .zero)
        let delivered = mapping["export"]?.quantity(Current.self, atLeast: .zero)
        let rating = mapping.required("sensor_rating", "sensor_rating: 100 A")?
            .quantity(Current.self, atLeast: .amperes(1), atMost: .amperes(10_000))
        guard let rating else { return nil }
        for (key, limit) in [("import", drawn), ("export", delivered)] {
            if let limit, limit > rating {
                mapping[key]?.error(
                    "sensors for \(rating) cannot see \(limit); raise “sensor_rating” or lower the limit")
            }
        }
        var settings = SchemeSettings(
            limits: SchemeLimits(maximumImport: drawn, maximumExport: delivered), sensorRating: rating, evseCount: evses
        )
        settings.failSafePower = mapping["failsafe"].map(SiteReader.limits) ?? settings.failSafePower
        settings.meterMaximumAge = maximumAge ?? settings.meterMaximumAge
        settings.nominalVoltage = voltage ?? settings.nominalVoltage
        readTimes(mapping, &settings)
        return settings
    }

    private static func readTimes(_ mapping: MappingField, _ settings: inout SchemeSettings) {
        let longest = Interval.seconds(60)
        settings.reaction = mapping["reaction"]?.interval(atLeast: .seconds(1), atMost: longest) ?? settings.reaction
        settings.longestReaction =
            mapping["longest_reaction"]?.interval(atLeast: .seconds(1), atMost: longest) ?? settings.longestReaction
        if settings.reaction > settings.longestReaction {
            (mapping["reaction"] ?? mapping["longest_reaction"])?.error(
                "the usual reaction of \(settings.reaction) is longer than the longest, \(settings.longestReaction)")
        }
        let most = ExcursionHistory.capacity
        settings.oftenSoon.count = mapping["excursions_soon"]?.int(1...most) ?? settings.oftenSoon.count
        settings.oftenADay.count = mapping["excursions_a_day"]?.int(1...most) ?? settings.oftenADay.count
        settings.goodFor = mapping["good_for"]?.interval(atLeast: .seconds(1), atMost: .minutes(60)) ?? settings.goodFor
    }

    /// `{ per_minute: 10 %, delay: 10 min }`
    static func returning(_ field: Field, connectionPoint: PowerLimits, devices: Power) -> ReturnSettings? {
        guard let mapping = field.mapping(["per_minute", "delay"]) else { return nil }
        var settings = ReturnSettings(connectionPoint: connectionPoint, devices: devices)
        if let share = mapping["per_minute"]?.quantity(StateOfCharge.self, atLeast: .percent(1), atMost: .percent(100))
        {
            settings.percentPerMinute = Int(share.milli / 1_000)
        }
        settings.longestDelay = mapping["delay"]?.interval(atMost: .minutes(60)) ?? settings.longestDelay
        return settings
    }
}
