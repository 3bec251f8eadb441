// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ChargingStation
import ConfigurationFiles
import Dispatch
import Electricity
import ISO15118
import LinuxIO
import LocalAPI
import Logging
import NIOPosix
import OCPP21
import SLAC
import Synchronization
import TLS
import VehicleLinks

/// All EVSEs whose cars the gateway speaks to: listened to on an event loop of their own, kept up with the control loop by a
/// thread of their own, so that no car can make anything else wait.
final class Vehicles: Sendable {
    /// How often everything is looked at although nobody rang.
    private static let looks = Interval.milliseconds(200)
    /// Between two attempts to listen.
    private static let retry = Duration.seconds(5)
    /// For sessions to switch off when the daemon ends.
    private static let ending = DispatchTimeInterval.seconds(6)

    /// By the index of the EVSE; nil where the gateway does not speak to cars.
    private let posts: [VehiclePost?]
    private let feed: VehicleFeed
    private let bell: WakeUp?
    private let stopFlag = StopFlag()
    private let logger: Logger
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let thread = Mutex<PlainThread?>(nil)

    init(
        _ configuration: SiteConfiguration, _ cells: [ChargerCell], _ orders: BackendOrders, _ room: ConnectionRoom,
        _ evidence: EvidenceDesk?, bell: WakeUp?, logger: Logger
    ) throws(StartProblem) {
        (self.bell, self.logger) = (bell, logger)
        let isAsked = configuration.backends.contains { $0.role == .inCharge }
        let feed = VehicleFeed(orders, evses: configuration.evses.map(\.id), isAsked: isAsked)
        self.feed = feed
        let linked = configuration.evses.filter { $0.vehicleLink != nil }.map(\.id)
        let paused = PausedSessions(evidence, evses: linked, logger: logger)
        do throws(VehicleLinkFault) {
            var posts: [VehiclePost?] = []
            for (index, (evse, charger)) in zip(configuration.evses, cells).enumerated() {
                guard let link = evse.vehicleLink, let cell = charger.vehicle else {
                    posts.append(nil)
                    continue
                }
                posts.append(try VehiclePost(evse, link, charger, cell, feed, room, paused, index: index))
            }
            self.posts = posts
        } catch { throw .vehicleLink("\(error)") }
    }

    private var all: [VehiclePost] { posts.compactMap(\.self) }

    /// - Parameter backends: hear what the cars say.
    func start(_ backends: Backends) {
        guard let bell, !all.isEmpty else { return }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        tasks.withLock { tasks in
            tasks = all.map { post in Task.detached { [self] in await serve(post, group) } }
            tasks.append(Task.detached { [feed] in await feed.run(to: backends) })
        }
        let posts = all
        thread.withLock {
            $0 = PlainThread(name: "vehicles") { [stopFlag] in
                while !stopFlag.isRaised {
                    _ = bell.wait(until: MonotonicClock.now() + Self.looks)
                    let now = MonotonicClock.now()
                    for post in posts { post.look(at: now) }
                }
            }
        }
    }

    /// Returns when all sessions have ended and switched off. The chargers' buses must still run.
    func stop() {
        let tasks = tasks.withLock { $0 }
        guard !tasks.isEmpty else { return }
        for task in tasks { task.cancel() }
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            for task in tasks { await task.value }
            done.signal()
        }
        if done.wait(timeout: .now() + Self.ending) == .timedOut {
            logger.error("a car's session did not end in time")
        }
        stopFlag.raise()
        bell?.signal()
        thread.withLock { $0 }?.join()
    }

    // MARK: Serving

    private func serve(_ post: VehiclePost, _ group: MultiThreadedEventLoopGroup) async {
        var logger = logger
        logger[metadataKey: "evse"] = "\(post.evse.id)"
        while !Task.isCancelled {
            let fault = await attempt(post, group, logger)
            guard let fault, !Task.isCancelled else { return }
            // Said once, not at every attempt.
            if post.state.fault != fault { logger.error("no car can be spoken to: \(fault) Trying again.") }
            post.change { $0.fault = fault }
            try? await Task.sleep(for: Self.retry)
        }
    }

    /// - Returns: why it came to an end; nil when it was told to.
    private func attempt(
        _ post: VehiclePost, _ group: MultiThreadedEventLoopGroup, _ logger: Logger
    ) async -> String? {
        let security: VehicleListener.Security
        do throws(TLSFault) { security = try VehicleListener.Security(post.link) } catch { return "\(error)" }
        do throws(LinkProblem) {
            let interface = try NetworkInterface(post.link.interface)
            let dataLink = try post.link.slac ? dataLink(post, logger) : nil
            defer { post.match(over: nil) }
            try await StationLink.run(
                post, on: interface, security: security, dataLink: dataLink,
                waiting: post.paused.waiting(post.evse.id), group: group,
                refused: { refusal in
                    post.change {
                        $0.counts.turnedAway &+= 1
                        $0.fault = refusal.description
                    }
                    logger.notice("\(refusal)")
                },
                ready: { listener in
                    post.change { $0.fault = nil }
                    logger.notice(
                        "cars are listened to",
                        metadata: ["interface": "\(post.link.interface)", "address": "\(listener.address)"])
                })
            return nil
        } catch { return "\(error)" }
    }

    private func dataLink(_ post: VehiclePost, _ logger: Logger) throws(LinkProblem) -> DataLink {
        post.change { $0.matching = .keying }
        let link = try DataLink(on: post.link.interface) { [self] event in hear(event, post, logger) }
        post.match(over: link)
        return link
    }

    /// What anybody on the power line can bring about is said when it is news.
    private func hear(_ event: SLACEvent, _ post: VehiclePost, _ logger: Logger) {
        let (before, now) = post.change { state in
            let before = state.matching
            state.matching?.hear(event, seesPlug: post.cell.outlet.seesPlug)
            return (before, state.matching)
        }
        guard let now, now != before else { return logger.debug("SLAC: \(event)") }
        logger.notice("\(now.because(interface: post.link.interface))")
    }

    // MARK: Backends

    /// What a backend's station wants done with a car.
    /// - Returns: false for what is none of ours.
    func perform(_ task: HostTask) -> Bool {
        switch task {
        case .answerContract(let evse, let isAccepted, let modes):
            guard let post = post(evse) else { return false }
            if let modes { allow(modes, at: post) }
            post.settleContract(isAccepted ? .granted : .contractRefused(.notAllowedHere))
        case .contractAnswered(let evse, let response):
            post(evse)?.settleCertificate(CertificateResult(response))
        case .renegotiateService(let evse, let modes):
            guard let post = post(evse) else { return false }
            allow(modes, at: post)
        case .offerSchedules(let evse, let offered):
            guard let post = post(evse) else { return false }
            post.offer(offered)
        case .reset, .unlock, .release, .setClock, .useConnectionSettings, .display, .dataTransfer, .keys, .firmware,
            .log, .vehicleChecked, .noPriorityCharging, .applyDERSettings:
            return false
        }
        return true
    }

    private func allow(_ modes: [EnergyTransferModeEnumType], at post: VehiclePost) {
        let services = Set(modes.compactMap(\.service))
        post.change { $0.allow(services, post.offer) }
    }

    private func post(_ evse: Int) -> VehiclePost? { all.first { $0.evse.id == evse } }

    // MARK: Views

    /// - Parameter index: of the EVSE in the configuration.
    /// - Returns: nil where the gateway does not speak to cars.
    func state(_ index: Int) -> VehicleState? { posts.indices.contains(index) ? posts[index]?.state : nil }

    func link(_ index: Int) -> SiteConfiguration.VehicleLink? {
        posts.indices.contains(index) ? posts[index]?.link : nil
    }

    var counts: [(evse: Int, counts: VehicleState.Counts, hasSession: Bool)] {
        all.map { post in
            let state = post.state
            return (post.evse.id, state.counts, state.hasSession)
        }
    }
}
