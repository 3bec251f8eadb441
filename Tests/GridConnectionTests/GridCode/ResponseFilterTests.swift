// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import GridConnection

struct ResponseFilterTests {
    private func stepped(_ filter: ResponseFilter, over time: Interval, in steps: Int) -> PerUnit {
        var filter = filter
        filter.restart(at: at(0), from: .zero)
        filter.advance(to: at(0), target: .one)
        for step in 1...steps { filter.advance(to: at(0) + time * step / steps, target: nil) }
        return filter.value
    }

    @Test(arguments: [1, 2, 7, 50, 500, 5_000])
    func `the open loop response time brings ninety percent, in however many steps`(steps: Int) {
        let filter = ResponseFilter(reaching: .ninetyPercent, after: .seconds(5))
        #expect((stepped(filter, over: .seconds(5), in: steps) - pu(0.9)).magnitude <= PerUnit(millionths: 60))
    }

    @Test(arguments: [1, 100])
    func `three time constants bring ninety-five percent`(steps: Int) {
        let filter = ResponseFilter(reaching: .threeTau, after: .seconds(10))
        #expect((stepped(filter, over: .seconds(10), in: steps) - pu(0.950_213)).magnitude <= PerUnit(millionths: 3))
    }

    @Test func `steps of any length add up to the same to two millionths`() {
        let filter = ResponseFilter(timeConstant: .milliseconds(4_343))
        let whole = stepped(filter, over: .seconds(3), in: 1)
        for steps in [2, 3, 30, 300] {
            #expect((stepped(filter, over: .seconds(3), in: steps) - whole).magnitude <= PerUnit(millionths: 2))
        }
    }

    @Test func `a slow filter in short steps reaches its target`() {
        var filter = ResponseFilter(timeConstant: .seconds(300))
        filter.restart(at: at(0), from: .zero)
        filter.advance(to: at(0), target: pu(0.001))
        for step in 1...450_000 { filter.advance(to: at(0) + .milliseconds(10) * step, target: nil) }
        #expect((filter.value - pu(0.001)).magnitude <= PerUnit(millionths: 1))
    }

    @Test func `it starts at its first target and moves toward the one that held since the last step`() {
        var filter = ResponseFilter(timeConstant: .seconds(1))
        filter.advance(to: at(0), target: nil)
        #expect(filter.value == .zero)
        filter.advance(to: at(1), target: pu(0.4))
        #expect(filter.value == pu(0.4))
        filter.advance(to: at(2), target: .one)
        #expect(filter.value == pu(0.4), "the new target holds from here on")
        filter.advance(to: at(2), target: .one)
        #expect(filter.value == pu(0.4), "no time, no change")
        filter.advance(to: at(1.5), target: .one)
        #expect(filter.value == pu(0.4), "time that runs backward is no time")
    }

    @Test func `without a time constant it follows at once, after a long gap it has arrived`() {
        var quick = ResponseFilter(timeConstant: .zero)
        quick.advance(to: at(0), target: .zero)
        quick.advance(to: at(0.1), target: .one)
        #expect(quick.value == .one)
        var slow = ResponseFilter(timeConstant: .seconds(10))
        slow.advance(to: at(0), target: .zero)
        slow.advance(to: at(0), target: .one)
        slow.advance(to: Instant.distantFuture, target: nil)
        #expect(slow.value == .one)
    }
}

struct TenMinuteMeanTests {
    @Test func `it is the mean by time of what was seen`() {
        var mean = TenMinuteMean()
        #expect(mean.value == nil)
        for step in 0...3_000 { mean.advance(to: at(Double(step) / 10), voltage: step < 1_500 ? pu(1.0) : pu(1.2)) }
        #expect(mean.value == pu(1.1))
    }

    @Test func `what is older than ten minutes no longer counts`() {
        var mean = TenMinuteMean()
        for step in 0...1_200 { mean.advance(to: at(Double(step)), voltage: step < 600 ? pu(1.2) : pu(1.0)) }
        #expect(mean.value == pu(1.0))
    }

    @Test func `a gap counts for nothing and a voltage nobody renews for at most ten seconds`() {
        var mean = TenMinuteMean()
        mean.advance(to: at(0), voltage: pu(1.2))
        mean.advance(to: at(300), voltage: pu(1.0))
        mean.advance(to: at(310), voltage: pu(1.0))
        #expect(mean.value == pu(1.1))
        mean.advance(to: at(311), voltage: nil)
        mean.advance(to: at(500), voltage: nil)
        mean.advance(to: at(2_000), voltage: nil)
        #expect(mean.value == nil)
    }

    @Test func `time that jumps, either way, neither traps nor leaves anything behind`() {
        var mean = TenMinuteMean()
        for time in [0.0, 5, 5_000, 5_005, 20, 25, 1e9, 1e9 + 5] { mean.advance(to: at(time), voltage: pu(1.1)) }
        #expect(mean.value == pu(1.1))
        mean.advance(to: .distantFuture, voltage: nil)
        #expect(mean.value == nil || mean.value == pu(1.1))
        mean.advance(to: .distantPast, voltage: nil)
    }

    @Test func `time before zero is time like any other`() {
        var mean = TenMinuteMean()
        mean.advance(to: at(-15), voltage: pu(1.1))
        mean.advance(to: at(-6), voltage: pu(1.1))
        #expect(mean.value == pu(1.1))
    }
}
