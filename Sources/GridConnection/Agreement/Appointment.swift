// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// When an instruction binds. It begins by the wall clock, because that is how it was ordered, and ends by the monotonic
/// clock, because a wall clock that jumps must neither end nor repeat what has begun.
struct Appointment: Sendable, BitwiseCopyable, Equatable {
    enum Phase: Sendable, BitwiseCopyable, Equatable {
        case awaited
        case running(until: Instant)
        /// Begun before a restart. When it ends is settled once the wall clock is known; until then, no later than this.
        case resumed(until: Instant)
        case over
    }
    enum Change: Sendable, BitwiseCopyable, Equatable {
        case none, began, ended
        /// Its whole time passed without having begun.
        case missed
    }

    /// nil: at once.
    private(set) var start: WallTime?
    /// nil: until it is withdrawn.
    let duration: Interval?
    private(set) var phase: Phase

    /// The longest that is told from for ever: fifty years.
    static var longest: Interval { @_noLocks get { Interval(nanoseconds: 1_577_880_000_000_000_000) } }

    /// - Parameters:
    ///   - start: Plausible, see `WallTime.isPlausible`.
    ///   - duration: Above zero; beyond fifty years it counts as fifty.
    @_noLocks init(start: WallTime?, duration: Interval?) {
        self.start = start
        self.duration = Self.bounded(duration)
        phase = .awaited
    }

    /// After a restart.
    @_noLocks init(start: WallTime?, duration: Interval?, hasBegun: Bool, at now: Instant) {
        self.start = start
        self.duration = Self.bounded(duration)
        phase = hasBegun ? .resumed(until: Self.deadline(now, self.duration)) : .awaited
    }

    @_noLocks private static func bounded(_ duration: Interval?) -> Interval? {
        guard let duration else { return nil }
        return duration > longest ? longest : duration
    }

    @_noLocks private static func deadline(_ now: Instant, _ remaining: Interval?) -> Instant {
        guard let remaining else { return .distantFuture }
        return now + remaining
    }

    var hasBegun: Bool {
        @_noLocks get {
            switch phase {
            case .awaited: false
            case .running, .resumed, .over: true
            }
        }
    }

    var isRunning: Bool {
        @_noLocks get {
            switch phase {
            case .running, .resumed: true
            case .awaited, .over: false
            }
        }
    }

    var isOver: Bool { @_noLocks get { phase == .over } }

    /// - Parameter wall: Believable or nil.
    @_noLocks mutating func advance(to now: Instant, wall: WallTime?) -> Change {
        switch phase {
        case .over: return .none
        case .awaited: return begin(at: now, wall)
        case .resumed(let latest):
            if let wall, let start, let duration {
                let remaining = Self.remaining(of: duration, from: start, at: wall)
                phase = .running(until: min(latest, now + remaining))
            }
            return end(at: now)
        case .running: return end(at: now)
        }
    }

    @_noLocks mutating func cancel() { phase = .over }

    @_noLocks private mutating func begin(at now: Instant, _ wall: WallTime?) -> Change {
        guard let start else {
            self.start = wall
            phase = .running(until: Self.deadline(now, duration))
            return .began
        }
        guard let wall, start <= wall else { return .none }
        guard let duration else {
            phase = .running(until: .distantFuture)
            return .began
        }
        let remaining = Self.remaining(of: duration, from: start, at: wall)
        guard remaining > .zero else {
            phase = .over
            return .missed
        }
        phase = .running(until: now + remaining)
        return .began
    }

    @_noLocks private mutating func end(at now: Instant) -> Change {
        switch phase {
        case .running(let deadline), .resumed(let deadline):
            guard now >= deadline else { return .none }
            phase = .over
            return .ended
        case .awaited, .over: return .none
        }
    }

    /// Never more than the whole, wherever the clock was set back to; so no deadline can overflow.
    @_noLocks private static func remaining(of duration: Interval, from start: WallTime, at wall: WallTime) -> Interval
    {
        let left = duration - (wall - start)
        return left > duration ? duration : left
    }
}
