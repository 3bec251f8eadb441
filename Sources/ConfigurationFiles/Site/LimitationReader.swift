// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// Reads `agreement.consumption_limit` and `agreement.production_limit`, which an operator's box limits over EEBUS.
enum LimitationReader {
    private enum Scope: String, CaseIterable {
        case connectionPoint = "connection_point"
        case controllable
    }
    private enum AfterFailsafe: String, CaseIterable { case hold, release }

    /// LPC-022.
    private static let durations = (least: Interval.minutes(2 * 60), most: Interval.minutes(24 * 60))

    static func limitation(_ field: Field, _ direction: LimitationDirection) -> LimitationSettings? {
        let keys = ["failsafe", "failsafe_duration", "after_failsafe", "paired", "scope"]
        guard let mapping = field.mapping(keys) else { return nil }
        var settings = LimitationSettings(direction)
        let standard = standardFailsafe(settings)
        settings.failsafeLimit = mapping["failsafe"]?.quantity(Power.self, atLeast: .zero) ?? standard
        if let duration = mapping["failsafe_duration"]?.interval(atLeast: durations.least, atMost: durations.most) {
            settings.failsafeDuration = duration
        }
        settings.isPaired = mapping["paired"]?.boolean() ?? settings.isPaired
        switch mapping["after_failsafe"]?.choice(AfterFailsafe.self) {
        case .release: settings.failsafeEnd = .release
        case .hold, nil: settings.failsafeEnd = .hold
        }
        switch mapping["scope"]?.choice(Scope.self) {
        case .controllable: settings.scope = .controllable
        case .connectionPoint, nil: settings.scope = .connectionPoint
        }
        return settings
    }

    /// Nobody is owed a minimum of delivery.
    private static func standardFailsafe(_ settings: LimitationSettings) -> Power {
        switch settings.direction {
        case .consumption: settings.failsafeLimit
        case .production: .zero
        }
    }
}
