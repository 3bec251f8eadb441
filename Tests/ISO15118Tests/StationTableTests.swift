// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

/// Every phase against every request and every input of the owner, for each standard.
struct StationTableTests {
    static let sessionID: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    static let start = Instant(nanoseconds: 0)
    static let courses: [(String, Course)] = [
        ("StationISO20DC", Course(standard: .iso20DC, service: .dcBidirectional, mode: .dynamic)),
        ("StationISO20AC", Course(standard: .iso20AC, service: .acBidirectional, mode: .dynamic)),
        ("StationISO2DC", Course(standard: .iso2, service: .dc, mode: .scheduled)),
        ("StationISO2AC", Course(standard: .iso2, service: .ac, mode: .scheduled)),
        ("StationDIN", Course(standard: .din, service: .dc, mode: .scheduled)),
    ]

    @Test(arguments: courses) func `every phase answers every request and input`(name: String, course: Course) throws {
        var table = TransitionTable(
            name,
            "A station in \(course.standard), service \(course.service), \(course.mode) control. Requests a phase does not "
                + "expect are answered with the sequence error and end the session; they are not listed. “–”: the phase stays.",
            columns: ["Phase", "Input", "Phase after", "Answer", "Effects"])
        let machines = Self.machines(course)
        for phase in StationPhase.allCases {
            guard let machine = machines[phase] else { continue }
            for request in Self.requests(course) { Self.add(request, to: machine, &table) }
            for (text, input) in Self.inputs { Self.add(text, input, to: machine, &table) }
            var later = machine
            if let deadline = machine.deadline {
                let outputs = later.advance(to: deadline)
                Self.add("deadline", machine, outputs, later.phase, &table)
            }
        }
        try table.expectToMatchFile()
    }

    @Test(arguments: courses) func `what a phase does not expect is a sequence error`(name: String, course: Course) {
        for (phase, machine) in Self.machines(course) where phase != .ended {
            for (_, request) in Self.requests(course) {
                guard !phase.expects(in: course.standard, machine.service?.transfer).contains(request.kind) else {
                    continue
                }
                var after = machine
                let outputs = after.handle(request, sessionID: Self.sessionID, at: Self.start)
                #expect(after.phase == .ended)
                #expect(outputs.first == Reply.refusing(request, .sequenceError).map { .reply($0) })
                #expect(outputs.last == .effect(.end(.refused(.sequenceError, request.kind))))
            }
        }
    }

    /// The machine in each phase a session of this course gets to.
    static func machines(_ course: Course) -> [StationPhase: StationMachine] {
        var machine = StationMachine(
            course.standard, offer: .bench, sessionID: sessionID, at: start, wallTime: WallTime(milliseconds: 0))
        var found: [StationPhase: StationMachine] = [machine.phase: machine]
        func keep() { if found[machine.phase] == nil { found[machine.phase] = machine } }
        for input: StationInput in [.authorisation(.granted), .insulation(.valid), .target(.watts(5_000))] {
            _ = machine.handle(input, at: start)
        }
        for (text, request) in requests(course) where !text.contains("other") {
            let isExpected = machine.phase.expects(in: course.standard, machine.service?.transfer).contains(
                request.kind)
            if request.kind == .chargeLoop || request.kind == .sessionStop || !isExpected { continue }
            _ = machine.handle(request, sessionID: sessionID, at: start)
            keep()
            if machine.phase == .closingContactors || machine.phase == .preCharge {
                _ = machine.handle(.contactors(.closed), at: start)
            }
            keep()
            if machine.phase == .stopped { break }
        }
        _ = machine.handle(.stop, at: start)
        keep()
        if found[.powerDelivery] == nil, let again = renegotiated(found[.charging], course) {
            found[.powerDelivery] = again
        }
        return found
    }

    /// DC gets to the phase only anew.
    private static func renegotiated(_ charging: StationMachine?, _ course: Course) -> StationMachine? {
        guard var machine = charging else { return nil }
        let agreement: Request =
            course.standard.isISO20
            ? .scheduleExchange(course.mode, course.plan.needs) : .chargeParameters(course.service, course.plan.needs)
        for request in [.powerDelivery(PowerDelivery(.renegotiate)), agreement] {
            _ = machine.handle(request, sessionID: sessionID, at: start)
        }
        return machine.phase == .powerDelivery ? machine : nil
    }

    static func requests(_ course: Course) -> [(String, Request)] {
        let needs = course.plan.needs
        var loop = ChargeLoop(service: course.service, mode: course.mode, needs: needs)
        if course.service.transfer == .dc, course.mode == .scheduled {
            loop.targetCurrent = .amperes(10)
            loop.targetVoltage = .volts(400)
        }
        let set: UInt16 = course.mode == .dynamic ? 1 : 2
        let isISO20 = course.standard.isISO20
        let selection: Selection =
            isISO20
            ? .energy(service: course.service.rawValue, parameterSet: set) : .payment(.external, services: [1])
        let other: Selection =
            isISO20 ? .energy(service: 99, parameterSet: set) : .payment(.contract, services: [1])
        let foreign: EnergyService = course.service.transfer == .dc ? .ac : .dc
        return [
            ("sessionSetup", .sessionSetup(vehicle: "car")), ("authorizationSetup", .authorizationSetup),
            ("serviceDiscovery (-2)", isISO20 ? .unsupported("–") : .serviceDiscovery(.all)),
            ("serviceDetail (-2)", isISO20 ? .unsupported("–") : .serviceDetail(1)),
            ("serviceSelection (-2)", isISO20 ? .unsupported("–") : .serviceSelection(selection)),
            ("authorization", .authorization(.external)),
            ("other authorization: contract", .authorization(.contract(ContractProof(challenge: [], signature: nil)))),
            ("serviceDiscovery", .serviceDiscovery(.all)),
            ("serviceDetail", .serviceDetail(isISO20 ? course.service.rawValue : 1)),
            ("other serviceDetail: unknown", .serviceDetail(99)),
            ("serviceSelection", .serviceSelection(selection)),
            (
                isISO20 ? "other serviceSelection: unknown" : "other serviceSelection: contract",
                .serviceSelection(other)
            ),
            ("chargeParameters", .chargeParameters(course.service, needs)),
            ("other chargeParameters: service", .chargeParameters(foreign, needs)),
            ("scheduleExchange", .scheduleExchange(course.mode, needs)),
            ("other scheduleExchange: mode", .scheduleExchange(course.mode == .dynamic ? .scheduled : .dynamic, needs)),
            ("cableCheck", .cableCheck), ("preCharge", .preCharge(target: .volts(400))),
            ("powerDelivery start", .powerDelivery(PowerDelivery(.start))),
            ("other powerDelivery start, ongoing", .powerDelivery(PowerDelivery(.start, processing: .ongoing))),
            ("chargeLoop", .chargeLoop(loop)),
            (
                "meterConfirmation",
                .meterConfirmation(MeterReceipt(sessionID: sessionID, meterID: "M1", charged_Wh: 1_000))
            ),
            ("other powerDelivery standby", .powerDelivery(PowerDelivery(.standby))),
            ("other powerDelivery renegotiate", .powerDelivery(PowerDelivery(.renegotiate))),
            ("powerDelivery stop", .powerDelivery(PowerDelivery(.stop))), ("weldingDetection", .weldingDetection),
            ("sessionStop terminate", .sessionStop(.terminate)), ("sessionStop pause", .sessionStop(.pause)),
            ("sessionStop renegotiateService", .sessionStop(.renegotiateService)),
        ].filter { !($0.0.contains("(-2)") && isISO20) }
    }

    static let inputs: [(String, StationInput)] = [
        ("owner: insulation faulty", .insulation(.faulty)), ("owner: contactors closed", .contactors(.closed)),
        ("owner: contactors open", .contactors(.open)), ("owner: target 7 kW", .target(.watts(7_000))),
        ("owner: stop", .stop),
    ]

    private static func add(
        _ request: (text: String, value: Request), to machine: StationMachine, _ table: inout TransitionTable
    ) {
        let expected = machine.phase.expects(in: machine.standard, machine.service?.transfer)
        guard expected.contains(request.value.kind), !request.text.contains("(-2)") else { return }
        var after = machine
        let outputs = after.handle(request.value, sessionID: sessionID, at: start)
        add(request.text.replacing("other ", with: ""), machine, outputs, after.phase, &table)
    }

    private static func add(
        _ text: String, _ input: StationInput, to machine: StationMachine, _ table: inout TransitionTable
    ) {
        var after = machine
        let outputs = after.handle(input, at: start)
        if outputs.isEmpty && after.phase == machine.phase { return }
        add(text, machine, outputs, after.phase, &table)
    }

    static func add(
        _ text: String, _ machine: StationMachine, _ outputs: [StationMachine.Output], _ after: StationPhase,
        _ table: inout TransitionTable
    ) {
        var answer = "–"
        var effects: [String] = []
        for output in outputs {
            switch output {
            case .reply(let reply): answer = "\(reply.code)" + processing(reply.body)
            case .effect(let effect): effects.append(Self.text(effect))
            }
        }
        table.add(
            machine.phase.rawValue, text, after == machine.phase ? "–" : after.rawValue, answer,
            effects.isEmpty ? "–" : effects.joined(separator: ", "))
    }

    private static func processing(_ body: Reply.Body) -> String {
        switch body {
        case .authorization(let processing), .cableCheck(let processing), .scheduleExchange(_, let processing),
            .chargeParameters(_, let processing):
            ", \(processing)"
        case .chargeLoop(let loop): ", target \(loop.target.milli / 1_000_000) kW"
        case .certificate(_, let answer): answer == .ongoing ? ", ongoing" : ""
        case .sessionSetup, .authorizationSetup, .paymentDetails, .serviceDiscovery, .serviceDetail, .serviceSelection,
            .preCharge, .powerDelivery, .meterConfirmation, .weldingDetection, .sessionStop:
            ""
        }
    }

    private static func text(_ effect: StationOutput) -> String {
        switch effect {
        case .send: "send"
        case .authorise: "authorise"
        case .authoriseContract: "authorise the contract"
        case .certificate: "ask for a certificate"
        case .receipt: "receipt"
        case .select: "select services"
        case .checkCable: "check the cable"
        case .contactors(let state): "contactors \(state)"
        case .operate(.off): "converter off"
        case .operate(.preCharge): "pre-charge"
        case .operate(.current): "current as the car wants, within the target"
        case .operate(.power): "power as the target says"
        case .schedules: "ask for schedules"
        case .profile: "the car's profile"
        case .need: "needs"
        case .end(.paused): "end: paused"
        case .end(.refused(let code, _)): "end: refused, \(code)"
        case .end(let end): "end: \(end)"
        }
    }
}
