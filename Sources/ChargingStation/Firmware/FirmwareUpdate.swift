// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// One update of the firmware (L01, L02), from the answer to UpdateFirmware to the restart with the new one. Pure: what
/// is to be done is returned.
///
/// Firmware that is not signed differs only in that no signature is looked at. What L01 asks holds for it too: L02.FR.01,
/// L02.FR.02, L02.FR.03, L02.FR.06, L02.FR.07, L02.FR.09, L02.FR.10, L02.FR.14, L02.FR.15, L02.FR.16, L02.FR.17, L02.FR.18,
/// L02.FR.19, L02.FR.20, L02.FR.21, L02.FR.22, L02.FR.23.
struct FirmwareUpdate: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        case begun
        /// The time to fetch it has not come (L01.FR.13).
        case scheduled
        /// Which attempt this is, from 0.
        case downloading(attempt: Int)
        /// Until the next attempt.
        case pausing(attempt: Int, until: Instant)
        case verifying
        /// Fetched and found good; for the time to install it, or for transactions to end (L01.FR.06, L01.FR.16).
        case waiting(isAnnounced: Bool)
        case installing
        /// Installed; transactions have to end before the restart that activates it (L01.FR.33).
        case installed
        /// The next start decides.
        case rebooting
        case confirming
        case ended
    }
    enum Input: Equatable, Sendable {
        case timePassed
        case downloaded
        case downloadFailed(String)
        case verified(refusal: String?)
        case installed(needsReboot: Bool)
        case installationFailed(String, atVerification: Bool)
        case confirmed(runs: Bool)
        case cancel
    }
    enum Effect: Equatable, Sendable {
        case status(FirmwareStatusEnumType, because: String?)
        case work(FirmwareTask)
        case raise(SecurityEvent, detail: String?)
        case restart
    }
    /// What it depends on besides its inputs.
    struct Surroundings: Equatable, Sendable {
        var now: Instant
        var wall: WallTime
        /// Whether a transaction runs anywhere.
        var isInUse: Bool
    }

    let request: UpdateFirmwareRequest
    private(set) var phase: Phase

    /// Where the backend leaves it to the station.
    static let usualRetries = 3
    static let usualRetryInterval = 60
    static let mostRetries = 100
    static let longestRetryInterval = 86_400

    init(_ request: UpdateFirmwareRequest, phase: Phase = .begun) {
        self.request = request
        self.phase = phase
    }

    private var id: Int { request.requestId }
    private var isSigned: Bool { request.firmware.signingCertificate != nil || request.firmware.signature != nil }

    mutating func handle(_ input: Input, _ here: Surroundings) -> [Effect] {
        switch (phase, input) {
        case (.begun, .timePassed), (.scheduled, .timePassed): startDownload(here)
        case (.pausing(let attempt, let until), .timePassed): here.now >= until ? download(attempt) : []
        case (.downloading, .downloaded): downloaded(here)
        case (.downloading(let attempt), .downloadFailed(let reason)): retry(after: attempt, reason, here)
        case (.verifying, .verified(nil)): signatureVerified(here)
        case (.verifying, .verified(let refusal?)): signatureInvalid(refusal)
        case (.waiting(let isAnnounced), .timePassed): startInstallation(here, isAnnounced: isAnnounced)
        case (.installing, .installed(needsReboot: false)): finished()
        case (.installing, .installed(needsReboot: true)), (.installed, .timePassed): activate(here)
        case (.installing, .installationFailed(let reason, let atVerification)):
            end(atVerification ? .installVerificationFailed : .installationFailed, reason)
        case (.confirming, .confirmed(runs: true)): finished()
        case (.confirming, .confirmed(runs: false)): end(.installationFailed, "The former firmware runs.")
        case (_, .cancel): cancel()
        case (_, .timePassed), (_, .downloaded), (_, .downloadFailed), (_, .verified), (_, .installed),
            (_, .installationFailed), (_, .confirmed):
            []  // Of an attempt that is over.
        }
    }

    /// Whether it can be given up for another one (L01.FR.24, L01.FR.27): not once the installer runs.
    var isCancellable: Bool {
        switch phase {
        case .begun, .scheduled, .downloading, .pausing, .verifying, .waiting: true
        case .installing, .installed, .rebooting, .confirming, .ended: false
        }
    }

    /// Whether EVSEs that are free must not take up a session, where new sessions are not allowed in the meantime
    /// (L01.FR.07).
    func holdsSessionsBack(at wall: WallTime) -> Bool {
        switch phase {
        case .waiting: isTime(request.firmware.installDateTime, at: wall)
        case .installing, .installed, .rebooting, .confirming: true
        case .begun, .scheduled, .downloading, .pausing, .verifying, .ended: false
        }
    }

    /// Goes on after a restart. A file that was being fetched is fetched from the start; what was being installed is
    /// looked at.
    mutating func resume() -> [Effect] {
        switch phase {
        case .begun, .scheduled, .waiting, .ended: return []
        case .downloading(let attempt), .pausing(let attempt, _): return download(attempt, isAnnounced: true)
        case .verifying: return verify()
        case .installing, .installed, .rebooting, .confirming:
            phase = .confirming
            return [.work(.confirm(requestID: id))]
        }
    }

    // MARK: Fetching

    private mutating func startDownload(_ here: Surroundings) -> [Effect] {
        if isTime(request.firmware.retrieveDateTime, at: here.wall) { return download(0) }
        guard phase == .begun else { return [] }
        phase = .scheduled
        return [.status(.downloadScheduled, because: nil)]
    }

    private mutating func download(_ attempt: Int, isAnnounced: Bool = false) -> [Effect] {
        phase = .downloading(attempt: attempt)
        let work = Effect.work(.download(requestID: id, location: request.firmware.location))
        // A repetition is the same state (L01.FR.30).
        return attempt > 0 || isAnnounced ? [work] : [.status(.downloading, because: nil), work]
    }

    private mutating func retry(after attempt: Int, _ reason: String, _ here: Surroundings) -> [Effect] {
        let most = min(max(request.retries ?? Self.usualRetries, 0), Self.mostRetries)
        guard attempt < most else { return end(.downloadFailed, reason) }
        let pause = min(max(request.retryInterval ?? Self.usualRetryInterval, 0), Self.longestRetryInterval)
        phase = .pausing(attempt: attempt + 1, until: here.now + .seconds(pause))
        return []
    }

    private mutating func downloaded(_ here: Surroundings) -> [Effect] {
        let said = Effect.status(.downloaded, because: nil)
        return isSigned ? [said] + verify() : [said] + wait(here)
    }

    // MARK: Verifying

    private mutating func verify() -> [Effect] {
        guard let certificate = request.firmware.signingCertificate, let signature = request.firmware.signature else {
            return signatureInvalid("The signature or its certificate is missing.")
        }
        phase = .verifying
        return [.work(.verify(requestID: id, certificate: certificate, signature: signature))]
    }

    private mutating func signatureVerified(_ here: Surroundings) -> [Effect] {
        [.status(.signatureVerified, because: nil)] + wait(here)
    }

    private mutating func signatureInvalid(_ reason: String) -> [Effect] {
        // L01.FR.03.
        end(.invalidSignature, reason) + [.raise(.invalidFirmwareSignature, detail: reason)]
    }

    // MARK: Installing

    private mutating func wait(_ here: Surroundings) -> [Effect] {
        phase = .waiting(isAnnounced: false)
        return startInstallation(here, isAnnounced: false)
    }

    private mutating func startInstallation(_ here: Surroundings, isAnnounced: Bool) -> [Effect] {
        guard isTime(request.firmware.installDateTime, at: here.wall), !here.isInUse else {
            phase = .waiting(isAnnounced: true)
            return isAnnounced ? [] : [.status(.installScheduled, because: nil)]  // L01.FR.16, L01.FR.34
        }
        phase = .installing  // L01.FR.05
        return [.status(.installing, because: nil), .work(.install(requestID: id))]
    }

    private mutating func activate(_ here: Surroundings) -> [Effect] {
        phase = .installed
        guard !here.isInUse else { return [] }
        phase = .rebooting
        return [.status(.installRebooting, because: nil), .restart]  // L01.FR.15, L01.FR.32 (a)
    }

    private mutating func finished() -> [Effect] {
        end(.installed, nil) + [.raise(.firmwareUpdated, detail: nil)]  // L01.FR.28, L01.FR.31
    }

    private mutating func end(_ status: FirmwareStatusEnumType, _ reason: String?) -> [Effect] {
        phase = .ended
        return [.status(status, because: reason)]
    }

    /// The backend is told as it may be (L01.FR.24), so that no update is left without an end.
    private mutating func cancel() -> [Effect] {
        let status: FirmwareStatusEnumType
        switch phase {
        case .begun, .scheduled, .downloading, .pausing: status = .downloadFailed
        case .verifying, .waiting: status = .installationFailed
        case .installing, .installed, .rebooting, .confirming, .ended: return []
        }
        return [.work(.cancel(requestID: id))] + end(status, "Canceled")
    }

    // MARK: Time

    private func isTime(_ time: DateTime?, at wall: WallTime) -> Bool { time.map { $0.time <= wall } ?? true }

    /// When time alone moves it on; nil while something else has to happen first.
    func deadline(_ here: Surroundings) -> Instant? {
        switch phase {
        case .begun: here.now
        case .scheduled: instant(of: request.firmware.retrieveDateTime, here)
        case .pausing(_, let until): until
        case .waiting: request.firmware.installDateTime.flatMap { instant(of: $0, here) }
        case .downloading, .verifying, .installing, .installed, .rebooting, .confirming, .ended: nil
        }
    }

    /// Nil for what has passed.
    private func instant(of time: DateTime, _ here: Surroundings) -> Instant? {
        guard time.time > here.wall else { return nil }
        // A date centuries away must not overflow; whoever wakes earlier looks at the date again.
        let milliseconds = min(time.time.milliseconds - here.wall.milliseconds, 86_400_000)
        return here.now + .milliseconds(Int(milliseconds))
    }
}
