// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CRealTime
import Electricity
import Glibc

/// The server's thread: waits for requests and for the moments at which delayed answers are due.
struct ServerLoop {
    private struct Peer {
        let descriptor: Int32
        let framing: ModbusFraming
        let name: String
        /// When it last asked for something.
        var askedAt = MonotonicClock.now()
        var waiting: Waiting?
        var input: [UInt8] = []
        var lastInput = Instant.distantPast
        var output: [UInt8] = []
    }
    /// A request whose answer the service still owes.
    private struct Waiting {
        let frame: ModbusFraming.Frame
        let pending: PendingAnswer
        let until: Instant
    }
    private struct Delayed {
        let due: Instant
        let descriptor: Int32
        let bytes: [UInt8]
    }
    private let waker: WakeUp
    private let stop: StopFlag
    private let listener: Int32?
    private let bounds: ServerBounds
    private let service: any RegisterService
    private var peers: [Peer] = []
    private var delayed: [Delayed] = []

    /// A sender that never completes a frame, or never reads, is cut off here.
    private static let mostBytes = 4_096
    /// Far above the standard's 1.5 characters, because adapters hand bytes over in lumps.
    private static let longestGap = Interval.milliseconds(100)

    init(
        waker: WakeUp, stop: StopFlag, listener: Int32?, line: Int32?, bounds: ServerBounds,
        service: any RegisterService
    ) {
        self.waker = waker
        self.stop = stop
        self.listener = listener
        self.bounds = bounds
        self.service = service
        if let line { peers = [Peer(descriptor: line, framing: .rtu, name: "serial line")] }
    }

    mutating func run() {
        while !stop.isRaised {
            var entries = [pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0)]
            entries += peers.map { peer in
                // Who waits for an answer is not listened to: what it sends stays in its own buffers.
                let events = (peer.waiting == nil ? Int16(POLLIN) : 0) | (peer.output.isEmpty ? 0 : Int16(POLLOUT))
                return pollfd(fd: peer.descriptor, events: events, revents: 0)
            }
            if let listener { entries.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0)) }
            _ = awaitAny(&entries, until: nextDeadline)
            _ = waker.take()
            serve(entries)
            sendWhatIsDue()
            answerThoseWaiting()
        }
        for peer in peers { close(peer.descriptor) }
        if let listener { close(listener) }
    }

    private mutating func listen(_ index: Int, _ events: Int16) -> Bool {
        guard peers[index].waiting != nil else { return read(index) }
        return events & Int16(POLLHUP | POLLERR) == 0
    }

    private var nextDeadline: Instant {
        let owed = peers.compactMap(\.waiting?.until).min() ?? .distantFuture
        return min(delayed.map(\.due).min() ?? .distantFuture, owed)
    }

    private mutating func serve(_ entries: [pollfd]) {
        for entry in entries where entry.revents != 0 && entry.fd != waker.descriptor {
            if entry.fd == listener {
                accept(from: entry.fd)
            } else if let index = peers.firstIndex(where: { $0.descriptor == entry.fd }) {
                if !(listen(index, entry.revents) && flush(index)) { drop(entry.fd) }
            }
        }
    }

    private mutating func accept(from listener: Int32) {
        let (descriptor, name) = acceptConnection(from: listener)
        guard descriptor >= 0 else {
            // Out of descriptors: the connection stays in the queue, so do not spin.
            if errno == EMFILE || errno == ENFILE { MonotonicClock.sleep(for: .milliseconds(50)) }
            return
        }
        guard makeRoom() else {
            close(descriptor)
            return
        }
        peers.append(Peer(descriptor: descriptor, framing: .tcp, name: name))
    }

    /// Where all connections are taken, the one that has been idle longest gives way.
    private mutating func makeRoom() -> Bool {
        guard peers.count >= bounds.connections else { return true }
        let idlest = peers.filter { $0.waiting == nil }.min { $0.askedAt < $1.askedAt }
        guard let idlest, MonotonicClock.now() - idlest.askedAt >= bounds.idle else { return false }
        drop(idlest.descriptor)
        return true
    }

    private mutating func drop(_ descriptor: Int32) {
        peers.removeAll { $0.descriptor == descriptor }
        delayed.removeAll { $0.descriptor == descriptor }
        close(descriptor)
    }

    /// - Returns: False when the connection is over.
    private mutating func read(_ index: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(peers[index].descriptor, &buffer, buffer.count)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return true }
        if count <= 0 { return isIdleLine(peers[index], count) }
        let now = MonotonicClock.now()
        // On a serial line silence ends a frame, whole or not.
        if peers[index].framing == .rtu && now - peers[index].lastInput > Self.longestGap { peers[index].input = [] }
        peers[index].lastInput = now
        peers[index].input += buffer.prefix(count)
        return work(index)
    }

    /// Answers what has arrived whole, up to a request whose answer has to be waited for.
    /// - Returns: False when the connection is over.
    private mutating func work(_ index: Int) -> Bool {
        while peers[index].waiting == nil {
            switch peers[index].framing.cut(from: &peers[index].input) {
            case .incomplete: return peers[index].input.count <= Self.mostBytes
            case .nonsense:
                // TCP cannot find the next frame; on a serial line silence separates them.
                guard peers[index].framing == .rtu else { return false }
                peers[index].input = []
                return true
            case .frame(let frame):
                peers[index].askedAt = MonotonicClock.now()
                guard answer(frame, on: index) else { return false }
            }
        }
        return true
    }

    /// A pseudo terminal reports a hang-up while nobody has its other side open; somebody may open it again.
    private func isIdleLine(_ peer: Peer, _ count: Int) -> Bool {
        guard peer.framing == .rtu, count == 0 || errno == EIO else { return false }
        MonotonicClock.sleep(for: .milliseconds(10))
        return true
    }

    /// - Returns: False when the connection shall end.
    private mutating func answer(_ frame: ModbusFraming.Frame, on index: Int) -> Bool {
        let peer = peers[index]
        let isBroadcast = peer.framing == .rtu && frame.unit == 0
        if !isBroadcast && !service.serves(unit: frame.unit) {
            if peer.framing == .tcp {
                let refusal = [(frame.pdu.first ?? 0) | 0x80, ModbusException.gatewayTargetSilent.code]
                peers[index].output += peer.framing.framed(refusal, for: frame)
            }
            return true
        }
        let functions = ServedFunctions(service: service)
        if isTakenOver(frame, functions, index) { return true }
        switch service.conduct(for: ServedFunctions.request(unit: frame.unit, pdu: frame.pdu)) {
        case .answer: send(functions.answer(unit: frame.unit, pdu: frame.pdu), to: index, frame, after: .zero)
        case .delay(let wait): send(functions.answer(unit: frame.unit, pdu: frame.pdu), to: index, frame, after: wait)
        case .drop: break
        case .answerWith(let pdu): send(pdu, to: index, frame, after: .zero)
        case .garbage(let bytes): peers[index].output += bytes
        case .hangUp: return peer.framing == .rtu
        }
        return true
    }

    private mutating func isTakenOver(
        _ frame: ModbusFraming.Frame, _ functions: ServedFunctions, _ index: Int
    ) -> Bool {
        // A write that is malformed is refused by the function itself.
        guard let write = try? functions.registerWrite(frame.pdu) else { return false }
        let pending = PendingAnswer(waker: waker)
        let served = ServedWrite(
            unit: frame.unit, address: write.address, values: write.values, peer: peers[index].name, pending: pending)
        guard service.takesOver(served) else { return false }
        peers[index].waiting = Waiting(frame: frame, pending: pending, until: MonotonicClock.now() + bounds.answer)
        return true
    }

    /// Sends the answers that have come meanwhile; who waits in vain is told that nothing is known.
    private mutating func answerThoseWaiting() {
        let now = MonotonicClock.now()
        for descriptor in peers.filter({ $0.waiting != nil }).map(\.descriptor) {
            guard let index = peers.firstIndex(where: { $0.descriptor == descriptor }),
                let waiting = peers[index].waiting
            else { continue }
            let function = waiting.frame.pdu.first ?? 0
            switch waiting.pending.take() {
            case .done: send(Array(waiting.frame.pdu.prefix(5)), to: index, waiting.frame, after: .zero)
            case .refused(let refusal): send([function | 0x80, refusal.code], to: index, waiting.frame, after: .zero)
            case nil:
                guard now >= waiting.until else { continue }
                send([function | 0x80, ModbusException.deviceFailure.code], to: index, waiting.frame, after: .zero)
            }
            peers[index].waiting = nil
            if !(work(index) && flush(index)) { drop(descriptor) }
        }
    }

    private mutating func send(_ pdu: [UInt8], to index: Int, _ frame: ModbusFraming.Frame, after wait: Interval) {
        if peers[index].framing == .rtu && frame.unit == 0 { return }
        let bytes = peers[index].framing.framed(pdu, for: frame)
        if wait > .zero {
            delayed.append(
                Delayed(due: MonotonicClock.now() + wait, descriptor: peers[index].descriptor, bytes: bytes))
        } else {
            peers[index].output += bytes
        }
    }

    private mutating func sendWhatIsDue() {
        let now = MonotonicClock.now()
        for answer in delayed where answer.due <= now {
            guard let index = peers.firstIndex(where: { $0.descriptor == answer.descriptor }) else { continue }
            peers[index].output += answer.bytes
            if !flush(index) { drop(answer.descriptor) }
        }
        delayed.removeAll { $0.due <= now }
    }

    /// - Returns: False when the connection is over.
    private mutating func flush(_ index: Int) -> Bool {
        while !peers[index].output.isEmpty {
            let output = peers[index].output
            let descriptor = peers[index].descriptor
            let count =
                peers[index].framing == .tcp
                ? Glibc.send(descriptor, output, output.count, Int32(MSG_NOSIGNAL))
                : Glibc.write(descriptor, output, output.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return output.count <= Self.mostBytes }
            if count <= 0 { return peers[index].framing == .rtu && errno == EIO }
            peers[index].output.removeFirst(count)
        }
        return true
    }
}
