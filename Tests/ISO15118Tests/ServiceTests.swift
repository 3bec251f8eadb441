// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXIISO2
import EXIISO20
import Electricity
import Testing

@testable import ISO15118

/// Services beside charging.
struct ServiceTests {
    static let now = Instant(nanoseconds: 0)
    static let session: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    static let internet = ValueAddedService(
        id: 3, category: .internet, name: "Internet", scope: "all",
        parameterSets: [
            .init(id: 1, parameters: [.init("Protocol", .text("ftp")), .init("Port", .number(21))]),
            .init(id: 2, parameters: [.init("Protocol", .text("http")), .init("Open", .flag(true))]),
        ])
    static let parking = ValueAddedService(id: 60_000, category: .other, isFree: false)

    static func machine(_ standard: Standard) -> StationMachine {
        var offer = StationOffer.bench
        offer.valueAdded = [internet, parking]
        var machine = StationMachine(
            standard, offer: offer, sessionID: session, at: now, wallTime: WallTime(milliseconds: 0))
        _ = machine.handle(.authorisation(.granted), at: now)
        _ = machine.handle(.sessionSetup(vehicle: "car"), sessionID: session, at: now)
        if standard.isISO20 {
            for request: Request in [.authorizationSetup, .authorization(.external)] {
                _ = machine.handle(request, sessionID: session, at: now)
            }
        }
        return machine
    }

    static func header(_ machine: StationMachine) -> StationHeader {
        StationHeader(
            sessionID: session, time: WallTime(milliseconds: 0), offer: machine.offer, standard: machine.standard)
    }

    static func listed(_ filter: ServiceFilter) throws -> [UInt16] {
        let machine = machine(.iso2)
        let frame = try Translation.frame(Reply(.ok, .serviceDiscovery(filter)), header(machine))
        guard case .v2g_Message(let message) = try Translation.decoded(ISO2.Document.self, frame),
            case .serviceDiscoveryRes(let body)? = message.body.bodyElement
        else { return [] }
        return body.serviceList?.service.map(\.serviceID) ?? []
    }

    @Test(arguments: [
        (ServiceFilter.all, [UInt16(3), 60_000]), (ServiceFilter(category: .internet), [3]),
        (ServiceFilter(category: .other), [60_000]), (ServiceFilter(category: .certificates), []),
        (ServiceFilter(category: .charging), []), (ServiceFilter(scope: "all"), [3]),
        (ServiceFilter(scope: "none"), []),
    ])
    func `a car of ISO 15118-2 hears of the services it asks for`(filter: ServiceFilter, services: [UInt16]) throws {
        #expect(try Self.listed(filter) == services)
    }

    @Test func `a car of ISO 15118-20 hears of the services it knows, and of all energy services if it knows none`()
        throws
    {
        let machine = Self.machine(.iso20DC)
        for (numbers, energy, added) in [
            (nil, [UInt16(2), 6], [UInt16(3), 60_000]), ([2, 60_000], [2], [60_000]), ([99], [2, 6], []),
        ] as [([UInt16]?, [UInt16], [UInt16])] {
            let reply = Reply(.ok, .serviceDiscovery(ServiceFilter(numbers: numbers)))
            let frame = try Translation.frame(reply, Self.header(machine))
            guard
                case .serviceDiscoveryRes(let body) = try Translation.decoded(ISO20.CommonMessagesDocument.self, frame)
            else { throw TranslationError.wrongDirection }
            #expect(body.energyTransferServiceList.service.map(\.serviceID) == energy)
            #expect((body.vasList?.service ?? []).map(\.serviceID) == added)
        }
    }

    @Test(arguments: [Standard.iso2, .iso20DC]) func `a service says what may be chosen`(standard: Standard) throws {
        var machine = Self.machine(standard)
        _ = machine.handle(.serviceDiscovery(.all), sessionID: Self.session, at: Self.now)
        for id: UInt16 in [3, 60_000] {
            let outputs = machine.handle(.serviceDetail(id), sessionID: Self.session, at: Self.now)
            guard case .reply(let reply)? = outputs.first else { throw TranslationError.wrongDirection }
            #expect(reply == Reply(.ok, .serviceDetail(id)))
            let frame = try Translation.frame(reply, Self.header(machine))
            #expect(throws: Never.self) { try Translation.answer(frame, standard) }
        }
        let outputs = machine.handle(.serviceDetail(4), sessionID: Self.session, at: Self.now)
        #expect(outputs.contains(.effect(.end(.refused(.serviceIDInvalid, .serviceDetail)))))
    }

    @Test(arguments: [Standard.iso2, .iso20DC], [true, false])
    func `chosen services are told to the owner, and what is not offered is refused`(standard: Standard, isGood: Bool) {
        var machine = Self.machine(standard)
        _ = machine.handle(.serviceDiscovery(.all), sessionID: Self.session, at: Self.now)
        let added = [ChosenService(3, parameterSet: isGood ? 2 : 9), ChosenService(60_000)]
        let selection: Selection =
            standard.isISO20
            ? .energy(service: 2, parameterSet: 1, added: added) : .payment(.external, services: [1] + added)
        let outputs = machine.handle(.serviceSelection(selection), sessionID: Self.session, at: Self.now)
        if isGood {
            #expect(outputs == [.effect(.select(added)), .reply(Reply(.ok, .serviceSelection))])
        } else {
            #expect(outputs.first == .reply(Reply(.serviceSelectionInvalid, .serviceSelection)))
            #expect(machine.phase == .ended)
        }
    }

    @Test func `the service of certificates needs contracts`() {
        var machine = Self.machine(.iso2)
        _ = machine.handle(.serviceDiscovery(.all), sessionID: Self.session, at: Self.now)
        let outputs = machine.handle(.serviceDetail(2), sessionID: Self.session, at: Self.now)
        #expect(outputs.contains(.effect(.end(.refused(.serviceIDInvalid, .serviceDetail)))))
    }
}
