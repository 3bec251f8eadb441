// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO2
import Electricity
import Foundation
import Testing
import V2GKeys

@testable import ISO15118

/// Contracts on their way to a car.
struct CertificateTests {
    static let courses = [
        PaidCourse.older[0], PaidCourse.older[1], PaidCourse(course: Course.iso20[0], profile: .p521),
        PaidCourse(course: Course.iso20[7], profile: .p521),
    ]

    static func pair(_ paid: PaidCourse, _ wish: VehicleContracts.Wish = .install) -> Pair {
        var car = wish == .install ? ContractWorld.newCar(paid.profile) : ContractWorld.car("contract", paid.profile)
        car.wish = wish
        var plan = paid.course.plan
        plan.turns = 1
        var pair = Pair(.bench, plan, contracts: ContractWorld.station(paid.profile), carContracts: car)
        let maker = ContractMaker(profile: paid.profile)
        pair.backend = { maker.answer($0) }
        return pair
    }

    @Test(arguments: courses) func `a new car gets a contract and pays by it in the same session`(
        paid: PaidCourse
    ) throws {
        var pair = Self.pair(paid)
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .finished)
        #expect(pair.installed?.chain == ContractWorld.chain("contract", paid.profile))
        #expect(pair.car.contracts?.paying?.key.publicKey == ContractWorld.key("contract", paid.profile)?.publicKey)
        let wishes = pair.effects.compactMap { if case .certificate(let wish) = $0 { wish } else { nil } }
        #expect(wishes.count == 1)
        // The backend gets the message as the car sent it.
        let wish = try #require(wishes.first)
        #expect(pair.frames.contains { $0.fromCar && $0.bytes.suffix(wish.message.count) == wish.message[...] })
        #expect(pair.effects.contains { if case .authoriseContract = $0 { true } else { false } })
    }

    @Test(arguments: courses.prefix(2)) func `a car has its contract renewed`(paid: PaidCourse) {
        var pair = Self.pair(paid, .update)
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .finished)
        #expect(pair.installed != nil)
        #expect(
            pair.effects.contains { if case .certificate(let wish) = $0 { wish.action == .update } else { false } })
    }

    @Test(arguments: courses) func `what is not from a provisioning service is not installed`(paid: PaidCourse) {
        for signer in ["station", "contract"] {
            var pair = Self.pair(paid)
            var maker = ContractMaker(profile: paid.profile)
            maker.signer = signer
            pair.backend = { maker.answer($0) }
            pair.plugIn()
            pair.run(for: .seconds(30))
            #expect(pair.carEnd == .contractRefused(.service(.broken)))
            #expect(pair.car.contracts?.paying == nil)
        }
    }

    @Test(arguments: courses) func `a key sealed for another car is not installed`(paid: PaidCourse) {
        var pair = Self.pair(paid)
        var maker = ContractMaker(profile: paid.profile)
        maker.sealsFor = "contract-other"
        pair.backend = { maker.answer($0) }
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .contractRefused(.key))
    }

    @Test(arguments: courses) func `a backend without a certificate ends the older sessions and lets new ones go on`(
        paid: PaidCourse
    ) {
        var pair = Self.pair(paid)
        pair.backend = { _ in .unavailable }
        pair.plugIn()
        pair.run(for: .seconds(30))
        let isISO20 = paid.course.standard.isISO20
        #expect(pair.carEnd == .refused(.certificate, (isISO20 ? "WARNING" : "FAILED") + "_NoCertificateAvailable"))
    }

    @Test(arguments: courses) func `what is no answer to the wish counts as none`(paid: PaidCourse) {
        for bytes: [UInt8] in [[], [0x80], Array(repeating: 0xFF, count: 4_096)] {
            var pair = Self.pair(paid)
            pair.backend = { _ in .response(bytes) }
            pair.plugIn()
            pair.run(for: .seconds(30))
            guard case .refused(.certificate, _)? = pair.carEnd else {
                Issue.record("\(String(describing: pair.carEnd))")
                continue
            }
        }
    }

    @Test func `a refusal of the backend reaches the car and ends the session`() {
        var pair = Self.pair(Self.courses[0])
        var maker = ContractMaker(profile: .p256)
        maker.code2 = .failed_ContractCanceled
        pair.backend = { maker.answer($0) }
        pair.plugIn()
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .refused(.certificate, "FAILED_ContractCanceled"))
        #expect(pair.stationEnd == .refused(.noCertificate, .certificate))
    }

    @Test func `a silent backend is waited for as long as the standard lets the car wait`() {
        var older = Self.pair(Self.courses[0])
        older.backend = { _ in nil }
        older.plugIn()
        older.run(for: .seconds(10))
        #expect(older.carEnd == .refused(.certificate, "FAILED_NoCertificateAvailable"))

        var newer = Self.pair(Self.courses[3])
        newer.backend = { _ in nil }
        newer.plugIn()
        newer.run(for: .seconds(20))
        #expect(newer.carEnd == nil)
        newer.run(for: .seconds(60))
        #expect(newer.carEnd == .refused(.certificate, "WARNING_NoCertificateAvailable"))
    }

    @Test func `a late certificate reaches the car that asks on`() {
        var pair = Self.pair(Self.courses[3])
        var wishes: [CertificateRequest] = []
        pair.backend = { _ in nil }
        pair.plugIn()
        pair.run(for: .seconds(12))
        for case .certificate(let wish) in pair.effects { wishes.append(wish) }
        #expect(wishes.count == 1)
        if let wish = wishes.first { pair.tell(.certificate(ContractMaker(profile: .p521).answer(wish))) }
        pair.run(for: .seconds(30))
        #expect(pair.carEnd == .finished)
        #expect(pair.installed != nil)
    }

    @Test(arguments: courses) func `a wish that the car's own key did not sign goes nowhere`(paid: PaidCourse) {
        var pair = Self.pair(paid)
        var car = ContractWorld.newCar(paid.profile)
        car.fault = .wrongSignature
        var plan = paid.course.plan
        plan.turns = 1
        pair = Pair(.bench, plan, contracts: ContractWorld.station(paid.profile), carContracts: car)
        pair.plugIn()
        pair.run(for: .seconds(10))
        #expect(pair.carEnd == .refused(.certificate, "FAILED_SignatureError"))
        #expect(!pair.effects.contains { if case .certificate = $0 { true } else { false } })
    }

    @Test func `where no backend makes certificates none are offered`() {
        for paid in Self.courses {
            var station = ContractWorld.station(paid.profile)
            station.installsCertificates = false
            var plan = paid.course.plan
            plan.turns = 1
            var car = ContractWorld.newCar(paid.profile)
            car.fallsBack = true
            var pair = Pair(.bench, plan, contracts: station, carContracts: car)
            pair.plugIn()
            pair.run(for: .seconds(30))
            // The car has no contract, and pays otherwise.
            #expect(pair.carEnd == .finished)
            #expect(!pair.effects.contains { if case .certificate = $0 { true } else { false } })
        }
    }

    /// Made with PyPI iso15118 0.31.2 for the car of our certificates: it sealed the key and signed the four elements.
    @Test func `a contract that another implementation sealed and signed is opened`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Vectors/installation-foreign.txt")
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let payload = try #require(BinaryText.bytes(hexadecimal: text))
        let answer = try Translation.answer(V2GTPFrame(type: .exi, payload: payload), .iso2)
        let offered = try #require(answer.certificate)
        let trust = ContractWorld.trust(.p256)
        #expect(offered.signature?.isValid(by: offered.service.leaf, in: .iso2, trust) == true)
        let car = try #require(ContractWorld.key("car", .p256))
        let key = try #require(car.open(offered.encryptedKey, from: offered.publicKey))
        #expect(trust.owns(key, offered.contract.chain.leaf))
        #expect(offered.contract == Contract(emaid: "DESLUC12345678", chain: ContractWorld.chain("contract", .p256)))
    }
}
