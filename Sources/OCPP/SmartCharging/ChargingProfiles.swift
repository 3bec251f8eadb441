// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The charging profiles of a station. A value: whoever keeps it through a restart stores `persistent`.
public struct ChargingProfiles: Equatable, Sendable {
    public private(set) var installed: [InstalledProfile]

    public init(_ installed: [InstalledProfile] = []) { self.installed = installed }

    /// Those that survive power loss (K01.FR.27). TxProfiles live and end with their transaction, which is stored too. Dynamic ones
    /// of a transaction need not, so that a setpoint costs no write.
    public var persistent: [InstalledProfile] { installed.filter(\.isPersistent) }

    /// Puts a profile in force that `rejection` has nothing against. It takes the place of one with the same id.
    public mutating func install(_ profile: ChargingProfile, on evse: Int, at time: Int64, _ version: OCPPVersion) {
        installed.removeAll { Self.replaces(profile, on: evse, $0, version) }
        var new = InstalledProfile(profile, on: evse, at: time)
        if case .dynamic = profile.kind, new.profile.updateTime == nil { new.profile.updateTime = time }
        installed.append(new)
    }

    private static func replaces(
        _ profile: ChargingProfile, on evse: Int, _ old: InstalledProfile, _ version: OCPPVersion
    ) -> Bool {
        if old.profile.id == profile.id { return true }
        // 1.6 (5.16.4): the same purpose and stack level on a connector takes the place too.
        return version == .v16 && old.evse == evse && old.profile.purpose == profile.purpose
            && old.profile.stackLevel == profile.stackLevel
    }

    // MARK: Dynamic profiles

    /// A change of a dynamic profile (K28). What is absent stays as it is.
    public struct Update: Equatable, Sendable {
        public var limit: PhaseRates?
        public var dischargeLimit: PhaseRates?
        public var setpoint: PhaseRates?
        public var setpointReactive: PhaseRates?
        public init(
            limit: PhaseRates? = nil, dischargeLimit: PhaseRates? = nil, setpoint: PhaseRates? = nil,
            setpointReactive: PhaseRates? = nil
        ) {
            self.limit = limit
            self.dischargeLimit = dischargeLimit
            self.setpoint = setpoint
            self.setpointReactive = setpointReactive
        }
    }

    /// - Returns: False if there is no dynamic profile of this id, which is answered Rejected with InvalidProfile.
    public mutating func update(_ id: Int, _ update: Update, at time: Int64) -> Bool {
        guard let index = installed.firstIndex(where: { $0.profile.id == id && $0.profile.kind == .dynamic }),
            var schedule = installed[index].schedule, var period = schedule.periods.first
        else { return false }
        period.limit = update.limit ?? period.limit
        period.dischargeLimit = update.dischargeLimit ?? period.dischargeLimit
        period.setpoint = update.setpoint ?? period.setpoint
        period.setpointReactive = update.setpointReactive ?? period.setpointReactive
        schedule.periods[0] = period
        installed[index].profile.schedules[0] = schedule
        installed[index].profile.updateTime = time
        return true
    }

    /// When which dynamic profile asks for an update next (PullDynamicScheduleUpdate).
    public var nextUpdateRequest: (id: Int, at: Int64)? {
        installed.compactMap { each -> (id: Int, at: Int64)? in
            guard each.profile.kind == .dynamic, let interval = each.profile.updateInterval, interval > 0 else {
                return nil
            }
            return (each.profile.id, (each.profile.updateTime ?? each.installedAt).adding(Int64(interval)))
        }.min { $0.at < $1.at }
    }

    // MARK: Clearing

    public struct Selection: Equatable, Sendable {
        public var ids: [Int]?
        public var evse: Int?
        public var purpose: ChargingProfile.Purpose?
        public var stackLevel: Int?
        public init(
            ids: [Int]? = nil, evse: Int? = nil, purpose: ChargingProfile.Purpose? = nil, stackLevel: Int? = nil
        ) {
            self.ids = ids
            self.evse = evse
            self.purpose = purpose
            self.stackLevel = stackLevel
        }

        func matches(_ each: InstalledProfile) -> Bool {
            // An id alone selects; the rest counts without one (K10.FR.03, K10.FR.04).
            if let ids { return ids.contains(each.profile.id) }
            return (evse ?? each.evse) == each.evse && (purpose ?? each.profile.purpose) == each.profile.purpose
                && (stackLevel ?? each.profile.stackLevel) == each.profile.stackLevel
        }
    }

    /// Profiles that match, for GetChargingProfiles.
    public func matching(_ selection: Selection) -> [InstalledProfile] { installed.filter(selection.matches) }

    /// Removes what a backend may clear: never what an external system set.
    /// - Returns: What was removed; nothing is answered Unknown (K10.FR.02).
    @discardableResult
    public mutating func clear(_ selection: Selection) -> [InstalledProfile] {
        let cleared = installed.filter { selection.matches($0) && !$0.isExternal }
        installed.removeAll { selection.matches($0) && !$0.isExternal }
        return cleared
    }

    /// Puts one back as it was before a restart.
    public mutating func restore(_ profile: InstalledProfile) {
        installed.removeAll { $0.profile.id == profile.profile.id }
        installed.append(profile)
    }

    /// Removes an external system's profile.
    public mutating func release(_ id: Int) { installed.removeAll { $0.profile.id == id && $0.isExternal } }

    /// - Returns: The TxProfiles that ended with it (K02.FR.05).
    @discardableResult
    public mutating func endTransaction(_ id: String, on evse: Int? = nil) -> [InstalledProfile] {
        let ended = installed.filter { $0.profile.purpose == .tx && $0.profile.transactionID == id }
        installed.removeAll { $0.profile.purpose == .tx && $0.profile.transactionID == id }
        for index in installed.indices {
            if let evse { installed[index].delays[evse] = nil } else { installed[index].delays = [:] }
        }
        return ended
    }

    /// The EV follows this schedule of a profile.
    /// - Returns: False if no TxProfile of the EVSE has it.
    public mutating func select(_ schedule: Int, on evse: Int) -> Bool {
        var found = false
        for index in installed.indices where installed[index].profile.purpose == .tx && installed[index].evse == evse {
            guard let place = installed[index].profile.schedules.firstIndex(where: { $0.id == schedule }) else {
                continue
            }
            installed[index].selected = place
            found = true
        }
        return found
    }

    /// The same with the schedule at this place of every TxProfile that has so many (K15.FR.22, K18.FR.24).
    public func selecting(_ place: Int) -> ChargingProfiles {
        var copy = self
        for index in copy.installed.indices where copy.installed[index].profile.purpose == .tx {
            if place < copy.installed[index].profile.schedules.count { copy.installed[index].selected = place }
        }
        return copy
    }

    // MARK: Outages

    /// The connection is back: what asked to be invalid after so long an outage is so for good.
    /// - Returns: The ids of those.
    @discardableResult
    public mutating func reconnect(offlineSince since: Int64, at time: Int64) -> [Int] {
        var burnt: [Int] = []
        for index in installed.indices where !installed[index].isBurnt {
            let profile = installed[index].profile
            guard profile.isInvalidAfterOffline, let longest = profile.maxOfflineDuration else { continue }
            if time >= since.adding(Int64(longest)) {
                installed[index].isBurnt = true
                burnt.append(profile.id)
            }
        }
        return burnt
    }

    // MARK: Random delays

    /// Draws the delays of a profile anew, when its transaction starts or it arrives (K01.FR.93).
    /// - Parameter draw: A number in the range given.
    public mutating func drawDelays(of id: Int, on evse: Int, _ draw: (ClosedRange<Int>) -> Int) {
        for index in installed.indices where installed[index].profile.id == id {
            guard let schedule = installed[index].schedule, let most = schedule.randomizedDelay, most > 0 else {
                continue
            }
            installed[index].delays[evse] = schedule.periods.indices.map {
                $0 == 0 ? 0 : min(most, max(0, draw(0...most)))
            }
        }
    }
}

extension InstalledProfile {
    public var isExternal: Bool { profile.purpose == .externalConstraints || profile.purpose == .localGeneration }

    public var isPersistent: Bool {
        switch profile.purpose {
        case .stationMaximum, .txDefault, .priorityCharging: true
        case .tx: profile.kind != .dynamic
        case .externalConstraints, .localGeneration: false
        }
    }
}
