// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection

/// One kind of agreement on the response bench: how its limit comes and goes, and what it bounds.
struct ResponseCase: Sendable {
    enum Bound: Sendable { case connectionPoint, devices }

    let name: String
    /// Below `agreement:`, beside `import` and `export`.
    let agreement: String
    /// Import or export of 40 kW and 30 kW are the widest; a firm capacity is its own limit.
    var firm = "import: 40 kW, export: 30 kW"
    var direction = FlowSide.import
    var bound = Bound.connectionPoint
    let limit: Power
    /// Per second, of the EVSEs together, where the limit ends; nil: it does not end.
    var ramp: Power? = .watts(2_000)
    /// Before anything is measured.
    var prepare: @Sendable (VirtualSite) -> Void = { _ in }
    /// In every second, from the start on; what keeps a channel alive.
    var keepAlive: @Sendable (VirtualSite) -> Void = { _ in }
    /// The limit arrives; nil: it holds always, and the load step alone is answered.
    var begin: (@Sendable (VirtualSite) -> Void)?
    var end: (@Sendable (VirtualSite) -> Void)?
    /// The limit arrives by itself this long after the start of the run.
    var beginsAfter: Interval?
    var endsAfter: Interval?

    enum FlowSide: Sendable { case `import`, export }

    /// Whether a flow keeps the limit, a watt of rounding aside.
    func keeps(_ flow: Power) -> Bool {
        switch direction {
        case .import: flow <= limit + .watts(1)
        case .export: -flow <= limit + .watts(1)
        }
    }

    func excess(_ flow: Power) -> Power {
        switch direction {
        case .import: max(.zero, flow - limit)
        case .export: max(.zero, -flow - limit)
        }
    }

    func flow(_ site: VirtualSite) -> Power {
        switch bound {
        case .connectionPoint: site.connectionPoint
        case .devices: site.devices
        }
    }

    /// What would flow if every EVSE stood at its target.
    func commandedFlow(_ site: VirtualSite) -> Power {
        switch bound {
        case .connectionPoint: site.commanded + site.load
        case .devices: site.commanded
        }
    }
}

extension ResponseCase {
    /// The virtual clock shows 11:59:20 UTC at the start of each run.
    static let startOfDay = WallTime(milliseconds: 1_780_315_160_000)

    static let all: [ResponseCase] = [
        firm, timed, flexible, consumption, production, reduction, relays, envelope, feedInCap, scheme, byHand, gradual,
    ]

    static let firm = ResponseCase(
        name: "firm capacity", agreement: "", firm: "import: 12 kW, export: 6 kW", limit: .watts(12_000), ramp: nil)

    static let timed = ResponseCase(
        name: "capacity by the calendar", agreement: #", timed: [{ from: "12:00", to: "12:01", import: 12 kW }]"#,
        limit: .watts(12_000), beginsAfter: .seconds(40), endsAfter: .seconds(100))

    static let flexible = ResponseCase(
        name: "flexible capacity",
        agreement: ", flexible: { import: 28 kW, needs_permission: false, after_silence: hold }",
        firm: "import: 12 kW, export: 6 kW", limit: .watts(12_000),
        prepare: { site in site.instruct { _ in .flexible(.heard) } },
        begin: { site in
            site.instruct { .flexible(.instruct(FlexibleCapacity.Instruction(.withdrawal, $0, leaves: .zero))) }
        },
        end: { site in site.instruct { _ in .flexible(.cancel(InstructionID(2))) } })

    static let consumption = ResponseCase(
        name: "LPC", agreement: ", consumption_limit: {}", limit: .watts(12_000),
        prepare: { release($0, .consumption) }, keepAlive: { heartbeat($0, .consumption) },
        begin: { order($0, .consumption, .watts(12_000)) }, end: { release($0, .consumption) })

    static let production = ResponseCase(
        name: "LPP", agreement: ", production_limit: {}", direction: .export, limit: .watts(6_000),
        prepare: { release($0, .production) }, keepAlive: { heartbeat($0, .production) },
        begin: { order($0, .production, .watts(6_000)) }, end: { release($0, .production) })

    static let reduction = ResponseCase(
        name: "§ 14a EnWG", agreement: ", section_14a: {}", bound: .devices, limit: .watts(9_000),
        begin: { site in site.instruct { .section14a(.reduce(to: .watts(9_000), duration: nil, $0)) } },
        end: { site in site.instruct { _ in .section14a(.release) } })

    /// Of two EVSEs: 4.2 kW and, for the second, 0.8 of it.
    static let relays = ResponseCase(
        name: "relay W4", agreement: ", relays: { wired: [W4] }", bound: .devices, limit: .watts(7_560),
        prepare: { $0.contact = false },
        keepAlive: { site in
            let isClosed = site.contact
            site.instruct { _ in .relay(.sample(.w4, isClosed: isClosed)) }
        },
        begin: { close($0, true) }, end: { close($0, false) })

    static let envelope = ResponseCase(
        name: "operating envelope",
        agreement: ", operating_envelope: { default_import: 40 kW, default_export: 30 kW }", limit: .watts(12_000),
        begin: { site in
            let wall = startOfDay
            site.instruct {
                .envelope(
                    .control(
                        EnvelopeControl(
                            $0, created: wall, primacy: 0, start: wall, duration: .minutes(120),
                            limits: EnvelopeLimits(siteImport: .watts(12_000)))))
            }
        },
        end: { site in site.instruct { _ in .envelope(.cancel(InstructionID(1), after: .zero)) } })

    static let feedInCap = ResponseCase(
        name: "feed-in cap", agreement: ", feed_in_cap: { installed_power: 10 kW }", direction: .export,
        limit: .watts(6_000), ramp: nil)

    /// 12 kW are 17.39 A in each of three phases at 230 V.
    static let scheme = ResponseCase(
        name: "limitation scheme (G100)",
        agreement: ", limitation_scheme: { import: 60 A, sensor_rating: 100 A, good_for: 1 s }", limit: .watts(12_000),
        begin: { change($0, Current(milli: 17_391)) }, end: { change($0, .amperes(60)) })

    static let byHand = ResponseCase(
        name: "limit entered by hand", agreement: "", limit: .watts(12_000),
        begin: { $0.impose(.importByHand, .watts(12_000)) }, end: { $0.impose(.importByHand, nil) })

    /// 10 % of 40 kW a minute.
    static let gradual = ResponseCase(
        name: "LPC with a gradual return", agreement: ", consumption_limit: {}, return: {}", limit: .watts(12_000),
        ramp: .watts(4_000) / 60, prepare: { release($0, .consumption) },
        keepAlive: { heartbeat($0, .consumption) }, begin: { order($0, .consumption, .watts(12_000)) },
        end: { release($0, .consumption) })

    private static func change(_ site: VirtualSite, _ most: Current) {
        site.instruct { _ in .scheme(.unlock) }
        site.instruct { _ in .scheme(.change(SchemeLimits(maximumImport: most, maximumExport: nil))) }
    }

    private enum Box { case consumption, production }

    private static func say(_ site: VirtualSite, _ box: Box, _ input: @escaping (InstructionID) -> LimitationInput) {
        site.instruct { id in
            switch box {
            case .consumption: .consumption(input(id))
            case .production: .production(input(id))
            }
        }
    }

    private static func heartbeat(_ site: VirtualSite, _ box: Box) { say(site, box) { _ in .heartbeat } }

    private static func order(_ site: VirtualSite, _ box: Box, _ size: Power) {
        say(site, box) { .write(LimitationWrite(size, isActive: true, instruction: $0)) }
    }

    private static func release(_ site: VirtualSite, _ box: Box) {
        heartbeat(site, box)
        say(site, box) { .write(LimitationWrite(.zero, isActive: false, instruction: $0)) }
    }

    private static func close(_ site: VirtualSite, _ isClosed: Bool) {
        site.contact = isClosed
        site.instruct { _ in .relay(.sample(.w4, isClosed: isClosed)) }
    }
}
