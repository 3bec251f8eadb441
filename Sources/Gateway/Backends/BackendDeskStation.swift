// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import LinuxIO
import Logging
import NIOCore
import OCPP
import OCPP21
import StationFaces
import StationStore

/// What the station is told and wants done.
extension BackendDesk {
    /// Somebody on site shows a token.
    func present(_ token: IdTokenType, evse: Int?) { feed(.presented(token, evse: evse)) }

    func feed(_ input: StationInput) {
        inputs.append(input)
        work()
    }

    /// Works off all inputs, then writes down what changed, then lets go what waits to leave.
    func work() {
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
        if hasDisplay { state.show(evseIDs.map { station.driverView(evse: $0) }) }
    }

    /// For GetTransactionStatus (E14).
    func tellQueue() {
        let queue = QueueState(transactions: Set(outbox.topics.keys), hasAny: delivery.durableCount > 0)
        guard queue != told else { return }
        told = queue
        inputs.append(.queue(queue))
    }

    func carryOut(_ output: StationOutput) {
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

    func queue(_ request: CSMSRequest, _ kind: CallClass) {
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
    func deliver() {
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

    func readAhead() {
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
    func setAlarm() {
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

    func ring() {
        alarmAt = nil
        hear(conversation?.advance(to: MonotonicClock.now()) ?? [])
        feed(.tick)
    }
}

extension CSMSRequest {
    /// The transaction an event belongs to.
    var transactionID: String? {
        guard case .transactionEvent(let event) = self else { return nil }
        return event.transactionInfo.transactionId
    }
}
