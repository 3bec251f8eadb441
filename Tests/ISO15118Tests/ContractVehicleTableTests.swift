// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Testing

@testable import ISO15118

/// What contracts add to the car's transitions: their questions against every kind of answer.
struct ContractVehicleTableTests {
    static let now = Instant(nanoseconds: 0)

    static let courses: [(String, PaidCourse)] = ContractTableTests.courses.map { name, paid in
        (name.replacing("Station", with: "Vehicle"), paid)
    }

    @Test(arguments: courses) func `every question of a contract has a way on for every answer`(
        name: String, paid: PaidCourse
    ) throws {
        var table = TransitionTable(
            name,
            "A car in \(paid.course.standard) with a contract that may be paid for at the station too (“new”: one that wants its first), by the question it waits on.",
            columns: ["Car", "Waits on", "Answer", "Then"])
        for (car, each) in [
            ("with a contract", ContractWorld.car("contract", paid.profile)),
            ("new", ContractWorld.newCar(paid.profile)),
        ] {
            var contracts = each
            contracts.fallsBack = true
            for kind in Self.kinds {
                guard let waiting = Self.car(waitingOn: kind, paid, contracts) else { continue }
                for (text, answer) in Self.answers(kind, waiting, paid) {
                    var after = waiting
                    let outputs = after.heard(answer, to: kind, at: Self.now)
                    table.add(car, kind.rawValue, text, VehicleTableTests.text(after, outputs))
                }
                var late = waiting
                let outputs = late.advance(to: waiting.deadline ?? Self.now)
                table.add(car, kind.rawValue, "none in time", VehicleTableTests.text(late, outputs))
            }
        }
        try table.expectToMatchFile()
    }

    static let kinds: [Request.Kind] = [
        .authorizationSetup, .serviceDiscovery, .serviceDetail, .serviceSelection, .certificate, .paymentDetails,
        .authorization, .chargeLoop, .meterConfirmation,
    ]

    private static func car(
        waitingOn kind: Request.Kind, _ paid: PaidCourse, _ contracts: VehicleContracts
    ) -> VehicleSession? {
        var station = ContractWorld.station(paid.profile)
        station.receiptInterval = .milliseconds(100)
        var plan = paid.course.plan
        plan.fault = .init(.silence, at: kind)
        var pair = Pair(.bench, plan, contracts: station, carContracts: contracts)
        let maker = ContractMaker(profile: paid.profile)
        pair.backend = { maker.answer($0) }
        pair.tell(.meter(ContractTableTests.reading))
        pair.plugIn()
        for _ in 0..<1_500 where pair.car.phase != .awaiting(kind) && !pair.isOver { pair.run(for: Pair.step) }
        return pair.car.phase == .awaiting(kind) ? pair.car : nil
    }

    private static func answers(
        _ kind: Request.Kind, _ car: VehicleSession, _ paid: PaidCourse
    ) -> [(String, Answer)] {
        var ok = Answer(kind, car.sessionID, .ok)
        ok.payments = [.contract, .external]
        ok.offersCertificates = true
        ok.services = EnergyService.allCases.map(\.rawValue)
        ok.parameterSets = [.init(id: 1, mode: .dynamic), .init(id: 2, mode: .scheduled)]
        var found = [
            ("ok", ok), ("warning", Answer(kind, car.sessionID, .warning("WARNING"))),
            ("failed", Answer(kind, car.sessionID, .failed("FAILED"))),
        ]
        func add(_ text: String, _ change: (inout Answer) -> Void) {
            var answer = ok
            change(&answer)
            found.append((text, answer))
        }
        switch kind {
        case .authorizationSetup, .serviceDiscovery:
            add("ok, no contracts") { $0.payments = [.external] }
            add("ok, no certificates") { $0.offersCertificates = false }
        case .authorization: add("ongoing") { $0.processing = .ongoing }
        case .certificate:
            add("ongoing") { $0.processing = .ongoing }
            for (text, change) in damages { add(text) { $0.certificate = offered(paid, change) } }
        case .chargeLoop:
            add("ok, wants a receipt") {
                $0.wantsReceipt = true
                $0.meter = MeterReceipt(sessionID: car.sessionID, meterID: "M1", charged_Wh: 1)
            }
            add("ok, wants a receipt for nothing") { $0.wantsReceipt = true }
            add("ok, asks to confirm the meter") {
                $0.notice = .confirmMeter
                $0.meter = MeterReceipt(sessionID: car.sessionID, meterID: "M1", charged_Wh: 1)
            }
        case .sessionSetup, .paymentDetails, .serviceDetail, .serviceSelection, .chargeParameters, .scheduleExchange,
            .cableCheck, .preCharge, .powerDelivery, .meterConfirmation, .weldingDetection, .sessionStop, .unsupported:
            break
        }
        return found
    }

    private static let damages: [(String, @Sendable (inout Answer.CertificateOffer) -> Void)] = [
        ("a contract", { _ in }), ("a contract, unsigned", { $0.signature = nil }),
        ("a contract, signed otherwise", { $0.signature?.value[0] ^= 1 }),
        ("a contract, from nobody known", { $0.service.authorities = [] }),
        ("a contract, its key damaged", { $0.encryptedKey[20] ^= 1 }),
        ("a contract, sealed with no point", { $0.publicKey = [4] }),
    ]

    private static func offered(
        _ paid: PaidCourse, _ change: (inout Answer.CertificateOffer) -> Void
    ) -> Answer.CertificateOffer? {
        let standard = paid.course.standard
        let wish = CertificateRequest(
            action: .install, standard: standard, message: [], signer: ContractWorld.chain("car", paid.profile),
            signature: nil)
        guard case .response(let bytes) = ContractMaker(profile: paid.profile).answer(wish) else { return nil }
        let frame = V2GTPFrame(type: standard.isISO20 ? .common : .exi, payload: bytes)
        guard var offer = try? Translation.answer(frame, standard).certificate else { return nil }
        change(&offer)
        return offer
    }
}
