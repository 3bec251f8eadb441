// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The points of the SunSpec models 703, 704 and 715 that can be written.
package enum ControlPoint: Hashable, Sendable, CaseIterable {
    case limitEnabled, limit, limitAfter, limitEnabledAfter, limitTimeout
    case setEnabled, setMode, set, setAfter, setShare, setShareAfter, setEnabledAfter, setTimeout
    case service, controllerHeartbeat, alarmReset, operation

    /// Whether writing it may limit the site, rather than ask something of it.
    var isLimiting: Bool {
        switch self {
        case .limitEnabled, .limit, .limitAfter, .limitEnabledAfter, .limitTimeout, .service, .operation: true
        case .setEnabled, .setMode, .set, .setAfter, .setShare, .setShareAfter, .setEnabledAfter, .setTimeout,
            .controllerHeartbeat, .alarmReset:
            false
        }
    }

    /// What may be written, as the register holds it.
    var range: ClosedRange<Int64> {
        switch self {
        case .limitEnabled, .limitEnabledAfter, .setEnabled, .setEnabledAfter, .setMode, .service, .alarmReset: 0...1
        case .operation: 0...3
        case .limit, .limitAfter: 0...1_000
        case .setShare, .setShareAfter: -1_000...1_000
        case .set, .setAfter: -1_000_000_000...1_000_000_000
        // Zero switches the timer off; more than a year is a mistake.
        case .limitTimeout, .setTimeout: 0...366 * 86_400
        case .controllerHeartbeat: 0...0xFFFF_FFFE
        }
    }
}

package struct ControlWrite: Hashable, Sendable {
    package var point: ControlPoint
    package var value: Int64
    package init(_ point: ControlPoint, _ value: Int64) {
        self.point = point
        self.value = value
    }
}
