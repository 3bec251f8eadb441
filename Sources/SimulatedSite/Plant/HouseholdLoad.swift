// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Everything on site that is neither charger nor generation. Positive draws from the grid.
package struct HouseholdLoad: Equatable, Sendable {
    package var profile: DayProfile
    /// How far the power wanders around the profile, 0 to 1; renewed every second.
    package var noise: Double
    package var seed: UInt64
    /// Takes the profile's place while set.
    package var override: PerPhase<Power>?

    package init(profile: DayProfile = .household, noise: Double = 0.05, seed: UInt64 = 1) {
        self.profile = profile
        self.noise = min(max(noise, 0), 1)
        self.seed = seed
    }

    /// In watts. A function of its arguments and the settings alone.
    func watts(at timeOfDay: Interval, day: Int64) -> PerPhase<Double> {
        if let override { return override.map(\.inUnits) }
        let watts = profile.watts(at: timeOfDay)
        guard noise > 0 else { return watts }
        let second = (day * 86_400 + timeOfDay.nanoseconds / 1_000_000_000) * 3
        return PerPhase(
            watts.l1 * (1 + noise * SplitMix64.noise(seed: seed, at: second)),
            watts.l2 * (1 + noise * SplitMix64.noise(seed: seed, at: second + 1)),
            watts.l3 * (1 + noise * SplitMix64.noise(seed: seed, at: second + 2)))
    }
}

/// Generation on site. Its power is negative: it delivers.
package struct PhotovoltaicPlant: Equatable, Sendable {
    package enum Course: Equatable, Sendable {
        case clearSky
        /// Magnitudes.
        case profile(DayProfile)
    }
    /// A magnitude, shared evenly by `phases`.
    package var peak: Power
    package var phases: PhaseSet
    package var course: Course
    /// How much of the light passing clouds may take, 0 to 1.
    package var clouds: Double
    package var seed: UInt64
    /// Generation as a magnitude, in place of the course while set.
    package var override: Power?

    package init(
        peak: Power, phases: PhaseSet = .three, course: Course = .clearSky, clouds: Double = 0.2, seed: UInt64 = 2
    ) {
        self.peak = peak
        self.phases = phases
        self.course = course
        self.clouds = min(max(clouds, 0), 1)
        self.seed = seed
    }

    /// In watts, zero or below.
    func watts(at timeOfDay: Interval, day: Int64) -> PerPhase<Double> {
        if let override { return shared(override.magnitude.inUnits) }
        let light = 1 - clouds * shade(at: timeOfDay, day: day)
        switch course {
        case .clearSky: return shared(peak.magnitude.inUnits * DayProfile.clearSkyShare(at: timeOfDay) * light)
        case .profile(let profile): return profile.watts(at: timeOfDay).map { -abs($0) * light }
        }
    }

    private func shared(_ watts: Double) -> PerPhase<Double> {
        guard phases.count > 0 else { return PerPhase(all: 0) }
        let each = watts / Double(phases.count)
        return PerPhase(
            phases.contains(.l1) ? -each : 0, phases.contains(.l2) ? -each : 0, phases.contains(.l3) ? -each : 0)
    }

    /// 0 to 1: clouds come and go within minutes, straight between one value a minute.
    private func shade(at timeOfDay: Interval, day: Int64) -> Double {
        guard clouds > 0 else { return 0 }
        let seconds = timeOfDay.inSeconds
        let minute = day * 1_440 + Int64(seconds / 60)
        let share = seconds / 60 - (seconds / 60).rounded(.down)
        let before = SplitMix64.noise(seed: seed, at: minute)
        let after = SplitMix64.noise(seed: seed, at: minute + 1)
        return (before + (after - before) * share + 1) / 2
    }
}
