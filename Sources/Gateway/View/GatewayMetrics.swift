// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LocalAPI

/// The status as Prometheus metrics.
enum GatewayMetrics {
    static func all(
        _ status: SiteStatus, _ backends: [(name: String, counts: BackendState.Counts)],
        _ vehicles: [(evse: Int, counts: VehicleState.Counts, hasSession: Bool)]
    ) -> [Metric] {
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
        ] + links(status, backends) + cars(vehicles)
    }

    private static func cars(
        _ vehicles: [(evse: Int, counts: VehicleState.Counts, hasSession: Bool)]
    ) -> [Metric] {
        guard !vehicles.isEmpty else { return [] }
        var session = Metric("sluice_vehicle_session", .gauge, help: "Whether a car's session is under way.")
        var sessions = Metric("sluice_vehicle_sessions_total", .counter, help: "Sessions begun.")
        var ended = Metric("sluice_vehicle_sessions_ended_well_total", .counter, help: "Sessions that ended in order.")
        var away = Metric("sluice_vehicle_turned_away_total", .counter, help: "Connections that came to no session.")
        var targets = Metric("sluice_vehicle_targets_total", .counter, help: "Targets told to cars.")
        for (evse, counts, hasSession) in vehicles {
            let label = Metric.Label("evse", "\(evse)")
            session.add(hasSession ? 1 : 0, label)
            sessions.add(Double(counts.sessions), label)
            ended.add(Double(counts.wellEnded), label)
            away.add(Double(counts.turnedAway), label)
            targets.add(Double(counts.targets), label)
        }
        return [session, sessions, ended, away, targets]
    }

    private static func links(
        _ status: SiteStatus, _ backends: [(name: String, counts: BackendState.Counts)]
    ) -> [Metric] {
        guard !backends.isEmpty else { return [] }
        var up = Metric("sluice_backend_up", .gauge, help: "Whether the backend has accepted the station.")
        var queue = Metric("sluice_backend_queue", .gauge, help: "Events that wait for the backend.")
        for backend in status.backends {
            up.add(backend.isConnected && backend.state == "accepted" ? 1 : 0, .init("backend", backend.name))
            queue.add(Double(backend.queue), .init("backend", backend.name))
        }
        var messages = Metric("sluice_backend_messages_total", .counter, help: "Frames sent and received.")
        var links = Metric("sluice_backend_links_total", .counter, help: "Links opened.")
        var failures = Metric("sluice_backend_failures_total", .counter, help: "Links refused or lost.")
        var violations = Metric("sluice_backend_violations_total", .counter, help: "Rules the backend broke.")
        for (name, counts) in backends {
            messages.add(Double(counts.sent), .init("backend", name), .init("direction", "sent"))
            messages.add(Double(counts.received), .init("backend", name), .init("direction", "received"))
            links.add(Double(counts.connections), .init("backend", name))
            failures.add(Double(counts.refused), .init("backend", name))
            violations.add(Double(counts.violations), .init("backend", name))
        }
        let reaction = reaction(backends)
        return [up, queue, messages, links, failures, violations, reaction]
    }

    private static func reaction(_ backends: [(name: String, counts: BackendState.Counts)]) -> Metric {
        var metric = Metric(
            "sluice_backend_reaction_seconds", .gauge, help: "From a message to the order it gives the control loop.")
        for (name, counts) in backends where counts.reaction.count > 0 {
            for (quantile, value) in [
                ("0.5", counts.reaction.percentile(0.5)), ("0.99", counts.reaction.percentile(0.99)),
                ("1", counts.reaction.longest),
            ] {
                metric.add(value.inSeconds, .init("backend", name), .init("quantile", quantile))
            }
        }
        return metric
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
