// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import ConfigurationFiles
import Dispatch
import Electricity
import Foundation
import LinuxIO
import LocalAPI
import Logging
import OCPP21
import Synchronization

/// All backends of the site: started, shown, watched, stopped together.
final class Backends: Sendable {
    private let desks: [BackendDesk]
    private let orders: BackendOrders
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let stuck = Mutex<Set<Int>>([])
    private let evseCount: Int
    private let logger: Logger
    private let restartFlag: RestartFlag

    /// Longer silence of a desk means that it hangs.
    private static let patience = Interval.seconds(5)
    /// For the closing handshake and the last write.
    private static let ending = DispatchTimeInterval.seconds(8)

    /// - Parameter folder: Where the backends' files are; nil keeps nothing through a restart.
    init(
        _ configuration: SiteConfiguration, _ cells: SiteCells, _ held: HeldLimits, _ orders: BackendOrders,
        _ vehicles: Vehicles, _ der: DERDesk, folder: String?, version: String, diagnostics: Diagnostics, logger: Logger
    ) {
        self.orders = orders
        self.logger = logger
        evseCount = configuration.evses.count
        let flag = RestartFlag()
        restartFlag = flag
        let reasons = ReasonText(configuration, orders, vehicles)
        desks = configuration.backends.enumerated().map { place, backend in
            let file = backend.store ?? folder.map { "\($0)/backend-\(Self.fileName(backend.name)).sqlite" }
            if file == nil {
                logger.warning(
                    "transaction events for \(backend.name) survive no restart: name a `store`, or a file under `journal`"
                )
            }
            return BackendDesk(
                configuration, place: place, site: SiteLook(cells, held, reasons, configuration, vehicles),
                orders: orders, vehicles: vehicles, der: der, file: file, version: version, diagnostics: diagnostics,
                logger: logger, restart: { flag.raise() })
        }
        for desk in desks {
            let task = Task.detached { await desk.run() }
            tasks.withLock { $0.append(task) }
        }
    }

    /// A name as part of a file's name: nothing that leads elsewhere.
    private static func fileName(_ name: String) -> String {
        String(
            name.unicodeScalars.map {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "-"
                    ? Character($0) : "_"
            })
    }

    /// Whether a backend has asked for a restart of the whole gateway.
    var wantsRestart: Bool { restartFlag.isRaised }

    var status: [BackendStatus] { desks.map(\.state.status) }
    var counts: [(name: String, counts: BackendState.Counts)] { desks.map { ($0.backend.name, $0.state.counts) } }

    /// What the driver at an EVSE is shown: of the backend that has a session there, else of the first that has a display.
    /// - Parameter index: Of the EVSE in the configuration.
    func driver(_ index: Int) -> DriverView? {
        let views = desks.compactMap { $0.state.driver(index) }
        return views.first { $0.session != nil } ?? views.first
    }

    /// A car says something.
    func hear(_ input: StationInput) async {
        for desk in desks { await desk.feed(input) }
    }

    /// Somebody on site shows a token; every backend in charge hears of it.
    func present(_ token: IdTokenType, evse: Int?) async throws(APIProblem) {
        let inCharge = desks.filter { $0.backend.role == .inCharge }
        guard !inCharge.isEmpty else {
            throw .conflict("No backend is in charge, so nobody asks for tokens.", remedy: "Add one under “backends”.")
        }
        for desk in inCharge { await desk.present(token, evse: evse) }
    }

    /// To be asked once a second by somebody who does not hang with a desk.
    func watch() {
        let now = MonotonicClock.now()
        for (place, desk) in desks.enumerated() {
            let isStuck = now - desk.state.aliveAt > Self.patience
            let isNews = stuck.withLock { isStuck ? $0.insert(place).inserted : $0.remove(place) != nil }
            guard isNews else { continue }
            guard isStuck else {
                logger.notice("the part that speaks to \(desk.backend.name) works again")
                continue
            }
            logger.error("the part that speaks to \(desk.backend.name) hangs; its setpoints have ended")
            guard desk.backend.whenStuck == .stop else { continue }
            do throws(APIProblem) { try orders.stop(backend: place, evses: evseCount) } catch {
                logger.error("\(error.error)")
            }
        }
    }

    /// Returns when the links are closed and everything is written down.
    func stop() {
        let tasks = tasks.withLock { $0 }
        guard !tasks.isEmpty else { return }
        let done = DispatchSemaphore(value: 0)
        for task in tasks { task.cancel() }
        Task.detached {
            for task in tasks { await task.value }
            done.signal()
        }
        if done.wait(timeout: .now() + Self.ending) == .timedOut {
            logger.error("a link to a backend did not end in time")
        }
    }
}

/// Raised once.
final class RestartFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isRaised: Bool { flag.load(ordering: .acquiring) }
    func raise() { flag.store(true, ordering: .releasing) }
}
