// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct EnterServiceTests {
    struct Course {
        var machine: EnterService
        var events = ConnectionEvents()
        init(_ settings: EnterService.Settings = entering(), seed: UInt64 = 1) {
            machine = EnterService(settings, seed: seed, at: at(0))
        }
        mutating func see(_ condition: EnterService.Condition, at time: Double) -> EnterService.Phase {
            machine.advance(to: at(time), condition, &events)
            return machine.phase
        }
        mutating func tell(_ input: EnterService.Input, at time: Double) -> EnterService.Reply {
            machine.handle(input, at: at(time), &events)
        }
        /// In service since 660 s.
        static func inService(_ settings: EnterService.Settings = entering()) -> Course {
            var course = Course(settings)
            _ = course.see(.inside, at: 0)
            _ = course.see(.inside, at: 60)
            _ = course.see(.inside, at: 660)
            return course
        }
    }

    @Test func `after a start delivery waits a minute, then rises by ten percent per minute`() {
        var course = Course()
        #expect(course.machine.share == .zero)
        #expect(course.see(.inside, at: 10) == .counting)
        #expect(course.see(.inside, at: 69.999_999_999) == .counting)
        #expect(!course.machine.isPermittedToDeliver)
        #expect(course.see(.inside, at: 70) == .ramping)
        #expect(course.machine.isPermittedToDeliver)
        #expect(course.machine.share == .zero)
        #expect(course.see(.inside, at: 370) == .ramping)
        #expect(course.machine.share == pu(0.5))
        #expect(course.see(.outside, at: 669.99) == .ramping, "a disturbance is ridden through")
        #expect(course.see(.inside, at: 670) == .inService)
        #expect(course.machine.bound == nil)
        #expect(kinds(of: course.events) == [.stateChanged, .stateChanged, .stateChanged])
    }

    @Test(arguments: [EnterService.Condition.outside, .unknown])
    func `any moment outside starts the delay anew`(condition: EnterService.Condition) {
        var course = Course()
        _ = course.see(.inside, at: 0)
        #expect(course.see(condition, at: 59.9) == .waiting)
        #expect(course.see(.inside, at: 60) == .counting)
        #expect(course.see(.inside, at: 119.999_999_999) == .counting)
        #expect(course.see(.inside, at: 120) == .ramping)
    }

    @Test(arguments: [
        (0.85, 50.0, EnterService.Condition.inside), (0.849_999, 50, .outside), (1.10, 50, .inside),
        (1.100_001, 50, .outside), (1, 47.5, .inside), (1, 47.499, .outside), (1, 50.1, .inside), (1, 50.101, .outside),
    ]) func `the bounds of the window are inside`(voltage: Double, frequency: Double, condition: EnterService.Condition)
    {
        let machine = EnterService(entering(), seed: 1, at: at(0))
        #expect(machine.condition(LineVoltage(all: pu(voltage)), hertz(frequency)) == condition)
    }

    @Test func `every phase has to be inside, and nothing unknown is`() {
        let machine = EnterService(entering(), seed: 1, at: at(0))
        let sagging = LineVoltage(lowest: pu(0.8), mean: pu(0.95), highest: pu(1))
        #expect(machine.condition(sagging, hertz(50)) == .outside)
        #expect(machine.condition(nil, hertz(50)) == .unknown)
        #expect(machine.condition(LineVoltage(all: .one), nil) == .unknown)
    }

    @Test(arguments: [(3.0, 5.0), (3.000_000_001, 60)])
    func `an interruption of up to three seconds asks for five seconds only`(outage: Double, delay: Double) {
        var course = Course.inService()
        #expect(course.tell(.interrupt, at: 700) == .accepted)
        #expect(course.see(.outside, at: 701) == .waiting)
        #expect(course.see(.inside, at: 700 + outage) == .counting)
        #expect(course.machine.due == at(700 + outage) + seconds(delay))
    }

    @Test func `after a grid that was not seen the whole delay runs`() {
        var course = Course.inService()
        #expect(course.tell(.leave, at: 700) == .accepted)
        #expect(course.see(.inside, at: 700) == .counting)
        #expect(course.machine.due == at(760))
        course = Course.inService()
        _ = course.tell(.interrupt, at: 700)
        #expect(course.tell(.leave, at: 701) == .alreadySo)
        #expect(course.see(.inside, at: 702) == .counting)
        #expect(course.machine.due == at(762))
    }

    @Test func `an order to cease makes the whole delay run, however short it was`() {
        var course = Course.inService()
        #expect(course.tell(.cease, at: 700) == .accepted)
        #expect(course.machine.bound?.rule == .ceaseToEnergise)
        #expect(course.tell(.interrupt, at: 700) == .ceasedByOrder)
        #expect(course.tell(.permit, at: 701) == .accepted)
        #expect(course.see(.inside, at: 701) == .counting)
        #expect(course.machine.due == at(761))
    }

    @Test func `the random delay is within its bound and differs between chargers`() {
        var settings = entering()
        settings.randomDelay = .seconds(300)
        let delays = (0..<50).map { seed in
            var course = Course(settings, seed: UInt64(seed))
            _ = course.see(.inside, at: 0)
            return course.machine.due - at(60)
        }
        #expect(delays.allSatisfy { $0 >= .zero && $0 < .seconds(300) })
        #expect(Set(delays).count == 50)
        #expect((delays.min() ?? .zero) < .seconds(30) && (delays.max() ?? .zero) > .seconds(270))
    }

    @Test func `charging waits as well where the code says so`() {
        var settings = entering()
        #expect(Course(settings).machine.bound?.upper == .unbounded)
        settings.appliesToCharging = true
        #expect(Course(settings).machine.bound?.upper == .zero)
    }

    @Test func `without a ramp everything is there at once`() {
        var settings = entering()
        settings.ramp = .zero
        var course = Course(settings)
        _ = course.see(.inside, at: 0)
        #expect(course.see(.inside, at: 60) == .inService)
    }

    @Test func `advancing twice changes nothing, a gap of an hour neither breaks nor skips the ramp`() {
        var course = Course()
        _ = course.see(.inside, at: 0)
        #expect(course.see(.inside, at: 3_600) == .ramping)
        #expect(course.machine.share == .zero)
        let count = course.events.count
        #expect(course.see(.inside, at: 3_600) == .ramping)
        #expect(course.events.count == count)
        #expect(course.see(.inside, at: 7_200) == .inService)
    }
}

struct CeaseToEnergiseTests {
    struct Course {
        var machine = CeaseToEnergise(CeaseToEnergise.Settings())
        var events = ConnectionEvents()
        mutating func tell(_ input: CeaseToEnergise.Input, at time: Double, _ id: UInt64 = 7) -> CeaseToEnergise.Reply {
            machine.handle(input, InstructionID(id), at: at(time), &events)
        }
        mutating func deliver(_ power: Double, at time: Double) -> CeaseToEnergise.Phase {
            machine.advance(to: at(time), power: pu(-power), &events)
            return machine.phase
        }
    }

    @Test func `the record shows when delivery ended after an order, with its number`() {
        var course = Course()
        #expect(course.tell(.cease, at: 10) == .accepted)
        #expect(course.deliver(0.4, at: 11) == .ceasing)
        #expect(course.deliver(0.01, at: 12.5) == .ceased, "one percent counts as none")
        #expect(kinds(of: course.events) == [.began, .effective])
        #expect(course.events[1].took == seconds(2.5))
        #expect(course.events[1].instruction == InstructionID(7))
    }

    @Test func `whoever did not deliver obeyed already`() {
        var course = Course()
        _ = course.tell(.cease, at: 10)
        #expect(course.deliver(0, at: 10) == .ceased)
        #expect(kinds(of: course.events) == [.began, .alreadyBelow])
    }

    @Test func `delivery after five seconds is overdue, and its end is still recorded`() {
        var course = Course()
        _ = course.tell(.cease, at: 10)
        #expect(course.deliver(1, at: 15) == .ceasing)
        #expect(course.deliver(1, at: 15.000_000_001) == .overdue)
        #expect(course.deliver(0, at: 17) == .ceased)
        #expect(kinds(of: course.events) == [.began, .stateChanged, .effective])
    }

    @Test func `repeating an order changes nothing, the end is the order's own`() {
        var course = Course()
        #expect(course.tell(.permit, at: 0) == .alreadySo)
        _ = course.tell(.cease, at: 1)
        #expect(course.tell(.cease, at: 2, 8) == .alreadySo)
        #expect(course.tell(.permit, at: 3, 9) == .accepted)
        #expect(course.machine.phase == .permitted)
        #expect(course.events[1].kind == .cancelled && course.events[1].instruction == InstructionID(7))
    }
}

struct RemotePowerLimitTests {
    struct Course {
        var machine: RemotePowerLimit
        var events = ConnectionEvents()
        init(slowest: Double = 0.198, fastest: Double = 0.396) {
            var settings = RemotePowerLimit.Settings()
            settings.slowest = pu(slowest)
            settings.fastest = pu(fastest)
            machine = RemotePowerLimit(settings)
        }
        mutating func limit(_ limit: Double, delivering: Double = 1, at time: Double, id: UInt64 = 1)
            -> RemotePowerLimit.Reply
        {
            machine.limit(to: pu(limit), InstructionID(id), power: pu(-delivering), at: at(time), &events)
        }
        mutating func release(at time: Double) -> RemotePowerLimit.Reply { machine.release(at: at(time), &events) }
        mutating func bound(at time: Double) -> PerUnit? {
            machine.advance(to: at(time))
            return machine.bound.map { -$0.atLeast }
        }
    }

    @Test func `delivery falls in the middle of the band, between 0.33 and 0.66 percent per second`() {
        var course = Course()
        #expect(course.limit(0.3, at: 0) == .accepted)
        #expect(course.bound(at: 0) == .one)
        #expect(course.bound(at: 60) == pu(0.703))
        #expect(course.bound(at: 600) == pu(0.3))
    }

    @Test func `the ramp begins where delivery is, and who is below already is limited at once`() {
        var course = Course()
        _ = course.limit(0.3, delivering: 0.5, at: 0)
        #expect(course.bound(at: 0) == pu(0.5))
        course = Course()
        _ = course.limit(0.3, delivering: 0.1, at: 0)
        #expect(course.bound(at: 0) == pu(0.3))
        course = Course()
        _ = course.limit(0.3, delivering: -0.7, at: 0)
        #expect(course.bound(at: 0) == pu(0.3), "a car that charges delivers nothing")
    }

    @Test func `a release rises along the ramp and then is gone`() {
        var course = Course()
        _ = course.limit(0, delivering: 0, at: 0)
        #expect(course.release(at: 10) == .accepted)
        #expect(course.bound(at: 70) == pu(0.297))
        #expect(course.machine.bound?.rule == .gradualRelease)
        #expect(course.bound(at: 300) == nil)
        #expect(course.machine.phase == .none)
        #expect(course.release(at: 301) == .alreadySo)
        #expect(kinds(of: course.events) == [.began, .cancelled])
    }

    @Test func `a higher limit rises from the present one`() {
        var course = Course()
        _ = course.limit(0.2, delivering: 0.2, at: 0)
        _ = course.limit(0.6, delivering: 0.2, at: 100, id: 2)
        #expect(course.bound(at: 100) == pu(0.2))
        #expect(course.bound(at: 160) == pu(0.497))
        #expect(course.bound(at: 260) == pu(0.6))
        #expect(kinds(of: course.events) == [.began, .superseded, .began])
    }

    @Test(arguments: [-0.000_001, 1.000_001]) func `what nobody can mean is refused and changes nothing`(limit: Double)
    {
        var course = Course()
        #expect(course.limit(limit, at: 0) == .refused)
        #expect(course.bound(at: 0) == nil)
        #expect(kinds(of: course.events) == [.refused])
    }

    @Test func `without a band it moves at once`() {
        var course = Course(slowest: 0, fastest: 0)
        _ = course.limit(0.3, at: 0)
        #expect(course.bound(at: 0) == pu(0.3))
        _ = course.release(at: 1)
        #expect(course.bound(at: 1) == nil)
    }
}
