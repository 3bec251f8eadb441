// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// One complete order, out of one write request.
package enum RegisterOrder: Hashable, Sendable {
    case heartbeat(FlowDirection)
    /// The operator's limit; not active: it is lifted.
    case limit(FlowDirection, Power, isActive: Bool, duration: Interval?)
    case failsafe(FlowDirection, Power)
    case failsafeDuration(FlowDirection, Interval)
    /// § 14a EnWG; nil ends it.
    case reduction(Power?, duration: Interval?)
    case contact(Contact, ContactState)
    /// A limit of the controller's own; nil lifts it.
    case controllerLimit(FlowDirection, Power?, duration: Interval?)
    /// - Parameter evse: Index; nil is the site. A power of nil releases it.
    case setpoint(evse: Int?, Power?, duration: Interval?)
    /// To points of the SunSpec models, in the order of their registers.
    case controls([ControlWrite])

    /// What the configuration must permit.
    package var permission: RegisterPermission {
        switch self {
        case .heartbeat, .limit, .failsafe, .failsafeDuration, .reduction, .contact, .controllerLimit: .limit
        case .setpoint: .setpoint
        case .controls(let writes): writes.contains { $0.point.isLimiting } ? .limit : .setpoint
        }
    }
}

/// What the configuration lets the other side do.
package enum RegisterPermission: String, CaseIterable, Hashable, Sendable { case read, limit, setpoint }

/// Why a request is not served.
package enum RegisterRefusal: Error, Hashable, Sendable {
    /// No such register, or it is not written, or the configuration does not permit it.
    case notThere
    /// A value out of range, or half of what belongs together.
    case badValue
}
