// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The update that is going on, and what the backend was told last (block L).
struct FirmwareUpdates: Equatable, Sendable {
    struct Candidate: Equatable, Sendable {
        let reply: MessageID
        let request: UpdateFirmwareRequest
    }
    var current: FirmwareUpdate?
    /// Whose certificate the host looks at before the backend is answered.
    var candidate: Candidate?
    var lastStatus: FirmwareStatusEnumType?
    var lastID: Int?
    /// After a restart, until the first connection.
    var mustResume = false

    static let key = "firmware"

    init(kept: [String: [UInt8]]) {
        guard let kept = KeptFirmware(keptBytes: kept[Self.key]) else { return }
        (lastStatus, lastID) = (kept.lastStatus, kept.lastID)
        current = kept.update
        mustResume = current != nil
    }

    /// Why the station starts now, if it is for an update (B01, BootReason).
    var hasRestarted: Bool {
        guard mustResume else { return false }
        switch current?.phase {
        case .installing, .installed, .rebooting, .confirming: return true
        case .begun, .scheduled, .downloading, .pausing, .verifying, .waiting, .ended, nil: return false
        }
    }
}

/// Variables of block L.
enum FirmwareVariables {
    static let allowsSessions = VariableKey("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate")

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        [VariableDefinition(allowsSessions, .boolean, .readWrite, standard: "false")]
    }
}

extension Station {
    /// Whether EVSEs that are free have to be Unavailable, because firmware waits to be installed (L01.FR.07,
    /// L02.FR.04).
    var firmwareHoldsSessionsBack: Bool {
        guard !variables.flag(FirmwareVariables.allowsSessions) else { return false }
        return firmware.current?.holdsSessionsBack(at: now.wall) == true
    }

    private var surroundings: FirmwareUpdate.Surroundings {
        FirmwareUpdate.Surroundings(now: now.monotonic, wall: now.wall, isInUse: hasTransaction())
    }

    // MARK: Asked. PublishFirmware and UnpublishFirmware are for local controllers (L03, L04), so they are left out.

    mutating func answer(_ request: UpdateFirmwareRequest, _ id: MessageID) {
        guard setup.installsFirmware else { return answerUpdate(id, .rejected, "NotSupported") }
        guard firmware.candidate == nil, firmware.current?.isCancellable != false else {
            return answerUpdate(id, .rejected, "Busy")  // L01.FR.27
        }
        guard let certificate = request.firmware.signingCertificate else {
            guard setup.takesUnsignedFirmware || request.firmware.signature != nil else {
                return answerUpdate(id, .rejected, "Unsigned")
            }
            return begin(request, id)
        }
        firmware.candidate = FirmwareUpdates.Candidate(reply: id, request: request)
        emit(.host(.firmware(.check(reply: id, certificate: certificate))))  // L01.FR.21
    }

    private mutating func checked(_ reply: MessageID, _ refusal: String?) {
        guard let candidate = firmware.candidate, candidate.reply == reply else { return }
        firmware.candidate = nil
        guard let refusal else { return begin(candidate.request, reply) }
        answerUpdate(reply, .invalidCertificate, "InvalidCertificate", refusal)  // L01.FR.22
        raise(.invalidFirmwareSigningCertificate, detail: refusal)  // L01.FR.02
    }

    /// L01.FR.24: without asking whether the new file exists.
    private mutating func begin(_ request: UpdateFirmwareRequest, _ id: MessageID) {
        guard firmware.current?.isCancellable != false else { return answerUpdate(id, .rejected, "Busy") }
        let former = firmware.current
        answerUpdate(id, former == nil ? .accepted : .acceptedCanceled, nil)
        if former != nil { moveFirmware(.cancel) }
        firmware.current = FirmwareUpdate(request)
        keepFirmware()
        moveFirmware(.timePassed)
    }

    private mutating func answerUpdate(
        _ id: MessageID, _ status: UpdateFirmwareStatusEnumType, _ reason: String?, _ words: String? = nil
    ) {
        let info = reason.map {
            StatusInfoType(reasonCode: $0, additionalInfo: words.map { String($0.prefix(500)) })
        }
        emit(.answer(id, .updateFirmware(UpdateFirmwareResponse(status: status, statusInfo: info))))
    }

    // MARK: Going on

    mutating func take(_ report: FirmwareReport) {
        if case .checked(let reply, let refusal) = report { return checked(reply, refusal) }
        guard report.requestID == firmware.current?.request.requestId else { return }
        switch report {
        case .checked: break
        case .downloaded: moveFirmware(.downloaded)
        case .downloadFailed(_, let reason): moveFirmware(.downloadFailed(reason))
        case .verified(_, let refusal): moveFirmware(.verified(refusal: refusal))
        case .installed(_, let needsReboot): moveFirmware(.installed(needsReboot: needsReboot))
        case .installationFailed(_, let reason, let atVerification):
            moveFirmware(.installationFailed(reason, atVerification: atVerification))
        case .confirmed(_, let runs): moveFirmware(.confirmed(runs: runs))
        }
    }

    mutating func advanceFirmware() {
        if firmware.mustResume, boot.phase == .accepted {
            firmware.mustResume = false
            let effects = firmware.current?.resume() ?? []
            keepFirmware()
            carryOutFirmware(effects)
        }
        if firmware.current != nil { moveFirmware(.timePassed) }
    }

    var firmwareDeadline: Instant? { firmware.mustResume ? nil : firmware.current?.deadline(surroundings) }

    private mutating func moveFirmware(_ input: FirmwareUpdate.Input) {
        guard let former = firmware.current, !firmware.mustResume else { return }
        var update = former
        let effects = update.handle(input, surroundings)
        firmware.current = update.phase == .ended ? nil : update
        carryOutFirmware(effects, of: former.request.requestId)
        if update.phase != former.phase { keepFirmware() }
    }

    private mutating func carryOutFirmware(_ effects: [FirmwareUpdate.Effect], of id: Int? = nil) {
        guard let id = id ?? firmware.current?.request.requestId else { return }
        for effect in effects {
            switch effect {
            case .status(let status, let reason): say(status, id, reason)
            case .work(let task): emit(.host(.firmware(task)))
            case .raise(let event, let detail): raise(event, detail: detail)
            case .restart:
                keepFirmware()
                raise(.resetOrReboot, detail: "Firmware update")
                emit(.host(.reset(evse: nil)))
            }
        }
    }

    /// L01.FR.01, L01.FR.10. Every state arrives, in order, although the link may be down meanwhile.
    private mutating func say(_ status: FirmwareStatusEnumType, _ id: Int, _ reason: String?) {
        (firmware.lastStatus, firmware.lastID) = (status, id)
        let info = reason.map { StatusInfoType(reasonCode: status.shortReason, additionalInfo: String($0.prefix(500))) }
        let request = FirmwareStatusNotificationRequest(status: status, requestId: id, statusInfo: info)
        call(.firmwareStatusNotification(request), .durable)
    }

    private mutating func keepFirmware() {
        emit(.keep(key: FirmwareUpdates.key, KeptFirmware(firmware).keptBytes))
    }

    // MARK: Triggered

    /// F06: the last status, or Idle once it was Installed (L01.FR.20, L01.FR.25, L01.FR.26).
    mutating func triggerFirmwareStatus() {
        let status = firmware.lastStatus.flatMap { $0 == .installed ? nil : $0 } ?? .idle
        let id = status == .idle ? nil : firmware.lastID
        let request = FirmwareStatusNotificationRequest(status: status, requestId: id)
        call(.firmwareStatusNotification(request), .triggered)
    }
}

extension FirmwareStatusEnumType {
    /// At most 20 characters.
    fileprivate var shortReason: String { String(word.prefix(20)) }
}
