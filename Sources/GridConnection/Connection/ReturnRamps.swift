// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// How power comes back after an operator's order, everywhere at the site.
package struct ReturnSettings: Sendable, BitwiseCopyable, Equatable {
    /// Of the rating, 1 to 6,000. The default is to be confirmed by the operator.
    package var percentPerMinute = 10
    /// Each return waits for a random part of it.
    package var longestDelay = Interval.zero
    /// The widest that the connection point allows, each direction its own rating.
    package var connectionPoint: PowerLimits
    /// What all EVSEs together may draw at most.
    package var devices: Power

    package init(connectionPoint: PowerLimits, devices: Power) {
        self.connectionPoint = connectionPoint
        self.devices = devices
    }
}

/// The gradual return after orders of the operator and failsafes: of the draw and of the delivery at the connection point,
/// and of the draw of the EVSEs together.
package struct ReturnRamps: Sendable, BitwiseCopyable {
    package struct Memory: Sendable, BitwiseCopyable {
        package var draw: GradualRelease.Memory?
        package var delivery: GradualRelease.Memory?
        package var devices: GradualRelease.Memory?
        @_noLocks package init() {}
    }

    private var draw: GradualRelease
    private var delivery: GradualRelease
    private var devices: GradualRelease
    private let longestDelay: Interval
    /// Chargers of many sites that lost power together have not booted in the same nanosecond.
    private var random: UInt64

    init(_ settings: ReturnSettings, restored memory: Memory?, at now: Instant) {
        func ramp(
            _ direction: LimitationDirection, _ scope: GridLimit.Scope, _ rating: Power,
            _ memory: GradualRelease.Memory?
        ) -> GradualRelease {
            var ramp = GradualRelease.Settings(direction, scope: scope, rating: rating)
            ramp.rate = .percentPerMinute(settings.percentPerMinute)
            ramp.longestDelay = settings.longestDelay
            return GradualRelease(ramp, restored: memory, at: now)
        }
        draw = ramp(.consumption, .connectionPoint, settings.connectionPoint.upper, memory?.draw)
        delivery = ramp(.production, .connectionPoint, -settings.connectionPoint.lower, memory?.delivery)
        devices = ramp(.consumption, .controllable, settings.devices, memory?.devices)
        longestDelay = settings.longestDelay
        random = UInt64(bitPattern: now.nanoseconds)
    }

    var memory: Memory {
        @_noLocks get {
            var memory = Memory()
            memory.draw = draw.memory
            memory.delivery = delivery.memory
            memory.devices = devices.memory
            return memory
        }
    }

    /// Follows the orders among the limits and adds the ramps to them.
    @_noLocks mutating func advance(to now: Instant, _ limits: inout GridLimits, _ events: inout ConnectionEvents) {
        var drawn: Power?
        var delivered: Power?
        var ofDevices: Power?
        var position = 0
        while position < limits.count {
            let limit = limits[position]
            if isOrder(limit.rule) {
                switch limit.scope {
                case .connectionPoint:
                    drawn = tightest(drawn, limit.power.upper)
                    delivered = tightest(delivered, -limit.power.lower)
                case .controllable: ofDevices = tightest(ofDevices, limit.power.upper)
                case .circuit, .evse, .everyEVSE: break
                }
            }
            position += 1
        }
        draw.advance(to: now, bound: drawn, delay: drawDelay(), &events)
        delivery.advance(to: now, bound: delivered, delay: drawDelay(), &events)
        devices.advance(to: now, bound: ofDevices, delay: drawDelay(), &events)
        limits.add(draw.limit())
        limits.add(delivery.limit())
        limits.add(devices.limit())
    }

    private func tightest(_ known: Power?, _ bound: Power) -> Power? {
        guard bound.milli < Power.plausible else { return known }
        guard let known else { return bound }
        return min(known, bound)
    }

    /// Uniform over whole milliseconds (SplitMix64).
    private mutating func drawDelay() -> Interval {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        let longest = UInt64(truncatingIfNeeded: max(longestDelay, .zero).milliseconds)
        let chosen = (mixed ^ (mixed >> 31)) % (longest + 1)
        return Interval(nanoseconds: Int64(truncatingIfNeeded: chosen) * 1_000_000)
    }

    /// What an operator orders, and what holds while he is not heard; an agreement's calendar is known beforehand.
    private func isOrder(_ rule: GridRule) -> Bool {
        switch rule {
        case .consumptionLimit, .productionLimit, .consumptionFailsafe, .productionFailsafe, .relay, .section14a: true
        case .firmCapacity, .timedCapacity, .flexibleCapacity, .instruction, .limitationScheme, .operatingEnvelope,
            .operatingEnvelopeDefault, .feedInCap, .unbalance, .frequencyResponse, .voltageWatt, .enterService,
            .returnRamp, .ceaseToEnergise, .momentaryCessation, .unverifiedSettings, .gradualRelease:
            false
        }
    }
}
