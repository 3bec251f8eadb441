// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LocalAPI

/// The status as Prometheus metrics.
enum GatewayMetrics {
    static func all(_ status: SiteStatus) -> [Metric] {
        [
            single("sluice_connection_point_watts", "Power at the connection point.", status.connectionPoint.power),
            single("sluice_uncontrolled_watts", "Load that is not ours.", status.connectionPoint.uncontrolled),
            perEVSE("sluice_evse_power_watts", "Measured power.", status) { $0.power?.inUnits },
            perEVSE("sluice_evse_target_watts", "Commanded power.", status) { $0.target.inUnits },
            perEVSE("sluice_evse_soc_percent", "State of charge.", status) { $0.stateOfCharge?.inUnits },
            perEVSE("sluice_evse_up", "Whether the charger answers.", status) { $0.link.state == .ok ? 1 : 0 },
            loop("sluice_loop_ticks_total", .counter, "Ticks of the control loop.", Double(status.loop.ticks)),
            loop(
                "sluice_loop_misses_total", .counter, "Ticks that began late by a period.", Double(status.loop.misses)),
            loop("sluice_loop_real_time", .gauge, "Real-time priority is granted.", status.loop.isRealTime ? 1 : 0),
        ]
    }

    private static func single(_ name: String, _ help: String, _ power: Power?) -> Metric {
        var metric = Metric(name, .gauge, help: help)
        if let power { metric.add(power.inUnits) }
        return metric
    }

    private static func loop(_ name: String, _ kind: Metric.Kind, _ help: String, _ value: Double) -> Metric {
        var metric = Metric(name, kind, help: help)
        metric.add(value)
        return metric
    }

    private static func perEVSE(
        _ name: String, _ help: String, _ status: SiteStatus, _ value: (EVSEStatus) -> Double?
    ) -> Metric {
        var metric = Metric(name, .gauge, help: help)
        for evse in status.evses {
            if let value = value(evse) { metric.add(value, .init("evse", "\(evse.id)")) }
        }
        return metric
    }
}
