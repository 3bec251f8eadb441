// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Logging
import OCPP
import OCPP21
import StationFaces
import StationStore

/// The process ends here.
struct Killed: Error {}

/// A station with its conversation, its delivery and its file, in the order of the daemon's desk, without threads or sockets,
/// which ends wherever the fuse says.
final class KilledDesk {
    /// Passes so many places at which a process may end; none is left at zero.
    var fuse: Int
    /// What the wire took.
    private(set) var sent: [[UInt8]] = []
    /// Numbers of the durable calls that are on disk, which must not be lost from then on.
    private(set) var committed: [UInt64: CSMSRequest] = [:]
    private(set) var isLinked = false

    private let version: OCPPVersion
    private var station: Station
    private var delivery: Delivery
    private let outbox: Outbox
    private var conversation: StationConversation?
    private var inputs: [StationInput] = []
    private var frames: [[UInt8]] = []
    private var uncommitted: [UInt64: CSMSRequest] = [:]
    private var time: StationTime
    private var links = 0
    private let life: Int

    init(_ version: OCPPVersion, file: String, life: Int, seed: UInt64, fuse: Int, at time: StationTime) {
        (self.version, self.time, self.life, self.fuse) = (version, time, life, fuse)
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        outbox = Outbox(file: file, logger: logger)
        let evses = [1, 2].map {
            StationSetup.EVSE(
                id: $0, supply: .alternating(phases: 3),
                ratings: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))
        }
        let setup = StationSetup(
            model: "Gateway", vendor: "Sluice", serialNumber: "SN-1", firmware: "1.0", evses: evses, seed: seed)
        station = Station(setup, kept: outbox.kept("station/"), at: time)
        delivery = Delivery(lastNumber: outbox.last, stored: outbox.count)
    }

    var waiting: Int { delivery.durableCount }
    var stored: Int { outbox.count }
    func takeSent() -> [[UInt8]] {
        defer { sent = [] }
        return sent
    }

    // MARK: What happens

    func feed(_ input: StationInput, at time: StationTime) throws {
        self.time = time
        inputs.append(input)
        try work()
    }

    func connect(at time: StationTime) throws {
        self.time = time
        links += 1
        isLinked = true
        var settings = StationConversation.Settings()
        settings.evses = [1, 2]
        conversation = StationConversation(
            version: version, idPrefix: "l\(life)-\(links)", settings: settings, memory: outbox.kept("face/"))
        delivery.connected()
        try feed(.connected(version), at: time)
    }

    func disconnect(at time: StationTime) throws {
        self.time = time
        guard isLinked else { return }
        isLinked = false
        for case .keep(let key, let value) in conversation?.disconnect() ?? [] { outbox.keep("face/" + key, value) }
        conversation = nil
        frames = []
        inputs += [.disconnected] + delivery.disconnected().map { .failed($0, .timedOut) }
        try work()
    }

    func receive(_ frame: [UInt8], at time: StationTime) throws {
        self.time = time
        hear(conversation?.receive(frame, at: time.monotonic) ?? [])
        try work()
    }

    /// What the daemon's alarm does, and once a second what waits to be written.
    func ring(at time: StationTime) throws {
        self.time = time
        hear(conversation?.advance(to: time.monotonic) ?? [])
        try feed(.tick, at: time)
        outbox.commit(now: true)
        try place()
    }

    // MARK: As the daemon's desk has it

    private func place() throws {
        fuse -= 1
        if fuse <= 0 { throw Killed() }
    }

    private func work() throws {
        repeat {
            while !inputs.isEmpty {
                let outputs = station.handle(inputs.removeFirst(), at: time)
                outputs.forEach { carryOut($0) }
            }
            deliver()
            tellQueue()
        } while !inputs.isEmpty
        try place()
        outbox.commit()
        committed.merge(uncommitted) { $1 }
        uncommitted = [:]
        try place()
        for frame in frames {
            sent.append(frame)
            try place()
        }
        frames = []
    }

    private var told = QueueState()
    private func tellQueue() {
        let queue = QueueState(transactions: Set(outbox.topics.keys), hasAny: delivery.durableCount > 0)
        guard queue != told else { return }
        told = queue
        inputs.append(.queue(queue))
    }

    private func deliver() {
        guard conversation != nil else { return }
        while let number = delivery.readsAfter {
            let rows = outbox.calls(after: number, most: Delivery.batch)
            delivery.loaded(
                rows.compactMap { row in StoredCall.request(row.body).map { Delivery.Durable(row.number, $0) } },
                of: rows.count)
        }
        for request in delivery.sends(station.mayCall) {
            hear(conversation?.call(request, at: time.monotonic) ?? [])
        }
        while conversation?.canCall == true,
            let request = delivery.next(at: time.monotonic, mayCall: station.mayCall)
        {
            hear(conversation?.call(request, at: time.monotonic) ?? [])
            guard inputs.isEmpty else { return }
        }
    }

    private func hear(_ events: [StationConversation.Event]) {
        for event in events {
            switch event {
            case .transmit(let frame): frames.append(frame)
            case .asked(let id, let request): inputs.append(.asked(id, request))
            case .answered(let request, let response):
                settle(delivery.answered(), request)
                inputs.append(.answered(request, response))
            case .failed(let request, let failure):
                let outcome = delivery.failed(failure, at: time.monotonic, station.deliveryRules)
                settle(outcome, request)
                if outcome.isFinal { inputs.append(.failed(request, failure)) }
            case .keep(let key, let value): outbox.keep("face/" + key, value)
            case .misbehaved, .notice, .close: break
            }
        }
    }

    private func settle(_ outcome: Delivery.Outcome, _ request: CSMSRequest) {
        if let number = outcome.removed { outbox.remove(number, of: request.transaction) }
    }

    private func carryOut(_ output: StationOutput) {
        switch output {
        case .call(let request, let kind):
            guard case .durable(let number) = delivery.add(request, kind) else { return }
            uncommitted[number] = request
            outbox.append(
                StationStore.StoredCall(
                    number: number, body: StoredCall.bytes(request), topic: request.transaction,
                    isThinnable: StoredCall.isThinnable(request)))
        case .answer(let id, let response): hear(conversation?.answer(id, response) ?? [])
        case .refuse(let id, let refusal): hear(conversation?.refuse(id, refusal) ?? [])
        case .keep(let key, let value): outbox.keep("station/" + key, value)
        case .command, .host, .reconnect, .notice: break
        }
    }
}

extension CSMSRequest {
    var transaction: String? {
        guard case .transactionEvent(let event) = self else { return nil }
        return event.transactionInfo.transactionId
    }
}
