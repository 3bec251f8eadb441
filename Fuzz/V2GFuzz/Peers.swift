// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import EXIISO2
import EXIISO20
import Electricity
import ISO15118

let wallTime = WallTime(milliseconds: 1_900_000_000_000)
let sessionID: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

func fail(_ words: String) -> Never { fatalError(words) }

/// `precondition` keeps its words to itself in a release build.
func require(_ isSo: Bool, _ words: @autoclosure () -> String) { if !isSo { fail(words()) } }

/// A station under a hostile car. Whatever comes in: what it sends can be read, the converter is never told more than the
/// station offers, and the end is without power.
struct FuzzedStation {
    private let choice: Choice
    private var session: StationSession
    private var now = Instant(nanoseconds: 0)
    private var isAnswered = false
    private var hasEnded = false
    private var point = OperatingPoint.off
    private var contactors = StationInput.ContactorState.open

    init(_ choice: Choice) {
        self.choice = choice
        session = StationSession(
            offer: choice.offer, sessionID: sessionID, contracts: choice.stationContracts, at: now, wallTime: wallTime)
    }

    mutating func run(_ script: inout Script) {
        while !hasEnded, let step = script.next() {
            now = now + .milliseconds(10)
            switch step {
            case .bytes(let bytes): obey(session.receive(bytes, at: now))
            case .wait(let length):
                now = now + length
                obey(session.advance(to: now))
            case .owner(let number): obey(session.handle(word(number), at: now))
            }
        }
        if !hasEnded { obey(session.disconnected(at: now)) }
        require(hasEnded && session.isEnded, "no end")
        require(session.deadline == nil && session.receive([1], at: now).isEmpty, "alive after its end")
        require(point == .off && contactors == .open, "ended with \(point), contactors \(contactors)")
    }

    mutating func obey(_ outputs: [StationOutput]) {
        for output in outputs {
            require(!hasEnded, "\(output) after the end")
            switch output {
            case .send(let frame): check(frame)
            case .authorise, .authoriseContract: tell(.authorisation(.granted))
            case .certificate: tell(.certificate(.unavailable))
            case .checkCable: tell(.insulation(.valid))
            case .contactors(let state):
                contactors = state
                tell(.contactors(state))
            case .operate(let point): operate(point)
            case .schedules: tell(.schedules([]))
            case .select, .receipt, .need, .profile: break
            case .end(.inexpressible(let error)): fail("an answer cannot be written: \(error)")
            case .end: hasEnded = true
            }
        }
    }

    private mutating func tell(_ input: StationInput) {
        now = now + .milliseconds(1)
        obey(session.handle(input, at: now))
    }

    private mutating func operate(_ point: OperatingPoint) {
        let offer = session.offer
        self.point = point
        switch point {
        case .off: return
        case .preCharge(let voltage): require(voltage <= offer.highestVoltage, "raises to \(voltage)")
        case .current(let current, let voltage):
            require(offer.current.contains(current) && voltage <= offer.highestVoltage, "told \(point)")
        case .power(let power, let current, _, let highest):
            require(offer.power.contains(power), "told \(power)")
            require(offer.current.contains(current.lower) && offer.current.contains(current.upper), "\(current)")
            require(highest <= offer.highestVoltage, "up to \(highest)")
        }
        tell(.charger(voltage: .volts(400), current: .amperes(1)))
    }

    private mutating func check(_ frame: V2GTPFrame) {
        do {
            if !isAnswered {
                _ = try AppProtocol.Document.decode(frame.payload)
            } else {
                try Self.decode(frame, choice.standard)
            }
        } catch { fail("sent what cannot be read: \(error), \(frame)") }
        isAnswered = true
    }

    private static func decode(_ frame: V2GTPFrame, _ standard: Standard) throws(EXIError) {
        switch (standard, frame.type) {
        case (.din, _): _ = try DIN.Document.decode(frame.payload)
        case (.iso2, _): _ = try ISO2.Document.decode(frame.payload)
        case (_, .ac): _ = try ISO20.ACDocument.decode(frame.payload)
        case (_, .dc): _ = try ISO20.DCDocument.decode(frame.payload)
        case _: _ = try ISO20.CommonMessagesDocument.decode(frame.payload)
        }
    }

    private func word(_ number: Int) -> StationInput {
        switch number % 12 {
        case 0: .authorisation(.refused)
        case 1: .authorisation(.pending)
        case 2: .insulation(.faulty)
        case 3: .contactors(.open)
        case 4: .target(.watts((number - 128) * 500))
        case 5: .charger(voltage: .volts(number * 8), current: .amperes(number - 128))
        case 6: .meter(MeterReading(meterID: "M-1", charged: .wattHours(number), discharged: .wattHours(1)))
        case 7: .ask(Notice.allCases[number / 12 % Notice.allCases.count])
        case 8: .ask(nil)
        case 9: .certificate(.response(Array(repeating: UInt8(number), count: 20)))
        case 10: .authorisation(.waitingForCustomer)
        case _: number > 200 ? .stop : .authorisation(.granted)
        }
    }
}

/// A car under a hostile station.
struct FuzzedVehicle {
    private var session: VehicleSession
    private var now = Instant(nanoseconds: 0)
    private var hasEnded = false
    private var contactors = StationInput.ContactorState.open

    init(_ choice: Choice) {
        session = VehicleSession(choice.plan, contracts: choice.vehicleContracts, at: now, wallTime: wallTime)
    }

    mutating func run(_ script: inout Script) {
        obey(session.start(at: now))
        while !hasEnded, let step = script.next() {
            now = now + .milliseconds(10)
            switch step {
            case .bytes(let bytes):
                obey(session.receive(bytes, at: now))
                rest()
            case .wait(let length):
                now = now + length
                obey(session.advance(to: now))
            case .owner(let number): session.handle(word(number))
            }
        }
        if !hasEnded { obey(session.disconnected()) }
        require(hasEnded && session.phase == .ended && session.deadline == nil, "no end")
        require(session.receive([1], at: now).isEmpty, "alive after its end")
        require(contactors == .open, "ended with closed contactors")
    }

    /// Until it asks again.
    private mutating func rest() {
        guard case .resting = session.phase, let deadline = session.deadline else { return }
        now = max(now, deadline)
        obey(session.advance(to: now))
    }

    private mutating func obey(_ outputs: [VehicleOutput]) {
        for output in outputs {
            require(!hasEnded, "\(output) after the end")
            switch output {
            case .send(let bytes): require(bytes.count > V2GTPFrame.headerLength, "an empty frame")
            case .contactors(let state): contactors = state
            case .take, .installed: break
            case .end(.inexpressible): fail("a request cannot be written")
            case .end: hasEnded = true
            }
        }
    }

    private func word(_ number: Int) -> VehicleInput {
        switch number % 6 {
        case 0: .battery(.percent(number % 100), .volts(number * 4))
        case 1: .power(.watts((number - 128) * 200))
        case 2: .limits(PowerLimits(from: .watts(-100 * number), to: .watts(150 * number)))
        case 3: .end([SessionStop.terminate, .pause, .renegotiateService][number / 6 % 3])
        case 4: .renegotiate
        case _: .standBy(number % 2 == 0)
        }
    }
}
