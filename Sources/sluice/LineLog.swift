// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import Gateway
import LinuxIO
import Logging

/// One line an event on standard error: `time level message key=value …`, or one JSON object.
struct LineLog: LogHandler {
    let isJSON: Bool
    /// Keeps the last lines for who asks for them.
    let recent: RecentLog
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let now = WallClock.now()
        let time = now.description
        let level = event.level.rawValue
        let line: String
        if isJSON {
            var object = ["time": time, "level": level, "message": event.message.description]
            for (key, value) in merged { object[key] = value.description }
            let data = try? JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            line = data.flatMap { String(data: $0, encoding: .utf8) } ?? "{}"
        } else {
            let pairs = merged.map { " \($0.key)=\(Self.quoted($0.value.description))" }.joined()
            line = "\(time) \(level) \(event.message)\(pairs)"
        }
        recent.add(line, at: now.seconds * 1_000 + Int64(now.nanoseconds) / 1_000_000)
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    private static func quoted(_ text: String) -> String {
        text.contains(where: { $0 == " " || $0 == "\"" }) ? "\"\(text.replacing("\"", with: "'"))\"" : text
    }
}
