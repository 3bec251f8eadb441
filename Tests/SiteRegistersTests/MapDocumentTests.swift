// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import Testing

@testable import SiteRegisters

/// The tables of `docs/modbus-server.md` come from the map itself; `SLUICE_UPDATE_TABLES=1` writes them anew.
@Suite(.serialized) struct MapDocumentTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/modbus-server.md").standardized

    @Test(arguments: ["own map", "sunspec models"])
    func `the document shows the map as it is`(part: String) throws {
        let table = part == "own map" ? Self.ownMap : Self.sunSpec
        let opening = "<!-- generated: \(part) -->\n"
        let closing = "<!-- end of \(part) -->"
        var text = try String(contentsOf: Self.file, encoding: .utf8)
        let start = try #require(text.range(of: opening)?.upperBound)
        let end = try #require(text.range(of: closing)?.lowerBound)
        if ProcessInfo.processInfo.environment["SLUICE_UPDATE_TABLES"] == "1" {
            text.replaceSubrange(start..<end, with: table)
            try text.write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            let isCurrent = text[start..<end] == table
            #expect(isCurrent, "docs/modbus-server.md is out of date")
        }
    }

    private static var ownMap: String {
        OwnMap.blocks(evseCount: 1).map { block in
            let title =
                block.address == OwnMap.firstEVSE
                ? "EVSE number n from 0, in the order of the configuration: 1000 + 20 n" : block.title
            let rows = block.points.map { point in
                "| \(point.address) | `\(point.name)` | \(point.type.inWords) | \(point.unit) | \(point.access.rawValue) "
                    + "| \(order(point, block)) | \(point.meaning) |"
            }
            return """

                ### \(block.address): \(title)

                | Address | Name | Type | Unit | Access | One request | Meaning |
                |---|---|---|---|---|---|---|
                \(rows.joined(separator: "\n"))

                """
        }.joined()
    }

    /// The registers that are written together with this point.
    private static func order(_ point: MapPoint, _ block: MapBlock) -> String {
        guard
            let group = block.groups.first(where: {
                $0.address <= point.address && point.address < $0.address + $0.width
            })
        else { return "" }
        return group.width == 1 ? "\(group.address)" : "\(group.address)–\(group.address + group.width - 1)"
    }

    private static var sunSpec: String {
        var next = SunSpecChain.address + 2
        let rows = SunSpecChain.models.map { model -> String in
            defer { next += 2 + model.length }
            let written = model.points.filter { $0.control != nil }.map { "`\($0.name)`" }
            let shown = model.points.filter { $0.control == nil && $0.isThere }.map { "`\($0.name)`" }
            return "| \(model.id) | \(next) | \(model.length) | \(shown.joined(separator: " ")) "
                + "| \(written.joined(separator: " ")) |"
        }
        return """

            | Model | At | L | Shown | Written |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}

extension SunSpecPoint {
    /// Whether a site on which everything is known has it.
    fileprivate var isThere: Bool {
        var figures = SiteFigures()
        figures.evses = [SiteFigures.EVSE(id: 1)]
        figures.evses[0].power = .zero
        (figures.voltage, figures.frequency) = (.volts(230), .hertz(50))
        let nameplate = SiteRegistersTests.nameplate
        let controls = DERControls(
            DERControls.Settings(discharging: .watts(1), charging: .watts(1), silentAfter: .minutes(5)))
        let readable = Readable(figures: figures, nameplate: nameplate, controls: controls, now: .distantPast)
        switch content {
        case .number(let value): return value(readable) != nil
        case .text(let text): return !text(readable).isEmpty
        }
    }
}

extension RegisterType {
    fileprivate var inWords: String {
        switch self {
        case .text(let registers): "string(\(registers))"
        case .uint16, .int16, .uint32, .int32, .uint64, .enum16, .bitfield32, .scaleFactor, .pad: "\(self)"
        }
    }
}
