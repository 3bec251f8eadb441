// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

extension StationBench {
    static var vehicleSetup: StationSetup {
        var setup = StationBench.setup
        setup.organization = "Operator"
        setup.evses[0].speaksISO15118 = true
        return setup
    }

    static func booted(_ change: (inout StationSetup) -> Void = { _ in }) -> StationBench {
        var setup = StationBench.vehicleSetup
        change(&setup)
        var bench = StationBench(setup)
        bench.boot()
        return bench
    }

    /// The same station after a restart, with what it had kept.
    func restarted(_ setup: StationSetup = StationBench.vehicleSetup) -> StationBench {
        var bench = StationBench(setup)
        bench.time = time
        bench.station = Station(setup, kept: kept, at: time)
        bench.kept = kept
        return bench
    }

    mutating func report(_ report: KeyReport) -> [StationOutput] { handle(.done(.keys(report))) }
    mutating func report(_ report: FirmwareReport) -> [StationOutput] { handle(.done(.firmware(report))) }
    mutating func report(_ report: LogReport) -> [StationOutput] { handle(.done(.log(report))) }

    /// Has an inventory arrive.
    mutating func install(_ change: (inout KeyInventory) -> Void) {
        var inventory = KeyInventory()
        change(&inventory)
        _ = report(.inspected(inventory))
    }
}

extension [StationOutput] {
    var tasks: [HostTask] { compactMap { if case .host(let task) = $0 { task } else { nil } } }
    var keyTasks: [KeyTask] {
        tasks.compactMap { if case .keys(let task) = $0, task != .inspect { task } else { nil } }
    }
    var firmwareTasks: [FirmwareTask] { tasks.compactMap { if case .firmware(let task) = $0 { task } else { nil } } }
    var logOrders: [LogUploadOrder] {
        tasks.compactMap { if case .log(.upload(let order)) = $0 { order } else { nil } }
    }
    var answers: [StationResponse] { compactMap { if case .answer(_, let answer) = $0 { answer } else { nil } } }
    var requests: [CSMSRequest] { compactMap { if case .call(let request, _) = $0 { request } else { nil } } }
    var events: [String] {
        requests.compactMap { if case .securityEventNotification(let event) = $0 { event.type } else { nil } }
    }
    var firmwareStatuses: [FirmwareStatusEnumType] {
        requests.compactMap { if case .firmwareStatusNotification(let status) = $0 { status.status } else { nil } }
    }
    var logStatuses: [UploadLogStatusEnumType] {
        requests.compactMap { if case .logStatusNotification(let status) = $0 { status.status } else { nil } }
    }
    var signRequests: [SignCertificateRequest] {
        requests.compactMap { if case .signCertificate(let request) = $0 { request } else { nil } }
    }
}
