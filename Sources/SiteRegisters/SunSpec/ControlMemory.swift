// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension DERControls {
    /// The limiting half, which must survive a restart; setpoints do not.
    package struct Memory: Hashable, Codable, Sendable {
        package var isLimited: Bool
        package var isLimitedAfter: Bool
        /// In tenths of a percent.
        package var share: Int64
        package var shareAfter: Int64
        package var timeout_s: Int64
        package var isInService: Bool
        package var operation: Int64
    }

    package var memory: Memory {
        Memory(
            isLimited: limit.isEnabled, isLimitedAfter: limit.isEnabledAfter, share: limitShare,
            shareAfter: limitShareAfter, timeout_s: limit.timeout.wholeSeconds, isInService: isInService,
            operation: operation.rawValue)
    }

    /// - Parameter remaining: Of the limit's timer; nil: it was not running.
    package init(_ settings: Settings, restored memory: Memory, remaining: Interval?, at now: Instant) {
        self.init(settings)
        let shares = ControlPoint.limit.range
        limit.isEnabled = memory.isLimited
        limit.isEnabledAfter = memory.isLimitedAfter
        limitShare = min(max(memory.share, shares.lowerBound), shares.upperBound)
        limitShareAfter = min(max(memory.shareAfter, shares.lowerBound), shares.upperBound)
        let timeouts = ControlPoint.limitTimeout.range
        limit.timeout = .seconds(Int(min(max(memory.timeout_s, timeouts.lowerBound), timeouts.upperBound)))
        if memory.isLimited, let remaining { limit.end = now + remaining }
        isInService = memory.isInService
        operation = Operation(rawValue: memory.operation) ?? .start
    }
}
