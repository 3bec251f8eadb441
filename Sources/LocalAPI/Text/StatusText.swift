// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials

/// A site's status for a terminal of 80 columns: what `sluice status` prints and `--watch` repeats.
package struct StatusText: CustomStringConvertible {
    let status: SiteStatus

    package init(_ status: SiteStatus) { self.status = status }

    package var description: String { lines.joined(separator: "\n") + "\n" }

    package var lines: [String] {
        [heading, ""] + connectionPoint + [""] + limits + [""] + evses + [""] + backends + loop
    }

    private var heading: String {
        let time = WireJSON.text(of: status.time).prefix(19).replacing("T", with: " ")
        return TextLayout.apart(status.site, "\(time) UTC  up \(TextLayout.time(status.uptime.interval))")
    }

    // MARK: Connection point

    private var connectionPoint: [String] {
        let point = status.connectionPoint
        let (export, `import`) = (status.tightest(.export), status.tightest(.import))
        var lines = [TextLayout.apart("Connection point  " + Self.flow(point.power), meter)]
        if let power = point.power, PowerBar.exceeds(power, export: export, import: `import`) {
            lines[0] = TextLayout.apart("Connection point  " + Self.flow(power) + "  OVER THE LIMIT", meter)
        }
        let before = TextLayout.right("export " + Self.size(export), 18) + " "
        let after = " import " + Self.size(`import`)
        let bar = PowerBar(width: TextLayout.width - before.count - 2 - 18)
        lines.append(before + bar.text(point.power, export: export ?? .zero, import: `import` ?? .zero) + after)
        let details = measured
        if !details.isEmpty { lines.append("  " + details.joined(separator: "  ")) }
        if let fault = point.meter.fault { lines += TextLayout.wrapped(fault, indent: 2) }
        return lines
    }

    private var meter: String { "meter " + Self.health(status.connectionPoint.meter) }

    private var measured: [String] {
        let point = status.connectionPoint
        var texts: [String] = []
        if let current = point.current {
            for phase in Phase.allCases {
                texts.append("L\(phase.rawValue + 1) \(TextLayout.rounded(current[phase], decimals: 1))")
            }
        }
        if let voltage = point.voltage { texts.append(TextLayout.rounded(voltage, decimals: 1)) }
        if let frequency = point.frequency { texts.append(TextLayout.rounded(frequency, decimals: 2)) }
        if let other = point.uncontrolled { texts.append("uncontrolled \(TextLayout.power(other))") }
        return texts
    }

    private static func size(_ power: Power?) -> String { power.map { $0.description } ?? "no limit" }

    /// `12.40 kW import`: at the connection point the word is plainer than a sign.
    private static func flow(_ power: Power?) -> String {
        guard let power else { return "unknown" }
        if power.isZero { return "0.00 kW" }
        return "\(TextLayout.power(power.magnitude)) \(power < .zero ? "export" : "import")"
    }

    private static func health(_ link: LinkStatus) -> String {
        switch link.state {
        case .ok: "ok" + (link.age.map { ", \(TextLayout.age($0.interval))" } ?? "")
        case .silent: "SILENT" + (link.age.map { " for \(TextLayout.age($0.interval))" } ?? "")
        case .never: "NEVER ANSWERED"
        }
    }

    // MARK: Limits

    private var limits: [String] {
        guard !status.limits.isEmpty else { return ["No limits are in force."] }
        return [Self.limitRow("LIMIT", "EXPORT", "IMPORT", "SET BY")] + status.limits.flatMap(Self.lines)
    }

    private static func lines(_ limit: LimitInForce) -> [String] {
        let left = limit.expiresIn.map { ", \(TextLayout.time($0.interval)) left" } ?? ""
        let head = limitRow(limit.scope, cell(limit.export), cell(limit.import), "")
        let source = TextLayout.wrapped(limit.source + left, indent: head.count)
        return source.prefix(1).map { head + $0.dropFirst(head.count) } + source.dropFirst()
    }

    private static func cell(_ power: Power?) -> String { power.map { $0.description } ?? "–" }

    private static func limitRow(_ scope: String, _ export: String, _ import: String, _ source: String) -> String {
        "\(TextLayout.left(scope, 20)) \(TextLayout.right(export, 11)) \(TextLayout.right(`import`, 11))  \(source)"
    }

    // MARK: EVSEs

    private var evses: [String] {
        guard !status.evses.isEmpty else { return ["No EVSE is configured."] }
        let head = row("EVSE", "STATE", " ", "POWER", "TARGET", "SOC", "BOUND BY")
        return [head] + status.evses.flatMap(lines)
    }

    private func lines(_ evse: EVSEStatus) -> [String] {
        let soc = evse.stateOfCharge.map { TextLayout.rounded($0, decimals: 0) } ?? "–"
        let power = evse.power.map(TextLayout.power) ?? "unknown"
        // Who bound it is the point of the table, so it is never cut.
        let boundFits = evse.boundBy.count <= 20
        var lines = [
            row(
                "\(evse.id) \(evse.name)", evse.state, Self.arrow(evse.power ?? evse.target), power,
                TextLayout.power(evse.target), soc, boundFits ? evse.boundBy : "(below)")
        ]
        if !boundFits { lines += TextLayout.wrapped("bound by \(evse.boundBy)", indent: 4) }
        if let wish = evse.wish, wish.power != evse.target {
            let left = wish.expiresIn.map { ", \(TextLayout.time($0.interval)) left" } ?? ""
            lines += TextLayout.wrapped("wish \(wish.power) from \(wish.source)\(left)", indent: 4)
        }
        if let car = evse.vehicle {
            lines += TextLayout.wrapped(car.inWords, indent: 4)
            if let why = car.noDischarge { lines += TextLayout.wrapped("no discharge: \(why)", indent: 4) }
            if let fault = car.fault { lines += TextLayout.wrapped(fault, indent: 4) }
        }
        if evse.link.state != .ok || evse.link.fault != nil {
            let fault = evse.link.fault.map { ": " + $0 } ?? ""
            lines += TextLayout.wrapped("link \(Self.health(evse.link))\(fault)", indent: 4)
        }
        return lines
    }

    /// ▶ toward the vehicle, ◀ toward the grid.
    private static func arrow(_ power: Power) -> String {
        power > .zero ? "▶" : (power < .zero ? "◀" : " ")
    }

    private func row(
        _ name: String, _ state: String, _ arrow: String, _ power: String, _ target: String, _ soc: String,
        _ bound: String
    ) -> String {
        "\(TextLayout.left(name, 15)) \(TextLayout.left(state, 11)) \(arrow)\(TextLayout.right(power, 10)) "
            + "\(TextLayout.right(target, 10)) \(TextLayout.right(soc, 5))  \(bound)"
    }

    // MARK: Backends

    private var backends: [String] {
        guard !status.backends.isEmpty else { return [] }
        return status.backends.flatMap(Self.lines) + [""]
    }

    private static func lines(_ backend: BackendStatus) -> [String] {
        let version = backend.version.map { "OCPP \($0), " } ?? ""
        let state = backend.isConnected ? backend.state : backend.state.uppercased()
        let role = backend.role == "reading" ? ", reading only" : ""
        let head = "Backend \(backend.name)  \(version)\(state)\(role)"
        let queue = backend.queue > 0 ? "\(backend.queue) events wait" : "nothing waits"
        let error = backend.isConnected ? nil : backend.lastError
        return [TextLayout.apart(head, queue)] + (error.map { TextLayout.wrapped($0, indent: 4) } ?? [])
    }

    // MARK: Loop

    private var loop: [String] {
        let loop = status.loop
        let kind = loop.isRealTime ? "real-time" : "NOT real-time"
        let late = Interval(nanoseconds: loop.lateness.p99.interval.nanoseconds / 1_000 * 1_000)
        let summary =
            "Loop \(loop.period.interval) \(kind), \(loop.ticks) ticks, \(loop.misses) missed, p99 \(late) late"
        return TextLayout.wrapped(summary, indent: 0)
            + loop.notices.flatMap { notice in
                let lines = TextLayout.wrapped(notice, indent: 2)
                return lines.prefix(1).map { "!" + $0.dropFirst() } + lines.dropFirst()
            }
    }
}
