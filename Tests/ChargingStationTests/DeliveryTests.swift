// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

/// A delivery with the disk of its owner.
private struct DeliveryBench {
    var delivery = Delivery(lastNumber: 0, stored: 0)
    var disk: [Delivery.Durable] = []
    var now = Instant(nanoseconds: 0)
    var rules = Delivery.Rules()
    /// What the backend lets through.
    var allowed: Set<CallClass> = [.boot, .triggered, .volatile, .durable]
    private var made = 0

    mutating func add(_ request: CSMSRequest, _ kind: CallClass) {
        if case .durable(let number) = delivery.add(request, kind) { disk.append(.init(number, request)) }
    }

    /// A durable event with its number as seqNo.
    @discardableResult
    mutating func event(_ trigger: TriggerReasonEnumType = .meterValuePeriodic) -> Int {
        made += 1
        add(.transactionEvent(transactionEvent(made, trigger)), .durable)
        return made
    }

    mutating func next() -> CSMSRequest? {
        while let number = delivery.readsAfter {
            let batch = disk.filter { $0.number > number }.prefix(Delivery.batch)
            delivery.loaded(Array(batch), of: batch.count)
        }
        return delivery.next(at: now) { allowed.contains($0) }
    }

    /// - Returns: The seqNo of the event that leaves.
    mutating func nextEvent() -> Int? {
        guard case .transactionEvent(let event)? = next() else { return nil }
        return event.seqNo
    }

    mutating func answered() { remove(delivery.answered()) }

    mutating func failed(_ failure: CallFailure = .timedOut) -> Delivery.Outcome {
        let outcome = delivery.failed(failure, at: now, rules)
        remove(outcome)
        return outcome
    }

    private mutating func remove(_ outcome: Delivery.Outcome) { disk.removeAll { $0.number == outcome.removed } }
}

private func transactionEvent(
    _ number: Int, _ trigger: TriggerReasonEnumType = .meterValuePeriodic,
    _ type: TransactionEventEnumType = .updated
) -> TransactionEventRequest {
    TransactionEventRequest(
        eventType: type, timestamp: DateTime(StationBench.start.wall), triggerReason: trigger, seqNo: number,
        transactionInfo: TransactionType(transactionId: "t"))
}

private let heartbeat = CSMSRequest.heartbeat(HeartbeatRequest())
private let boot = CSMSRequest.bootNotification(
    BootNotificationRequest(
        chargingStation: ChargingStationType(model: "m", vendorName: "v"), reason: .powerUp))

@Suite struct DeliveryTests {
    private var bench = DeliveryBench()

    init() { bench.delivery.connected() }

    @Test mutating func `the boot leaves before everything else`() {
        bench.event()
        bench.add(heartbeat, .volatile)
        bench.add(boot, .boot)
        #expect(bench.next() == boot)
    }

    @Test mutating func `durable and volatile calls leave in the order in which they were made`() {
        bench.event()
        bench.add(heartbeat, .volatile)
        bench.event()
        var left: [String] = []
        while let request = bench.next() {
            left.append(request.action.word)
            bench.answered()
        }
        #expect(left == ["TransactionEvent", "Heartbeat", "TransactionEvent"])
        #expect(bench.disk.isEmpty)
    }

    @Test mutating func `nothing waits behind what a long outage has left`() {
        _ = bench.delivery.disconnected()
        for _ in 0..<1_000 { bench.event() }
        bench.delivery.connected()
        bench.add(heartbeat, .volatile)
        #expect(bench.next() == heartbeat)
        bench.answered()
        #expect(bench.nextEvent() == 1)
    }

    @Test mutating func `one call is open at a time`() {
        bench.event()
        bench.event()
        #expect(bench.nextEvent() == 1)
        #expect(bench.next() == nil)
        bench.answered()
        #expect(bench.nextEvent() == 2)
    }

    @Test mutating func `what the backend does not let through waits, what it triggered passes`() {
        bench.allowed = [.boot, .triggered]
        bench.event()
        bench.add(heartbeat, .volatile)
        bench.add(heartbeat, .triggered)
        #expect(bench.next() == heartbeat)
        bench.answered()
        #expect(bench.next() == nil)
        bench.allowed = [.volatile, .durable]
        #expect(bench.nextEvent() == 1)
    }

    /// E13.FR.01, E13.FR.02, E13.FR.03, E13.FR.04, with the numbers of the standard's example.
    @Test mutating func `a refused event is repeated after a growing wait and given up after the last attempt`() {
        bench.rules.attempts = 3
        bench.rules.interval = .seconds(60)
        bench.event()
        bench.event()
        for wait in [60, 120] {
            #expect(bench.nextEvent() == 1)
            let outcome = bench.failed(.refused(Refusal(.internalError, "no")))
            #expect(!outcome.isFinal && outcome.removed == nil)
            #expect(bench.next() == nil)
            #expect(bench.delivery.deadline == bench.now + .seconds(wait))
            bench.now = bench.now + .seconds(wait)
        }
        #expect(bench.nextEvent() == 1)
        let outcome = bench.failed()
        #expect(outcome.isFinal && outcome.removed == 1)
        #expect(outcome.notice?.contains("3 attempts") == true)
        #expect(bench.nextEvent() == 2)
    }

    @Test mutating func `other calls leave while an event waits for its repetition`() {
        bench.event()
        #expect(bench.nextEvent() == 1)
        _ = bench.failed()
        bench.add(heartbeat, .volatile)
        #expect(bench.next() == heartbeat)
    }

    /// E13, remark: being offline is no attempt.
    @Test mutating func `a lost connection counts as no attempt`() {
        bench.rules.attempts = 1
        bench.event()
        for _ in 0..<5 {
            #expect(bench.nextEvent() == 1)
            _ = bench.delivery.disconnected()
            bench.delivery.connected()
        }
        #expect(bench.disk.count == 1)
    }

    /// E11.FR.02, E11.FR.07, E12.FR.02.
    @Test mutating func `what is queued when the connection is lost is sent as offline, what comes after is not`() {
        bench.event()
        _ = bench.delivery.disconnected()
        bench.delivery.connected()
        bench.event()
        var marks: [Bool?] = []
        while case .transactionEvent(let event)? = bench.next() {
            marks.append(event.offline)
            bench.answered()
        }
        #expect(marks == [true, nil])
    }

    @Test mutating func `an answer that cannot be used ends a call, because the backend has acted on it`() {
        bench.event()
        #expect(bench.nextEvent() == 1)
        let outcome = bench.failed(.unusable(Refusal(.formatViolation, "")))
        #expect(outcome.removed == 1 && outcome.isFinal)
    }

    @Test mutating func `volatile calls are forgotten with the connection`() {
        bench.add(heartbeat, .volatile)
        bench.add(heartbeat, .volatile)
        #expect(bench.next() == heartbeat)
        #expect(bench.delivery.disconnected() == [heartbeat, heartbeat])
        bench.add(heartbeat, .volatile)
        bench.delivery.connected()
        #expect(bench.next() == nil)
    }

    @Test mutating func `more volatile calls than the bound are refused`() {
        for _ in 0..<Delivery.mostVolatile { #expect(bench.delivery.add(heartbeat, .volatile) == .waiting) }
        #expect(bench.delivery.add(heartbeat, .volatile) == .refused)
    }

    @Test mutating func `a stream's data leaves while a call is open`() {
        bench.event()
        #expect(bench.nextEvent() == 1)
        let stream = CSMSRequest.notifyPeriodicEventStream(
            NotifyPeriodicEventStream(
                data: [StreamDataElementType(t: 0, v: "1")], id: 1, pending: 0,
                basetime: DateTime(StationBench.start.wall)))
        bench.add(stream, .volatile)
        #expect(bench.delivery.sends { _ in true } == [stream])
        #expect(bench.delivery.sends { _ in true }.isEmpty)
    }

    @Test(arguments: [1, 127, 128, 129, 256, 257, 1_000, 5_000])
    func `every event leaves once and in order, however many are on disk only`(count: Int) {
        var bench = DeliveryBench()
        for _ in 0..<count { bench.event() }
        // The program starts anew with what is on disk.
        bench.delivery = Delivery(lastNumber: bench.disk.last?.number ?? 0, stored: bench.disk.count)
        bench.delivery.connected()
        var seen: [Int] = []
        while let number = bench.nextEvent() {
            seen.append(number)
            bench.answered()
            // Some are made meanwhile.
            if number.isMultiple(of: 100), seen.count < count { bench.event() }
        }
        #expect(seen == Array(1...max(count, seen.count)))
        #expect(bench.disk.isEmpty && bench.delivery.durableCount == 0)
    }

    @Test(arguments: [
        (TransactionEventEnumType.updated, TriggerReasonEnumType.meterValuePeriodic, true),
        (.updated, .meterValueClock, true), (.updated, .limitSet, false), (.updated, .chargingStateChanged, false),
        (.started, .meterValuePeriodic, false), (.ended, .meterValuePeriodic, false),
    ])
    func `only events that report samples may be thinned`(
        type: TransactionEventEnumType, trigger: TriggerReasonEnumType, isThinnable: Bool
    ) {
        let request = CSMSRequest.transactionEvent(transactionEvent(1, trigger, type))
        #expect(StoredCall.isThinnable(request) == isThinnable)
        #expect(StoredCall.request(StoredCall.bytes(request)) == request)
    }

    @Test(arguments: ["", "Nothing {}", "Heartbeat", "TransactionEvent {}", "Heartbeat {", "\u{0} "])
    func `what cannot be read from disk is no call`(text: String) {
        #expect(StoredCall.request(Array(text.utf8)) == nil)
    }
}
