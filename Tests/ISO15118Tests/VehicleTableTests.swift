// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

/// Every question of a car against every kind of answer, for each standard.
struct VehicleTableTests {
    static let courses: [(String, Course)] = StationTableTests.courses.map { name, course in
        (name.replacing("Station", with: "Vehicle"), course)
    }

    @Test(arguments: courses) func `every question has a way on for every answer`(name: String, course: Course) throws {
        var table = TransitionTable(
            name,
            "A car in \(course.standard), service \(course.service), \(course.mode) control, by the question it waits on. "
                + "“Asks x” goes out at once, “rests, x” after the car's pace.",
            columns: ["Waits on", "Answer", "Then"])
        let cars = Self.cars(course)
        for kind in Request.Kind.allCases {
            guard let car = cars[kind] else { continue }
            for (text, answer) in Self.answers(kind, car) {
                var after = car
                let outputs = after.heard(answer, to: kind, at: Instant(nanoseconds: 0))
                table.add(kind.rawValue, text, Self.text(after, outputs))
            }
            var after = car
            let outputs = after.advance(to: car.deadline ?? Instant(nanoseconds: 0))
            table.add(kind.rawValue, "none in time", Self.text(after, outputs))
        }
        try table.expectToMatchFile()
    }

    /// The car while it waits on each kind of answer.
    private static func cars(_ course: Course) -> [Request.Kind: VehicleSession] {
        var found: [Request.Kind: VehicleSession] = [:]
        for kind in Request.Kind.allCases where course.sends(kind) {
            var plan = course.plan
            plan.turns = 3
            plan.fault = .init(.silence, at: kind)
            var pair = Pair(.bench, plan)
            pair.plugIn()
            for _ in 0..<1_000 where pair.car.phase != .awaiting(kind) && !pair.isOver { pair.run(for: Pair.step) }
            if pair.car.phase == .awaiting(kind) { found[kind] = pair.car }
        }
        return found
    }

    private static func answers(_ kind: Request.Kind, _ car: VehicleSession) -> [(String, Answer)] {
        let session = car.sessionID
        var ok = Answer(kind, session, .ok)
        ok.services = EnergyService.allCases.map(\.rawValue)
        ok.parameterSets = [.init(id: 1, mode: .dynamic), .init(id: 2, mode: .scheduled)]
        var ongoing = ok
        ongoing.processing = .ongoing
        var charged = ok
        charged.voltage = car.plan.batteryVoltage
        var answers = [("ok", ok), ("warning", Answer(kind, session, .warning("WARNING")))]
        answers += [("failed", Answer(kind, session, .failed("FAILED")))]
        if kind != .sessionSetup { answers += [("of another session", Answer(kind, [9], .ok))] }
        answers += [("to another question", Answer(.meterConfirmation, session, .ok))]
        switch kind {
        case .authorization, .certificate, .chargeParameters, .scheduleExchange, .cableCheck:
            answers += [("ongoing", ongoing)]
        case .preCharge: answers += [("ok, at the battery's voltage", charged)]
        case .serviceDiscovery, .serviceDetail:
            if car.standard?.isISO20 == true {
                answers += [("ok, without what the car wants", Answer(kind, session, .ok))]
            }
        case .chargeLoop:
            for notice in Notice.allCases {
                var asking = ok
                asking.notice = notice
                answers += [("ok, asks to \(notice)", asking)]
            }
        case .sessionSetup, .authorizationSetup, .paymentDetails, .serviceSelection, .powerDelivery, .meterConfirmation,
            .weldingDetection, .sessionStop, .unsupported:
            break
        }
        return answers
    }

    static func text(_ car: VehicleSession, _ outputs: [VehicleOutput]) -> String {
        for case .end(let end) in outputs { return "end: \(end)".replacing(/\w+\.(\w+\.)*/, with: "") }
        switch car.phase {
        case .awaiting(let kind): return "asks \(kind)"
        case .resting(let kind): return "rests, \(kind)"
        case .ready, .handshake, .ended: return "\(car.phase)"
        }
    }
}
