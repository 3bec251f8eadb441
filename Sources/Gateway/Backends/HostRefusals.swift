// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import OCPP
import OCPP21

extension HostTask {
    /// What this host answers at once, because it cannot do it: honestly, so that the backend learns that it did not happen.
    /// Nil for what the desk does itself or what wants no answer.
    var refusal: HostReport? {
        switch self {
        case .unlock(let reply, _, _): .unlocked(reply: reply, .unlockFailed)
        case .reset(let evse): evse.map { .reset(evse: $0, succeeded: false) }
        case .dataTransfer(let reply, _):
            .dataTransferred(reply: reply, DataTransferResponse(status: .unknownVendorId))
        case .offerSchedules, .renegotiateService, .noPriorityCharging, .applyDERSettings, .keys, .firmware, .log,
            .setClock, .release, .answerContract, .useConnectionSettings, .display, .contractAnswered,
            .vehicleChecked:
            nil
        }
    }

    /// For the log: what the station wants that nobody here carries out and that no answer tells the backend of.
    var nobody: String? {
        switch self {
        case .release(let evse): "EVSE \(evse): nobody here can give the cable back; its lock is the charger's own"
        case .answerContract(let evse, _, _), .contractAnswered(let evse, _), .vehicleChecked(let evse, _):
            "EVSE \(evse): nobody here speaks to the car, so nobody tells it what the backend said of its certificates"
        case .offerSchedules(let evse, _), .renegotiateService(let evse, _):
            "EVSE \(evse): nobody here speaks to the car, so nobody offers it the backend's schedules or services"
        case .display(let messages): messages.isEmpty ? nil : "there is no display here; nobody sees the messages"
        case .noPriorityCharging(let evse): "EVSE \(evse): there is no priority charging, and nobody tells the driver"
        case .applyDERSettings(let evse, _): "EVSE \(evse): nobody here hands DER controls to the charger or the car"
        case .reset, .unlock, .dataTransfer, .keys, .firmware, .log, .setClock, .useConnectionSettings: nil
        }
    }
}

extension KeyTask {
    private static let words =
        "Certificates of this gateway are files of its configuration: it has no folder for others."

    /// What is installed is what the configuration names.
    func refusal(_ backend: SiteConfiguration.Backend) -> KeyReport? {
        switch self {
        case .makeKey(let use, _): .keyMade(use, request: nil, root: nil, reason: Self.words)
        case .adopt(let reply, let use, _, _): .adopted(reply: reply, use, reason: Self.words)
        case .install(let reply, let use, _, _, _): .installed(reply: reply, .rejected, use, reason: Self.words)
        case .delete(let reply, _, _): .deleted(reply: reply, .failed, reason: Self.words)
        case .list(let reply, _): .listed(reply: reply, [])
        case .inspect: .inspected(KeyInventory(backend))
        case .settleStationCertificate, .dropFormerRoot, .keepStatus: nil
        }
    }
}

extension KeyInventory {
    /// What the configuration names.
    init(_ backend: SiteConfiguration.Backend) {
        self.init()
        hasCSMSRoot = backend.url.hasPrefix("wss://")
        switch backend.proof {
        case .certificate: hasStationCertificate = true
        case .none, .password: hasStationCertificate = false
        }
        entries = (hasCSMSRoot ? 1 : 0) + (hasStationCertificate ? 1 : 0)
    }
}

extension FirmwareTask {
    /// Without `station.firmware_installer` the distribution's packages update this gateway, nobody else.
    var refusal: FirmwareReport? {
        let words = "This gateway is updated by its operating system."
        return switch self {
        case .check(let reply, _): .checked(reply: reply, refusal: words)
        case .download(let id, _): .downloadFailed(requestID: id, reason: words)
        case .verify(let id, _, _): .verified(requestID: id, refusal: words)
        case .install(let id): .installationFailed(requestID: id, reason: words, atVerification: false)
        case .confirm(let id): .confirmed(requestID: id, runs: false)
        case .cancel: nil
        }
    }
}
