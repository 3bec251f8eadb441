// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

extension StationBench {
    mutating func reserve(
        _ evse: Int?, _ token: IdTokenType = StationBench.card, id: Int = 1, group: IdTokenType? = nil,
        type: String? = nil, for seconds: Int64 = 600
    ) -> (status: ReserveNowStatusEnumType?, rest: [StationOutput]) {
        let expiry = DateTime(WallTime(milliseconds: (time.seconds + seconds) * 1_000))
        let (answer, rest) = ask(
            .reserveNow(
                ReserveNowRequest(
                    id: id, expiryDateTime: expiry, idToken: token, connectorType: type, evseId: evse,
                    groupIdToken: group)))
        guard case .reserveNow(let response)? = answer else { return (nil, rest) }
        return (response.status, rest)
    }

    func updates(in outputs: [StationOutput]) -> [String] {
        calls(in: outputs).compactMap {
            guard case .reservationStatusUpdate(let request) = $0 else { return nil }
            return "\(request.reservationId) \(request.reservationUpdateStatus.word)"
        }
    }
}

@Suite struct ReservationTests {
    typealias Bench = StationBench

    private func cancel(_ bench: inout StationBench, _ id: Int) -> (CancelReservationStatusEnumType?, [StationOutput]) {
        let (answer, rest) = bench.ask(.cancelReservation(CancelReservationRequest(reservationId: id)))
        guard case .cancelReservation(let response)? = answer else { return (nil, rest) }
        return (response.status, rest)
    }

    @Test func `a reserved EVSE is for its token, which ends the reservation`() throws {
        // H01.FR.03, H01.FR.15, H01.FR.23, H03.FR.01, H03.FR.09, H03.FR.10, G01.FR.06, E01.FR.13, E02.FR.03, E03.FR.03.
        var bench = Bench.with([:])
        let (status, rest) = bench.reserve(1)
        #expect(status == .accepted)
        #expect(bench.statuses(in: rest) == ["1 Reserved"])
        // G01.FR.09.
        #expect(bench.statuses(in: bench.plugIn()).isEmpty)
        #expect(bench.events(in: bench.present(Bench.otherCard)).isEmpty)
        let outputs = bench.present()
        #expect(bench.statuses(in: outputs) == ["1 Occupied"])
        #expect(bench.events(in: outputs).first?.reservationId == 1)
        #expect(bench.events(in: bench.flow(.charging)).first?.reservationId == nil)
    }

    @Test func `or for its group`() {
        // H03.FR.04, H03.FR.07, H03.FR.08, F02.FR.06.
        var bench = Bench.with([:])
        _ = bench.reserve(1, Bench.card, group: Bench.family)
        _ = bench.plugIn()
        #expect(bench.events(in: bench.present(Bench.otherCard, evse: 1, IdTokenInfoType(status: .accepted))).isEmpty)
        let third = IdTokenType(idToken: "THIRD", type: "ISO14443")
        let outputs = bench.present(third, evse: 1, IdTokenInfoType(status: .accepted, groupIdToken: Bench.family))
        #expect(bench.events(in: outputs).first?.reservationId == 1)
    }

    @Test func `a remote start can use it`() {
        // H03.FR.09, F02.FR.06.
        var bench = Bench.with([:])
        _ = bench.reserve(1)
        _ = bench.plugIn()
        let (answer, rest) = bench.remoteStart()
        #expect(answer?.status == .accepted)
        #expect(bench.events(in: rest).first?.reservationId == 1)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var evse: Int? = 1
        var type: String?
        var variables: [VariableKey: String] = [:]
        var seconds: Int64 = 600
        var status: ReserveNowStatusEnumType
        var prepare: @Sendable (inout StationBench) -> Void = { _ in }
    }

    static let rows = [
        Row(testDescription: "free", status: .accepted),
        Row(testDescription: "any", evse: nil, status: .accepted),
        Row(testDescription: "EVSE 0 is any", evse: 0, status: .accepted),
        Row(testDescription: "of a type", evse: nil, type: "cCCS2", status: .accepted),
        Row(testDescription: "of a type there is not", evse: nil, type: "cType1", status: .rejected),
        Row(testDescription: "an EVSE there is not", evse: 5, status: .rejected),
        Row(testDescription: "in the past", seconds: -1, status: .rejected),
        Row(
            testDescription: "switched off", variables: [ReservationVariables.enabled: "false"], status: .rejected),
        Row(
            testDescription: "only by EVSE", evse: nil, variables: [ReservationVariables.unspecific: "false"],
            status: .rejected),
        Row(testDescription: "occupied", status: .occupied) { _ = $0.plugIn() },
        Row(testDescription: "reserved", status: .occupied) { _ = $0.reserve(1, StationBench.otherCard, id: 9) },
        Row(testDescription: "faulted", status: .faulted) { _ = $0.report { $0.connector = .faulted } },
        Row(testDescription: "unavailable", status: .unavailable) { _ = $0.report { $0.connector = .unavailable } },
        Row(testDescription: "one of two is free", evse: nil, status: .accepted) { _ = $0.plugIn(2) },
        Row(testDescription: "none of two is free", evse: nil, status: .occupied) {
            _ = $0.plugIn(1)
            _ = $0.report(2) { $0.connector = .faulted }
        },
        Row(testDescription: "all faulted", evse: nil, status: .faulted) {
            for evse in 1...2 { _ = $0.report(evse) { $0.connector = .faulted } }
        },
    ]

    @Test(arguments: rows)
    func `a reservation is answered by what is free`(row: Row) {
        // H01.FR.01, H01.FR.03, H01.FR.04, H01.FR.06, H01.FR.11, H01.FR.12, H01.FR.14, H01.FR.18, H01.FR.19.
        var bench = Bench.with(row.variables)
        row.prepare(&bench)
        #expect(bench.reserve(row.evse, type: row.type, for: row.seconds).status == row.status)
    }

    @Test func `the same id replaces`() {
        // H01.FR.02.
        var bench = Bench.with([:])
        _ = bench.reserve(1)
        let (status, rest) = bench.reserve(2, Bench.otherCard, id: 1)
        #expect(status == .accepted)
        #expect(bench.statuses(in: rest) == ["1 Available", "2 Reserved"])
        // What cannot be replaced stays.
        _ = bench.report(1) { $0.connector = .faulted }
        #expect(bench.reserve(1, Bench.card, id: 1).status == .faulted)
        #expect(bench.station.connectorStatus(1) == .reserved)
    }

    @Test func `without an EVSE one always remains free for its token`() {
        // H01.FR.07, H01.FR.09, H01.FR.20, H01.FR.24, H03.FR.02, H03.FR.03, H03.FR.05, H03.FR.06.
        var bench = Bench.with([:])
        let (status, rest) = bench.reserve(nil)
        #expect(status == .accepted)
        #expect(bench.statuses(in: rest).isEmpty)
        // Somebody takes one of the two: the other is reserved.
        let taken = bench.present(Bench.otherCard, evse: 1)
        #expect(bench.statuses(in: taken) == ["2 Reserved"])
        let third = IdTokenType(idToken: "THIRD", type: "ISO14443")
        _ = bench.present(third, evse: 2)
        #expect(!bench.station.mayTransfer(1))
        _ = bench.present(Bench.card, evse: 2)
        #expect(bench.station.mayTransfer(1))
        #expect(bench.station.reservations.all.isEmpty)
        #expect(bench.events(in: bench.plugIn(2)).first?.reservationId == 1)
    }

    @Test func `a reservation is cancelled`() {
        // H02.FR.01 to .06.
        var bench = Bench.with([:])
        _ = bench.reserve(1)
        #expect(cancel(&bench, 7).0 == .rejected)
        let (status, rest) = cancel(&bench, 1)
        #expect(status == .accepted)
        #expect(bench.statuses(in: rest) == ["1 Available"])
        #expect(bench.updates(in: rest).isEmpty)
        #expect(!bench.events(in: bench.plugIn() + bench.present(Bench.otherCard)).isEmpty)
        var other = Bench.with([:])
        _ = other.reserve(nil, id: 1)
        _ = other.reserve(nil, Bench.otherCard, id: 2)
        #expect(other.station.connectorStatus(0) == .reserved)
        #expect(other.statuses(in: cancel(&other, 2).1) == ["1 Available", "2 Available"])
    }

    @Test func `it expires`() {
        // H04.FR.01 to .03.
        var bench = Bench.with([:])
        _ = bench.reserve(1, for: 600)
        #expect(bench.updates(in: bench.wait(.seconds(599))).isEmpty)
        let outputs = bench.wait(.seconds(1))
        #expect(bench.updates(in: outputs) == ["1 Expired"])
        #expect(bench.statuses(in: outputs) == ["1 Available"])
        #expect(bench.kept.keys.allSatisfy { !$0.hasPrefix("reservation/") })
    }

    @Test(arguments: [EVSEReport.Connector.faulted, .unavailable])
    func `it goes with its EVSE`(connector: EVSEReport.Connector) {
        // H01.FR.16, H01.FR.17.
        var bench = Bench.with([:])
        _ = bench.reserve(1)
        #expect(bench.updates(in: bench.report { $0.connector = connector }) == ["1 Removed"])
        var other = Bench.with([:])
        _ = other.reserve(1)
        let (_, rest) = other.ask(
            .changeAvailability(ChangeAvailabilityRequest(operationalStatus: .inoperative, evse: EVSEType(id: 1))))
        #expect(other.updates(in: rest) == ["1 Removed"])
    }

    @Test func `used and nobody came is told`() {
        // H03.FR.11.
        var bench = Bench.with([:])
        _ = bench.reserve(1)
        _ = bench.present()
        #expect(bench.updates(in: bench.wait(.seconds(121))) == ["1 NoTransaction"])
    }

    @Test func `it survives a restart`() {
        var bench = Bench.with([:])
        _ = bench.reserve(1, Bench.card, group: Bench.family)
        bench.reopen()
        bench.boot()
        _ = bench.plugIn()
        #expect(bench.station.connectorStatus(0) == .reserved)
        #expect(bench.events(in: bench.present(Bench.otherCard)).isEmpty)
        #expect(bench.events(in: bench.present()).first?.reservationId == 1)
    }

    @Test func `switched off they are kept and not used`() {
        // Referenced components, 1: what a disabled controller means.
        var bench = Bench.with([:])
        _ = bench.reserve(1)
        bench.station.variables.report("false", as: ReservationVariables.enabled)
        #expect(bench.statuses(in: bench.handle(.tick)) == ["1 Available"])
        bench.station.variables.report("true", as: ReservationVariables.enabled)
        #expect(bench.statuses(in: bench.handle(.tick)) == ["1 Reserved"])
    }
}
