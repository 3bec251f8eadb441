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
    private static let looks = Duration.milliseconds(200)

    nonisolated let backend: SiteConfiguration.Backend
    nonisolated let state: BackendState
    private let place: Int
    private let evseIDs: [Int]
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let orders: BackendOrders
    private let restart: @Sendable () -> Void
    private let logger: Logger

    private var site: SiteLook
    private var station: Station
    private var delivery: Delivery
    private let outbox: Outbox
    private let keys: BackendKeys
    private var conversation: StationConversation?

    /// Inputs that follow from the one that is worked on.
    private var inputs: [StationInput] = []
    private var isWorking = false
    /// Frames that leave once everything is written down.
    private var frames: [[UInt8]] = []
    private var wire: AsyncStream<String>.Continuation?
    private var sender: Task<Void, Never>?
    private var link: BackendLink<ContinuousClock>?
    private var linkTask: Task<Void, Never>?
    private var plan: LinkPlan?
    /// The next attempt is to be made with other profiles.
    private var hasNewSettings = false
    private var relinkAfter = Duration.zero
    private var told = QueueState()
    private var alarm: Scheduled<Void>?
    private var alarmAt: Instant?
    private var connections = 0
    private var said: [EVSEReport?]
    private var saidAt: [Instant]
    private var external: [ExternalSignal.Source: PowerLimits] = [:]
    private var renewedAt = Instant.distantPast
    /// When the message that is worked on came in.
    private var heardAt: Instant?
    private var clockTold = Instant.distantPast

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - place: In the configuration.
    ///   - file: Where it keeps what must not be lost; nil keeps nothing through a restart.
    ///   - restart: Ends the process in good order; the service manager starts it again.
    init(
        _ configuration: SiteConfiguration, place: Int, site: SiteLook, orders: BackendOrders, file: String?,
        version: String, logger: Logger, restart: @escaping @Sendable () -> Void
    ) {
        let backend = configuration.backends[place]
        (self.backend, self.place, self.site, self.orders, self.restart) = (backend, place, site, orders, restart)
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
        station = Station(
            StationSetup(backend, configuration, version: version), kept: outbox.kept("station/"), at: .now())
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
        outbox.close()
        alarm?.cancel()
    }

    private func keepLooking() async {
        while !Task.isCancelled {
            look()
            // Ends early only when cancelled, which the loop asks about.
            try? await Task.sleep(for: Self.looks)
        }
    }

    private func keepConnected() async {
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

    nonisolated private func hold(_ link: BackendLink<ContinuousClock>) async {
        await link.run { event in await take(event) }
    }

    // MARK: The link

    private func take(_ event: LinkEvent) {
        switch event {
        case .opened(let subprotocol, let profile): connected(subprotocol.version, profile: profile)
        case .text(let text):
            state.count(\.received)
            guard conversation != nil else { return }
            heardAt = MonotonicClock.now()
            defer { heardAt = nil }
            hear(conversation?.receive(Array(text.utf8), at: MonotonicClock.now()) ?? [])
            work()
        case .closed(let end, let wait):
            logger.notice("the link is closed: \(end)", metadata: ["retry_in": "\(wait)"])
            state.failed("\(end)")
            disconnected()
            relinkIfNeeded(after: wait)
        case .refused(let refusal, let profile, let wait):
            logger.warning("\(refusal)", metadata: ["retry_in": "\(wait)"])
            state.failed("\(refusal)")
            let used = plan.flatMap { $0.profiles.indices.contains(profile) ? $0.profiles[profile] : nil }
            if let reason = CredentialRefusal(refusal, securityProfile: used?.securityProfile ?? 0) {
                let before = station.credentials
                feed(.refused(reason))
                if station.credentials != before { hasNewSettings = true }
            }
            if let event = refusal.securityEvent.flatMap(SecurityEvent.init(rawValue:)) {
                feed(.security(event, detail: String("\(refusal)".prefix(255))))
            }
            relinkIfNeeded(after: wait)
        }
    }

    private func relinkIfNeeded(after wait: Duration) {
        guard hasNewSettings else { return }
        relinkAfter = min(wait, .seconds(10))
        linkTask?.cancel()
    }

    private func connected(_ version: OCPPVersion, profile: Int) {
        connections += 1
        var settings = StationConversation.Settings()
        let slot = plan.flatMap { $0.slots.indices.contains(profile) ? $0.slots[profile] : nil }
        let used = station.connectionSettings.profiles.first { $0.slot == slot }?.profile
        settings.timeout = .seconds(min(max(used?.messageTimeout ?? 30, 1), 3_600))
        settings.evses = evseIDs
        conversation = StationConversation(
            version: version, idPrefix: Self.idPrefix(), settings: settings, memory: outbox.kept("face/"))
        let (stream, wire) = AsyncStream.makeStream(of: String.self)
        self.wire = wire
        sender = Task { [link, state, logger] in
            for await text in stream {
                do throws(LinkFault) {
                    try await link?.send(text)
                    state.count(\.sent)
                } catch {
                    logger.debug("not sent: \(error)")
                }
            }
        }
        delivery.connected()
        state.opened(version)
        logger.notice("the link is open", metadata: ["version": "\(version.subprotocol)"])
        if let slot { inputs.append(.done(.usesNetworkProfile(slot: slot))) }
        feed(.connected(version))
    }

    private func disconnected() {
        guard conversation != nil else { return }
        for case .keep(let key, let value) in conversation?.disconnect() ?? [] { outbox.keep("face/" + key, value) }
        conversation = nil
        wire?.finish()
        wire = nil
        sender?.cancel()
        frames = []
        let forgotten = delivery.disconnected()
        state.closed()
        inputs += [.disconnected] + forgotten.map { .failed($0, .timedOut) }
        work()
    }

    /// Different for every connection this station ever makes (part 4, 4.1.4), also after the clock was set back.
    private static func idPrefix() -> String {
        let milliseconds = UInt64(max(0, StationTime.now().wall.milliseconds))
        return String(milliseconds, radix: 36) + "-" + String(UInt32.random(in: 0...(.max)), radix: 36)
    }

    /// What the conversation says.
    private func hear(_ events: [StationConversation.Event]) {
        for event in events {
            switch event {
            case .transmit(let frame): frames.append(frame)
            case .asked(let id, let request): inputs.append(.asked(id, request))
            case .answered(let request, let response):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                settle(delivery.answered(), request)
                inputs.append(.answered(request, response))
            case .failed(let request, let failure):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                let outcome = delivery.failed(failure, at: MonotonicClock.now(), station.deliveryRules)
                settle(outcome, request)
                if outcome.isFinal { inputs.append(.failed(request, failure)) }
            case .keep(let key, let value): outbox.keep("face/" + key, value)
            case .misbehaved(let words):
                if state.misbehaved() { logger.warning("the backend broke a rule: \(words)") }
                inputs.append(.security(.invalidMessages, detail: String(words.prefix(255))))
            case .notice(let words): logger.notice("\(words)")
            case .close(let code):
                Task { [link] in await link?.close(code: code) }
            }
        }
    }

    private func settle(_ outcome: Delivery.Outcome, _ request: CSMSRequest) {
        if let number = outcome.removed { outbox.remove(number, of: request.transactionID) }
        if let notice = outcome.notice { logger.error("\(notice)") }
    }

    // MARK: The station

    /// Somebody on site shows a token.
    func present(_ token: IdTokenType, evse: Int?) { feed(.presented(token, evse: evse)) }

    private func feed(_ input: StationInput) {
        inputs.append(input)
        work()
    }

    /// Works off all inputs, then writes down what changed, then lets go what waits to leave.
    private func work() {
        guard !isWorking else { return }
        isWorking = true
        var next = 0
        repeat {
            while next < inputs.count {
                let outputs = station.handle(inputs[next], at: .now())
                next += 1
                for output in outputs { carryOut(output) }
            }
            inputs.removeAll(keepingCapacity: true)
            next = 0
            deliver()
            tellQueue()
        } while !inputs.isEmpty
        isWorking = false
        outbox.commit()
        delivery.thinned(by: outbox.thinned(after: delivery.lastInMemory))
        for frame in frames { wire?.yield(String(decoding: frame, as: UTF8.self)) }
        frames.removeAll(keepingCapacity: true)
        setAlarm()
        state.show(queue: delivery.durableCount, waiting: delivery.volatileCount, boot: station.bootInWords)
    }

    /// For GetTransactionStatus (E14).
    private func tellQueue() {
        let queue = QueueState(transactions: Set(outbox.topics.keys), hasAny: delivery.durableCount > 0)
        guard queue != told else { return }
        told = queue
        inputs.append(.queue(queue))
    }

    private func carryOut(_ output: StationOutput) {
        switch output {
        case .call(let request, let kind): queue(request, kind)
        case .answer(let id, let response): hear(conversation?.answer(id, response) ?? [])
        case .refuse(let id, let refusal): hear(conversation?.refuse(id, refusal) ?? [])
        case .keep(let key, let value): outbox.keep("station/" + key, value)
        case .command(let evse, let command): carryOut(command, evse: evse)
        case .host(let task): perform(task)
        case .reconnect: linkTask?.cancel()
        case .notice(let words): logger.notice("\(words)")
        }
    }

    private func queue(_ request: CSMSRequest, _ kind: CallClass) {
        switch delivery.add(request, kind) {
        case .durable(let number):
            outbox.append(
                StationStore.StoredCall(
                    number: number, body: StoredCall.bytes(request), topic: request.transactionID,
                    isThinnable: StoredCall.isThinnable(request)))
        case .waiting, .forgotten: break
        case .refused:
            logger.warning("\(Delivery.mostVolatile) messages wait for the backend; \(request.action.word) is not sent")
        }
    }

    /// Everything that may leave now, until a call is open.
    private func deliver() {
        guard conversation != nil else { return }
        readAhead()
        let station = station
        for request in delivery.sends(station.mayCall) {
            hear(conversation?.call(request, at: MonotonicClock.now()) ?? [])
        }
        while conversation?.canCall == true,
            let request = delivery.next(at: MonotonicClock.now(), mayCall: station.mayCall)
        {
            hear(conversation?.call(request, at: MonotonicClock.now()) ?? [])
            guard inputs.isEmpty else { return }
        }
    }

    private func readAhead() {
        while let number = delivery.readsAfter {
            let rows = outbox.calls(after: number, most: Delivery.batch)
            let calls = rows.compactMap { row in StoredCall.request(row.body).map { Delivery.Durable(row.number, $0) } }
            delivery.loaded(calls, of: rows.count)
            guard calls.count < rows.count else { continue }
            logger.error("\(rows.count - calls.count) transaction events on disk are damaged and left out")
            let good = Set(calls.map(\.number))
            for row in rows where !good.contains(row.number) { outbox.remove(row.number, of: row.topic) }
        }
    }

    /// Comes back when something is due by itself.
    private func setAlarm() {
        let due = [station.deadline, delivery.deadline, conversation?.deadline].compactMap(\.self).min()
        guard due != alarmAt || due == nil else { return }
        alarm?.cancel()
        alarmAt = due
        guard let due else {
            alarm = nil
            return
        }
        let wait = max(0, (due - MonotonicClock.now()).nanoseconds)
        alarm = loop.scheduleTask(in: .nanoseconds(min(wait, 3_600_000_000_000))) { Task { await self.ring() } }
    }

    private func ring() {
        alarmAt = nil
        hear(conversation?.advance(to: MonotonicClock.now()) ?? [])
        feed(.tick)
    }

    // MARK: The site

    private func carryOut(_ command: EVSECommand, evse id: Int) {
        guard backend.role == .inCharge, let index = evseIDs.firstIndex(of: id) else { return }
        do throws(APIProblem) {
            let now = MonotonicClock.now()
            try orders.carryOut(command, backend: place, evse: index, at: now)
            if let heardAt { state.ordered(after: MonotonicClock.now() - heardAt) }
        } catch { logger.error("EVSE \(id) does not hear the backend: \(error.error)") }
    }

    /// Tells the station what is going on: changes at once, the rest once a second.
    private func look() {
        let now = MonotonicClock.now()
        state.isAlive(at: now)
        let isTurn = now - renewedAt >= .seconds(1)
        for index in evseIDs.indices {
            let report = site.report(index, at: now)
            guard now - saidAt[index] >= .seconds(1) || said[index].map({ $0.differsInKind(from: report) }) ?? true
            else {
                continue
            }
            (said[index], saidAt[index]) = (report, now)
            inputs.append(.evse(evseIDs[index], report))
        }
        for source in [ExternalSignal.Source.grid, .energyManager] {
            let limits = site.imposed(by: source, at: now)
            guard limits != external[source] else { continue }
            external[source] = limits
            inputs.append(.external(ExternalSignal(source: source, limits: limits)))
        }
        if isTurn {
            renewedAt = now
            inputs.append(.grid(site.grid()))
            do throws(APIProblem) { try orders.renew(backend: place, at: now) } catch { logger.error("\(error.error)") }
        }
        work()
        if isTurn { outbox.commit(now: true) }
    }

    // MARK: Work on the machine

    private func perform(_ task: HostTask) {
        switch task {
        case .reset(nil):
            logger.notice("the backend restarts the gateway")
            outbox.commit(now: true)
            restart()
        case .setClock(let time): compare(time)
        case .useConnectionSettings: hasNewSettings = true
        case .keys(let task):
            if let report = keys.carryOut(task) { inputs.append(.done(.keys(report))) }
        case .reset, .unlock, .dataTransfer, .firmware, .log, .release, .answerContract, .display,
            .contractAnswered, .vehicleChecked, .offerSchedules, .renegotiateService, .noPriorityCharging,
            .applyDERSettings:
            guard let report = task.refusal(backend) else { return }
            inputs.append(.done(report))
        }
    }

    /// The clock belongs to the machine; a difference is only said.
    private func compare(_ time: DateTime) {
        let now = StationTime.now()
        let difference = time.time.milliseconds - now.wall.milliseconds
        guard abs(difference) > 5_000, now.monotonic - clockTold > .minutes(60) else { return }
        clockTold = now.monotonic
        logger.warning(
            "this machine's clock differs from the backend's; is it synchronised (NTP)?",
            metadata: ["seconds": "\(difference / 1_000)"])
    }
}

extension CSMSRequest {
    /// The transaction an event belongs to.
    fileprivate var transactionID: String? {
        guard case .transactionEvent(let event) = self else { return nil }
        return event.transactionInfo.transactionId
    }
}

extension EVSEReport {
    /// Whether something happened that the station acts upon at once.
    func differsInKind(from other: EVSEReport) -> Bool {
        connector != other.connector || flow != other.flow || faults != other.faults || evccID != other.evccID
            || (imported == nil) != (other.imported == nil)
    }
}
