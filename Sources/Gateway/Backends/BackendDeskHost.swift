// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import BackendLinks
import ChargingStation
import ConfigurationFiles
import Electricity
import FileTransfer
import LinuxIO
import Logging
import OCPP
import OCPP21
import StationStore
import StationWork
import TLS

/// Work on the machine that the station wants done.
extension BackendDesk {
    func perform(_ task: HostTask) {
        switch task {
        case .reset(nil):
            logger.notice("the backend restarts the gateway")
            outbox.commit(now: true)
            restart()
        case .setClock(let time): compare(time)
        case .useConnectionSettings(let settings):
            hasNewSettings = true
            // WebSocketPingInterval counts at once; the rest, from the next attempt on.
            link?.ping(every: LinkPlan.pingInterval(settings, backend))
        case .keys(let task):
            if let report = keys.carryOut(task) { inputs.append(.done(.keys(report))) }
        case .log(.upload(let order)): upload(order)
        case .log(.cancel(let id)): uploads.removeValue(forKey: id)?.cancel()
        case .firmware(let task): carryOut(task)
        // Every display asks for its own (`driverView`).
        case .display where hasDisplay: break
        case .applyDERSettings(let evse, let controls) where give(controls, to: evse): break
        // What a backend that only observes would let cars choose is of no account.
        case .offerSchedules where backend.role != .inCharge: break
        case .reset, .unlock, .dataTransfer, .release, .answerContract, .display, .contractAnswered, .vehicleChecked,
            .offerSchedules, .renegotiateService, .noPriorityCharging, .applyDERSettings:
            guard !vehicles.perform(task) else { return }
            if let nobody = task.nobody { logger.warning("\(nobody)") }
            guard let report = task.refusal else { return }
            inputs.append(.done(report))
        }
    }

    /// - Returns: Whether the charger takes DER controls.
    private func give(_ controls: [SetDERControlRequest], to id: Int) -> Bool {
        guard let index = evseIDs.firstIndex(of: id) else { return false }
        return der.give(controls, backend: place, evse: index)
    }

    /// Whom a server of files may be vouched for by (N01.FR.15, N01.FR.16).
    private var trusts: [TLSTrust] { [keys.trust(station.credentials), .system] }

    private func upload(_ order: LogUploadOrder) {
        let diagnostics = diagnostics
        let uploader = LogUploader(FileTransfer(trusting: trusts)) { diagnostics.file(from: $0, until: $1) }
        uploads[order.requestID]?.cancel()
        uploads[order.requestID] = Task {
            let report = await uploader.carryOut(order)
            guard !Task.isCancelled else { return }
            uploads[order.requestID] = nil
            feed(.done(.log(report)))
        }
    }

    /// A certificate is looked at whatever else goes on; everything about the file is done one after the other, and a cancellation ends
    /// what is under way first.
    private func carryOut(_ task: FirmwareTask) {
        guard let work = firmware.work(trusting: trusts) else {
            if let report = task.refusal { inputs.append(.done(.firmware(report))) }
            return
        }
        var before: Task<Void, Never>?
        switch task {
        case .check, .confirm: break
        case .cancel:
            firmwareWork?.cancel()
            before = firmwareWork
        case .download, .verify, .install: before = firmwareWork
        }
        let step = Task { [before] in
            await before?.value
            guard let report = await work.carryOut(task, at: StationTime.now().wall), !Task.isCancelled else { return }
            feed(.done(.firmware(report)))
        }
        switch task {
        case .check, .confirm: break
        case .cancel, .download, .verify, .install: firmwareWork = step
        }
    }

    /// The clock belongs to the machine; a difference is only said.
    func compare(_ time: DateTime) {
        let now = StationTime.now()
        let difference = time.time.milliseconds - now.wall.milliseconds
        guard abs(difference) > 5_000, now.monotonic - clockTold > .minutes(60) else { return }
        clockTold = now.monotonic
        logger.warning(
            "this machine's clock differs from the backend's; is it synchronised (NTP)?",
            metadata: ["seconds": "\(difference / 1_000)"])
    }
}
