// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import LocalAPI
import Logging
import Synchronization

/// Says once, some time after the start, which rules nobody has spoken to, and what holds because of that.
final class UnheardRules: Sendable {
    /// Long enough for a box that speaks every few seconds, short enough for the installer who is still there.
    static let patience = Interval.seconds(30)
    private let isDone = Atomic<Bool>(false)
    private let said: SaidLast
    private let connection: ConnectionSettings

    init(_ said: SaidLast, _ connection: ConnectionSettings) {
        self.said = said
        self.connection = connection
    }

    func look(after uptime: Interval, _ logger: Logger) {
        guard uptime >= Self.patience, !isDone.exchange(true, ordering: .relaxed) else { return }
        for line in unheard { logger.warning("\(line)") }
    }

    var unheard: [String] {
        let words = said.all
        var lines: [String] = []
        func note(_ settings: LimitationSettings?, _ direction: LimitDirection, _ rule: String) {
            guard let settings, settings.isPaired, words.heartbeats[direction] == nil else { return }
            lines.append("\(rule): no box has been heard since the start; the failsafe limit holds")
        }
        note(connection.consumption, .import, "consumption_limit")
        note(connection.production, .export, "production_limit")
        if let settings = connection.relay {
            let silent = RelayName.allCases.filter { settings.wired.contains($0.contact) && words.contacts[$0] == nil }
            if !silent.isEmpty {
                lines.append(
                    "relays: never reported since the start: \(silent.map(\.rawValue).joined(separator: ", ")); "
                        + "each counts as closed")
            }
        }
        if connection.flexible != nil, !words.hasFlexible {
            lines.append("flexible: the operator has not been heard since the start")
        }
        if connection.envelope != nil, !words.hasEnvelope {
            lines.append("operating_envelope: the server has not been heard since the start")
        }
        return lines
    }
}
