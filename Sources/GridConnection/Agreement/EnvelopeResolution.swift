// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension OperatingEnvelope {
    @_noLocks func resolve(isClockKnown: Bool) -> Outcome {
        let siteImport = bound(.siteImport, isClockKnown)
        let siteExport = bound(.siteExport, isClockKnown)
        return Outcome(
            site: PowerLimits(from: -siteExport.power, to: siteImport.power).narrowed(to: .unbounded),
            devices: PowerLimits(
                from: -bound(.generation, isClockKnown).power, to: bound(.load, isClockKnown).power
            ).narrowed(to: .unbounded),
            isControlled: siteImport.isControlled || siteExport.isControlled, isEnergized: isEnergized(isClockKnown))
    }

    /// What holds without a control.
    @_noLocks private func fallback(_ quantity: EnvelopeLimits.Quantity) -> Power {
        if let power = defaults[quantity] { return power }
        return switch quantity {
        case .siteImport: settings.site.upper
        case .siteExport: -settings.site.lower
        case .generation: -settings.devices.lower
        case .load: settings.devices.upper
        }
    }

    @_noLocks
    private func bound(
        _ quantity: EnvelopeLimits.Quantity, _ isClockKnown: Bool
    ) -> (power: Power, isControlled: Bool) {
        var found: (power: Power, rank: Rank)?
        var strictest = fallback(quantity)
        var index = 0
        while index < Self.capacity {
            if slots[index].isLive, let power = slots[index].control.limits[quantity] {
                strictest = min(strictest, power)
                if slots[index].time.isRunning {
                    let rank = Rank(slots[index].control)
                    if let best = found, !rank.isAbove(best.rank) {
                        if rank == best.rank { found = (min(power, best.power), rank) }
                    } else {
                        found = (power, rank)
                    }
                }
            }
            index += 1
        }
        return (isClockKnown ? found?.power ?? fallback(quantity) : strictest, found != nil)
    }

    @_noLocks private func isEnergized(_ isClockKnown: Bool) -> Bool {
        var found: (isEnergized: Bool, rank: Rank)?
        var strictest = defaults.energize ?? true
        var index = 0
        while index < Self.capacity {
            if slots[index].isLive, let energize = slots[index].control.limits.energize {
                strictest = strictest && energize
                if slots[index].time.isRunning {
                    let rank = Rank(slots[index].control)
                    if let best = found, !rank.isAbove(best.rank) {
                        if rank == best.rank { found = (energize && best.isEnergized, rank) }
                    } else {
                        found = (energize, rank)
                    }
                }
            }
            index += 1
        }
        return isClockKnown ? found?.isEnergized ?? defaults.energize ?? true : strictest
    }

    /// Which of two controls in force has the say.
    private struct Rank: BitwiseCopyable {
        let primacy: UInt8
        let created: WallTime

        @_noLocks init(_ control: EnvelopeControl) {
            primacy = control.primacy
            created = control.created
        }
        @_noLocks func isAbove(_ other: Rank) -> Bool {
            primacy < other.primacy || (primacy == other.primacy && created > other.created)
        }
        @_noLocks static func == (lhs: Rank, rhs: Rank) -> Bool {
            lhs.primacy == rhs.primacy && lhs.created == rhs.created
        }
    }
}
