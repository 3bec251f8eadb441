// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ConfigurationFiles
import Electricity
import LinuxIO
import LocalAPI
import Logging
import ServiceLifecycle
import SimulatedSite
import Synchronization

/// The daemon as a process: signals, the service manager, the local API around the running gateway.
package struct GatewayProcess {
    /// What happens once a second besides supervision; the live view of the demo.
    package typealias EverySecond = (Daemon, _ elapsed: Interval) -> Void

    let configuration: SiteConfiguration
    let simulation: SharedSite?
    let bench: (any BenchPort)?
    let journalFile: String?
    let version: String
    let logger: Logger
    let recent: RecentLog
    let onListening: @Sendable (LocalAPI.ListenAddress) -> Void

    /// - Parameters:
    ///   - simulation: Behind `simulated:` addresses; nil where there are none.
    ///   - recent: What the logger keeps of its last lines.
    ///   - onListening: Called once with the address of the API, the port filled in.
    package init(
        _ configuration: SiteConfiguration, simulation: SharedSite?, bench: (any BenchPort)?, journalFile: String?,
        version: String, logger: Logger, recent: RecentLog,
        onListening: @escaping @Sendable (LocalAPI.ListenAddress) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.simulation = simulation
        self.bench = bench
        self.journalFile = journalFile
        self.version = version
        self.logger = logger
        self.recent = recent
        self.onListening = onListening
    }

    /// Runs until SIGTERM or SIGINT; SIGHUP reloads. Call it on the main thread before any other starts.
    /// - Parameters:
    ///   - reload: Reads the configuration again; nil where it cannot be read now.
    ///   - limit: Ends by itself after this long; nil runs on.
    /// - Throws: `StartProblem`, or `APIProblem` where the API cannot listen.
    package func run(
        for limit: Interval? = nil, reload: () -> SiteConfiguration?, everySecond: EverySecond = { _, _ in }
    ) throws {
        let signals = SignalWatch()
        try DescriptorLimit.cap(at: 1_024)
        let listen = try LocalAPI.ListenAddress(parsing: configuration.api.listen.description)
        let daemon = try Daemon(
            configuration, simulation: simulation, journalFile: journalFile, version: version, logger: logger,
            recent: recent)
        defer { daemon.stop() }
        let server = LocalAPIServer(listen: listen, gateway: daemon.port, bench: bench, logger: logger) {
            [logger, onListening] address in
            logger.notice("the API listens", metadata: ["address": "http://\(address)"])
            onListening(address)
        }
        let api = RunningAPI([server] + displays(daemon.port), logger: logger)
        defer { api.stop() }
        ServiceNotifier.ready(status: "\(configuration.evses.count) EVSEs")
        try supervise(daemon, api, signals, limit, reload, everySecond)
        ServiceNotifier.stopping()
        logger.notice("stopping: the chargers are being handed back")
    }

    /// The server of the drivers' displays, where they have an address of their own.
    private func displays(_ gateway: any GatewayPort) -> [LocalAPIServer] {
        guard let listen = configuration.display?.listen else { return [] }
        let address = LocalAPI.ListenAddress(open: listen.host, port: listen.port)
        return [
            LocalAPIServer(displaysOn: address, gateway: gateway, logger: logger) { [logger] address in
                logger.notice("the drivers' displays are served", metadata: ["address": "http://\(address)/display/"])
            }
        ]
    }

    private func supervise(
        _ daemon: Daemon, _ api: RunningAPI, _ signals: SignalWatch, _ limit: Interval?,
        _ reload: () -> SiteConfiguration?, _ everySecond: EverySecond
    ) throws {
        let startedAt = MonotonicClock.now()
        var next = startedAt + .seconds(1)
        var lastTicks: UInt64 = 0
        while true {
            if let signal = signals.next(until: next) {
                switch signal {
                case .terminate, .interrupt: return
                case .hangUp: reloadNow(daemon, reload)
                }
            }
            if let problem = api.problem { throw problem }
            if daemon.wantsRestart {
                logger.notice("ending for a restart that a backend asked for")
                return
            }
            let now = MonotonicClock.now()
            if let limit, now - startedAt >= limit { return }
            guard now >= next else { continue }
            // What was missed while the process stood still is not made up for.
            next = max(next, now - .seconds(1)) + .seconds(1)
            let ticks = daemon.ticks()
            // A loop that hangs starves this watchdog as it starves the chargers'.
            if ticks != lastTicks { ServiceNotifier.alive() }
            lastTicks = ticks
            daemon.remember()
            everySecond(daemon, now - startedAt)
        }
    }

    private func reloadNow(_ daemon: Daemon, _ reload: () -> SiteConfiguration?) {
        ServiceNotifier.reloading()
        defer { ServiceNotifier.ready() }
        guard let configuration = reload() else {
            logger.error("the configuration was not reloaded; the one in force stays")
            return
        }
        let refused = daemon.reload(configuration)
        if refused.isEmpty {
            logger.notice("the configuration is reloaded")
        } else {
            logger.error("nothing is reloaded: \(refused.joined(separator: ", ")); that needs a restart")
        }
    }
}

/// The API server on its own task, and why it ended if it did.
private final class RunningAPI: Sendable {
    private let ended = Mutex<(any Error)?>(nil)
    private let group: ServiceGroup

    init(_ servers: [LocalAPIServer], logger: Logger) {
        group = ServiceGroup(services: servers, logger: logger)
        Task.detached { [self] in
            do { try await group.run() } catch { ended.withLock { $0 = error } }
        }
    }

    var problem: (any Error)? { ended.withLock { $0 } }

    /// Asked, not cancelled: to the server that would be an error.
    func stop() {
        Task.detached { [group] in await group.triggerGracefulShutdown() }
    }
}
