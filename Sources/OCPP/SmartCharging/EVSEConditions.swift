// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What an EVSE can and what is going on at it, as far as charging profiles ask.
public struct EVSEConditions: Equatable, Sendable {
    public enum Supply: Equatable, Sendable {
        /// 1…3 phases.
        case alternating(phases: Int)
        /// In volts: of the session, or the rated one before there is any.
        case direct(volts: Int)
    }

    /// What the hardware allows, in thousandths.
    public struct Hardware: Equatable, Sendable {
        public var unit: RateUnit
        public var charge: Int64
        /// At most zero; zero for hardware that cannot discharge.
        public var discharge: Int64

        public init(unit: RateUnit, charge: Int64, discharge: Int64 = 0) {
            self.unit = unit
            self.charge = charge
            self.discharge = discharge
        }
    }

    public struct Transaction: Equatable, Sendable {
        public var id: String
        /// When it was authorised and the EV connected, in seconds since 1970.
        public var since: Int64

        public init(id: String, since: Int64) {
            self.id = id
            self.since = since
        }
    }

    /// 1 and up.
    public var id: Int
    public var supply: Supply
    public var hardware: Hardware
    public var transaction: Transaction?
    /// K21: whether the driver asked for it.
    public var isPriorityCharging = false
    /// Percent, if the EV says.
    public var soc: Int?
    /// Whether the transaction can discharge (BPT).
    public var isBidirectional = true
    /// Whether the EV reported powers of L2 and L3 for charging, and for discharging.
    public var reportsPhasesCharging = true
    public var reportsPhasesDischarging = true
    /// Whether the EV has said what it needs (NotifyEVChargingNeeds) and so can choose among schedules.
    public var hasNeeds = true

    public init(id: Int, supply: Supply, hardware: Hardware, transaction: Transaction? = nil) {
        self.id = id
        self.supply = supply
        self.hardware = hardware
        self.transaction = transaction
    }
}

/// What holds for the whole station.
public struct StationConditions: Equatable, Sendable {
    public enum SetpointPriority: Sendable { case external, csms }

    public var version: OCPPVersion
    /// Phase to neutral, for the conversion between W and A.
    public var nominalVolts: Int
    public var clock: LocalClock
    /// When the outage was noticed; nil while connected.
    public var offlineSince: Int64?
    /// Who wins if both want a setpoint (Q06.FR.20-22).
    public var setpointPriority: SetpointPriority

    public init(
        version: OCPPVersion, nominalVolts: Int = 230, clock: LocalClock = .utc, offlineSince: Int64? = nil,
        setpointPriority: SetpointPriority = .external
    ) {
        self.version = version
        self.nominalVolts = nominalVolts
        self.clock = clock
        self.offlineSince = offlineSince
        self.setpointPriority = setpointPriority
    }
}
