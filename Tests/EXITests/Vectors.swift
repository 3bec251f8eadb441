// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXITables
import Foundation
import JSONText

@testable import EXI

/// A message as an independent codec wrote it: its bytes and its meaning.
struct Vector: CustomStringConvertible {
    let set: String
    let kind: SchemaTable.Kind
    let root: String
    let variant: String
    let json: JSON
    let bytes: [UInt8]
    /// The bytes are one way to write the message, not ours.
    let isForReading: Bool
    /// The bytes of an encoder that takes bounded lists for loops, where a list is full.
    let loopingBytes: [UInt8]?

    var description: String { "\(set) \(kind) \(root) \(variant)" }

    init?(_ line: JSON) {
        guard let set = line["set"]?.text, let json = line["json"], let exi = line["exi"]?.text,
            let bytes = BinaryText.bytes(hexadecimal: exi)
        else { return nil }
        self.set = set
        self.json = json
        self.bytes = bytes
        kind = SchemaTable.Kind(rawValue: line["kind"]?.text ?? "document") ?? .document
        root = line["root"]?.text ?? line["name"]?.text ?? ""
        variant = line["variant"]?.text ?? ""
        isForReading = line["decode_only"] == .boolean(true)
        // Its grammar for fine positioning is another one.
        let isLoop = variant.hasPrefix("list:") && !root.hasPrefix("WPT_FinePositioning")
        let looping = isLoop ? line["cbv2g_exi"]?.text : nil
        loopingBytes = looping.flatMap(BinaryText.bytes(hexadecimal:))
    }

    /// Those beside this file; with `SLUICE_EXI_VECTORS=FOLDER`, those of that folder's *.jsonl files.
    static let all: [Vector] = {
        let folder =
            ProcessInfo.processInfo.environment["SLUICE_EXI_VECTORS"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Vectors")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "jsonl" }.sorted { $0.path < $1.path }.flatMap(read)
    }()

    private static func read(_ file: URL) -> [Vector] {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            (try? JSON.parse(String(line))).flatMap(Vector.init)
        }
    }

    static let tables: [String: SchemaTable] =
        Dictionary(uniqueKeysWithValues: ((try? SchemaTable.all()) ?? []).map { ($0.set, $0) })
}

extension JSON {
    /// The same members in an order of their own.
    var sorted: JSON {
        switch self {
        case .object(let members):
            .object(members.map { Member($0.key, $0.value.sorted) }.sorted { $0.key < $1.key })
        case .array(let items): .array(items.map(\.sorted))
        case .null, .boolean, .number, .string: self
        }
    }
}
