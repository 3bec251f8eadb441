// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// How far the backend has let the station in (block B, B01 to B03).
struct BootProgress: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        case offline
        /// A BootNotification is on its way.
        case asking
        /// The backend configures the station first.
        case pending
        case rejected
        case accepted
    }
    var phase = Phase.offline
    /// Whether a backend accepted this station since it started; a mere reconnection needs no boot.
    var wasAccepted = false
    var reason = BootReasonEnumType.powerUp
    var retryAt: Instant?
    var heartbeatAt: Instant?
}

extension Station {
    /// Which calls may leave now.
    package func mayCall(_ kind: CallClass) -> Bool {
        switch (boot.phase, kind) {
        case (.accepted, _): true
        case (.asking, .boot), (.pending, .boot), (.rejected, .boot): true
        case (.pending, .triggered): true
        case (.pending, .volatile), (.pending, .durable), (.asking, _), (.rejected, _), (.offline, _): false
        }
    }

    mutating func beginBoot() {
        guard !boot.wasAccepted else {
            boot.phase = .accepted
            return startHeartbeat()
        }
        sendBoot()
    }

    mutating func pauseBoot() {
        boot.phase = .offline
        boot.retryAt = nil
        boot.heartbeatAt = nil
    }

    mutating func sendBoot() {
        boot.phase = .asking
        boot.retryAt = nil
        let station = ChargingStationType(
            model: setup.model, vendorName: setup.vendor, serialNumber: setup.serialNumber,
            firmwareVersion: setup.firmware)
        call(.bootNotification(BootNotificationRequest(chargingStation: station, reason: boot.reason)), .boot)
    }

    mutating func take(_ response: BootNotificationResponse) {
        let pause = Interval.seconds(response.interval > 0 ? response.interval : 60)
        switch response.status {
        case .accepted:
            boot.phase = .accepted
            boot.wasAccepted = true
            startHeartbeat()
        case .pending:
            boot.phase = .pending
            boot.retryAt = now.monotonic + pause
        case .rejected:
            boot.phase = .rejected
            boot.retryAt = now.monotonic + pause
        }
    }

    mutating func retryBoot() { boot.retryAt = now.monotonic + .seconds(60) }

    mutating func take(_ response: HeartbeatResponse) { emit(.host(.setClock(to: response.currentTime))) }

    mutating func startHeartbeat() { boot.heartbeatAt = now.monotonic + .minutes(15) }

    mutating func advanceBoot() {
        if let at = boot.retryAt, now.monotonic >= at { sendBoot() }
        if let at = boot.heartbeatAt, now.monotonic >= at {
            call(.heartbeat(HeartbeatRequest()))
            startHeartbeat()
        }
    }

    /// Whether the backend may ask at all now; a refused one is answered here (B03.FR.08).
    mutating func mayBeAsked(_ request: StationRequest, _ id: MessageID) -> Bool {
        guard boot.phase == .rejected else { return true }
        emit(.refuse(id, Refusal(.securityError, "The station has not been accepted.")))
        return false
    }
}
