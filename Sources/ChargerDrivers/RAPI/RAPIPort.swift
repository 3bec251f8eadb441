// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// Asks one thing at a time over a byte link; asynchronous messages between question and answer are sorted out.
final class RAPIPort {
    enum Answer: Equatable {
        case ok([String])
        case refused
    }
    private let link: any ByteLink
    private let patience: Interval
    private var lines = RAPILines()
    private var boots = 0
    /// Firmware that has sent one checksum sends them all, so a line without is a torn one.
    private var hasSeenChecksum = false

    init(link: any ByteLink, patience: Interval) {
        self.link = link
        self.patience = patience
    }

    func forget() {
        lines.discard()
        boots = 0
        hasSeenChecksum = false
    }

    /// How often the controller has announced a start since the last call.
    func takeBoots() -> Int {
        defer { boots = 0 }
        return boots
    }

    /// The words after `OK`.
    func ask(_ command: String) throws(DeviceFault) -> [String] {
        switch try send(command) {
        case .ok(let words): return words
        case .refused: throw .refused(command: "$\(command)", why: "it answers NK")
        }
    }

    func send(_ command: String) throws(DeviceFault) -> Answer {
        do { return try exchange(command) } catch { throw .link(error) }
    }

    private func exchange(_ command: String) throws(LinkFault) -> Answer {
        // What came unasked still counts when it announces a boot; a late answer must not be taken for the next.
        for line in lines.take(try link.read(waiting: .zero)) { _ = sortOut(line) }
        lines.discard()
        try link.write(RAPIFrame.encode(command))
        var hasGarbage = false
        // Bounded by reads, so that a device which never stops talking cannot hold the bus.
        for _ in 0..<64 {
            let bytes = try link.read(waiting: patience)
            guard !bytes.isEmpty else { break }
            for line in lines.take(bytes) {
                if let answer = sortOut(line) { return answer }
                hasGarbage = hasGarbage || RAPIFrame.decode(line) == nil || !RAPIFrame.hasChecksum(line)
            }
        }
        lines.discard()
        link.discardInput()
        throw hasGarbage ? .malformed("no line with a valid checksum after $\(command)") : .timedOut(after: patience)
    }

    private func sortOut(_ line: [UInt8]) -> Answer? {
        guard let words = RAPIFrame.decode(line) else { return nil }
        let hasChecksum = RAPIFrame.hasChecksum(line)
        guard hasChecksum || !hasSeenChecksum else { return nil }
        hasSeenChecksum = hasChecksum
        switch words.first {
        case "OK": return .ok(Array(words.dropFirst()))
        case "NK": return .refused
        case "AB":
            boots += 1
            return nil
        // `AT` state change, `AN` button, `WF` WiFi: the next poll tells the same.
        default: return nil
        }
    }
}
