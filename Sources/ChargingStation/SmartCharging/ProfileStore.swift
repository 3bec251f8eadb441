// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP21

/// The charging profiles as they were set, beside what counts for control. At most as many as `SmartChargingSupport` allows, and one
/// for each source of external signals.
struct ProfileStore: Equatable, Sendable {
    private(set) var profiles = ChargingProfiles()
    /// As they are reported, by id.
    private(set) var messages: [Int: ChargingProfileType] = [:]
    /// Who set them, if not the backend (K09).
    private(set) var sources: [Int: String] = [:]
    /// Those that cut no command, since what is beneath the commands holds them.
    private var heldBelow: Set<Int> = []
    /// Counts every change: what was worked out from the profiles before is old.
    private(set) var revision = 0
    private var unsaved: Set<Int> = []
    /// What a restart would find.
    private var kept: Set<Int> = []

    static let backend = "CSO"

    /// What commands are worked out from.
    var commanding: ChargingProfiles {
        guard !heldBelow.isEmpty else { return profiles }
        var commanding = profiles
        for id in heldBelow { commanding.release(id) }
        return commanding
    }

    func source(of id: Int) -> String { sources[id] ?? Self.backend }

    mutating func install(_ message: ChargingProfileType, on evse: Int, at time: Int64, _ version: OCPPVersion) {
        let before = Set(profiles.installed.map(\.profile.id))
        profiles.install(ChargingProfile(message), on: evse, at: time, version)
        messages[message.id] = message
        // A dynamic profile counts from when it came (K28.FR.05).
        if message.chargingProfileKind == .dynamic, message.dynUpdateTime == nil {
            messages[message.id]?.dynUpdateTime = DateTime(WallTime(milliseconds: time.multiplied(by: 1_000)))
        }
        sources[message.id] = nil
        changed(before.union([message.id]))
    }

    /// Sets what an external system wants.
    /// - Parameter effective: What counts for control, together with other sources.
    mutating func installExternal(
        _ message: ChargingProfileType, _ effective: ChargingProfile, from source: String, isHeldBelow: Bool,
        at time: Int64
    ) {
        profiles.install(effective, on: 0, at: time, .v21)
        messages[message.id] = message
        sources[message.id] = source
        if isHeldBelow { heldBelow.insert(message.id) } else { heldBelow.remove(message.id) }
        changed([message.id])
    }

    mutating func releaseExternal(_ id: Int) {
        profiles.release(id)
        heldBelow.remove(id)
        changed([id])
    }

    mutating func clear(_ selection: ChargingProfiles.Selection) -> [InstalledProfile] {
        let cleared = profiles.clear(selection)
        changed(Set(cleared.map(\.profile.id)))
        return cleared
    }

    mutating func endTransaction(_ id: String, on evse: Int?) {
        let had = profiles.installed.filter { !$0.delays.isEmpty }.map(\.profile.id)
        let ended = profiles.endTransaction(id, on: evse)
        changed(Set(ended.map(\.profile.id) + had))
    }

    /// Changes a dynamic profile (K28.FR.06, K28.FR.08, K28.FR.09). Not written: no wear for a setpoint.
    mutating func update(_ id: Int, _ update: ChargingScheduleUpdateType, at time: Int64) -> Bool {
        guard profiles.update(id, ChargingProfiles.Update(update), at: time) else { return false }
        messages[id]?.apply(update, at: time)
        revision += 1
        return true
    }

    mutating func drawDelays(of id: Int, on evse: Int, _ draw: (ClosedRange<Int>) -> Int) {
        let before = profiles
        profiles.drawDelays(of: id, on: evse, draw)
        if profiles != before { changed([id]) }
    }

    mutating func select(_ schedule: Int, on evse: Int) -> Bool {
        guard profiles.select(schedule, on: evse) else { return false }
        changed(Set(profiles.installed.filter { $0.selected != 0 }.map(\.profile.id)))
        return true
    }

    mutating func reconnect(offlineSince since: Int64, at time: Int64) {
        changed(Set(profiles.reconnect(offlineSince: since, at: time)))
    }

    private mutating func changed(_ ids: Set<Int>) {
        guard !ids.isEmpty else { return }
        revision += 1
        unsaved.formUnion(ids)
        let left = Set(profiles.installed.map(\.profile.id))
        for id in ids where !left.contains(id) {
            messages[id] = nil
            sources[id] = nil
        }
    }

    // MARK: Keeping

    /// What is to be kept now; nil forgets.
    mutating func takeUnsaved() -> [(id: Int, bytes: [UInt8]?)] {
        defer { unsaved = [] }
        return unsaved.sorted().compactMap { id in
            if let each = profiles.installed.first(where: { $0.profile.id == id }), each.isPersistent,
                let message = messages[id]
            {
                kept.insert(id)
                return (id, KeptProfile(each, message).bytes)
            }
            return kept.remove(id) == nil ? nil : (id, nil)
        }
    }

    /// - Returns: False if this was not written by `takeUnsaved`.
    mutating func restore(_ bytes: [UInt8]) -> Bool {
        guard let read = KeptProfile(bytes) else { return false }
        profiles.restore(read.installed)
        messages[read.message.id] = read.message
        kept.insert(read.message.id)
        revision += 1
        return true
    }
}

extension ChargingProfileType {
    mutating func apply(_ update: ChargingScheduleUpdateType, at time: Int64) {
        dynUpdateTime = DateTime(WallTime(milliseconds: time.multiplied(by: 1_000)))
        guard var period = chargingSchedule.first?.chargingSchedulePeriod.first else { return }
        // A value for L1 alone takes the place of all: what was said of L2 and L3 belonged to the old one.
        if let limit = update.limit {
            (period.limit, period.limit_L2, period.limit_L3) = (limit, update.limit_L2, update.limit_L3)
        }
        if let limit = update.dischargeLimit {
            period.dischargeLimit = limit
            (period.dischargeLimit_L2, period.dischargeLimit_L3) = (update.dischargeLimit_L2, update.dischargeLimit_L3)
        }
        if let setpoint = update.setpoint {
            (period.setpoint, period.setpoint_L2, period.setpoint_L3) = (
                setpoint, update.setpoint_L2, update.setpoint_L3
            )
        }
        if let setpoint = update.setpointReactive {
            period.setpointReactive = setpoint
            (period.setpointReactive_L2, period.setpointReactive_L3) = (
                update.setpointReactive_L2, update.setpointReactive_L3
            )
        }
        chargingSchedule[0].chargingSchedulePeriod[0] = period
    }
}
