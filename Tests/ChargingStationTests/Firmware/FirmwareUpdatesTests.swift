// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct FirmwareUpdatesTests {
    private func request(
        _ id: Int = 123, isSigned: Bool = true, retrieve: Int = 0, install: Int? = nil, retries: Int? = 1,
        interval: Int? = 10
    ) -> UpdateFirmwareRequest {
        let start = StationBench.start.wall
        return UpdateFirmwareRequest(
            requestId: id,
            firmware: FirmwareType(
                location: "https://files.example/firmware", retrieveDateTime: DateTime(start + .seconds(retrieve)),
                installDateTime: install.map { DateTime(start + .seconds($0)) },
                signingCertificate: isSigned ? "certificate" : nil, signature: isSigned ? "signature" : nil),
            retries: retries, retryInterval: interval)
    }

    private func status(_ answers: [StationResponse]) -> UpdateFirmwareStatusEnumType? {
        for case .updateFirmware(let response) in answers { return response.status }
        return nil
    }

    /// Asks, and has the host find the certificate good.
    private func begin(_ bench: inout StationBench, _ request: UpdateFirmwareRequest) -> [StationOutput] {
        let outputs = bench.handle(.asked(MessageID("update-\(request.requestId)"), .updateFirmware(request)))
        guard case .check(let reply, "certificate")? = outputs.firmwareTasks.first else { return outputs }
        return bench.told(.checked(reply: reply, refusal: nil))
    }

    /// Fetched, and found good where there is a signature.
    private func fetch(_ bench: inout StationBench, isSigned: Bool) -> [StationOutput] {
        let outputs = bench.told(.downloaded(requestID: 123))
        return isSigned ? outputs + bench.told(.verified(requestID: 123, refusal: nil)) : outputs
    }

    private func booted() -> StationBench { StationBench.booted { $0.takesUnsignedFirmware = true } }

    @Test func `a station without an installer takes no firmware, and blames no certificate for it`() {
        var bench = StationBench.booted { $0.installsFirmware = false }
        let outputs = bench.handle(.asked(MessageID("update"), .updateFirmware(request())))
        #expect(status(outputs.answers) == .rejected)
        #expect(outputs.firmwareTasks.isEmpty)
    }

    /// L01.FR.01, L01.FR.04, L01.FR.05, L01.FR.10, L01.FR.12, L01.FR.21, L01.FR.28, L01.FR.31, L01.FR.32.
    @Test func `a secure update goes through its states, restarts, and is reported by the new firmware`() {
        var bench = StationBench.booted()
        var outputs = begin(&bench, request())
        #expect(status(outputs.answers) == .accepted)
        #expect(outputs.firmwareStatuses == [.downloading])
        #expect(outputs.firmwareTasks == [.download(requestID: 123, location: "https://files.example/firmware")])
        outputs = bench.told(.downloaded(requestID: 123))
        #expect(outputs.firmwareStatuses == [.downloaded])
        #expect(
            outputs.firmwareTasks == [.verify(requestID: 123, certificate: "certificate", signature: "signature")])
        outputs = bench.told(.verified(requestID: 123, refusal: nil))
        #expect(outputs.firmwareStatuses == [.signatureVerified, .installing])
        #expect(outputs.firmwareTasks == [.install(requestID: 123)])
        outputs = bench.told(.installed(requestID: 123, needsReboot: true))
        #expect(outputs.firmwareStatuses == [.installRebooting])
        #expect(outputs.tasks.contains(.reset(evse: nil)) && outputs.securityEvents == ["ResetOrReboot"])

        var restarted = bench.afterRestart()
        let hello = restarted.handle(.connected(.v21))
        guard case .bootNotification(let boot)? = hello.requests.first else {
            Issue.record("no boot")
            return
        }
        #expect(boot.reason == .firmwareUpdate)
        let accepted = BootNotificationResponse(
            currentTime: restarted.time.dateTime, interval: 300, status: .accepted)
        outputs = restarted.handle(.answered(.bootNotification(boot), .bootNotification(accepted)))
        #expect(outputs.firmwareTasks == [.confirm(requestID: 123)])
        outputs = restarted.told(.confirmed(requestID: 123, runs: true))
        #expect(outputs.firmwareStatuses == [.installed] && outputs.securityEvents == ["FirmwareUpdated"])
        for case .firmwareStatusNotification(let request) in outputs.requests { #expect(request.requestId == 123) }
        #expect(restarted.afterRestart().station.boot.reason == .powerUp)
    }

    @Test func `a restart that brings the former firmware back is a failed installation`() {
        var bench = StationBench.booted()
        _ = begin(&bench, request())
        _ = bench.told(.downloaded(requestID: 123))
        _ = bench.told(.verified(requestID: 123, refusal: nil))
        _ = bench.told(.installed(requestID: 123, needsReboot: true))
        var restarted = bench.afterRestart()
        #expect(restarted.boot().firmwareTasks == [.confirm(requestID: 123)])
        let outputs = restarted.told(.confirmed(requestID: 123, runs: false))
        #expect(outputs.firmwareStatuses == [.installationFailed] && outputs.securityEvents.isEmpty)
    }

    /// L01.FR.02, L01.FR.22.
    @Test func `a signing certificate that is not the manufacturer's is refused before anything is fetched`() {
        var bench = StationBench.booted()
        let rest = bench.ask(.updateFirmware(request())).rest
        guard case .check(let reply, _)? = rest.firmwareTasks.first else {
            Issue.record("not checked")
            return
        }
        let outputs = bench.told(.checked(reply: reply, refusal: "expired"))
        #expect(status(outputs.answers) == .invalidCertificate)
        #expect(outputs.securityEvents == ["InvalidFirmwareSigningCertificate"])
        #expect(outputs.firmwareTasks.isEmpty && outputs.firmwareStatuses.isEmpty)
    }

    /// L01.FR.03, and step 5 of L01 for a signature that is missing.
    @Test(arguments: [true, false])
    func `a signature that does not fit, or is missing, ends the update`(isMissing: Bool) {
        var bench = StationBench.booted()
        var wanted = request()
        if isMissing { wanted.firmware.signature = nil }
        _ = begin(&bench, wanted)
        var outputs = bench.told(.downloaded(requestID: 123))
        if !isMissing { outputs = bench.told(.verified(requestID: 123, refusal: "altered")) }
        #expect(outputs.firmwareStatuses.last == .invalidSignature)
        #expect(outputs.securityEvents == ["InvalidFirmwareSignature"])
        #expect(bench.station.firmware.current == nil)
    }

    /// L02.FR.01, L02.FR.02, L02.FR.06, L02.FR.14.
    @Test(arguments: [true, false])
    func `unsigned firmware is taken only where the station is set up for it`(isTaken: Bool) {
        var bench = StationBench.booted { $0.takesUnsignedFirmware = isTaken }
        let (answer, rest) = bench.ask(.updateFirmware(request(isSigned: false)))
        #expect(status([answer].compactMap(\.self)) == (isTaken ? .accepted : .rejected))
        guard isTaken else { return }
        #expect(rest.firmwareStatuses == [.downloading])
        #expect(bench.told(.downloaded(requestID: 123)).firmwareStatuses == [.downloaded, .installing])
        let outputs = bench.told(.installed(requestID: 123, needsReboot: false))
        #expect(outputs.firmwareStatuses == [.installed])  // L02.FR.20
    }

    /// L01.FR.13, L01.FR.16, L02.FR.07, L02.FR.10.
    @Test(arguments: [true, false])
    func `dates in the future are kept, through a restart`(isSigned: Bool) {
        var bench = booted()
        let outputs = begin(&bench, request(isSigned: isSigned, retrieve: 3_600, install: 7_200))
        #expect(outputs.firmwareStatuses == [.downloadScheduled] && outputs.firmwareTasks.isEmpty)
        #expect(bench.wait(.seconds(3_590)).firmwareTasks.isEmpty)
        bench = bench.afterRestart()
        bench.boot()
        #expect(bench.wait(.seconds(20)).firmwareStatuses == [.downloading])
        #expect(fetch(&bench, isSigned: isSigned).firmwareStatuses.last == .installScheduled)
        bench = bench.afterRestart()
        bench.boot()
        #expect(bench.wait(.seconds(3_500)).firmwareStatuses.isEmpty)
        #expect(bench.wait(.seconds(100)).firmwareStatuses == [.installing])
    }

    @Test func `a date centuries away neither overflows nor spins`() {
        var bench = StationBench.booted()
        var wanted = request()
        wanted.firmware.retrieveDateTime = DateTime(WallTime(milliseconds: 253_402_300_799_000))
        _ = begin(&bench, wanted)
        #expect(bench.station.firmwareDeadline == bench.time.monotonic + .seconds(86_400))
        #expect(bench.wait(.seconds(2 * 86_400)).firmwareTasks.isEmpty)
    }

    /// L01.FR.06, L01.FR.07, L01.FR.34, L02.FR.03, L02.FR.04, L02.FR.23.
    @Test(arguments: [true, false], [true, false])
    func `it waits for transactions, and holds new sessions back unless they are allowed`(
        allows: Bool, isSigned: Bool
    ) {
        var bench = booted()
        bench.station.variables.report(allows ? "true" : "false", as: FirmwareVariables.allowsSessions)
        bench.station.evses[0].transaction = Transaction(id: "1")
        _ = begin(&bench, request(isSigned: isSigned))
        #expect(!bench.station.firmwareHoldsSessionsBack, "fetching disturbs nobody")
        #expect(fetch(&bench, isSigned: isSigned).firmwareStatuses.last == .installScheduled)
        #expect(bench.wait(.seconds(60)).firmwareStatuses.isEmpty)
        #expect(bench.station.firmwareHoldsSessionsBack == !allows)
        bench.station.evses[0].transaction = nil
        #expect(bench.handle(.tick).firmwareStatuses == [.installing])
    }

    /// L01.FR.15, L01.FR.33, L02.FR.09, L02.FR.21, L02.FR.22.
    @Test(arguments: [true, false])
    func `a transaction that began meanwhile ends before the restart`(isSigned: Bool) {
        var bench = booted()
        _ = begin(&bench, request(isSigned: isSigned))
        _ = fetch(&bench, isSigned: isSigned)
        bench.station.evses[1].transaction = Transaction(id: "1")
        #expect(!bench.told(.installed(requestID: 123, needsReboot: true)).tasks.contains(.reset(evse: nil)))
        bench.station.evses[1].transaction = nil
        let outputs = bench.handle(.tick)
        #expect(outputs.tasks.contains(.reset(evse: nil)) && outputs.firmwareStatuses == [.installRebooting])
    }

    /// L01.FR.30, L02.FR.19.
    @Test(arguments: [true, false])
    func `fetching is tried again as often as the backend said, then it failed`(isSigned: Bool) {
        var bench = booted()
        _ = begin(&bench, request(isSigned: isSigned, retries: 2, interval: 10))
        for _ in 1...2 {
            #expect(bench.told(.downloadFailed(requestID: 123, reason: "404")).firmwareStatuses.isEmpty)
            #expect(bench.wait(.seconds(9)).firmwareTasks.isEmpty)
            #expect(bench.wait(.seconds(2)).firmwareTasks.count == 1)
        }
        let outputs = bench.told(.downloadFailed(requestID: 123, reason: "404"))
        #expect(outputs.firmwareStatuses == [.downloadFailed])
    }

    @Test func `numbers from the wire are bounded`() {
        var here = FirmwareUpdate.Surroundings(
            now: Instant(nanoseconds: 0), wall: StationBench.start.wall, isInUse: false)
        var update = FirmwareUpdate(request(retries: .max, interval: .max))
        _ = update.handle(.timePassed, here)
        for _ in 0..<FirmwareUpdate.mostRetries {
            #expect(update.handle(.downloadFailed(""), here).isEmpty)
            here.now = here.now + .seconds(FirmwareUpdate.longestRetryInterval)
            #expect(update.handle(.timePassed, here).count == 1)
        }
        #expect(update.handle(.downloadFailed("no"), here) == [.status(.downloadFailed, because: "no")])
        #expect(update.phase == .ended)
    }

    /// L01.FR.24, L02.FR.15.
    @Test(arguments: [true, false])
    func `a new request gives the former one up, wherever it is before the installation`(isSigned: Bool) {
        for reports in 0...1 {
            var bench = booted()
            _ = begin(&bench, request(isSigned: isSigned, retrieve: reports == 0 ? 3_600 : 0))
            if reports == 1, isSigned { _ = bench.told(.downloaded(requestID: 123)) }
            let outputs = begin(&bench, request(124, isSigned: isSigned))
            #expect(status(outputs.answers) == .acceptedCanceled)
            #expect(outputs.firmwareTasks.first == .cancel(requestID: 123))
            let said = outputs.requests.compactMap { request -> Int? in
                if case .firmwareStatusNotification(let status) = request { status.requestId } else { nil }
            }
            #expect(said == [123, 124])
            #expect(bench.told(.verified(requestID: 123, refusal: nil)).firmwareStatuses.isEmpty)
            #expect(bench.station.firmware.current?.request.requestId == 124)
        }
    }

    /// L01.FR.27, L02.FR.18.
    @Test(arguments: [true, false])
    func `once the installer runs, a new request is rejected`(isSigned: Bool) {
        var bench = booted()
        _ = begin(&bench, request(isSigned: isSigned))
        _ = fetch(&bench, isSigned: isSigned)
        let (answer, _) = bench.ask(.updateFirmware(request(124, isSigned: isSigned)))
        #expect(status([answer].compactMap(\.self)) == .rejected)
    }

    /// L01.FR.29.
    @Test(arguments: [(true, FirmwareStatusEnumType.installVerificationFailed), (false, .installationFailed)])
    func `an installer says whether the contents were wrong`(atVerification: Bool, status: FirmwareStatusEnumType) {
        var bench = StationBench.booted()
        _ = begin(&bench, request())
        _ = bench.told(.downloaded(requestID: 123))
        _ = bench.told(.verified(requestID: 123, refusal: nil))
        let outputs = bench.told(
            .installationFailed(requestID: 123, reason: "bad", atVerification: atVerification))
        #expect(outputs.firmwareStatuses == [status])
    }

    /// L01.FR.20, L01.FR.25, L01.FR.26, L02.FR.16, L02.FR.17.
    @Test func `a trigger is told the last status, or Idle once it was Installed`() {
        func triggered(_ bench: inout StationBench) -> (FirmwareStatusEnumType?, Int?) {
            bench.station.triggerFirmwareStatus()
            for case .call(.firmwareStatusNotification(let request), .triggered) in bench.handle(.tick) {
                return (request.status, request.requestId)
            }
            return (nil, nil)
        }
        var bench = StationBench.booted { $0.takesUnsignedFirmware = true }
        #expect(triggered(&bench) == (.idle, nil))
        _ = begin(&bench, request(isSigned: false))
        #expect(triggered(&bench) == (.downloading, 123))
        _ = bench.told(.downloaded(requestID: 123))
        var failed = bench
        _ = failed.told(.installationFailed(requestID: 123, reason: "", atVerification: false))
        failed = failed.afterRestart()
        failed.boot()
        #expect(triggered(&failed) == (.installationFailed, 123))
        _ = bench.told(.installed(requestID: 123, needsReboot: false))
        #expect(triggered(&bench) == (.idle, nil))
    }

    /// Each row: what was going on when the power failed, and what is done about it after the start.
    @Test func `an update goes on after a power failure at any point`() {
        var bench = StationBench.booted()
        _ = begin(&bench, request())
        var after = bench.afterRestart()
        #expect(after.boot().firmwareTasks == [.download(requestID: 123, location: "https://files.example/firmware")])
        _ = bench.told(.downloaded(requestID: 123))
        after = bench.afterRestart()
        #expect(
            after.boot().firmwareTasks
                == [.verify(requestID: 123, certificate: "certificate", signature: "signature")])
        _ = bench.told(.verified(requestID: 123, refusal: nil))
        after = bench.afterRestart()
        #expect(after.boot().firmwareTasks == [.confirm(requestID: 123)])
    }

    /// L03, L04: for local controllers.
    @Test func `publishing firmware is not this station's business`() {
        var bench = StationBench.booted()
        let request = PublishFirmwareRequest(location: "http://a", checksum: "00", requestId: 1)
        let outputs = bench.ask(.publishFirmware(request)).rest
        guard case .refuse(_, let refusal)? = outputs.first else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.code == .notSupported)
    }
}
