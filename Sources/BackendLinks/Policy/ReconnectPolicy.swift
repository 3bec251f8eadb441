// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// When to try which network profile next, as OCPP-J 5.3 and block B10 have it. A value; time and chance are arguments.
///
/// The first wait is `minimum` plus a random part; it doubles `repeatTimes` times and stays there, with a fresh random part
/// each time. Only success brings it back to the minimum (errata 2025-09): a change of profile does not, so that a site
/// whose backends are all down does not hurry from one to the next.
package struct ReconnectPolicy: Hashable, Sendable {
    package struct Attempt: Hashable, Sendable {
        /// Index into the list of profiles.
        package let profile: Int
        /// Time since the same origin as `now`.
        package let at: Duration
    }

    /// RetryBackOffWaitMinimum.
    package let minimum: Duration
    /// RetryBackOffRepeatTimes, at most 16.
    package let repeatTimes: Int
    /// RetryBackOffRandomRange.
    package let randomRange: Duration
    /// NetworkProfileConnectionAttempts, at least 1: failures in a row before the next profile's turn.
    package let attemptsPerProfile: Int
    /// How many profiles there are (NetworkConfigurationPriority), at least 1.
    package let profiles: Int

    /// The profile in use or to be tried next.
    package private(set) var profile = 0
    private var failures = 0
    private var waits = 0

    package init(
        minimum: Duration = .seconds(10), repeatTimes: Int = 5, randomRange: Duration = .seconds(10),
        attemptsPerProfile: Int = 3, profiles: Int = 1
    ) {
        self.minimum = max(minimum, .milliseconds(1))
        self.repeatTimes = min(max(repeatTimes, 0), 16)
        self.randomRange = max(randomRange, .zero)
        self.attemptsPerProfile = max(attemptsPerProfile, 1)
        self.profiles = max(profiles, 1)
    }

    /// The link is open.
    package mutating func opened() {
        failures = 0
        waits = 0
    }

    /// An open link ended: the same profile is tried again.
    package mutating func lost(at now: Duration, using chance: inout some RandomNumberGenerator) -> Attempt {
        next(at: now, using: &chance)
    }

    /// An attempt failed.
    package mutating func refused(at now: Duration, using chance: inout some RandomNumberGenerator) -> Attempt {
        failures += 1
        if failures >= attemptsPerProfile {
            failures = 0
            profile = (profile + 1) % profiles
        }
        return next(at: now, using: &chance)
    }

    private mutating func next(at now: Duration, using chance: inout some RandomNumberGenerator) -> Attempt {
        let wait = minimum * (1 << waits)
        waits = min(waits + 1, repeatTimes)
        let random = randomRange * Double.random(in: 0...1, using: &chance)
        return Attempt(profile: profile, at: now + wait + random)
    }
}
