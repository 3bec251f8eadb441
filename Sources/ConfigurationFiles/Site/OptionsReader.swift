// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Reads `control`, `api` and `log`, all of which may be absent.
enum OptionsReader {
    static func control(_ field: Field?) -> SiteConfiguration.Control {
        var control = SiteConfiguration.Control(
            period: .milliseconds(100), ramp: .watts(1_000), priorities: SiteConfiguration.Source.allCases)
        guard let mapping = field?.mapping(["period", "ramp", "priorities"]) else { return control }
        control.period = mapping["period"]?.interval(atLeast: .milliseconds(10), atMost: .seconds(1)) ?? control.period
        if let ramp = mapping["ramp"], let power = ramp.powerRate() {
            control.ramp = power
            if power.isZero { ramp.error("expected more than 0 W/s; power would never return after a limit") }
        }
        if let priorities = mapping["priorities"] { control.priorities = sources(priorities) }
        return control
    }

    /// Sources that are not named follow in their usual order.
    private static func sources(_ field: Field) -> [SiteConfiguration.Source] {
        var sources: [SiteConfiguration.Source] = []
        for item in field.list() ?? [] {
            guard let source = item.choice(SiteConfiguration.Source.self) else { continue }
            if sources.contains(source) {
                item.error("“\(source.rawValue)” is given twice")
            } else {
                sources.append(source)
            }
        }
        return sources + SiteConfiguration.Source.allCases.filter { !sources.contains($0) }
    }

    static func api(_ field: Field?) -> SiteConfiguration.API {
        let standard = ListenAddress(host: "127.0.0.1", port: 8_080)
        let mapping = field?.mapping(["listen"])
        return SiteConfiguration.API(listen: mapping?["listen"].flatMap(AddressReader.listen) ?? standard)
    }

    static func log(_ field: Field?) -> SiteConfiguration.Log {
        let mapping = field?.mapping(["level", "format"])
        return SiteConfiguration.Log(
            level: mapping?["level"]?.choice(SiteConfiguration.Log.Level.self) ?? .info,
            format: mapping?["format"]?.choice(SiteConfiguration.Log.Format.self) ?? .text)
    }
}
