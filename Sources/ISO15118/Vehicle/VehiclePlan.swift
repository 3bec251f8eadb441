// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// What a simulated car is and does: its battery and wishes, the standards it speaks, how it ends, how it misbehaves.
public struct VehiclePlan: Hashable, Sendable {
    /// Identifier in ISO 15118-20.
    public var vehicle = "WSLUICE0000000001A"
    /// MAC address, the identifier in the older standards: six bytes.
    public var address: [UInt8] = [0x02, 0, 0, 0, 0, 0x01]
    /// Most wanted first.
    public var standards: [Standard]
    public var service: EnergyService
    public var mode: ControlMode
    public var needs: EVNeeds
    /// At the inlet while the battery is connected (DC).
    public var batteryVoltage = Voltage.volts(400)
    /// Between turns of the loop, and before a question is asked again.
    public var pace = Interval.milliseconds(100)
    /// Least wait for any answer; some stations of the laboratory need longer than the standard gives them.
    public var leastPatience = Interval.zero
    /// The schedule it chooses, by its place among those offered; one that is not there is the first.
    public var preferredSchedule = 0
    /// Turns of the loop after which it ends by itself; nil: when the station or the owner asks.
    public var turns: Int?
    public var ending = SessionStop.terminate
    /// The session to come back to after a pause.
    public var resuming: [UInt8]?
    public var fault: Fault?

    /// One misbehaviour, once, at the first request of a kind.
    public struct Fault: Hashable, Sendable {
        public enum What: Hashable, Sendable { case wrongOrder, wrongSession, silence, garbage }
        public let what: What
        public let at: Request.Kind
        public init(_ what: What, at kind: Request.Kind) {
            self.what = what
            self.at = kind
        }
    }

    public init(standards: [Standard], service: EnergyService, mode: ControlMode, needs: EVNeeds) {
        self.standards = standards
        self.service = service
        self.mode = mode
        self.needs = needs
    }
}

public enum VehicleInput: Hashable, Sendable {
    case battery(StateOfCharge, Voltage)
    /// Measured at the inlet; positive charges.
    case power(Power)
    /// Limits of the car have changed.
    case limits(PowerLimits)
    /// End the session in this way once the loop turns again.
    case end(SessionStop)
    /// Negotiate anew; ignored outside the loop.
    case renegotiate
    /// Rest within the session, or end that (ISO 15118-20); ignored outside the loop.
    case standBy(Bool)
}

public enum VehicleOutput: Equatable, Sendable {
    case send([UInt8])
    /// The car's own contactors to the battery (DC).
    case contactors(StationInput.ContactorState)
    /// What the car takes (AC) or asks the converter for (DC under its control). Negative discharges.
    case take(Power)
    /// A contract was installed; its key is with the session (`VehicleSession.contracts`).
    case installed(Contract)
    case end(VehicleEnd)
}

public enum VehicleEnd: Equatable, Sendable {
    case finished
    /// The session to resume with.
    case paused([UInt8])
    case noCommonProtocol
    case notOffered(EnergyService, ControlMode)
    /// The station takes no contract, and the car has nothing else.
    case contractNotOffered
    case contractRefused(InstallationFault)
    case refused(Request.Kind, String)
    /// No answer within the time the standard gives the station.
    case unanswered(Request.Kind)
    /// The station said “ongoing” for too long.
    case stillOngoing(Request.Kind)
    case unexpected(Request.Kind, after: Request.Kind)
    case foreignSession
    case disconnected
    case notV2GTP(V2GTPError)
    case notUnderstood(TranslationError)
    case inexpressible
}
