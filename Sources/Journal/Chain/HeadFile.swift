// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

/// A small file beside the database that remembers the end of both chains, so that a database whose end was cut off, or
/// which was replaced by an older copy, does not pass for whole. Written after a commit is durable and never waited
/// for: after a power cut it may be behind the database, never ahead of it.
struct HeadFile {
    let path: String
    private static let title = "sluice journal head 1"
    /// One write of constant length, so that it is never torn within a sector.
    private static let length = 256

    /// - Returns: Nil where there is no file or it makes no sense; nothing is then compared.
    func read() -> PerChain<ChainPosition>? {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4_096 else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        guard lines.count >= 3, lines[0] == Self.title, let evidence = Self.position(lines[1], of: .evidence),
            let detail = Self.position(lines[2], of: .detail)
        else { return nil }
        return PerChain(evidence: evidence, detail: detail)
    }

    private static func position(_ line: Substring, of chain: Chain) -> ChainPosition? {
        let words = line.split(separator: " ")
        guard words.count == 3, words[0] == chain.rawValue, let sequence = Int64(words[1]),
            ChainPosition.plausible.contains(sequence),
            let hash = ChainHash(hexadecimal: String(words[2]))
        else { return nil }
        return ChainPosition(sequence: sequence, hash: hash)
    }

    func write(_ heads: PerChain<ChainPosition>) throws {
        var text = Self.title + "\n"
        for chain in Chain.allCases {
            text += "\(chain.rawValue) \(heads[chain].sequence) \(heads[chain].hash.hexadecimal)\n"
        }
        text += String(repeating: " ", count: max(0, Self.length - 1 - text.utf8.count)) + "\n"
        if !FileManager.default.fileExists(atPath: path) {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            return
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { handle.closeFile() }
        try handle.write(contentsOf: Data(text.utf8))
    }
}
