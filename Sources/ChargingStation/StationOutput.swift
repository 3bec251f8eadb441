// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What the station wants done. The outputs of one input belong together: what is to be kept is on disk before anything leaves.
package enum StationOutput: Equatable, Sendable {
    case call(CSMSRequest, CallClass)
    case answer(MessageID, StationResponse)
    case refuse(MessageID, Refusal)
    /// Remember under this key through a restart; nil forgets.
    case keep(key: String, [UInt8]?)
    /// What an EVSE may and shall do from now on; replaces the former.
    case command(evse: Int, EVSECommand)
    case host(HostTask)
    /// Close the connection and open it again, with what has changed.
    case reconnect
    /// For the log, in words.
    case notice(String)
}

/// When a call may leave and what becomes of it if it cannot.
package enum CallClass: Equatable, Sendable {
    /// Before the backend has accepted the station.
    case boot
    /// On the backend's demand, also while it has the station waiting (Pending).
    case triggered
    /// Once accepted; forgotten when the connection is lost.
    case volatile
    /// Once accepted; on disk until it is answered, in order.
    case durable
}

/// What an EVSE may and shall do for this backend.
package struct EVSECommand: Equatable, Sendable {
    /// Whether energy may flow: somebody is authorised and the backend does not hold it back.
    package var mayTransfer = false
    /// What profiles and DER controls leave, always with zero in it.
    package var limits: PowerLimits
    /// Where the power shall go; nil takes what there is, up to the limit.
    package var setpoint: Power?
    /// Positive is inductive; nil wants none.
    package var reactive: ReactivePower?
    /// Phases to use, 1...3; nil leaves it to the controller.
    package var phases: Int?
    /// Which phase, if only one is used; nil leaves it to the controller.
    package var phaseToUse: Int?
    package var mode = OperationMode.chargingOnly
    /// Whether the vehicle may keep its battery warm although nothing else flows.
    package var wantsPreconditioning = false
    /// Whether the power electronics are to be switched off (Q10).
    package var sleeps = false
    /// What DER controls have changed; nil while none does.
    package var der: DERDemand?
    /// Which profile leads, for the question why: “profile 7, TxProfile, level 2”.
    package var origin: String?
    /// When this ends by itself if nothing new comes; what holds then has been computed too.
    package var until: Int64?

    package init(limits: PowerLimits = .unbounded) { self.limits = limits }
}

/// In milli-var.
package struct ReactivePower: Hashable, Sendable {
    package var millivars: Int64
    package init(millivars: Int64) { self.millivars = millivars }
}
