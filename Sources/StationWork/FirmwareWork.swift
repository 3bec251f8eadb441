// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import FileTransfer
import Glibc
import StationKeys

/// Who puts a file that was found good in the place of what runs. A program of the system's owner.
package protocol FirmwareInstaller: Sendable {
    func install(_ file: String) async -> FirmwareInstallation
    /// After a restart: whether what was installed last is what runs.
    func runsNewFirmware() async -> Bool
}

package enum FirmwareInstallation: Equatable, Sendable {
    case done(needsReboot: Bool)
    case failed(String)
    /// The file's contents are wrong (L01.FR.29).
    case unverified(String)
}

/// Fetches firmware, checks it and hands it to its installer (L01). One update at a time; whoever carries a task out in a task
/// of its own cancels a download by cancelling that one.
package struct FirmwareWork: Sendable {
    private let transfer: FileTransfer
    private let keys: KeyStore
    private let installer: any FirmwareInstaller
    /// Where the file lies, from its download to its installation.
    private let file: String

    package init(_ transfer: FileTransfer, _ keys: KeyStore, _ installer: any FirmwareInstaller, file: String) {
        (self.transfer, self.keys, self.installer, self.file) = (transfer, keys, installer, file)
    }

    /// - Returns: Nil where the station waits for no answer.
    package func carryOut(_ task: FirmwareTask, at now: WallTime) async -> FirmwareReport? {
        switch task {
        case .check(let reply, let certificate):
            return .checked(
                reply: reply,
                refusal: refusal { () throws(KeyFault) in
                    try keys.checkSigningCertificate(certificate, at: now)
                })
        case .download(let id, let location): return await download(id, location)
        case .verify(let id, let certificate, let signature):
            return .verified(
                requestID: id,
                refusal: refusal { () throws(KeyFault) in
                    try keys.checkFirmware(file, signature: signature, certificate: certificate, at: now)
                })
        case .install(let id): return await install(id)
        case .confirm(let id): return .confirmed(requestID: id, runs: await installer.runsNewFirmware())
        case .cancel:
            unlink(file)
            return nil
        }
    }

    private func refusal(_ check: () throws(KeyFault) -> Void) -> String? {
        do throws(KeyFault) { try check() } catch { return "\(error)" }
        return nil
    }

    private func download(_ id: Int, _ location: String) async -> FirmwareReport {
        unlink(file)
        do throws(TransferFault) {
            try await transfer.download(try TransferAddress(location), to: file)
            return .downloaded(requestID: id)
        } catch {
            return .downloadFailed(requestID: id, reason: "\(error)")
        }
    }

    private func install(_ id: Int) async -> FirmwareReport {
        guard access(file, R_OK) == 0 else {
            return .installationFailed(requestID: id, reason: "“\(file)” is gone.", atVerification: false)
        }
        switch await installer.install(file) {
        case .done(let needsReboot): return .installed(requestID: id, needsReboot: needsReboot)
        case .failed(let reason): return .installationFailed(requestID: id, reason: reason, atVerification: false)
        case .unverified(let reason): return .installationFailed(requestID: id, reason: reason, atVerification: true)
        }
    }
}
