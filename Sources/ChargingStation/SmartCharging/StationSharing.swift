// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP

extension Station {
    /// What holds for all EVSEs together is divided among those that may transfer energy, so that the sum holds whatever each of them
    /// takes (K04.FR.05, K11.FR.01, K12.FR.01, Q06.FR.30).
    mutating func shareStationBounds(_ commands: inout [EVSECommand]) {
        let profiles = smart.store.commanding
        guard variables.flag(SmartChargingVariables.enabled),
            profiles.installed.contains(where: {
                $0.evse == 0 && ($0.profile.purpose == .stationMaximum || $0.isExternal)
            })
        else { return }
        let bounds = profiles.stationBounds(of: evseConditions, at: now.seconds, stationConditions)
        let active = commands.indices.filter { commands[$0].mayTransfer }
        if bounds.until < .max {
            for index in commands.indices { commands[index].until = min(commands[index].until ?? .max, bounds.until) }
        }
        if let setpoint = bounds.setpoint { shareSetpoint(setpoint, active, &commands) }
        shareLimit(bounds.limit, active, &commands)
        shareDischargeLimit(bounds.dischargeLimit, active, &commands)
    }

    private func shareLimit(_ limit: Int64?, _ active: [Int], _ commands: inout [EVSECommand]) {
        guard let limit else { return }
        let shares = CommonHeight.shares(
            of: max(0, limit), wanted: active.map { min(commands[$0].limits.upper, offered($0).upper).milli },
            most: active.map { commands[$0].limits.upper.milli })
        for (index, share) in zip(active, shares) {
            commands[index].limits = commands[index].limits.narrowed(
                to: PowerLimits(from: commands[index].limits.lower, to: Power(milli: share)))
            commands[index].setpoint = commands[index].setpoint.map { commands[index].limits.nearest(to: $0) }
        }
    }

    private func shareDischargeLimit(_ limit: Int64?, _ active: [Int], _ commands: inout [EVSECommand]) {
        guard let limit else { return }
        let shares = CommonHeight.shares(
            of: Int64(clamping: min(0, limit).magnitude),
            wanted: active.map { -max(commands[$0].limits.lower, offered($0).lower).milli },
            most: active.map { -commands[$0].limits.lower.milli })
        for (index, share) in zip(active, shares) {
            commands[index].limits = commands[index].limits.narrowed(
                to: PowerLimits(from: Power(milli: -share), to: commands[index].limits.upper))
            commands[index].setpoint = commands[index].setpoint.map { commands[index].limits.nearest(to: $0) }
        }
    }

    /// An external setpoint is meant for the whole station (Q06.FR.31).
    private func shareSetpoint(_ setpoint: Int64, _ active: [Int], _ commands: inout [EVSECommand]) {
        let led = active.filter { commands[$0].mode == .externalSetpoint }
        let most = led.map {
            let limits = commands[$0].limits.narrowed(to: offered($0))
            return setpoint < 0 ? -limits.lower.milli : limits.upper.milli
        }
        let shares = CommonHeight.shares(of: Int64(clamping: setpoint.magnitude), wanted: most, most: most)
        for (index, share) in zip(led, shares) {
            commands[index].setpoint = Power(milli: setpoint < 0 ? -share : share)
        }
    }

    private func offered(_ index: Int) -> PowerLimits { evses[index].report.offered ?? .unbounded }
}

/// Shares of a whole, cut down to a common height.
enum CommonHeight {
    /// - Parameters:
    ///   - wanted: What each can use now, at least zero.
    ///   - most: What each may have at most; what nobody can use now goes there, so that all of the whole stays granted.
    /// - Returns: Shares that together are no more than the whole.
    static func shares(of whole: Int64, wanted: [Int64], most: [Int64]) -> [Int64] {
        let first = filled(whole, wanted.map { max(0, $0) })
        let rest = whole - first.reduce(0) { $0.adding($1) }
        guard rest > 0 else { return first }
        let room = zip(most, first).map { max(0, $0 - $1) }
        return zip(first, filled(rest, room)).map { $0.adding($1) }
    }

    private static func filled(_ whole: Int64, _ caps: [Int64]) -> [Int64] {
        var shares = caps.map { _ in Int64(0) }
        var left = whole
        var open = caps.indices.sorted { caps[$0] < caps[$1] }
        while let least = open.first {
            let height = left / Int64(open.count)
            guard caps[least] <= height else {
                for index in open { shares[index] = height }
                return shares
            }
            shares[least] = caps[least]
            left -= caps[least]
            open.removeFirst()
        }
        return shares
    }
}
