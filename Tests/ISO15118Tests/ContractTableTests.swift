// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIISO2
import Electricity
import Testing

@testable import ISO15118

/// What contracts add to the station's transitions: their phases against all that may come in them.
struct ContractTableTests {
    static let now = Instant(nanoseconds: 0)
    static let session: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

    static let courses: [(String, PaidCourse)] = [
        ("StationISO2Contract", PaidCourse.older[0]),
        (
            "StationISO20Contract",
            PaidCourse(course: Course(standard: .iso20DC, service: .dcBidirectional, mode: .dynamic), profile: .p521)
        ),
    ]

    @Test(arguments: courses) func `every phase of a contract answers all that may come`(
        name: String, paid: PaidCourse
    ) throws {
        var table = TransitionTable(
            name,
            "A station in \(paid.course.standard) that takes contracts: what its transitions have beside those without. "
                + "What a phase does not expect is the sequence error, as everywhere. “–”: the phase stays.",
            columns: ["Phase", "Input", "Phase after", "Answer", "Effects"])
        for (phase, machine) in try Self.machines(paid) {
            for (text, request) in try Self.requests(phase, paid) {
                guard phase.expects(in: paid.course.standard, machine.service?.transfer).contains(request.kind) else {
                    continue
                }
                for (decision, input) in Self.decisions(text) {
                    var after = machine
                    if let input { _ = after.handle(input, at: Self.now) }
                    let outputs = after.handle(request, sessionID: Self.session, at: Self.now)
                    StationTableTests.add(text + decision, machine, outputs, after.phase, &table)
                }
            }
            guard phase == .awaitingCertificate else { continue }
            for (text, result) in Self.results(paid) {
                var after = machine
                let outputs = after.handle(.certificate(result), at: Self.now)
                StationTableTests.add(text, machine, outputs, after.phase, &table)
            }
            var late = machine
            let outputs = late.advance(to: machine.deadline ?? Self.now)
            StationTableTests.add("deadline", machine, outputs, late.phase, &table)
        }
        try table.expectToMatchFile()
    }

    /// What is decided about the contract only matters where its proof comes.
    private static func decisions(_ text: String) -> [(String, StationInput?)] {
        guard text == "authorization: proof" else { return [("", nil)] }
        var found: [(String, StationInput?)] = [
            (", undecided", nil), (", granted", .authorisation(.granted)), (", refused", .authorisation(.refused)),
        ]
        for reason in ContractRefusal.allCases {
            found.append((", refused: \(reason)", .authorisation(.contractRefused(reason))))
        }
        return found
    }

    private static func results(_ paid: PaidCourse) -> [(String, CertificateResult)] {
        var wish = CertificateRequest(
            action: .install, standard: paid.course.standard, message: [],
            signer: ContractWorld.chain("car", paid.profile), signature: nil)
        wish.mostChains = 1
        var refusing = ContractMaker(profile: paid.profile)
        refusing.code2 = .failed
        var found: [(String, CertificateResult)] = [
            ("backend: a certificate", ContractMaker(profile: paid.profile).answer(wish)),
            ("backend: something else", .response([0x80])), ("backend: none", .unavailable),
        ]
        if !paid.course.standard.isISO20 { found.append(("backend: a refusal", refusing.answer(wish))) }
        return found
    }

    /// The machine in the phases that contracts have a part in.
    private static func machines(_ paid: PaidCourse) throws -> [(StationPhase, StationMachine)] {
        var contracts = ContractWorld.station(paid.profile)
        contracts.receiptInterval = .zero
        let needs = paid.course.plan.needs
        var machine = StationMachine(
            paid.course.standard, offer: .bench, sessionID: session, contracts: contracts, at: now,
            wallTime: WallTime(milliseconds: 1_900_000_000_000))
        var found: [(StationPhase, StationMachine)] = []
        func keep() { found.append((machine.phase, machine)) }
        func hear(_ requests: Request...) {
            for request in requests { _ = machine.handle(request, sessionID: session, at: now) }
        }
        let asking = try signed(.certificate(wish(paid)), paid, by: "car")
        if paid.course.standard.isISO20 {
            hear(.sessionSetup(vehicle: "car"), .authorizationSetup)
            keep()
            var asked = machine
            _ = asked.handle(asking, sessionID: session, at: now)
            found.append((asked.phase, asked))
        } else {
            hear(.sessionSetup(vehicle: "car"), .serviceDiscovery(.all))
            keep()
            hear(.serviceSelection(.payment(.contract, services: [1, 2])))
            keep()
            var asked = machine
            _ = asked.handle(asking, sessionID: session, at: now)
            found.append((asked.phase, asked))
            hear(.paymentDetails(contract(paid)))
            keep()
        }
        for input: StationInput in [
            .authorisation(.granted), .insulation(.valid), .target(.watts(5_000)), .contactors(.closed),
            .meter(reading),
        ] { _ = machine.handle(input, at: now) }
        hear(try signed(.authorization(.contract(proof(paid))), paid))
        if paid.course.standard.isISO20 {
            hear(.serviceDiscovery(.all), .serviceSelection(.energy(service: 6, parameterSet: 1)))
        }
        hear(.chargeParameters(paid.course.service, needs))
        if paid.course.standard.isISO20 { hear(.scheduleExchange(paid.course.mode, needs)) }
        hear(
            .cableCheck, .preCharge(target: .volts(400)), .powerDelivery(PowerDelivery(.start)), loop(paid), loop(paid))
        keep()
        return found
    }

    static let reading = MeterReading(meterID: "M1", charged: .wattHours(7_000), discharged: .zero)

    private static func loop(_ paid: PaidCourse) -> Request {
        .chargeLoop(ChargeLoop(service: paid.course.service, mode: paid.course.mode, needs: EVNeeds()))
    }

    private static func contract(_ paid: PaidCourse, _ name: String = "contract") -> Contract {
        Contract(emaid: "DESLUC12345678", chain: ContractWorld.chain(name, paid.profile))
    }

    private static func proof(_ paid: PaidCourse, _ name: String = "contract") -> ContractProof {
        ContractProof(
            challenge: ContractWorld.challenge, contract: ContractWorld.chain(name, paid.profile), signature: nil)
    }

    private static func wish(_ paid: PaidCourse) -> CertificateRequest {
        CertificateRequest(
            action: .install, standard: paid.course.standard, message: [],
            signer: ContractWorld.chain("car", paid.profile), signature: nil)
    }

    /// A request as a station reads it that was signed on its way.
    private static func signed(
        _ request: Request, _ paid: PaidCourse, by name: String = "contract", spoils: Bool = false
    ) throws -> Request {
        let signer = try #require(ContractWorld.key(name, paid.profile))
        let header = VehicleHeader(
            sessionID: session, time: WallTime(milliseconds: 0), soc: .zero, service: paid.course.service,
            signer: VehicleSigner(
                cryptography: ContractWorld.trust(paid.profile), key: signer,
                roots: [RootIdentifier(issuer: "CN=V2G Root", serial: [1])], spoils: spoils))
        let standard = paid.course.standard
        return try Translation.request(try Translation.frame(request, header, standard), standard).request
    }

    private static func requests(_ phase: StationPhase, _ paid: PaidCourse) throws -> [(String, Request)] {
        var broken = contract(paid)
        broken.chain.leaf[broken.chain.leaf.count - 5] ^= 1
        var unknown = contract(paid)
        unknown.chain.authorities = []
        var other = proof(paid)
        other.challenge[0] ^= 1
        let receipt = MeterReceipt(sessionID: session, meterID: "M1", charged_Wh: 7_000, discharged_Wh: 0)
        var wrong = receipt
        wrong.charged_Wh += 1
        var named = contract(paid)
        named.emaid = "DEXXXC12345678"
        return [
            ("serviceDetail: certificates", .serviceDetail(2)), ("serviceDetail: unknown", .serviceDetail(3)),
            ("serviceSelection: contract", .serviceSelection(.payment(.contract, services: [1]))),
            ("serviceSelection: contract, certificates", .serviceSelection(.payment(.contract, services: [1, 2]))),
            ("serviceSelection: contract, unknown", .serviceSelection(.payment(.contract, services: [1, 7]))),
            ("serviceSelection: contract, no charging", .serviceSelection(.payment(.contract, services: [2]))),
            ("paymentDetails", .paymentDetails(contract(paid))),
            ("paymentDetails: expired", .paymentDetails(contract(paid, "contract-expired"))),
            ("paymentDetails: not yet valid", .paymentDetails(contract(paid, "contract-future"))),
            ("paymentDetails: unknown root", .paymentDetails(unknown)),
            ("paymentDetails: broken", .paymentDetails(broken)),
            ("paymentDetails: another's name", .paymentDetails(named)),
            ("authorization: proof", try signed(.authorization(.contract(proof(paid))), paid)),
            ("authorization: other challenge", try signed(.authorization(.contract(other)), paid)),
            (
                "authorization: other signature",
                try signed(.authorization(.contract(proof(paid))), paid, spoils: true)
            ),
            (
                "authorization: expired contract",
                try signed(.authorization(.contract(proof(paid, "contract-expired"))), paid, by: "contract-expired")
            ),
            ("authorization: at the station", .authorization(.external)),
            ("certificate", try signed(.certificate(wish(paid)), paid, by: "car")),
            ("certificate: other signature", try signed(.certificate(wish(paid)), paid, by: "car", spoils: true)),
            ("chargeLoop", loop(paid)), ("meterConfirmation", try signed(.meterConfirmation(receipt), paid)),
            ("meterConfirmation: other reading", try signed(.meterConfirmation(wrong), paid)),
            ("meterConfirmation: other signature", try signed(.meterConfirmation(receipt), paid, spoils: true)),
            ("powerDelivery stop", .powerDelivery(PowerDelivery(.stop))), ("sessionStop", .sessionStop(.terminate)),
        ]
    }
}
