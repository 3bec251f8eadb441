// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Reads how a device is reached and what its addresses are relative to.
enum TransportReader {
    private static let keys = [
        "kinds", "port", "unit", "serial", "response_timeout", "minimum_read_gap", "minimum_write_gap", "maximum_read",
        "reads_across_gaps",
    ]

    static func transport(_ field: Field) -> Transport? {
        guard let mapping = field.mapping(keys),
            let kinds = mapping.required("kinds", "kinds: [tcp]").flatMap(kinds)
        else { return nil }
        var transport = Transport(kinds: kinds)
        transport.port = mapping["port"]?.int(1...65_535, "a port") ?? transport.port
        transport.unit = mapping["unit"]?.int(0...255, "a unit") ?? transport.unit
        transport.serial = mapping["serial"].flatMap(serial)
        transport.responseTimeout =
            mapping["response_timeout"]?.interval(atLeast: .milliseconds(10), atMost: .seconds(10))
            ?? transport.responseTimeout
        transport.minimumReadGap = mapping["minimum_read_gap"]?.interval(atMost: .seconds(60)) ?? .zero
        transport.minimumWriteGap = mapping["minimum_write_gap"]?.interval(atMost: .seconds(60)) ?? .zero
        transport.maximumRead = mapping["maximum_read"]?.int(1...125, "a number of registers") ?? 125
        transport.readsAcrossGaps = mapping["reads_across_gaps"]?.boolean() ?? true
        return transport
    }

    private static func kinds(_ field: Field) -> [Transport.Kind]? {
        guard let list = field.list() else { return nil }
        guard !list.isEmpty else {
            field.error("the list is empty; name at least one of \(Transport.Kind.allCases.map(\.rawValue).listed)")
            return nil
        }
        return list.compactMap { $0.choice(Transport.Kind.self) }
    }

    static func serial(_ field: Field) -> Transport.SerialFormat? {
        guard let mapping = field.mapping(["baud", "data_bits", "parity", "stop_bits"]) else { return nil }
        guard let baud = mapping.required("baud", "baud: 9600")?.int(300...4_000_000, "a baud rate") else { return nil }
        return Transport.SerialFormat(
            baud: baud, dataBits: mapping["data_bits"]?.int(7...8) ?? 8,
            parity: mapping["parity"]?.choice(Transport.Parity.self) ?? .none,
            stopBits: mapping["stop_bits"]?.int(1...2) ?? 1)
    }

    static func location(_ field: Field) -> Location? {
        if field.scalar == "absolute" { return .absolute }
        guard case .mapping = field.value.content else {
            field.error("expected absolute, { blocks: … } or { sunspec: … }, found \(field.value.kind)")
            return nil
        }
        guard let mapping = field.mapping(["blocks", "sunspec"]) else { return nil }
        switch (mapping["blocks"], mapping["sunspec"]) {
        case (let blocks?, nil): return self.blocks(blocks)
        case (nil, let sunspec?): return self.sunspec(sunspec)
        case (nil, nil), (_?, _?):
            field.error("expected exactly one of blocks, sunspec")
            return nil
        }
    }

    private static func blocks(_ field: Field) -> Location? {
        guard let mapping = field.mapping(["stride", "first", "last", "scan"]) else { return nil }
        let stride = mapping.required("stride", "stride: 100")?.int(1...65_535, "a number of registers")
        let first = mapping["first"].map { $0.int(0...1_000) } ?? 1
        let last = mapping.required("last", "last: 4")?.int(0...1_000)
        guard let stride, let first, let last else { return nil }
        guard first <= last, last * stride <= 65_535 else {
            field.error("the blocks \(first) to \(last) of \(stride) registers do not fit into 65536 registers")
            return nil
        }
        return .blocks(stride: stride, first: first, last: last, scan: mapping["scan"]?.text())
    }

    private static func sunspec(_ field: Field) -> Location? {
        guard let mapping = field.mapping(["bases", "models"]) else { return nil }
        let bases = mapping["bases"]?.list()?.compactMap { $0.int(0...65_535, "an address") } ?? [40_000, 50_000, 0]
        let models = mapping.required("models", "models: [{ id: 1, length: 66 }]")?.list()?.compactMap(model)
        guard let models else { return nil }
        if bases.isEmpty { mapping["bases"]?.error("the list is empty; usual are 40000, 50000 and 0") }
        return .sunspec(bases: bases, models: models)
    }

    private static func model(_ field: Field) -> SunSpecModel? {
        guard let mapping = field.mapping(["id", "length"]) else { return nil }
        let id = mapping.required("id", "id: 1")?.int(1...65_534, "a SunSpec model")
        let length = mapping.required("length", "length: 66")?.int(0...10_000, "a number of registers")
        guard let id, let length else { return nil }
        return SunSpecModel(id: id, length: length)
    }
}
