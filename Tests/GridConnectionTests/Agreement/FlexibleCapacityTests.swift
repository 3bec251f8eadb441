// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Testing

struct FlexibleCapacityTests {
    static let settings = FlexibleCapacity.Settings(firm: watts(-5_000, 20_000), flexible: watts(-10_000, 30_000))
    static let firm = settings.firm
    static let whole = watts(-15_000, 50_000)

    /// A machine with its clocks, so that a test reads as a course of events.
    struct Course {
        var machine: FlexibleCapacity
        var now = Instant(nanoseconds: 0) + .seconds(1_000)
        var wall: WallTime? = utc(2026, 6, 1, 12)
        var events = ConnectionEvents()
        let settings: FlexibleCapacity.Settings

        init(_ settings: FlexibleCapacity.Settings = FlexibleCapacityTests.settings, isHeard: Bool = true) {
            self.settings = settings
            machine = FlexibleCapacity(settings, restored: nil, at: now)
            if isHeard { _ = send(.heard) }
            pass(.zero)
            events.removeAll()
        }

        var power: PowerLimits { machine.limit().power }

        mutating func send(_ input: FlexibleCapacity.Input) -> FlexibleCapacity.Reply {
            machine.handle(input, at: now, wall: wall, &events)
        }
        mutating func withdraw(
            _ id: UInt64, leaves: PowerLimits = .zero, start: WallTime? = nil, for duration: Interval? = nil
        ) -> FlexibleCapacity.Reply {
            let reply = send(
                .instruct(.init(.withdrawal, InstructionID(id), leaves: leaves, start: start, duration: duration)))
            pass(.zero)
            return reply
        }
        mutating func permit(
            _ id: UInt64, leaves: PowerLimits, start: WallTime? = nil, for duration: Interval? = nil
        ) -> FlexibleCapacity.Reply {
            let reply = send(
                .instruct(.init(.permission, InstructionID(id), leaves: leaves, start: start, duration: duration)))
            pass(.zero)
            return reply
        }
        /// Time passes on both clocks.
        mutating func pass(_ interval: Interval, heard: Bool = false) {
            now = now + interval
            wall = wall.map { $0 + interval }
            if heard { _ = send(.heard) }
            machine.advance(to: now, wall: wall, &events)
        }
        mutating func restart() {
            machine = FlexibleCapacity(settings, restored: machine.memory(), at: now)
            pass(.zero)
        }
    }

    @Test func `the flexible part comes on top of the firm one once the operator is heard`() {
        var course = Course(isHeard: false)
        #expect(course.power == Self.firm)
        #expect(course.send(.heard) == .accepted)
        course.pass(.zero)
        #expect(course.power == Self.whole)
        #expect(course.events.kinds == [.failsafeLeft])
    }

    @Test(arguments: [(-1, whole), (0, firm), (1, firm)])
    func `silence of five minutes leaves the firm part`(nanoseconds: Int, expected: PowerLimits) {
        var course = Course()
        course.pass(.minutes(5) + Interval(nanoseconds: Int64(nanoseconds)))
        #expect(course.power == expected)
        #expect(course.events.kinds == (expected == Self.firm ? [.failsafeEntered] : []))
    }

    @Test func `an agreement that holds keeps the flexible part and its withdrawals during silence`() {
        var settings = Self.settings
        settings.afterSilence = .hold
        var course = Course(settings, isHeard: false)
        #expect(course.power == Self.whole)
        #expect(course.withdraw(1, leaves: watts(-10_000, 5_000)) == .accepted)
        course.pass(.minutes(60))
        #expect(course.power == watts(-15_000, 25_000))
        #expect(course.events.kinds == [.began])
    }

    @Test func `a withdrawal takes part of the flexible capacity for its duration`() {
        var course = Course()
        #expect(course.withdraw(7, leaves: watts(0, 12_000), for: .seconds(60)) == .accepted)
        #expect(course.power == watts(-5_000, 32_000))
        course.pass(.seconds(60) - Interval(nanoseconds: 1), heard: true)
        #expect(course.power == watts(-5_000, 32_000))
        course.pass(Interval(nanoseconds: 1))
        #expect(course.power == Self.whole)
        #expect(course.events.summary == "began 7, expired 7")
    }

    @Test func `a withdrawal never gives more than the agreement`() {
        var course = Course()
        #expect(course.withdraw(1, leaves: .unbounded) == .accepted)
        #expect(course.power == Self.whole)
    }

    @Test func `withdrawals at once bind together and each ends by itself`() {
        var course = Course()
        _ = course.withdraw(1, leaves: watts(-10_000, 5_000), for: .seconds(100))
        _ = course.withdraw(2, leaves: watts(-1_000, 20_000))
        #expect(course.power == watts(-6_000, 25_000))
        course.pass(.seconds(100))
        #expect(course.power == watts(-6_000, 40_000))
        #expect(course.send(.cancel(InstructionID(2))) == .accepted)
        course.pass(.zero)
        #expect(course.power == Self.whole)
        #expect(course.events.summary == "began 1, began 2, expired 1, cancelled 2")
    }

    @Test func `a withdrawal for later begins by the wall clock and ends by the monotonic one`() {
        var course = Course()
        #expect(course.withdraw(1, start: utc(2026, 6, 1, 12, 2), for: .seconds(120)) == .accepted)
        course.pass(.seconds(119), heard: true)
        #expect(course.power == Self.whole)
        course.pass(.seconds(1))
        #expect(course.power == Self.firm)
        // Set back by a day and forward by a year, it ends after its two minutes.
        course.wall = utc(2026, 5, 31)
        course.pass(.seconds(60), heard: true)
        course.wall = utc(2027, 6, 1)
        course.pass(.seconds(60) - Interval(nanoseconds: 1), heard: true)
        #expect(course.power == Self.firm)
        course.pass(Interval(nanoseconds: 1))
        #expect(course.power == Self.whole)
    }

    @Test func `a late withdrawal binds for the remainder`() {
        var course = Course()
        #expect(course.withdraw(1, start: utc(2026, 6, 1, 11, 59), for: .seconds(90)) == .accepted)
        #expect(course.power == Self.firm)
        course.pass(.seconds(30), heard: true)
        #expect(course.power == Self.whole)
    }

    @Test func `while the clock is unknown a withdrawal that waits binds because it may be due`() {
        var course = Course()
        _ = course.withdraw(1, start: utc(2026, 6, 2), for: .seconds(60))
        #expect(course.power == Self.whole)
        course.wall = nil
        course.pass(.seconds(1))
        #expect(course.power == Self.firm)
        course.wall = WallTime(milliseconds: .min)
        course.pass(.zero)
        #expect(course.power == Self.firm)
        course.wall = utc(2026, 6, 1, 13)
        course.pass(.seconds(1))
        #expect(course.power == Self.whole)
        #expect(course.events.count == 0)
    }

    @Test func `a withdrawal whose time passed unseen is told as expired`() {
        var course = Course()
        _ = course.withdraw(1, start: utc(2026, 6, 1, 13), for: .seconds(60))
        course.wall = utc(2026, 6, 1, 13, 1)
        course.pass(.zero)
        #expect(course.power == Self.whole)
        #expect(course.events.summary == "expired 1")
    }

    @Test func `a restart keeps withdrawals, resumes those begun by the clock, and waits to hear the operator`() {
        var course = Course()
        _ = course.withdraw(1, for: .seconds(600))
        _ = course.withdraw(2, leaves: watts(0, 1_000), start: utc(2026, 6, 1, 13), for: .seconds(600))
        course.pass(.seconds(200), heard: true)
        course.restart()
        #expect(course.power == Self.firm)
        course.pass(.seconds(400) - Interval(nanoseconds: 1_000_000), heard: true)
        #expect(course.power == Self.firm)
        course.pass(Interval(nanoseconds: 1_000_000))
        #expect(course.power == Self.whole)
        course.wall = utc(2026, 6, 1, 13)
        course.pass(.zero)
        #expect(course.power == watts(-5_000, 21_000))
    }

    @Test func `after a restart without a clock a withdrawal lasts its whole duration again at most`() {
        var course = Course()
        _ = course.withdraw(1, for: .seconds(100))
        course.pass(.seconds(60), heard: true)
        course.wall = nil
        course.restart()
        course.pass(.seconds(99), heard: true)
        #expect(course.power == Self.firm)
        course.pass(.seconds(1))
        #expect(course.power == Self.whole)
    }

    @Test func `an agreement with permission gives the flexible part while a permission lives`() {
        var settings = Self.settings
        settings.needsPermission = true
        var course = Course(settings)
        #expect(course.power == Self.firm)
        #expect(course.permit(1, leaves: watts(0, 10_000), for: .seconds(60)) == .accepted)
        #expect(course.power == watts(-5_000, 30_000))
        #expect(course.permit(2, leaves: .unbounded, for: .seconds(60)) == .accepted)
        #expect(course.power == Self.whole)
        #expect(course.withdraw(3, leaves: watts(0, 1_000)) == .accepted)
        #expect(course.power == watts(-5_000, 21_000))
        course.pass(.seconds(60), heard: true)
        #expect(course.power == Self.firm)
        #expect(course.events.summary == "began 1, superseded 1, began 2, began 3, expired 2")
    }

    @Test func `a permission waits for its time, also without a clock, and dies with a restart`() {
        var settings = Self.settings
        settings.needsPermission = true
        settings.afterSilence = .hold
        var course = Course(settings)
        _ = course.permit(1, leaves: .unbounded, start: utc(2026, 6, 1, 12, 1))
        #expect(course.power == Self.firm)
        course.wall = nil
        course.pass(.seconds(120))
        #expect(course.power == Self.firm)
        course.wall = utc(2026, 6, 1, 12, 1)
        course.pass(.zero)
        #expect(course.power == Self.whole)
        course.restart()
        #expect(course.power == Self.firm)
    }

    @Test(arguments: [
        (FlexibleCapacity.Instruction(.withdrawal, .none, leaves: .zero), FlexibleCapacity.Refusal.idMissing),
        (.init(.withdrawal, InstructionID(1), leaves: .zero, duration: .zero), .durationNotPositive),
        (.init(.withdrawal, InstructionID(1), leaves: .zero, duration: .seconds(-1)), .durationNotPositive),
        (.init(.withdrawal, InstructionID(1), leaves: .zero, start: WallTime(milliseconds: -1)), .startImplausible),
        (.init(.withdrawal, InstructionID(1), leaves: .zero, start: WallTime(milliseconds: .max)), .startImplausible),
        (
            .init(.withdrawal, InstructionID(1), leaves: .zero, start: utc(2026, 6, 1, 11), duration: .minutes(60)),
            .alreadyOver
        ),
        (.init(.permission, InstructionID(1), leaves: .zero), .noPermissionNeeded),
    ])
    func `what makes no sense is refused with its reason and recorded`(
        instruction: FlexibleCapacity.Instruction, refusal: FlexibleCapacity.Refusal
    ) {
        var course = Course()
        #expect(course.send(.instruct(instruction)) == .refused(refusal))
        course.pass(.zero)
        #expect(course.power == Self.whole)
        #expect(course.events.kinds == [.refused])
        #expect(course.events[0].detail == refusal.rawValue)
    }

    @Test func `an id is taken once, an unknown one cannot be cancelled, the seventeenth finds no room`() {
        var course = Course()
        for id in 1...16 { #expect(course.withdraw(UInt64(id)) == .accepted) }
        #expect(course.withdraw(16) == .known)
        #expect(course.withdraw(17) == .refused(.full))
        #expect(course.send(.cancel(InstructionID(17))) == .refused(.unknownInstruction))
        #expect(course.send(.cancel(.none)) == .refused(.idMissing))
        #expect(course.send(.cancel(InstructionID(3))) == .accepted)
        #expect(course.withdraw(17) == .accepted)
    }

    @Test func `every change of what is remembered is counted`() {
        var course = Course()
        var counts: [UInt64] = [course.machine.changes]
        _ = course.withdraw(1, start: utc(2026, 6, 1, 12, 1), for: .seconds(60))
        counts.append(course.machine.changes)
        course.pass(.seconds(60), heard: true)
        counts.append(course.machine.changes)
        course.pass(.seconds(30), heard: true)
        counts.append(course.machine.changes)
        course.pass(.seconds(30), heard: true)
        counts.append(course.machine.changes)
        #expect(counts == [0, 1, 2, 2, 3])
    }
}
