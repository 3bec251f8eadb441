// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CModbus
import Chargers
import Electricity
import Glibc

extension ModbusLink {
    func patience(with unit: UInt8) -> ModbusTiming { unitTiming[unit] ?? timing }

    /// Waits until no late answer can come any more, and drops what has come. Bytes nobody asked for are dropped too.
    func settle() throws(LinkFault) {
        guard let context else { throw notOpen }
        let descriptor = modbus_get_socket(context)
        let start = MonotonicClock.now()
        while true {
            switch awaitInput(descriptor, until: silentUntil) {
            case .timedOut: return
            case .ready:
                guard discard(from: descriptor) else { throw lose("the other side closed it") }
            case .failed: throw lose("the other side has gone")
            }
            // The rest of what has just begun to arrive follows within this time.
            silentUntil = max(silentUntil, MonotonicClock.now() + .milliseconds(20))
            if silentUntil - start > Self.longestSettling {
                throw .malformed("bytes that nobody asked for, without end")
            }
        }
    }

    /// Longer than any turnaround, so that only a line that babbles gets there.
    private static let longestSettling = Interval.seconds(30)

    var notOpen: LinkFault { .connectionLost("\(endpoint) is not open") }

    func lose(_ why: String) -> LinkFault {
        close()
        return .connectionLost("\(endpoint): \(why)")
    }

    /// - Returns: False when the other side has closed.
    private func discard(from descriptor: Int32) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
    }

    /// Makes sure that the unit's next answer will belong to `request`.
    func synchronise(before request: ModbusRequest) throws(LinkFault) {
        let unit = request.unit
        var attempts = 0
        while let doubt = doubts[unit] {
            attempts += 1
            let probe = SynchronisationProbe.next(
                after: doubt, near: request, configured: resynchronisation[unit], attempt: attempts)
            guard let probe else { throw .malformed("answers of unit \(unit) that do not fit what was asked") }
            do throws(LinkFault) {
                let reply = try exchange(probe.request)
                guard probe.accepts(reply) else {
                    suspect(probe.request)
                    throw LinkFault.malformed("unexpected content of the synchronising read")
                }
            } catch {
                switch error {
                // The gateway answered, not the unit.
                case .exception(10), .exception(11): throw error
                // It proves something only when no answer that may still come could have been this exception.
                case .exception where !doubt.contains { $0.function == probe.request.function }: break
                case .exception: suspect(probe.request)
                case .malformed where attempts < SynchronisationProbe.attempts: break
                case .malformed, .timedOut, .connectionLost: throw error
                }
                if doubts[unit]?.contains(probe.request.replyShape) == true {
                    try settle()
                    continue
                }
            }
            try confirmSilence(after: probe.request)
        }
    }

    /// The unit is believed again when nothing follows the answer for as long as an answer can be late.
    private func confirmSilence(after probe: ModbusRequest) throws(LinkFault) {
        guard let context else { throw notOpen }
        let end = MonotonicClock.now() + patience(with: probe.unit).worstTurnaround
        switch awaitInput(modbus_get_socket(context), until: end) {
        case .timedOut: doubts[probe.unit] = nil
        case .ready:
            suspect(probe)
            try settle()
        case .failed: throw lose("the other side has gone")
        }
    }

    /// Lets no request follow before the answer to this one can no longer come.
    func stayAway(after request: ModbusRequest) {
        silentUntil = max(silentUntil, MonotonicClock.now() + patience(with: request.unit).worstTurnaround)
    }

    /// From now on an answer like the one to `request` may come at any time.
    func suspect(_ request: ModbusRequest) {
        stayAway(after: request)
        doubts[request.unit, default: []].insert(request.replyShape)
    }
}
