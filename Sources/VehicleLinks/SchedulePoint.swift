// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118

/// A charging point that knows what a car may draw and deliver when. Its offer says so (`StationOffer.asksForSchedules`).
package protocol SchedulePoint: ChargingPoint {
    /// What the car may choose between; none: all the offer has. May take up to a minute, which the car waits; cancelled when
    /// the session ends. Asked anew whenever car or station negotiates.
    func schedules(for needs: EVNeeds) async -> [ScheduleTuple]
    /// How the car will charge, within the schedule it chose.
    func planned(_ profile: PowerProfile) async
}
