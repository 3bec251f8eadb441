// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import FileTransfer
import Foundation
import OCPP
import StationKeys
import Testing

@testable import StationWork

@Suite struct StationWorkTests {
    private struct Installer: FirmwareInstaller {
        var result = FirmwareInstallation.done(needsReboot: true)
        func install(_ file: String) async -> FirmwareInstallation { result }
        func runsNewFirmware() async -> Bool { result == .done(needsReboot: true) }
    }

    private static func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-work-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// N01.FR.10. A closed port stands for every failure of the network.
    @Test(arguments: [
        ("ftp://a/f", LogReport.Failure.notSupportedOperation), ("http://a b/", .badMessage),
        ("http://127.0.0.1:1/f", .uploadFailure),
    ])
    func `an upload that fails says why in OCPP's words`(location: String, failure: LogReport.Failure) async {
        let uploader = LogUploader(FileTransfer()) { _, _ in [] }
        let order = LogUploadOrder(requestID: 7, content: .file([1]), filename: "a", location: location)
        guard case .failed(7, failure, let reason) = await uploader.carryOut(order) else {
            Issue.record("another end")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `refusals of a server are told apart`() throws {
        let address = try TransferAddress("http://a/")
        let rows: [(TransferFault, LogReport.Failure)] = [
            (.notLetIn(address, status: 401), .permissionDenied),
            (.status(address, status: 405), .notSupportedOperation),
            (.status(address, status: 400), .badMessage), (.status(address, status: 500), .uploadFailure),
            (.redirected(address, status: 302), .uploadFailure),
        ]
        for (fault, failure) in rows { #expect(LogReport.Failure(fault) == failure) }
    }

    @Test func `firmware without a root, a server, a file or an installer's consent goes nowhere`() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let now = WallTime(milliseconds: 1_772_366_400_000)
        func work(_ installer: Installer = Installer()) throws -> FirmwareWork {
            FirmwareWork(FileTransfer(), try KeyStore(at: folder + "/keys"), installer, file: folder + "/firmware")
        }
        let reply = MessageID("1")
        guard
            case .checked(reply, let refusal?)? = try await work().carryOut(
                .check(reply: reply, certificate: "x"), at: now)
        else {
            Issue.record("taken")
            return
        }
        #expect(!refusal.isEmpty)
        guard
            case .downloadFailed(5, _)? = try await work().carryOut(
                .download(requestID: 5, location: "http://127.0.0.1:1/f"), at: now)
        else {
            Issue.record("fetched")
            return
        }
        let missing = try await work().carryOut(.install(requestID: 5), at: now)
        guard case .installationFailed(5, _, atVerification: false)? = missing else {
            Issue.record("installed")
            return
        }
        try Data([1]).write(to: URL(fileURLWithPath: folder + "/firmware"))
        #expect(
            try await work().carryOut(.install(requestID: 5), at: now) == .installed(requestID: 5, needsReboot: true))
        let wrong = try await work(Installer(result: .unverified("bad"))).carryOut(.install(requestID: 5), at: now)
        #expect(wrong == .installationFailed(requestID: 5, reason: "bad", atVerification: true))
        #expect(try await work().carryOut(.confirm(requestID: 5), at: now) == .confirmed(requestID: 5, runs: true))
        #expect(try await work().carryOut(.cancel(requestID: 5), at: now) == nil)
        #expect(!FileManager.default.fileExists(atPath: folder + "/firmware"))
    }
}
