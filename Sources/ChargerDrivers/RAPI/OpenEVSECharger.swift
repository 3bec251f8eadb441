// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity

/// An OpenEVSE controller on its serial port. Charge only.
///
/// The heartbeat supervision (`$SY`) is armed and read back before the first setpoint and fed from the turns, so only
/// while the loop confirms its orders. The current is always set volatile (`$SC n V`), never in EEPROM.
package final class OpenEVSECharger: ChargerDevice {
    enum Phase: Equatable {
        case version, capacity
        case arming, provingHeartbeat
        case running
        case released
    }
    enum Question: CaseIterable { case status, measurement, energy }

    package let name: String
    package private(set) var ratings: ChargerRatings
    package private(set) var fallback: HardwareFallback?
    package var dynamics: ChargerDynamics { charger.dynamics }
    package var switchesPhases: Bool { false }
    package var maximumReadingAge: Interval { profile.timing.maximumAge }

    private let profile: FirmwareProfile
    private let charger: ChargerProfile
    private let options: ChargerOptions
    private let port: RAPIPort
    private let lowestAmperes = 6

    private var phase = Phase.version
    private var status = OpenEVSEStatus()
    private var openQuestions: [Question] = []
    private var roundStartedAt = Instant.distantPast
    private var pollDueAt = Instant.distantPast
    private var heartbeatDueAt = Instant.distantPast
    private var hasMissed = false
    private var notBefore = Instant.distantPast
    private var lastExchange = Instant.distantPast
    /// In amperes, as the charger confirmed it; nil when unknown.
    private var held: Int?
    /// `$SC` is done, `$FE` still due.
    private var hasSetCurrent: Int?
    private var quiet: (since: Instant, until: Instant)?

    /// - Returns: nil for a profile without the charger's part.
    package init?(
        name: String, profile: FirmwareProfile, link: any ByteLink, options: ChargerOptions = ChargerOptions()
    ) {
        guard let charger = profile.charger else { return nil }
        self.name = name
        self.profile = profile
        self.charger = charger
        self.options = options
        ratings = charger.ratings
        ratings.power = ratings.power.narrowed(to: PowerLimits(from: .zero, to: ratings.power.upper))
        port = RAPIPort(link: link, patience: profile.transport.responseTimeout)
    }

    // MARK: Turns

    package func nextTurn(order: Order?) -> Instant {
        guard phase != .released else { return .distantFuture }
        var due = pollDueAt
        if phase != .running || !openQuestions.isEmpty {
            due = .distantPast
        } else if let order, amperes(order) != held {
            due = .distantPast
        } else if order != nil {
            due = min(due, heartbeatDueAt)
        }
        if let quiet, order.map({ $0.confirmedAt <= quiet.since }) ?? true { due = max(due, quiet.until) }
        return max(due, notBefore, lastExchange + profile.transport.minimumReadGap)
    }

    package func wantsProtectiveWrite(order: Order?) -> Bool {
        guard phase == .running, let order else { return false }
        return isReduction(amperes(order))
    }

    package func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent] {
        guard now >= notBefore else { return [] }
        let confirmed = order.flatMap { now - $0.confirmedAt <= options.orderLifetime ? $0 : nil }
        if confirmed == nil {
            // The heartbeat may run out from here on; the setpoint is written again when the loop returns.
            held = nil
            hasSetCurrent = nil
        } else {
            quiet = nil
        }
        lastExchange = now
        do {
            return try step(confirmed, at: now)
        } catch {
            if phase != .running { notBefore = now + .seconds(1) }
            throw error
        }
    }

    private func step(_ order: Order?, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        switch phase {
        case .version: return try readVersion()
        case .capacity: return try readCapacity()
        case .arming, .provingHeartbeat:
            guard order != nil else { return rest(at: now) }
            return try phase == .arming ? arm() : proveHeartbeat(at: now)
        case .running:
            if let order, isReduction(amperes(order)) { return try command(order) }
            if order != nil, now >= heartbeatDueAt { return try beat(at: now) }
            if !openQuestions.isEmpty || now >= pollDueAt { return try poll(order, at: now) }
            if let order, amperes(order) != held { return try command(order) }
            return order == nil ? rest(at: now) : []
        case .released: return []
        }
    }

    private func rest(at now: Instant) -> [DeviceEvent] {
        quiet = (since: now, until: now + .milliseconds(250))
        return []
    }

    // MARK: Start-up

    private func readVersion() throws(DeviceFault) -> [DeviceEvent] {
        let words = try port.ask("GV")
        guard let firmware = words.first else {
            throw .wrongDevice(found: "no firmware version", expected: profile.title)
        }
        phase = .capacity
        return [.identified(DeviceIdentity(vendor: "OpenEVSE", model: profile.title, firmware: firmware))]
    }

    /// `$GC`: minimum, hardware maximum, pilot, configured maximum in A; older firmware answers the first two.
    private func readCapacity() throws(DeviceFault) -> [DeviceEvent] {
        let words = try port.ask("GC")
        let amperes = words.map { Int($0) ?? -1 }
        let highest = amperes.count >= 4 ? amperes[3] : amperes.count >= 2 ? amperes[1] : -1
        guard (lowestAmperes...80).contains(highest) else {
            throw .unexpectedValue(
                point: "$GC", value: words.joined(separator: " "), allowed: "a maximum from \(lowestAmperes) to 80 A")
        }
        ratings.power = charger.ratings.power.narrowed(to: PowerLimits(from: .zero, to: power(amperes: highest)))
        phase = .arming
        return []
    }

    private var heartbeat: (seconds: Int, amperes: Int) {
        (
            Int(clamping: charger.watchdog.acceptedTimeout.milliseconds / 1_000),
            amperes(charger.watchdog.fallbackPower)
        )
    }

    private func arm() throws(DeviceFault) -> [DeviceEvent] {
        _ = try port.ask("SY \(heartbeat.seconds) \(heartbeat.amperes)")
        phase = .provingHeartbeat
        return []
    }

    private func proveHeartbeat(at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        let words = try port.ask("GY")
        guard words.count >= 2, Int(words[0]) == heartbeat.seconds, Int(words[1]) == heartbeat.amperes else {
            phase = .arming
            throw .notAccepted(
                point: "$SY", wrote: "\(heartbeat.seconds) \(heartbeat.amperes)", reads: words.joined(separator: " "))
        }
        hasMissed = words.count > 2 && Int(words[2]) == 2
        phase = .running
        held = nil
        heartbeatDueAt = hasMissed ? now : now + .seconds(heartbeat.seconds) / 3
        let armed = HardwareFallback.after(.seconds(heartbeat.seconds), holds: power(amperes: heartbeat.amperes))
        fallback = armed
        return [.underControl(armed)]
    }

    /// A pulse; 165 acknowledges that one was missed and lifts the limit that came with it.
    private func beat(at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        heartbeatDueAt = now + .seconds(1)
        let answer = hasMissed ? try port.send("SY 165") : try port.send("SY")
        switch answer {
        case .ok(let words):
            hasMissed = words.count > 2 && Int(words[2]) == 2
            guard words.count < 2 || (Int(words[0]) == heartbeat.seconds && Int(words[1]) == heartbeat.amperes) else {
                // Reset behind our back: it has forgotten the supervision.
                return try restart(because: "$SY", wrote: "\(heartbeat.seconds) \(heartbeat.amperes)", words)
            }
            if !hasMissed { heartbeatDueAt = now + .seconds(heartbeat.seconds) / 3 }
        case .refused:
            guard !hasMissed else { throw .refused(command: "$SY 165", why: "it answers NK") }
            hasMissed = true
            held = nil
            heartbeatDueAt = now
        }
        return []
    }

    private func restart(because command: String, wrote: String, _ words: [String]) throws(DeviceFault) -> [DeviceEvent]
    {
        phase = .arming
        fallback = nil
        held = nil
        throw .notAccepted(point: command, wrote: wrote, reads: words.joined(separator: " "))
    }

    // MARK: Setpoint

    private func power(amperes: Int) -> Power {
        options.nominalVoltage * .amperes(amperes) * max(charger.ratings.phaseCount, 1)
    }

    /// Whole amperes per phase that carry no more than `power`; zero below 6 A (IEC 61851-1).
    private func amperes(_ power: Power) -> Int {
        let perAmpere = max(self.power(amperes: 1).milli, 1)
        let whole = Int(clamping: power.milli / perAmpere)
        return whole < lowestAmperes ? 0 : min(whole, 80)
    }

    private func amperes(_ order: Order) -> Int { amperes(PermittedOrder(order.power, within: ratings).power) }

    private func isReduction(_ amperes: Int) -> Bool { held.map { amperes < $0 } ?? (amperes == 0) }

    private func command(_ order: Order) throws(DeviceFault) -> [DeviceEvent] {
        let target = amperes(order)
        guard target > 0 else {
            _ = try port.ask("FS")
            return carriedOut(0, order)
        }
        if hasSetCurrent != target {
            let before = held
            held = nil
            let words = try port.ask("SC \(target) V")
            if let accepted = words.first.flatMap(Int.init), accepted > target {
                throw .notAccepted(point: "$SC", wrote: "\(target) A", reads: "\(accepted) A")
            }
            hasSetCurrent = target
            if before == nil || before == 0 || status.isStopped { return [] }
            return carriedOut(target, order)
        }
        _ = try port.ask("FE")
        return carriedOut(target, order)
    }

    private func carriedOut(_ amperes: Int, _ order: Order) -> [DeviceEvent] {
        held = amperes
        hasSetCurrent = nil
        return [
            .carriedOut(
                Order(power: power(amperes: amperes), phaseCount: order.phaseCount, confirmedAt: order.confirmedAt))
        ]
    }

    // MARK: Readings

    private func poll(_ order: Order?, at now: Instant) throws(DeviceFault) -> [DeviceEvent] {
        if openQuestions.isEmpty {
            openQuestions = Question.allCases
            roundStartedAt = now
            pollDueAt = now + profile.timing.poll
        }
        let question = openQuestions.removeFirst()
        do {
            switch question {
            case .status: try status.takeStatus(port.ask("GS"))
            case .measurement: status.takeMeasurement(try port.ask("GG"))
            case .energy: status.takeEnergy(try port.ask("GU"))
            }
        } catch {
            // A reading with old parts is none.
            openQuestions = []
            throw error
        }
        guard openQuestions.isEmpty else { return [] }
        if port.takeBoots() > 0 {
            // After a boot the supervision is off and the current is the stored one.
            _ = try restart(because: "$SY", wrote: "a heartbeat", ["nothing: the controller has booted"])
        }
        return [
            .charger(
                status.reading(
                    measuredAt: roundStartedAt, phaseCount: max(charger.ratings.phaseCount, 1),
                    nominal: options.nominalVoltage)),
            .doubt(doubt),
        ]
    }

    private var doubt: DeviceFault? {
        status.isKnown
            ? nil
            : .unexpectedValue(point: "$GS", value: String(status.state, radix: 16), allowed: "01 to 0B, FE, FF")
    }

    // MARK: Beginning and end

    package func linkWasLost() {
        phase = .version
        fallback = nil
        held = nil
        hasSetCurrent = nil
        openQuestions = []
        pollDueAt = .distantPast
        notBefore = .distantPast
        hasMissed = false
        port.forget()
    }

    package func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault) {
        let wasTold = phase == .running
        phase = .released
        guard wasTold else { return }
        // Asleep it takes nothing, with or without supervision; the profile of a person at the button stays possible.
        _ = try port.ask("FS")
        _ = try port.ask("SY 0 0")
    }
}
