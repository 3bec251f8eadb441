// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import LinuxIO
import Logging
import OCPP
import StationStore
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
        case .useConnectionSettings: hasNewSettings = true
        case .keys(let task):
            if let report = keys.carryOut(task) { inputs.append(.done(.keys(report))) }
        case .log(.upload(let order)): upload(order)
        case .log(.cancel(let id)): uploads.removeValue(forKey: id)?.cancel()
        case .reset, .unlock, .dataTransfer, .firmware, .release, .answerContract, .display,
            .contractAnswered, .vehicleChecked, .offerSchedules, .renegotiateService, .noPriorityCharging,
            .applyDERSettings:
            guard let report = task.refusal(backend) else { return }
            inputs.append(.done(report))
        }
    }

    func upload(_ order: LogUploadOrder) {
        let trusts = [keys.trust(station.credentials), .system]
        let status = state.status
        uploads[order.requestID]?.cancel()
        uploads[order.requestID] = Task {
            let report = await order.carryOut(trusting: trusts, status)
            guard !Task.isCancelled else { return }
            uploads[order.requestID] = nil
            feed(.done(.log(report)))
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
