// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Configuration that only 1.6 has, and the face alone honours.
struct LocalKeys: Equatable, Sendable {
    enum Key: Sendable { case watchdog }

    /// Seconds without link after which a setpoint ends, since profiles of 1.6 cannot say so; 0 keeps it. At most a day.
    private(set) var watchdog = 300
    private static let watchdogKey = "face16/V2XSetpointWatchdog"

    init(memory: [String: [UInt8]]) {
        if let seconds = memory[Self.watchdogKey].flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) {
            watchdog = seconds
        }
    }

    func value(_ key: Key) -> String {
        switch key {
        case .watchdog: "\(watchdog)"
        }
    }

    /// - Returns: What is to be kept; nil for a value that is not allowed.
    mutating func set(_ key: Key, _ value: String) -> [StationConversation.Event]? {
        switch key {
        case .watchdog:
            guard let seconds = Int(value), (0...86_400).contains(seconds) else { return nil }
            watchdog = seconds
            return [.keep(key: Self.watchdogKey, Array("\(seconds)".utf8))]
        }
    }
}
