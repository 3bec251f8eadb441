// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

extension Station {
    /// After that long without any message (HeartbeatInterval; G02.FR.01, G02.FR.02), and once a day in any case, since it brings
    /// the time (G02.FR.07).
    var heartbeatAt: Instant? {
        guard boot.phase == .accepted, let exchanged = boot.exchangedAt, let sent = boot.heartbeatSentAt else {
            return nil
        }
        let interval = Interval.seconds(variables.integer(ProvisioningVariables.heartbeatInterval) ?? 900)
        return min(exchanged + interval, sent + .minutes(24 * 60))
    }

    /// Messages in either direction spare the heartbeat (G02.FR.05).
    mutating func noteExchange(_ input: StationInput) {
        switch input {
        case .asked, .answered: boot.exchangedAt = now.monotonic
        // Nothing else is an answer or a question of the backend's.
        case _: break
        }
    }

    mutating func sendHeartbeat(_ kind: CallClass) {
        boot.exchangedAt = now.monotonic
        boot.heartbeatSentAt = now.monotonic
        call(.heartbeat(HeartbeatRequest()), kind)
    }

    mutating func triggerHeartbeat() { sendHeartbeat(.triggered) }

    mutating func take(_ response: HeartbeatResponse) { setClock(to: response.currentTime) }

    /// Only if the backend is one of the sources of time (B01.FR.06, G02.FR.06).
    mutating func setClock(to time: DateTime) {
        guard variables.list(ProvisioningVariables.timeSource).contains("Heartbeat") else { return }
        emit(.host(.setClock(to: time)))
    }

    /// - Parameter milliseconds: By how much the host has moved the clock.
    mutating func clockWasSet(byMilliseconds milliseconds: Int64) {
        let threshold = variables.integer(ProvisioningVariables.timeAdjustment) ?? 20
        guard milliseconds.magnitude > UInt64(threshold) * 1_000 else { return }
        raise(.settingSystemTime, detail: "by \(milliseconds) ms")
    }
}

extension StationTime {
    /// RFC 3339.
    var text: String { Self.text(dateTime) }

    static func text(_ time: DateTime) -> String {
        var writer = PayloadWriter(capacity: 48)
        writer.beginObject()
        writer.dateTime("t", time)
        writer.endObject()
        // {"t":"…"}
        return String(decoding: writer.bytes.dropFirst(6).dropLast(2), as: UTF8.self)
    }

    /// Nil for what is no RFC 3339 time with a zone.
    static func read(_ text: String) -> DateTime? {
        guard !text.utf8.contains(UInt8(ascii: "\"")), !text.utf8.contains(UInt8(ascii: "\\")) else { return nil }
        var reader = PayloadReader(Array(("\"" + text + "\"").utf8), version: .v21)
        return try? reader.dateTime()
    }

    /// When the clock on the wall will show `time`, if nobody sets it; at most a day ahead, to look again then.
    func instant(of time: WallTime) -> Instant {
        let (ahead, overflow) = time.milliseconds.subtractingReportingOverflow(wall.milliseconds)
        let day: Int64 = 86_400_000
        let clamped = overflow ? (time.milliseconds > 0 ? day : 0) : min(max(ahead, 0), day)
        return monotonic + .milliseconds(Int(clamped))
    }
}
