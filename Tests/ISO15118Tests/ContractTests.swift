// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import Electricity
import Testing
import V2GKeys

@testable import ISO15118

/// A course of a session with the way its messages are signed.
struct PaidCourse: CustomStringConvertible, Sendable {
    let course: Course
    let profile: SignatureProfile
    var description: String { "\(course) \(profile)" }

    static let older: [PaidCourse] = Course.older.filter { $0.standard == .iso2 }.map {
        .init(course: $0, profile: .p256)
    }
    static let iso20: [PaidCourse] = Course.iso20.flatMap { course in
        [SignatureProfile.p521, .ed448].map { PaidCourse(course: course, profile: $0) }
    }
    static let all = older + iso20
    /// One of each standard.
    static let few = [older[0], older[1], iso20[0], iso20[13]]

    func pair(
        _ name: String = "contract", change: (inout StationContracts, inout VehicleContracts) -> Void = { _, _ in }
    )
        -> Pair
    {
        var station = ContractWorld.station(profile)
        var car = ContractWorld.car(name, profile)
        change(&station, &car)
        var plan = course.plan
        plan.turns = 3
        return Pair(.bench, plan, contracts: station, carContracts: car)
    }
}

struct ContractTests {
    @Test(arguments: PaidCourse.all) func `a car pays by contract from the plug to the end`(paid: PaidCourse) {
        var pair = paid.pair()
        pair.tell(.target(.watts(5_000)))
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.stationEnd == .finished && pair.carEnd == .finished)
        let asked = pair.effects.compactMap { if case .authoriseContract(let contract) = $0 { contract } else { nil } }
        #expect(asked == [Contract(emaid: "DESLUC12345678", chain: ContractWorld.chain("contract", paid.profile))])
        #expect(!pair.effects.contains { if case .authorise = $0 { true } else { false } })
    }

    @Test(arguments: PaidCourse.few) func `without contracts at the station the car is paid for there, or leaves`(
        paid: PaidCourse
    ) {
        for fallsBack in [true, false] {
            var plan = paid.course.plan
            plan.turns = 1
            var car = ContractWorld.car("contract", paid.profile)
            car.fallsBack = fallsBack
            var pair = Pair(.bench, plan, carContracts: car)
            pair.plugIn()
            pair.run(for: .seconds(30))
            #expect(pair.carEnd == (fallsBack ? .finished : .contractNotOffered))
        }
    }

    @Test(arguments: PaidCourse.few) func `a signature of another key ends the session`(paid: PaidCourse) {
        var pair = paid.pair { $1.fault = .wrongSignature }
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.stationEnd == .refused(.signatureError, .authorization))
        #expect(pair.carEnd == .refused(.authorization, "FAILED_SignatureError"))
    }

    @Test(arguments: PaidCourse.few) func `a signed challenge of another session is refused`(paid: PaidCourse) {
        var pair = paid.pair { $1.fault = .wrongChallenge }
        pair.plugIn()
        pair.run(for: .seconds(30))
        let prefix = paid.course.standard.isISO20 ? "WARNING" : "FAILED"
        #expect(pair.carEnd == .refused(.authorization, prefix + "_ChallengeInvalid"))
        #expect(pair.station.machine?.phase != .charging)
    }

    @Test(arguments: PaidCourse.few, [("contract-expired", "CertificateExpired"), ("contract-future", "")])
    func `a contract out of its time is refused`(paid: PaidCourse, each: (name: String, word: String)) {
        var pair = paid.pair(each.name)
        pair.plugIn()
        pair.run(for: .seconds(30))
        let isISO20 = paid.course.standard.isISO20
        // ISO 15118-2 has no word for a certificate that is yet to be valid.
        let word = each.word.isEmpty ? (isISO20 ? "CertificateNotYetValid" : "CertificateExpired") : each.word
        #expect(
            pair.carEnd
                == (isISO20 ? .refused(.authorization, "WARNING_" + word) : .refused(.paymentDetails, "FAILED_" + word))
        )
    }

    @Test(arguments: PaidCourse.few) func `a root unknown here is refused unless somebody else may know it`(
        paid: PaidCourse
    ) {
        for passes in [false, true] {
            var pair = paid.pair { station, _ in
                station.cryptography = ContractTrust(v2gRoots: [ContractWorld.certificate("v2g", paid.profile)])
                station.passesUnknownRoots = passes
            }
            pair.plugIn()
            pair.run(for: .seconds(30))
            #expect((pair.carEnd == .finished) == passes, "\(String(describing: pair.carEnd))")
        }
    }

    @Test(arguments: PaidCourse.few) func `a certificate that ends soon is said and taken`(paid: PaidCourse) {
        var pair = paid.pair { station, _ in station.renewal = .seconds(Int(3_786_912_000 - 1_900_000_000 + 100)) }
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .finished)
        #expect(pair.car.payment.expiresSoon)
    }

    @Test(arguments: PaidCourse.few, ContractRefusal.allCases)
    func `the car hears why a contract is refused`(paid: PaidCourse, reason: ContractRefusal) {
        var pair = paid.pair()
        pair.authorisation = .contractRefused(reason)
        pair.plugIn()
        pair.run(for: .seconds(30))
        guard case .refused(.authorization, let word)? = pair.carEnd else {
            Issue.record("\(String(describing: pair.carEnd))")
            return
        }
        #expect(word.hasPrefix(paid.course.standard.isISO20 ? "WARNING_" : "FAILED"))
        #expect(!pair.effects.contains(.contactors(.closed)))
    }

    @Test(arguments: PaidCourse.few) func `a revoked contract is refused`(paid: PaidCourse) {
        var pair = paid.pair { station, _ in
            var trust = ContractWorld.trust(paid.profile)
            trust.isRevoked = { _, _ in true }
            station.cryptography = trust
        }
        pair.plugIn()
        pair.run(for: .seconds(30))
        let isISO20 = paid.course.standard.isISO20
        #expect(
            pair.carEnd
                == (isISO20
                    ? .refused(.authorization, "WARNING_CertificateRevoked")
                    : .refused(.paymentDetails, "FAILED_CertificateRevoked")))
    }

    @Test(arguments: PaidCourse.few) func `a car that waits for the decision goes on when it comes`(paid: PaidCourse) {
        var pair = paid.pair()
        pair.authorisation = .pending
        pair.plugIn()
        pair.run(for: .seconds(5))
        #expect(pair.carEnd == nil && pair.station.machine?.phase == .authorization)
        pair.tell(.authorisation(.granted))
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .finished)
    }

    @Test func `a contract under another's name is refused`() {
        var pair = PaidCourse.older[0].pair { $1.paying?.contract.emaid = "DEXXXC12345678" }
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .refused(.paymentDetails, "FAILED_CertChainError"))
        for spelling in ["desluc12345678", "DESLUC12345678X"] {
            var pair = PaidCourse.older[0].pair { $1.paying?.contract.emaid = spelling }
            pair.plugIn()
            pair.run(for: .seconds(30))
            #expect(pair.carEnd == .finished, "\(spelling)")
        }
    }

    @Test(arguments: PaidCourse.few) func `a car comes back with its contract unasked, with another's asked`(
        paid: PaidCourse
    ) {
        for name in ["contract", "contract-other"] {
            var plan = paid.course.plan
            plan.turns = 1
            plan.resuming = [8, 8, 8, 8, 8, 8, 8, 8]
            let vehicle = paid.course.standard.isISO20 ? plan.vehicle : BinaryText.hexadecimal(plan.address)
            let paused = PausedSession(
                sessionID: [8, 8, 8, 8, 8, 8, 8, 8], vehicle: vehicle, emaid: "DESLUC12345678")
            var pair = Pair(
                .bench, plan, paused: paused, contracts: ContractWorld.station(paid.profile),
                carContracts: ContractWorld.car(name, paid.profile))
            pair.plugIn()
            pair.run(for: .seconds(30))
            #expect(pair.carEnd == .finished)
            #expect(pair.car.sessionID == paused.sessionID)
            let asks = pair.effects.contains { if case .authoriseContract = $0 { true } else { false } }
            #expect(asks == (name != "contract"))
        }
    }

    @Test func `ISO 15118-20 takes the older signatures only where that is allowed`() {
        for accepts in [false, true] {
            let paid = PaidCourse(course: Course.iso20[0], profile: .p256)
            var pair = paid.pair { station, _ in station.acceptsOlderSignatures = accepts }
            pair.plugIn()
            pair.run(for: .seconds(30))
            #expect(pair.carEnd == (accepts ? .finished : .refused(.authorization, "FAILED_SignatureError")))
        }
    }

    @Test(arguments: PaidCourse.few.filter { $0.course.standard.isISO20 })
    func `in ISO 15118-20 a car whose contract is not taken is paid for at the station`(paid: PaidCourse) {
        for name in ["contract-expired", "contract"] {
            var pair = paid.pair(name) { $1.fallsBack = true }
            // An expired contract is not asked about; the other is, and refused before the driver acts.
            pair.authorisation = name == "contract" ? .contractRefused(.cancelled) : .granted
            pair.plugIn()
            pair.run(for: .milliseconds(150))
            pair.authorisation = .granted
            pair.run(for: .seconds(30))
            #expect(pair.carEnd == .finished)
            #expect(pair.effects.contains { if case .authorise = $0 { true } else { false } })
        }
    }
}
