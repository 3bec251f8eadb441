// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import BackendLinks
import ChargingStation
import ConfigurationFiles
import Electricity
import Foundation
import LinuxIO
import LocalAPI
import Logging
import NIOCore
import NIOPosix
import OCPP
import OCPP21
import StationFaces
import StationStore
import Synchronization

/// One backend and the station it sees: takes everything in, one after the other on a thread of its own, asks the station
/// what is to be done, writes down what must not be lost, and only then lets anything leave.
actor BackendDesk {
    /// How often the site is looked at for changes.
    static let looks = Duration.milliseconds(200)

    nonisolated let backend: SiteConfiguration.Backend
    nonisolated let state: BackendState
    let place: Int
    let evseIDs: [Int]
    let group: MultiThreadedEventLoopGroup
    let loop: any EventLoop
    let orders: BackendOrders
    let vehicles: Vehicles
    let der: DERDesk
    let restart: @Sendable () -> Void
    let logger: Logger

    var site: SiteLook
    var station: Station
    var delivery: Delivery
    let outbox: Outbox
    let keys: BackendKeys
    let diagnostics: Diagnostics
    let firmware: FirmwareDesk
    /// In watts, at the EVSE that delivers most; nil where none does.
    let mostDischarge: Int?
    /// Whether drivers are shown what this backend says.
    let hasDisplay: Bool
    var conversation: StationConversation?

    /// Inputs that follow from the one that is worked on.
    var inputs: [StationInput] = []
    var isWorking = false
    /// Frames that leave once everything is written down.
    var frames: [[UInt8]] = []
    var wire: AsyncStream<String>.Continuation?
    var sender: Task<Void, Never>?
    var link: BackendLink<ContinuousClock>?
    var linkTask: Task<Void, Never>?
    var plan: LinkPlan?
    /// The next attempt is to be made with other profiles.
    var hasNewSettings = false
    var relinkAfter = Duration.zero
    var told = QueueState()
    /// Under way, by the request's id; the station has one at a time.
    var uploads: [Int: Task<Void, Never>] = [:]
    /// What is done about firmware, each step after the one before.
    var firmwareWork: Task<Void, Never>?
    var alarm: Scheduled<Void>?
    var alarmAt: Instant?
    var connections = 0
    var said: [EVSEReport?]
    /// How far chargers are with DER controls, as the station has heard.
    var conditions: [DERCondition?]
    var saidAt: [Instant]
    var external: [ExternalSignal.Source: ToldLimits] = [:]
    var renewedAt = Instant.distantPast
    /// When the message that is worked on came in.
    var heardAt: Instant?
    var clockTold = Instant.distantPast

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - place: In the configuration.
    ///   - file: Where it keeps what must not be lost; nil keeps nothing through a restart.
    ///   - restart: Ends the process in good order; the service manager starts it again.
    init(
        _ configuration: SiteConfiguration, place: Int, site: SiteLook, orders: BackendOrders, vehicles: Vehicles,
        der: DERDesk, file: String?, version: String, diagnostics: Diagnostics, logger: Logger,
        restart: @escaping @Sendable () -> Void
    ) {
        let backend = configuration.backends[place]
        (self.backend, self.place, self.site, self.orders, self.restart) = (backend, place, site, orders, restart)
        self.vehicles = vehicles
        self.der = der
        conditions = configuration.evses.map { _ in nil }
        self.diagnostics = diagnostics
        var logger = logger
        logger[metadataKey: "backend"] = "\(backend.name)"
        self.logger = logger
        evseIDs = configuration.evses.map(\.id)
        said = configuration.evses.map { _ in nil }
        saidAt = configuration.evses.map { _ in .distantPast }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        state = BackendState(backend)
        outbox = Outbox(file: file, logger: logger)
        keys = BackendKeys(folder: file.map { $0 + ".keys" }, backend, logger: logger)
        firmware = FirmwareDesk(backend, keys, file: file.map { $0 + ".firmware" })
        var setup = StationSetup(backend, configuration, version: version)
        setup.installsFirmware = firmware.isThere
        mostDischarge = setup.mostDischarge
        hasDisplay = configuration.display != nil && backend.role == .inCharge
        station = Station(setup, kept: outbox.kept("station/"), at: .now())
        delivery = Delivery(lastNumber: outbox.last, stored: outbox.count)
    }

    // MARK: Running

    /// Until the task is cancelled.
    func run() async {
        look()
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.keepLooking() }
            tasks.addTask { await self.keepConnected() }
        }
        disconnected()
        for task in [firmwareWork].compactMap(\.self) + uploads.values { task.cancel() }
        outbox.close()
        alarm?.cancel()
    }

    func keepLooking() async {
        while !Task.isCancelled {
            look()
            // Ends early only when cancelled, which the loop asks about.
            try? await Task.sleep(for: Self.looks)
        }
    }

    func keepConnected() async {
        while !Task.isCancelled {
            do throws(BackendRefused) {
                let plan = try LinkPlan(station, backend, keys)
                for fault in plan.faults { logger.error("\(fault)") }
                self.plan = plan
                var bounds = LinkBounds()
                bounds.pingInterval = plan.pingInterval
                let link = BackendLink(
                    plan.profiles, policy: plan.policy, bounds: bounds, on: group, clock: ContinuousClock())
                self.link = link
                hasNewSettings = false
                let task = Task { await hold(link) }
                linkTask = task
                await withTaskCancellationHandler {
                    await task.value
                } onCancel: {
                    task.cancel()
                }
                guard !Task.isCancelled else { return }
                // Settings may have changed because they did not work.
                try? await Task.sleep(for: relinkAfter)
                relinkAfter = .zero
            } catch {
                // A file that cannot be read now may be there later.
                state.failed("\(error)")
                logger.error("\(error)")
                try? await Task.sleep(for: .seconds(30))
            }
        }
    }

    nonisolated func hold(_ link: BackendLink<ContinuousClock>) async {
        await link.run { event in await take(event) }
    }
}
