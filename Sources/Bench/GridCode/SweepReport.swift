// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import Foundation

/// The sweeps of one grid code as a table for people, as CSV, and as charts.
package struct SweepReport: Sendable {
    package let code: GridCode
    package let sweeps: [GridCodeSweep]

    package init(_ code: GridCode) {
        self.code = code
        sweeps = GridCodeSweep.all(of: code.profile)
    }

    package var table: String {
        var lines = [
            "\(code.id): \(code.title)",
            "\(code.unconfirmed.count) of \(code.provenance.count) values of this code are defaults to be confirmed.",
            "Simulated charger of \(GridCodePlant.rating) in both directions: dead time \(GridCodePlant.deadTime), time "
                + "constant \(GridCodePlant.timeConstant); tick \(GridCodePlant.tick), each point held for "
                + "\(GridCodeSweep.hold).",
            "Q is measured at the terminals of the charger.", "",
        ]
        let header = ["function", "by default", "points", "max deviation", "at", "still from", "to", "settled within"]
        lines += Self.aligned([header] + sweeps.map(row))
        lines += ["", "Deviation from the code's curve and settling (to 2 %) in percent of the rating."]
        return lines.joined(separator: "\n") + "\n"
    }

    private func row(_ sweep: GridCodeSweep) -> [String] {
        let unit = sweep.quantity == .frequency ? " Hz" : " %"
        let worst = sweep.worst
        return [
            sweep.title, sweep.isOnByDefault ? "on" : "off", "\(sweep.points.count)",
            worst.map { Self.number(abs($0.measured - $0.expected), 3) + " %" } ?? "–",
            worst.map { Self.number($0.x, 2) + unit } ?? "–",
            sweep.deadBand.map { Self.number($0.lowerBound, 2) + unit } ?? "–",
            sweep.deadBand.map { Self.number($0.upperBound, 2) + unit } ?? "–",
            sweep.slowest.map { Self.number($0.inSeconds, 1) + " s" } ?? "–",
        ]
    }

    /// Columns as wide as their widest cell.
    private static func aligned(_ rows: [[String]]) -> [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column < 2 ? cell + padding : padding + cell
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    package func csv(_ sweep: GridCodeSweep) -> String {
        let x =
            sweep.quantity == .frequency
            ? "frequency_Hz" : sweep.quantity == .voltage ? "voltage_percent" : "delivered_percent"
        let rows = sweep.points.map { point in
            [
                Self.number(point.x, 3), Self.number(point.expected, 4), Self.number(point.measured, 4),
                point.settling.map { Self.number($0.inSeconds, 1) } ?? "",
            ].joined(separator: ",")
        }
        return (["\(x),expected_percent,measured_percent,settling_s"] + rows).joined(separator: "\n") + "\n"
    }

    /// Writes `<code>-<function>.csv` and `.svg` for each function.
    package func write(to folder: String) throws(BenchProblem) {
        for sweep in sweeps {
            let name = "\(code.id)-\(sweep.name)"
            try Self.write(csv(sweep), to: folder, "\(name).csv")
            try Self.write(SweepChart(sweep, title: "\(code.id): \(sweep.title)").svg, to: folder, "\(name).svg")
        }
    }

    /// Writes `sweeps.md`, the tables with the charts.
    package static func writeSummary(of reports: [SweepReport], to folder: String) throws(BenchProblem) {
        let parts = reports.map { report in
            let charts = report.sweeps.map { "![\($0.title)](\(report.code.id)-\($0.name).svg)" }
            return (["## \(report.code.title)", "", "```", report.table + "```", ""] + charts).joined(separator: "\n")
        }
        try write((["# Grid codes, swept"] + parts).joined(separator: "\n\n") + "\n", to: folder, "sweeps.md")
    }

    private static func write(_ text: String, to folder: String, _ name: String) throws(BenchProblem) {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
            try text.write(to: file, atomically: true, encoding: .utf8)
        } catch {
            throw BenchProblem(.unavailable, "cannot write to \(folder): \(error.localizedDescription)")
        }
    }

    static func number(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }
}
