// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct OperatingEnvelopeTests {
    typealias Course = EnvelopeCourse
    static let millisecond = Interval.milliseconds(1)

    @Test func `without a control the server's default holds, without that the settings`() {
        var course = Course()
        #expect(course.machine.siteLimit() == GridLimit(.operatingEnvelopeDefault, power: watts(-1_500, 10_000)))
        #expect(course.send(.defaults(EnvelopeLimits(siteExport: .watts(5_000)))) == .accepted)
        course.pass(.zero)
        #expect(course.power == watts(-5_000, 10_000))
        #expect(course.send(.defaults(EnvelopeLimits(siteImport: .watts(-1)))) == .refused(.negativeLimit))
        course.pass(.zero)
        #expect(course.power == watts(-5_000, 10_000))
    }

    @Test func `a control holds from its start until its duration has passed`() {
        var course = Course()
        #expect(course.take(Course.control(1, export: 4_000, start: 60, for: 300)) == .accepted)
        course.pass(.seconds(60) - Self.millisecond)
        #expect(course.export == 1_500)
        course.pass(Self.millisecond)
        #expect(course.export == 4_000 && course.machine.siteLimit().rule == .operatingEnvelope)
        course.pass(.seconds(300) - Interval(nanoseconds: 1))
        #expect(course.export == 4_000)
        course.pass(Interval(nanoseconds: 1))
        #expect(course.export == 1_500)
        #expect(course.events.summary == "began 1, expired 1")
    }

    @Test func `a late control starts at once for the remainder, one whose time is over is refused`() {
        var course = Course()
        #expect(course.take(Course.control(1, export: 4_000, start: -200, for: 300)) == .accepted)
        #expect(course.export == 4_000)
        course.pass(.seconds(100))
        #expect(course.export == 1_500)
        #expect(course.take(Course.control(2, export: 4_000, start: -200, for: 300)) == .refused(.expired))
        #expect(course.export == 1_500)
        #expect(course.take(Course.control(3, export: 4_000, start: -199, for: 300)) == .accepted)
        #expect(course.export == 4_000)
        course.pass(.seconds(1))
        #expect(course.export == 1_500)
    }

    @Test(arguments: [
        (Int32(60), Int32(0), 0), (60, 500_000, 30), (60, 1_000_000, 60), (-60, 500_000, -30), (-60, 1_000_000, -60),
    ])
    func `the start is moved by the random part and the end with it`(window: Int32, fraction: Int32, moved: Int) {
        var course = Course()
        course.take(Course.control(1, export: 4_000, start: 100, for: 300, randomize: window, fraction: fraction))
        course.pass(.seconds(100 + moved) - Self.millisecond)
        #expect(course.export == 1_500)
        course.pass(Self.millisecond)
        #expect(course.export == 4_000)
        course.pass(.seconds(300) - Self.millisecond)
        #expect(course.export == 4_000)
        course.pass(Self.millisecond)
        #expect(course.export == 1_500)
    }

    @Test func `a newer control of the same primacy takes the place of an older one for good`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 600, created: 0))
        course.take(Course.control(2, export: 3_000, start: 100, for: 100, created: 1))
        #expect(course.export == 4_000)
        course.pass(.seconds(100))
        #expect(course.export == 3_000)
        course.pass(.seconds(100))
        #expect(course.export == 1_500)
        #expect(course.events.summary == "began 1, began 2, superseded 1, expired 2")
    }

    @Test func `what is superseded need not have begun, and one that does not overlap stays`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, start: 200, for: 600, created: 0))
        course.take(Course.control(2, export: 4_500, start: 300, for: 600, created: 0))
        course.take(Course.control(3, export: 3_000, start: 100, for: 200, created: 1))
        course.pass(.seconds(100))
        #expect(course.events.summary == "began 3, superseded 1")
        course.pass(.seconds(200))
        #expect(course.export == 4_500)
    }

    @Test func `a newer control that is cancelled before it begins leaves the older one alone`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, created: 0))
        course.take(Course.control(2, export: 3_000, start: 100, created: 1))
        #expect(course.cancel(2) == .accepted)
        course.pass(.seconds(100))
        #expect(course.export == 4_000)
        #expect(course.events.summary == "began 1, cancelled 2")
    }

    @Test func `a newer control leaves alone what it has no say in`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, import: 6_000, created: 0))
        course.take(Course.control(2, export: 3_000, start: 100, for: 100, created: 1))
        course.pass(.seconds(100))
        #expect(course.power == watts(-3_000, 6_000))
        course.pass(.seconds(100))
        #expect(course.power == watts(-4_000, 6_000))
        #expect(course.events.summary == "began 1, began 2, expired 2")
    }

    @Test func `a control of lower primacy interrupts only for the overlap`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 600, primacy: 5, created: 9))
        course.take(Course.control(2, export: 8_000, start: 100, for: 100, primacy: 1, created: 0))
        course.pass(.seconds(100))
        #expect(course.export == 8_000)
        course.pass(.seconds(100))
        #expect(course.export == 4_000)
        #expect(course.events.summary == "began 1, began 2, expired 2")
    }

    @Test func `of two that nothing ranks the strictest holds`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000))
        course.take(Course.control(2, export: 2_000))
        course.take(Course.control(3, export: 3_000))
        #expect(course.export == 2_000)
    }

    @Test func `a gap between two steps ends like the same time in small ones`() {
        var events: [String] = []
        for isInOneStep in [true, false] {
            var course = Course()
            course.take(Course.control(1, export: 4_000, for: 900, created: 0))
            course.take(Course.control(2, export: 3_000, start: 100, for: 100, created: 1))
            course.take(Course.control(3, export: 2_000, start: 250, for: 900, primacy: 7))
            if isInOneStep {
                course.pass(.seconds(300))
            } else {
                for _ in 0..<300 { course.pass(.seconds(1)) }
            }
            #expect(course.export == 2_000)
            events.append(course.events.summary)
        }
        #expect(events[1] == "began 1, began 2, superseded 1, expired 2, began 3")
        #expect(events[0] == "began 1, expired 2, began 3, superseded 1")
    }

    @Test func `a cancelled control ends at once or after the random delay`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000))
        course.take(Course.control(2, export: 4_500, primacy: 9))
        #expect(course.cancel(1, after: .seconds(30)) == .accepted)
        course.pass(.seconds(30) - Interval(nanoseconds: 1))
        #expect(course.export == 4_000)
        course.pass(Interval(nanoseconds: 1))
        #expect(course.export == 4_500)
        #expect(course.cancel(2) == .accepted)
        course.pass(.zero)
        #expect(course.export == 1_500)
        #expect(course.cancel(2) == .known)
        #expect(course.cancel(3) == .refused(.unknownControl))
        #expect(course.events.summary == "began 1, began 2, cancelled 1, cancelled 2")
    }

    @Test func `a repeated cancellation keeps its delay, one without delay hastens it`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000))
        #expect(course.cancel(1, after: .seconds(30)) == .accepted)
        course.pass(.seconds(10))
        #expect(course.cancel(1, after: .seconds(5)) == .known)
        course.pass(.seconds(10))
        #expect(course.export == 4_000)
        #expect(course.cancel(1) == .accepted)
        course.pass(.zero)
        #expect(course.export == 1_500)
    }

    @Test func `a delayed cancellation lasts an hour at most and no longer than the control`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 7_200))
        course.take(Course.control(2, export: 4_000, for: 60, primacy: 9))
        _ = course.cancel(1, after: .minutes(600))
        _ = course.cancel(2, after: .minutes(600))
        course.pass(.seconds(60))
        #expect(course.events.summary == "began 1, began 2, cancelled 2")
        course.pass(.minutes(59) - Interval(nanoseconds: 1))
        #expect(course.export == 4_000)
        course.pass(Interval(nanoseconds: 1))
        #expect(course.export == 1_500)
    }

    @Test func `a control that the server lists again after its end is not revived`() {
        var course = Course()
        let older = Course.control(1, export: 4_000, for: 600, created: 0)
        let newer = Course.control(2, export: 3_000, for: 100, created: 1)
        course.take(older)
        course.take(newer)
        _ = course.cancel(2)
        course.pass(.seconds(10))
        #expect(course.take(older) == .known)
        #expect(course.take(newer) == .known)
        #expect(course.export == 1_500)
        course.restart()
        #expect(course.take(older) == .known)
        #expect(course.export == 1_500)
        #expect(course.events.summary == "began 1, began 2, superseded 1, cancelled 2")
    }

    @Test func `an older control that arrives after the newer one has begun is refused`() {
        var course = Course()
        course.take(Course.control(2, export: 3_000, created: 1))
        #expect(course.take(Course.control(1, export: 4_000, created: 0)) == .refused(.superseded))
        #expect(course.export == 3_000)
    }

    @Test func `an event is never edited, but the dice may fall anew`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, start: 100, randomize: 60, fraction: 10))
        #expect(course.take(Course.control(1, export: 4_000, start: 100, randomize: 60, fraction: 900)) == .known)
        #expect(course.take(Course.control(1, export: 9_000, start: 100, randomize: 60)) == .refused(.edited))
        course.pass(.seconds(101))
        #expect(course.export == 4_000)
    }

    @Test func `a control that the server marks as superseded ends at once`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000))
        #expect(course.send(.supersede(InstructionID(1))) == .accepted)
        course.pass(.zero)
        #expect(course.export == 1_500)
        #expect(course.send(.supersede(InstructionID(9))) == .refused(.unknownControl))
        #expect(course.events.summary == "began 1, superseded 1")
    }

    @Test func `a silent server's schedule runs its course, then the default holds as a failsafe`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 1_800))
        course.take(Course.control(2, export: 3_000, start: 1_800, for: 1_800))
        course.pass(.seconds(1_800))
        #expect(course.export == 3_000)
        course.pass(.seconds(1_800))
        #expect(course.export == 1_500)
        #expect(course.events.summary == "began 1, expired 1, began 2, expired 2, failsafeEntered")
        _ = course.send(.heard)
        course.pass(.zero)
        #expect(course.events.kinds.last == .failsafeLeft)
        #expect(course.export == 1_500)
    }

    @Test(arguments: [(-1, false), (0, true), (1, true)])
    func `the default is a failsafe after fifteen minutes of silence`(nanoseconds: Int, isFailsafe: Bool) {
        var course = Course()
        _ = course.send(.heard)
        course.pass(.minutes(15) + Interval(nanoseconds: Int64(nanoseconds)))
        #expect(course.events.kinds == (isFailsafe ? [.failsafeEntered] : []))
    }

    @Test func `the device limits bound all EVSEs and not the site`() {
        var course = Course()
        var control = Course.control(1)
        control.limits = EnvelopeLimits(generation: .watts(2_000), load: .watts(7_000))
        course.take(control)
        #expect(
            course.machine.deviceLimit()
                == GridLimit(.operatingEnvelope, scope: .controllable, power: watts(-2_000, 7_000)))
        #expect(course.machine.siteLimit().rule == .operatingEnvelopeDefault)
        #expect(course.power == watts(-1_500, 10_000))
    }

    @Test func `an order to cease stops the devices until a better ranked one energises them`() {
        var course = Course()
        course.take(Course.control(1, energize: false))
        #expect(course.machine.deviceLimit() == GridLimit(.ceaseToEnergise, scope: .controllable, power: .zero))
        course.take(Course.control(2, primacy: 1, energize: true))
        #expect(course.machine.deviceLimit().rule == .operatingEnvelope)
        _ = course.send(.defaults(EnvelopeLimits(energize: false)))
        course.pass(.seconds(600))
        #expect(course.machine.deviceLimit().power == .zero)
    }
}
