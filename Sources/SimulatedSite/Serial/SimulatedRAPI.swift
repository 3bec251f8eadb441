// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// An OpenEVSE controller on a serial line: RAPI commands in, answers and asynchronous messages out (facts:
/// OpenEVSE/open_evse `firmware/open_evse/rapi_proc.h`). A charge-only AC charger; its state is the charger's, this
/// value holds only what the protocol adds. Bytes that are no command are dropped.
///
/// Supported: FE FD FS FR, SC, SY, GY, GS, GG, GC, GU, GV, GE, GF, GP, G0. Everything else answers `$NK`.
package struct SimulatedRAPI: Sendable {
    /// Whole amperes.
    private(set) var capacity: Int
    /// The hardware's own maximum, whole amperes.
    package let maximum: Int
    static let minimum = 6
    private enum Enabling: Equatable, Sendable { case enabled, disabled, sleeping }
    private var enabling = Enabling.enabled
    private var heartbeat = RAPIHeartbeat()
    private var line: [UInt8] = []
    private var lastState: String?
    private var connectedAt: Instant?

    package init(maximum: Int = 32) {
        self.maximum = max(Self.minimum, maximum)
        capacity = max(Self.minimum, maximum)
    }

    /// Takes bytes from the line and gives what the controller sends back.
    package mutating func receive(
        _ bytes: [UInt8], charger: inout SimulatedCharger, at now: Instant
    ) -> [UInt8] {
        var answer = poll(charger: &charger, at: now)
        for byte in bytes {
            switch byte {
            case 0x24: line = [byte]
            case 0x0D:
                if !line.isEmpty { answer += respond(to: line, &charger, now) }
                line = []
            default:
                // Longer than any command: noise.
                if !line.isEmpty { line = line.count < 64 ? line + [byte] : [] }
            }
        }
        return answer + poll(charger: &charger, at: now)
    }

    /// What the controller says by itself: a change of state, once. Also keeps the pilot up to date; call it often.
    package mutating func poll(charger: inout SimulatedCharger, at now: Instant) -> [UInt8] {
        // A pulse that is missed counts from the moment it was due, not from the next look.
        if let due = heartbeat.due, due <= now {
            charger.advance(to: due)
            heartbeat.advance(to: now)
            offer(to: &charger, due)
        }
        charger.advance(to: now)
        offer(to: &charger, now)
        if charger.vehicle == nil { connectedAt = nil } else if connectedAt == nil { connectedAt = now }
        let state = stateCode(of: charger)
        defer { lastState = state }
        guard let lastState, lastState != state else { return [] }
        return RAPIFrame.framed("$AT \(state) \(pilotCode(of: charger)) \(pilot) 0040")
    }

    /// The controller starts: `$AB 00` and its firmware.
    package static var bootMessage: [UInt8] { RAPIFrame.framed("$AB 00 8.2.1") }

    // MARK: Commands

    private mutating func respond(to line: [UInt8], _ charger: inout SimulatedCharger, _ now: Instant) -> [UInt8] {
        guard let frame = RAPIFrame(line) else { return RAPIFrame.framed("$NK") }
        let reply = execute(frame.words, &charger, now)
        return RAPIFrame.framed(reply + (frame.sequence.map { " :\($0)" } ?? ""))
    }

    private mutating func execute(_ words: [String], _ charger: inout SimulatedCharger, _ now: Instant) -> String {
        let arguments = Array(words.dropFirst())
        switch words[0] {
        case "FE": return enable(.enabled, &charger, now)
        case "FD": return enable(.disabled, &charger, now)
        case "FS": return enable(.sleeping, &charger, now)
        case "FR": return restart(&charger, now)
        case "SC": return setCapacity(arguments, &charger, now)
        case "SY":
            let reply = heartbeat.execute(arguments, at: now)
            offer(to: &charger, now)
            return reply
        case "GY": return heartbeat.status
        case "GS":
            let seconds = connectedAt.map { (now - $0).nanoseconds / 1_000_000_000 } ?? 0
            return "$OK \(stateCode(of: charger)) \(seconds) \(pilotCode(of: charger)) 0040"
        case "GG":
            let milliamperes = max(0, charger.liveReading.current?.l1.milli ?? 0)
            return "$OK \(milliamperes) \(Voltage(simulated: charger.voltage.l1).milli)"
        case "GC": return "$OK \(Self.minimum) \(maximum) \(pilot) \(capacity)"
        case "GE": return "$OK \(capacity) 0040"
        case "GF": return "$OK 0 0 0"
        case "GP": return "$OK 250 -2560 -2560"
        case "GU": return "$OK \(charger.imported.milli * 36 / 10) \(charger.imported.milli / 1_000)"
        case "GV": return "$OK 8.2.1 5.2.1"
        case "G0": return "$OK \(charger.vehicle == nil ? 0 : 1)"
        default: return "$NK"
        }
    }

    private mutating func enable(_ wanted: Enabling, _ charger: inout SimulatedCharger, _ now: Instant) -> String {
        enabling = wanted
        offer(to: &charger, now)
        return "$OK"
    }

    private mutating func restart(_ charger: inout SimulatedCharger, _ now: Instant) -> String {
        self = SimulatedRAPI(maximum: maximum)
        offer(to: &charger, now)
        return "$OK"
    }

    /// The reply names the current that resulted, also when the one asked for was out of range.
    private mutating func setCapacity(
        _ arguments: [String], _ charger: inout SimulatedCharger, _ now: Instant
    ) -> String {
        guard let first = arguments.first, let asked = Int(first), arguments.count < 2 || arguments[1] == "V" else {
            return "$NK \(capacity)"
        }
        capacity = min(max(asked, Self.minimum), maximum)
        offer(to: &charger, now)
        return "\(capacity == asked ? "$OK" : "$NK") \(capacity)"
    }

    // MARK: Pilot

    /// What the pilot offers, whole amperes: the heartbeat's limit only ever lowers it.
    private var pilot: Int { heartbeat.limit.map { min($0, capacity) } ?? capacity }

    /// The same offer again changes nothing; below six amperes a pilot offers none.
    private func offer(to charger: inout SimulatedCharger, _ now: Instant) {
        let amperes = enabling == .enabled && pilot >= Self.minimum ? pilot : 0
        let volts = [charger.voltage.l1, charger.voltage.l2, charger.voltage.l3].prefix(charger.phaseCount)
        charger.setpoint(Power(simulated: Double(amperes) * volts.reduce(0, +)), at: now)
    }

    private func stateCode(of charger: SimulatedCharger) -> String {
        switch enabling {
        case .disabled: return "ff"
        case .sleeping: return "fe"
        case .enabled: return pilotCode(of: charger)
        }
    }

    private func pilotCode(of charger: SimulatedCharger) -> String {
        switch charger.state {
        case .unknown, .available, .unavailable: "01"
        case .preparing, .ready, .suspended, .finished: "02"
        case .charging, .discharging: "03"
        // The fault's number on the line is its lowest bit's: bit 0 is a missing ground.
        case .faulted: charger.faults & 1 != 0 ? "07" : "06"
        }
    }
}

/// Supervision by `$SY interval amps`: without a pulse in time the current is limited until the miss is acknowledged.
struct RAPIHeartbeat: Sendable {
    private enum Trigger: Int, Sendable { case neverMissed = 0, acknowledged = 1, limiting = 2 }
    private static let acknowledgement = 165
    private var interval_s = 0
    private var amperes = 0
    private var trigger = Trigger.neverMissed
    private(set) var due: Instant?

    var limit: Int? { trigger == .limiting ? amperes : nil }
    var status: String { "$OK \(report)" }
    private var report: String { "\(interval_s) \(amperes) \(trigger.rawValue)" }

    mutating func advance(to now: Instant) {
        guard let due, due <= now else { return }
        trigger = .limiting
        self.due = nil
    }

    mutating func execute(_ arguments: [String], at now: Instant) -> String {
        let numbers = arguments.compactMap { Int($0) }
        guard numbers.count == arguments.count, numbers.allSatisfy({ (0...65_535).contains($0) }) else { return "$NK" }
        switch numbers.count {
        case 0:
            if trigger == .limiting { return "$NK \(report)" }
            restart(at: now)
        case 1:
            guard numbers[0] == Self.acknowledgement else { return "$NK \(report)" }
            if trigger == .limiting { trigger = .acknowledged }
            restart(at: now)
        case 2:
            (interval_s, amperes) = (numbers[0], numbers[1])
            trigger = .neverMissed
            restart(at: now)
        default: return "$NK \(report)"
        }
        return "$OK \(report)"
    }

    private mutating func restart(at now: Instant) { due = interval_s > 0 ? now + .seconds(interval_s) : nil }
}
