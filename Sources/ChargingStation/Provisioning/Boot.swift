// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// How far the backend has let the station in (block B, B01 to B04).
struct BootProgress: Sendable {
    enum Phase: Equatable, Sendable {
        case offline
        /// The first BootNotification of this connection is on its way.
        case asking
        /// The backend configures the station first.
        case pending
        case rejected
        case accepted
    }
    static let reasonKey = "boot/reason"
    /// After a BootNotification without an answer or an interval of the backend's (B02.FR.07, B03.FR.05).
    static let ownPause = 60...90
    /// Intervals beyond a year are taken for a year.
    static let longestPause = 31_536_000

    var phase = Phase.offline
    /// Whether a backend accepted this station since it started; a mere reconnection needs no boot.
    var wasAccepted = false
    var reason = BootReasonEnumType.powerUp
    var isInFlight = false
    var retryAt: Instant?
    /// The backend has not let the station in and said when to ask again, which a new connection does not hasten.
    var heldBack: (Phase, until: Instant)?
    /// Since when there is no connection.
    var lostAt: Instant?
    /// When something last went over the connection.
    var exchangedAt: Instant?
    var heartbeatSentAt: Instant?
    /// The network profile the last acceptance came over.
    var acceptedOver: Int?

    init(kept: [String: [UInt8]] = [:]) {
        guard let bytes = kept[Self.reasonKey] else { return }
        reason = BootReasonEnumType(word: String(decoding: bytes, as: UTF8.self)) ?? .unknown
    }
}

extension Station {
    /// Which calls may leave now (B01.FR.08, B02.FR.02, B03.FR.02).
    package func mayCall(_ kind: CallClass) -> Bool {
        switch (boot.phase, kind) {
        case (.accepted, _): true
        case (.asking, .boot), (.pending, .boot), (.rejected, .boot): true
        case (.pending, .triggered): true
        case (.pending, .volatile), (.pending, .durable), (.asking, _), (.rejected, _), (.offline, _): false
        }
    }

    /// Why this station has started, to be said after the restart that is coming (B01.FR.09).
    mutating func rememberBootReason(_ reason: BootReasonEnumType) {
        emit(.keep(key: BootProgress.reasonKey, Array(reason.word.utf8)))
    }

    mutating func beginBoot() {
        let lostAt = boot.lostAt
        boot.lostAt = nil
        network.isSecured(activeSlotSecurity)
        boot.exchangedAt = now.monotonic
        boot.heartbeatSentAt = now.monotonic
        // Another profile may be another backend, which has to let the station in first (B10.FR.10).
        let isElsewhere = boot.acceptedOver != network.active
        if boot.wasAccepted && isElsewhere { boot.reason = .unknown }
        guard boot.wasAccepted && !isElsewhere else { return askAgain() }
        boot.phase = .accepted
        reportConnectors(lostAt: lostAt)
        openStreams()
    }

    private mutating func askAgain() {
        guard let (phase, until) = boot.heldBack, now.monotonic < until else { return sendBoot() }
        boot.phase = phase
        boot.retryAt = until
    }

    private mutating func reportConnectors(lostAt: Instant?) {
        let threshold = Interval.seconds(variables.integer(ProvisioningVariables.offlineThreshold) ?? 0)
        guard let lostAt, now.monotonic - lostAt <= threshold else { return reportAllConnectors() }  // B04.FR.01
        reportChangedConnectors()  // B04.FR.02
    }

    mutating func pauseBoot() {
        boot.heldBack = boot.phase == .pending || boot.phase == .rejected ? boot.retryAt.map { (boot.phase, $0) } : nil
        boot.phase = .offline
        boot.isInFlight = false
        boot.retryAt = nil
        boot.lostAt = now.monotonic
        dropReports()
    }

    /// B01.FR.01, B01.FR.03, B01.FR.09.
    mutating func sendBoot(_ reason: BootReasonEnumType? = nil) {
        guard !boot.isInFlight else { return }
        if boot.phase == .offline { boot.phase = .asking }
        boot.isInFlight = true
        boot.retryAt = nil
        let station = ChargingStationType(
            model: setup.model, vendorName: setup.vendor, serialNumber: setup.serialNumber,
            firmwareVersion: setup.firmware)
        let request = BootNotificationRequest(chargingStation: station, reason: reason ?? boot.reason)
        call(.bootNotification(request), .boot)
    }

    mutating func take(_ response: BootNotificationResponse) {
        guard boot.phase != .offline else { return }
        boot.isInFlight = false
        setClock(to: response.currentTime)
        switch response.status {
        case .accepted: accept(interval: response.interval)
        case .pending: wait(.pending, interval: response.interval)
        case .rejected: wait(.rejected, interval: response.interval)
        }
    }

    private mutating func accept(interval: Int) {
        boot.phase = .accepted
        if !boot.wasAccepted { raise(.startupOfTheDevice, detail: boot.reason.word) }
        boot.wasAccepted = true
        boot.acceptedOver = network.active
        boot.retryAt = nil
        boot.reason = .powerUp
        emit(.keep(key: BootProgress.reasonKey, nil))
        emit(.keep(key: ResetProgress.resumeKey, nil))
        if interval > 0 {  // B01.FR.04
            keep(String(min(interval, 86_400)), VariableAttribute(ProvisioningVariables.heartbeatInterval))
        }
        networkIsAccepted()
        // What is unavailable or reserved has stayed so (B01.FR.07, B01.FR.13, B11.FR.02, B11.FR.05, B12.FR.06).
        reportAllConnectors()  // B01.FR.05
        openStreams()
    }

    /// Over the same connection, which stays open (B02.FR.06), and not earlier than the backend said (B02.FR.04,
    /// B02.FR.08, B03.FR.02, B03.FR.06), or after a time of our own.
    private mutating func wait(_ phase: BootProgress.Phase, interval: Int) {
        boot.phase = phase
        boot.retryAt = now.monotonic + pause(interval)
    }

    private mutating func pause(_ interval: Int) -> Interval {
        .seconds(interval > 0 ? min(interval, BootProgress.longestPause) : draw(BootProgress.ownPause))
    }

    mutating func retryBoot() {
        boot.isInFlight = false
        guard boot.phase != .offline else { return }
        boot.retryAt = now.monotonic + pause(0)
    }

    mutating func advanceBoot() {
        if let at = boot.retryAt, now.monotonic >= at { sendBoot() }
        if let at = heartbeatAt, now.monotonic >= at { sendHeartbeat(.volatile) }
    }

    /// Whether the backend may ask this now; what it may not is answered here.
    mutating func mayBeAsked(_ request: StationRequest, _ id: MessageID) -> Bool {
        switch (boot.phase, request) {
        case (.rejected, _):  // B03.FR.08
            emit(.refuse(id, Refusal(.securityError, "The station has not been accepted.")))
        case (.pending, .requestStartTransaction), (.asking, .requestStartTransaction):  // B02.FR.05
            let info = StatusInfoType(reasonCode: "CSNotAccepted")
            emit(.answer(id, .requestStartTransaction(.init(status: .rejected, statusInfo: info))))
        case (.pending, .requestStopTransaction), (.asking, .requestStopTransaction):  // B02.FR.05
            let info = StatusInfoType(reasonCode: "CSNotAccepted")
            emit(.answer(id, .requestStopTransaction(.init(status: .rejected, statusInfo: info))))
        case (.offline, _), (.asking, _), (.pending, _), (.accepted, _): return true  // B02.FR.01
        }
        return false
    }

    // MARK: For TriggerMessage

    /// - Returns: Whether it may be sent, which an accepted station may not (F06.FR.17).
    func mayTriggerBoot() -> Bool { boot.phase != .accepted }

    /// May come before the interval is over (B02.FR.04).
    mutating func triggerBoot() { sendBoot(.triggered) }
}
