// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

/// The operating envelope under clocks that jump, restarts, and input that makes no sense.
struct OperatingEnvelopeClockTests {
    typealias Course = EnvelopeCourse

    @Test func `what has begun ends by the monotonic clock, wherever the wall clock jumps`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 600))
        for jump in [Interval.seconds(-86_400), .seconds(400_000), .seconds(-1), .seconds(3_600)] {
            course.wall = Course.noon + jump
            course.pass(.seconds(100))
            #expect(course.export == 4_000)
        }
        course.pass(.seconds(200) - Interval(nanoseconds: 1))
        #expect(course.export == 4_000)
        course.pass(Interval(nanoseconds: 1))
        #expect(course.export == 1_500)
    }

    @Test func `a repeated second, as a leap second looks, begins a control once`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, start: 10, for: 60))
        course.pass(.seconds(10))
        course.wall = Course.noon + .seconds(9)
        course.pass(.zero)
        #expect(course.export == 4_000)
        course.pass(.seconds(1))
        #expect(course.events.summary == "began 1")
    }

    @Test func `while the clock is unknown nothing is wider than the default and what is stored narrows`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, import: 2_000, for: 3_600))
        course.take(Course.control(2, export: 500, start: 7_200, for: 60, primacy: 9))
        #expect(course.power == watts(-4_000, 2_000))
        course.wall = nil
        course.pass(.seconds(1))
        #expect(course.power == watts(-500, 2_000))
        course.wall = Course.noon + .seconds(2)
        course.pass(.zero)
        #expect(course.power == watts(-4_000, 2_000))
    }

    @Test func `a control that arrives without a clock begins when the clock is known`() {
        var course = Course()
        course.wall = nil
        #expect(course.take(Course.control(1, export: 4_000, start: 0, for: 600)) == .accepted)
        #expect(course.take(Course.control(2, export: 1_000, start: -600, for: 600)) == .accepted)
        #expect(course.export == 1_000)
        course.wall = Course.noon + .seconds(10)
        course.pass(.zero)
        #expect(course.export == 4_000)
        #expect(course.events.summary == "began 1, expired 2")
    }

    @Test func `a restart resumes what had begun for the remainder and tells nobody twice`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 600))
        course.take(Course.control(2, export: 3_000, start: 600, for: 600))
        _ = course.send(.defaults(EnvelopeLimits(siteExport: .watts(2_500))))
        course.pass(.seconds(100))
        course.restart()
        #expect(course.export == 4_000)
        course.pass(.seconds(500) - .milliseconds(1))
        #expect(course.export == 4_000)
        course.pass(.milliseconds(1))
        #expect(course.export == 3_000)
        _ = course.send(.heard)
        course.pass(.seconds(600))
        #expect(course.export == 2_500)
        #expect(course.events.summary == "began 1, expired 1, began 2, expired 2")
    }

    @Test func `after a restart without a clock what had begun lasts its duration at most and widens nothing`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, import: 2_000, for: 600))
        course.pass(.seconds(300))
        course.wall = nil
        course.restart()
        #expect(course.power == watts(-1_500, 2_000))
        course.pass(.seconds(600) - Interval(nanoseconds: 1))
        #expect(course.power == watts(-1_500, 2_000))
        course.pass(Interval(nanoseconds: 1))
        #expect(course.power == watts(-1_500, 10_000))
    }

    @Test func `a restart with a clock set back gives what had begun no more than its duration`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 600))
        course.pass(.seconds(300))
        course.wall = Course.noon + .seconds(-100_000)
        course.restart()
        #expect(course.export == 4_000)
        course.pass(.seconds(600))
        #expect(course.export == 1_500)
    }

    @Test func `a clock that comes back set back after a restart gives no more than the duration either`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, for: 600))
        course.pass(.seconds(300))
        course.wall = nil
        course.restart()
        course.pass(.seconds(400))
        course.wall = Course.noon + .seconds(-100_000)
        course.pass(.zero)
        #expect(course.export == 4_000)
        course.pass(.seconds(200) - Interval(nanoseconds: 1))
        #expect(course.export == 4_000)
        course.pass(Interval(nanoseconds: 1))
        #expect(course.export == 1_500)
    }

    @Test func `a delayed cancellation takes effect at once after a restart`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000))
        _ = course.cancel(1, after: .seconds(300))
        course.pass(.seconds(1))
        course.restart()
        #expect(course.export == 1_500)
        #expect(course.events.summary == "began 1, cancelled 1")
    }

    @Test func `before the first step after a restart nothing is wider than the default`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000))
        let restarted = OperatingEnvelope(course.settings, restored: course.machine.memory(), at: course.now)
        #expect(restarted.siteLimit().power == watts(-1_500, 10_000))
    }

    @Test(arguments: [
        (Course.control(0, export: 1), OperatingEnvelope.Refusal.idMissing), (Course.control(1), .nothingControlled),
        (Course.control(1, export: -1), .negativeLimit), (Course.control(1, export: 1, for: 0), .durationNotPositive),
        (Course.control(1, export: 1, for: -5), .durationNotPositive),
        (Course.control(1, export: 1, start: -1_800_000_000), .timeImplausible),
        (Course.control(1, export: 1, start: 9_000_000_000), .timeImplausible),
        (Course.control(1, export: 1, randomize: 3_601), .randomizationOutOfRange),
        (Course.control(1, export: 1, randomize: 60, fraction: 1_000_001), .randomizationOutOfRange),
        (Course.control(1, export: 1, randomize: -60, fraction: -1), .randomizationOutOfRange),
    ])
    func `what makes no sense is refused with its reason and recorded`(
        control: EnvelopeControl, refusal: OperatingEnvelope.Refusal
    ) {
        var course = Course()
        #expect(course.take(control) == .refused(refusal))
        #expect(course.power == watts(-1_500, 10_000))
        #expect(course.events.kinds == [.refused])
        #expect(course.events[0].detail == refusal.rawValue)
    }

    @Test func `a duration without end is no overflow`() {
        var course = Course()
        var control = Course.control(1, export: 4_000)
        control.duration = Interval(nanoseconds: .max)
        #expect(course.take(control) == .accepted)
        course.pass(.seconds(86_400 * 365 * 20))
        #expect(course.export == 4_000)
        course.restart()
        #expect(course.export == 4_000)
    }

    @Test func `the sixty-fifth control is refused, never dropped, and finds room once one has ended`() {
        var course = Course()
        for id in 1...64 {
            #expect(course.take(Course.control(UInt64(id), export: 4_000, start: id * 1_000)) == .accepted)
        }
        #expect(course.take(Course.control(65, export: 1, start: 10)) == .refused(.full))
        #expect(course.events.summary == "refused 65")
        _ = course.cancel(7)
        course.pass(.zero)
        #expect(course.take(Course.control(65, export: 1, start: 10)) == .accepted)
        course.pass(.seconds(10))
        #expect(course.export == 1)
    }

    @Test func `a memory that makes no sense is left aside`() {
        var memory = OperatingEnvelope.Memory()
        memory.count = 99
        memory.defaults = EnvelopeLimits(siteExport: .watts(-5))
        memory.records[3].control = Course.control(3, export: -4)
        memory.records[3].isOver = false
        let machine = OperatingEnvelope(Course.settings, restored: memory, at: Instant(nanoseconds: 0))
        #expect(machine.siteLimit().power == watts(-1_500, 10_000))
        #expect(machine.memory().count == 0)
    }

    @Test func `every change of what is remembered is counted`() {
        var course = Course()
        course.take(Course.control(1, export: 4_000, start: 10, for: 10))
        let taken = course.machine.changes
        course.pass(.seconds(9))
        #expect(course.machine.changes == taken)
        course.pass(.seconds(1))
        let begun = course.machine.changes
        #expect(begun > taken)
        course.pass(.seconds(10))
        #expect(course.machine.changes > begun)
    }
}
