// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import LinuxIO
import LocalAPI
import SimulatedSite

/// The bench of a simulated site: what `/bench` shows and does.
package struct SiteBench: BenchPort {
    private let site: SharedSite
    private let parts: BenchParts
    private let name: String?
    private let neighbours: Neighbours?
    private let clock: @Sendable () -> Instant

    /// - Parameters:
    ///   - name: What people call the bench; nil for none.
    ///   - clock: The time the site lives in.
    package init(
        site: SharedSite, parts: BenchParts = .site, name: String? = nil,
        clock: @escaping @Sendable () -> Instant = MonotonicClock.now
    ) {
        self.init(site: site, parts: parts, name: name, neighbours: nil, clock: clock)
    }

    init(
        site: SharedSite, parts: BenchParts, name: String?, neighbours: Neighbours?,
        clock: @escaping @Sendable () -> Instant = MonotonicClock.now
    ) {
        self.site = site
        self.parts = parts
        self.name = name
        self.neighbours = neighbours
        self.clock = clock
    }

    package func state() async throws(APIProblem) -> JSONValue {
        let now = clock()
        var state = site.access(at: now) { BenchState.json(of: $0, parts: parts, name: name) }
        if let neighbours { state["included"] = neighbours.json(at: now) }
        return .object(state)
    }

    package func perform(
        _ verb: LocalAPI.BenchVerb, device: String?, parameters: [String: String]
    ) async throws(APIProblem) -> Acknowledgement {
        let now = clock()
        let chargers = site.access(at: now) { $0.chargers.map(\.id) }
        let translation = BenchTranslation(parts: parts, chargers: chargers, now: now)
        for action in try translation.actions(verb, device: device, parameters: parameters) {
            do throws(BenchRefused) { try site.perform(action, at: now) } catch { throw Self.problem(error) }
        }
        return Acknowledgement("\(verb.rawValue): done")
    }

    private static func problem(_ refusal: BenchRefused) -> APIProblem {
        switch refusal {
        case .noSuchCharger: .unknown(refusal.description, remedy: "GET /bench lists them.")
        case .noVehicle: .conflict(refusal.description, remedy: "POST /bench/plug-in does.")
        case .alreadyPluggedIn: .conflict(refusal.description, remedy: "POST /bench/plug-out does.")
        case .noPhotovoltaic: .conflict(refusal.description, remedy: "Set “power” instead; it may be negative.")
        }
    }
}
