// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore

/// Cuts a byte stream into server-sent events (HTML standard, 9.2.6), whatever the chunks it arrives in.
struct ServerSentEvents {
    struct Event: Hashable {
        var name = "message"
        var data = ""
    }

    /// Longest line and longest event, in bytes.
    let maxEvent: Int
    private var line: [UInt8] = []
    private var afterReturn = false
    private var name = ""
    private var data: [String] = []
    private var size = 0

    init(maxEvent: Int) { self.maxEvent = maxEvent }

    /// The events that `bytes` completes.
    mutating func take(_ bytes: ByteBuffer) throws(APIClientError) -> [Event] {
        var events: [Event] = []
        for byte in bytes.readableBytesView {
            let isSecondOfPair = byte == UInt8(ascii: "\n") && afterReturn
            afterReturn = byte == UInt8(ascii: "\r")
            if isSecondOfPair { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if let event = endLine() { events.append(event) }
            } else {
                line.append(byte)
                size += 1
                guard size <= maxEvent else { throw .tooLarge(limit: maxEvent) }
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        guard !text.isEmpty else { return endEvent() }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? parts[1] : ""
        if value.first == " " { value.removeFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "data": data.append(String(value))
        default: size -= min(size, text.utf8.count)  // A comment or a field that is not used here.
        }
        return nil
    }

    private mutating func endEvent() -> Event? {
        defer {
            name = ""
            data = []
            size = 0
        }
        return data.isEmpty ? nil : Event(name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
    }
}
