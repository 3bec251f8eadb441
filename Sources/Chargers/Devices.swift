// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a charger shall do now. Written by the control loop once a tick, read by the bus whenever it is ready.
package struct Order: Equatable, Sendable, BitwiseCopyable {
    package var power: Power
    /// How many line conductors to use; ignored by chargers that cannot switch.
    package var phaseCount: Int
    /// When the loop last confirmed the order. The bus obeys no order that the loop has not confirmed lately.
    package var confirmedAt: Instant

    @_noLocks package init(power: Power, phaseCount: Int, confirmedAt: Instant) {
        self.power = power
        self.phaseCount = phaseCount
        self.confirmedAt = confirmedAt
    }
}

/// Whose fault it is that a device does not do its job, and what to do next.
package enum DeviceFault: Error, Equatable, Sendable {
    case link(LinkFault)
    /// The device is not what the profile describes.
    case wrongDevice(found: String, expected: String)
    /// A point holds something the profile says it cannot.
    case unexpectedValue(point: String, value: String, allowed: String)
    /// A value was written and reads back differently.
    case notAccepted(point: String, wrote: String, reads: String)
    /// The device refused a command.
    case refused(command: String, why: String)
}

extension DeviceFault {
    /// What it is about, without the values in it: a fault that goes on with other values is no new one.
    package enum Subject: Hashable, Sendable {
        case connection, silence, exception(UInt8), malformedAnswer
        case identity, value(point: String), readBack(point: String), command
    }
    package var subject: Subject {
        switch self {
        case .link(.connectionLost): .connection
        case .link(.timedOut): .silence
        case .link(.exception(let code)): .exception(code)
        case .link(.malformed): .malformedAnswer
        case .wrongDevice: .identity
        case .unexpectedValue(let point, _, _): .value(point: point)
        case .notAccepted(let point, _, _): .readBack(point: point)
        case .refused: .command
        }
    }

    /// Whether the device answers well and does not do what it is told; else it is readings that are missing.
    package var isDisobedience: Bool {
        switch self {
        case .notAccepted, .refused: true
        case .link, .wrongDevice, .unexpectedValue: false
        }
    }
}

extension DeviceFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .link(.timedOut(let waited)):
            "No answer for \(waited). Is it powered, and is the interface enabled in its menu?"
        case .link(.connectionLost(let why)):
            "No connection: \(why). Is it powered, on the network, and its interface enabled?"
        case .link(.malformed(let what)):
            "It answers, but not what was asked: \(what). Is it the right protocol, unit and wiring, and nobody else on "
                + "the bus?"
        case .link(.exception(let code)):
            "It answers with \(LinkFault.exception(code)). Does the profile fit its firmware, and is it not busy?"
        case .wrongDevice(let found, let expected):
            "It is another device than its profile describes: found \(found), expected \(expected). Choose the profile that "
                + "fits it, or check its address."
        case .unexpectedValue(let point, let value, let allowed):
            "“\(point)” holds \(value), the profile allows \(allowed). "
                + "If the device was updated, choose the profile of its new firmware."
        case .notAccepted(let point, let wrote, let reads):
            "Wrote \(wrote) to “\(point)” and read back \(reads). Another controller may be writing, or it is locked."
        case .refused(let command, let why): "The device refused \(command): \(why)."
        }
    }
}

/// What one turn on the bus brought.
package enum DeviceEvent: Equatable, Sendable {
    case identified(DeviceIdentity)
    /// Control is taken, fallback and time-out are written and read back: setpoints may follow.
    case underControl(HardwareFallback)
    case charger(ChargerReading)
    case meter(MeterReading)
    /// The order in force has been written (and read back where the profile can).
    case carriedOut(Order)
    /// What of the latest reading cannot be believed and is left out of it; nil when all of it can. Comes with every
    /// reading of a charger.
    case doubt(DeviceFault?)
    /// Whether the device holds the grid code's settings, written and read back. Only of devices that are given any.
    case gridSettings(isVerified: Bool)
    /// How far it has got with what it was given to do by itself (`DERSetting`), whenever that has changed.
    case der(DERReport)
    /// What stood in the device before, to be kept in a safe place before anything is written over it; empty once it is back.
    case formerSettings(FormerSettings)
    /// What people should know although nothing failed: an order is held at zero, and why.
    case notice(String)
    /// Of devices that are led (`VehicleConnecting`), whenever it has changed.
    case outlet(OutletReport)
}

/// A device on a bus, as a machine: the bus asks when it wants a turn and gives it one. It never sleeps, takes the time
/// as an argument and uses the link only inside `takeTurn`. Called from one thread at a time.
package protocol BusDevice: AnyObject {
    /// The name messages use, `evse 1 (wallbox/quasar-1)`.
    var name: String { get }
    /// When the device next wants the bus, given the order in force; `now` or earlier means at once.
    func nextTurn(order: Order?) -> Instant
    /// Whether the turn it waits for writes a lower magnitude or another direction: such turns go first on a bus.
    func wantsProtectiveWrite(order: Order?) -> Bool
    /// One short exchange, at most a few hundred milliseconds: the most urgent of write, watchdog and read.
    func takeTurn(at now: Instant, order: Order?) throws(DeviceFault) -> [DeviceEvent]
    /// The link was lost or opened again: forget what the device was told and start with identification.
    func linkWasLost()
    /// Hands control back: zero power, then the profile's release steps. Best effort, at most a few seconds.
    /// - Parameter pause: Waits on the bus's clock where the device needs time between writes.
    func handBack(at now: Instant, pause: (Interval) -> Instant) throws(DeviceFault)
}

extension BusDevice {
    package func wantsProtectiveWrite(order: Order?) -> Bool { false }
}

package protocol ChargerDevice: BusDevice {
    var ratings: ChargerRatings { get }
    var dynamics: ChargerDynamics { get }
    /// As armed and read back; nil before control is taken.
    var fallback: HardwareFallback? { get }
    /// Whether the number of phases can change during a session.
    var switchesPhases: Bool { get }
    /// How old a reading may be before the charger counts as silent.
    var maximumReadingAge: Interval { get }
}

package protocol MeterDevice: BusDevice {
    /// How often the meter takes a sample.
    var refresh: Interval { get }
    var maximumReadingAge: Interval { get }
}
