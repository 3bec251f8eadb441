// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

struct MisbehaviourTests {
    /// Requests a car of a course sends, with the fault on each.
    static let cases: [(Course, Request.Kind)] = Course.all.flatMap { course in
        Request.Kind.allCases.filter { course.sends($0) }.map { (course, $0) }
    }

    @Test(arguments: cases) func `a foreign session identifier ends the session`(course: Course, kind: Request.Kind) {
        guard kind != .sessionSetup else { return }
        var pair = Pair.with(.wrongSession, at: kind, course)
        pair.run(for: .seconds(60))
        #expect(pair.stationEnd == .refused(.unknownSession, kind))
        #expect(pair.carEnd == .refused(kind, "FAILED_UnknownSession"))
        #expect(pair.power == .zero)
    }

    @Test(arguments: cases) func `a request out of order ends the session`(course: Course, kind: Request.Kind) {
        guard kind != .serviceDiscovery else { return }
        var pair = Pair.with(.wrongOrder, at: kind, course)
        pair.run(for: .seconds(60))
        #expect(pair.stationEnd == .refused(.sequenceError, .serviceDiscovery))
        #expect(pair.carEnd == .refused(.serviceDiscovery, "FAILED_SequenceError"))
        #expect(pair.power == .zero)
    }

    @Test(arguments: cases) func `bytes that are not V2GTP end the session`(course: Course, kind: Request.Kind) {
        var pair = Pair.with(.garbage, at: kind, course)
        pair.run(for: .seconds(60))
        #expect(pair.stationEnd == .notV2GTP(.wrongVersion(0xA5, 0xA5)))
        #expect(pair.effects.contains(.contactors(.closed)) == pair.effects.contains(.contactors(.open)))
    }

    @Test(arguments: Course.all.filter { $0.service.transfer == .dc })
    func `an insulation fault ends the session before power flows`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.insulation = .faulty
        pair.plugIn()
        pair.run(for: .seconds(10))
        #expect(pair.stationEnd == .refused(.failed, .cableCheck))
        #expect(pair.effects.contains(.contactors(.open)))
    }

    @Test(arguments: Course.all) func `a fault under way ends power at once and the session in the next answer`(
        course: Course
    ) {
        var pair = Pair(.bench, course.plan)
        pair.tell(.target(.watts(5_000)))
        pair.runIntoTheLoop()
        pair.tell(.contactors(.open))
        #expect(pair.effects.last == .contactors(.open))
        pair.run(for: .seconds(1))
        #expect(pair.stationEnd == .refused(.failed, .chargeLoop))
        #expect(pair.carEnd == .refused(.chargeLoop, "FAILED"))
    }

    @Test(arguments: Course.all.filter { $0.service.transfer == .dc })
    func `after a fault the converter is told nothing but off, whatever car and owner say`(course: Course) {
        var faults = 0
        for (phase, machine) in StationTableTests.machines(course) where machine.isEnergised {
            for fault: StationInput in [.insulation(.faulty), .contactors(.open)] {
                var broken = machine
                _ = broken.handle(fault, at: StationTableTests.start)
                guard broken.facts.isFaulty else { continue }
                faults += 1
                var owned = broken
                var after = owned.handle(.target(.watts(3_000)), at: StationTableTests.start)
                for (_, request) in StationTableTests.requests(course) {
                    var asked = broken
                    after += asked.handle(request, sessionID: broken.sessionID, at: StationTableTests.start)
                }
                let isPowered = after.contains { output in
                    guard case .effect(.operate(let point)) = output else { return false }
                    return point != .off
                }
                #expect(!isPowered, "\(phase)")
            }
        }
        #expect(faults > 0)
    }

    @Test(arguments: Course.all.filter { $0.service.transfer == .ac })
    func `contactors that do not close are told to the car before it gives up`(course: Course) {
        var pair = Pair(.bench, course.plan)
        pair.contactorsWork = false
        pair.plugIn()
        pair.run(for: .seconds(20))
        #expect(pair.stationEnd == .refused(.contactorError, .powerDelivery))
        guard case .refused(.powerDelivery, _)? = pair.carEnd else {
            Issue.record("\(String(describing: pair.carEnd))")
            return
        }
    }

    @Test func `a car without a common protocol is told so`() {
        var offer = StationOffer.bench
        offer.standards = [.din]
        var pair = Pair(offer, .bench(.iso20DC, .dc, .dynamic))
        pair.plugIn()
        #expect(pair.carEnd == .noCommonProtocol)
        #expect(pair.stationEnd == .noCommonProtocol)
    }

    @Test func `a car whose battery is beyond the station's voltage is refused`() {
        for course in Course.all where course.service.transfer == .dc {
            var plan = course.plan
            plan.needs.highestVoltage = .volts(100)
            plan.needs.lowestVoltage = .volts(50)
            var pair = Pair(.bench, plan)
            pair.plugIn()
            pair.run(for: .seconds(10))
            #expect(pair.stationEnd == .refused(.wrongChargeParameter, .chargeParameters), "\(course)")
        }
    }
}

extension Pair {
    static func with(_ fault: VehiclePlan.Fault.What, at kind: Request.Kind, _ course: Course) -> Pair {
        var plan = course.plan
        plan.turns = 3
        plan.fault = .init(fault, at: kind)
        var pair = Pair(.bench, plan)
        pair.tell(.target(.watts(5_000)))
        pair.plugIn()
        return pair
    }
}

extension Course {
    func sends(_ kind: Request.Kind) -> Bool {
        switch kind {
        case .sessionSetup, .authorization, .serviceDiscovery, .serviceSelection, .chargeParameters, .powerDelivery,
            .chargeLoop, .sessionStop:
            true
        case .authorizationSetup, .serviceDetail, .scheduleExchange: standard.isISO20
        case .cableCheck, .preCharge, .weldingDetection: service.transfer == .dc
        case .paymentDetails, .certificate, .meterConfirmation, .unsupported: false
        }
    }
}
