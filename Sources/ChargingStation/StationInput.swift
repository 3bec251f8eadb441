// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What happened, for the station to act upon. Everything that has a version on the wire comes in the words of OCPP 2.1.
package enum StationInput: Equatable, Sendable {
    /// A connection is open and speaks this version.
    case connected(OCPPVersion)
    case disconnected
    /// The backend asks; wants exactly one `answer` or `refuse` with the same id, now or later.
    case asked(MessageID, StationRequest)
    /// A call of ours was answered.
    case answered(CSMSRequest, CSMSResponse)
    /// A call of ours came to nothing. One that is repeated by the delivery does not come here.
    case failed(CSMSRequest, CallFailure)
    /// What is going on at an EVSE, whenever it changes and at least once a second.
    case evse(Int, EVSEReport)
    /// Somebody showed a token, at an EVSE's reader or the station's.
    case presented(IdTokenType, evse: Int?)
    /// A car with a contract certificate asks for its authorisation (ISO 15118): chain in PEM, what OCSP needs, and whether the
    /// host has found the chain good; else it ends at a root that is not known here.
    case contract(IdTokenType, evse: Int, certificate: String?, hashes: [OCSPRequestDataType], isVerified: Bool)
    /// The driver set a limit of cost, energy, time or state of charge for the transaction (E16).
    case limited(evse: Int, TransactionLimitType)
    /// The car ended its session for good (ISO 15118: SessionStop, Terminate).
    case sessionStopped(evse: Int)
    /// What waits for delivery, whenever that changes.
    case queue(QueueState)
    /// The car said what it needs (ISO 15118), at the beginning or anew.
    case needs(evse: Int, ChargingNeedsType)
    /// The car said how it will charge (ISO 15118), within one of the schedules it was offered.
    case plan(evse: Int, VehiclePlan)
    /// The driver asked for priority at the station, or gave it up.
    case priorityCharging(evse: Int, Bool)
    /// What the grid connection or an energy manager on site imposes on the whole station.
    case external(ExternalSignal)
    /// Frequency and load at the connection point.
    case grid(GridReading)
    /// What a charger says of the DER controls that it is to carry out, whenever that changes.
    case der(evse: Int, DERCondition)
    /// The host finished what it was asked for with `StationOutput.host`.
    case done(HostReport)
    /// A security event noticed outside the station, with technical information.
    case security(SecurityEvent, detail: String?)
    /// An attempt to connect failed by what one side showed to the other.
    case refused(CredentialRefusal)
    /// A car asks for a contract certificate (ISO 15118).
    case contractWanted(evse: Int, Get15118EVCertificateRequest)
    /// A car showed its certificates (ISO 15118-20): which of them are to be asked about, and where.
    case vehicleShowed(evse: Int, [CertificateStatusRequestInfoType])
    /// Time passed; nothing else.
    case tick
}

/// Why a call came to nothing.
package enum CallFailure: Equatable, Sendable {
    case refused(Refusal)
    /// The answer broke the schema; the backend has acted on the call all the same.
    case unusable(Refusal)
    case timedOut
    /// This version has no such message.
    case notInThisVersion
}

/// An EVSE as its driver and the controller see it. Nil is not known.
package struct EVSEReport: Equatable, Sendable {
    package enum Connector: Equatable, Sendable {
        case available
        /// A car is plugged in.
        case occupied
        case unavailable
        case faulted
    }
    package enum Flow: Equatable, Sendable {
        /// Nothing flows and nobody asked for it to.
        case none
        case charging
        case discharging
        /// Energy is on offer, the car takes none.
        case suspendedByVehicle
        /// The car would, the station does not let it.
        case suspendedByStation
    }

    package var connector = Connector.available
    package var flow = Flow.none
    /// At the AC side, positive toward the car.
    package var power: Power?
    package var current: PerPhase<Current>?
    package var voltage: PerPhase<Voltage>?
    /// Counted since the device was made; never runs backward.
    package var imported: Energy?
    package var exported: Energy?
    /// Percent.
    package var soc: Int?
    /// What charger and car can do now.
    package var offered: PowerLimits?
    /// What the controller has decided, and in its words why.
    package var target: Power?
    package var boundBy: String?
    /// The bits of the device's fault register; zero is none.
    package var faults: UInt64 = 0
    /// Whether a vehicle stands in the bay; nil without a detector.
    package var isBayOccupied: Bool?
    /// What the meter signed last, of its import register.
    package var signature: SignedMeterValueType?
    /// The car's address in ISO 15118.
    package var evccID: String?
    /// What car and station agreed to speak, and all the car speaks, by priority: namespace and version.
    package var protocolAgreed: String?
    package var protocolsOffered: [String] = []
    /// The car's certificate chain in PEM, the leaf first, the root last.
    package var vehicleCertificates: [String] = []

    package init() {}
}

/// A car's own schedule, as it came with the start of power or a renegotiation.
package struct VehiclePlan: Equatable, Sendable {
    package var schedule: ChargingScheduleType
    /// What its periods count from.
    package var timeBase: DateTime
    /// Of the schedules offered, the one it lies in.
    package var selected: Int?
    package var acceptsTolerance: Bool?

    package init(
        _ schedule: ChargingScheduleType, from timeBase: DateTime, selected: Int? = nil, acceptsTolerance: Bool? = nil
    ) {
        self.schedule = schedule
        self.timeBase = timeBase
        self.selected = selected
        self.acceptsTolerance = acceptsTolerance
    }
}

package struct GridReading: Equatable, Sendable {
    package var frequency: Frequency?
    /// What the connection point carries, positive is drawn.
    package var load: Power?
    /// Phase to neutral, the mean of the phases.
    package var voltage: Voltage?
    package init(frequency: Frequency?, load: Power?, voltage: Voltage? = nil) {
        self.frequency = frequency
        self.load = load
        self.voltage = voltage
    }
}

/// A bound or setpoint from outside the backend; each replaces the former of its source.
package struct ExternalSignal: Equatable, Sendable {
    package enum Source: String, Sendable {
        /// The grid operator (system operator).
        case grid = "SO"
        case energyManager = "EMS"
        case other = "Other"
    }
    package var source: Source
    /// Nil releases what this source set.
    package var limits: PowerLimits?
    package var setpoint: Power?
    /// Whether the power is there in addition (K27).
    package var isLocalGeneration = false
    /// Whether whoever carries out the commands holds these limits itself, and more exactly than a command could: it follows the
    /// building's load. They are then told to the backend and shown in composite schedules, and cut no command.
    package var isHeldBelow: Bool
    /// Seconds since 1970; nil until released.
    package var expiresAt: Int64?

    package init(source: Source, limits: PowerLimits?, setpoint: Power? = nil, isHeldBelow: Bool = false) {
        self.source = source
        self.limits = limits
        self.setpoint = setpoint
        self.isHeldBelow = isHeldBelow
    }
}
