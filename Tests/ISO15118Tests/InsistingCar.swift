// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import Electricity

@testable import ISO15118

/// A car that asks for what it wants without a look at what is offered, over the wire.
struct InsistingCar {
    private let meeting: Meeting
    private var station: StationSession
    private let now = Instant(nanoseconds: 0)
    private let time = WallTime(milliseconds: 1_900_000_000_000)
    private var session: [UInt8]
    private(set) var stationEnd: StationEnd?
    private(set) var hasEnergised = false

    init(_ meeting: Meeting) throws {
        self.meeting = meeting
        station = StationSession(
            offer: meeting.offer, sessionID: [1, 2, 3, 4, 5, 6, 7, 8],
            contracts: meeting.isSecured ? ContractWorld.station(meeting.profile) : nil, at: now, wallTime: time)
        session = meeting.standard.isISO20 ? Array(repeating: 0, count: 8) : [0]
        let hello = AppProtocol.Document.supportedAppProtocolReq(ProtocolNegotiation.request([meeting.standard]))
        _ = station.receive(V2GTPFrame(type: .exi, payload: try hello.encode()).bytes, at: now)
        _ = station.handle(.authorisation(.granted), at: now)
    }

    /// - Returns: the first question that was not answered with “OK”, and the answer; nil if the car got its parameters.
    mutating func insist() throws -> (Request.Kind, String)? {
        for request in requests {
            guard let answer = try ask(request) else { return (request.kind, "silence") }
            session = answer.sessionID
            switch answer.verdict {
            case .ok: continue
            case .warning(let word), .failed(let word): return (request.kind, word)
            }
        }
        return nil
    }

    private var requests: [Request] {
        let needs = meeting.plan(meeting.service ?? .dc).needs
        let parameters = Request.chargeParameters(meeting.service ?? .dc, needs)
        guard meeting.standard.isISO20 else {
            return [
                .sessionSetup(vehicle: "020000000001"), .serviceDiscovery(.all),
                .serviceSelection(.payment(meeting.payment, services: [1])),
            ] + (meeting.payment == .contract ? [.paymentDetails(contract)] : []) + [
                .authorization(authorization), parameters,
            ]
        }
        let sets: [ControlMode] = meeting.outlet == .withoutDynamic ? [.scheduled, .dynamic] : [.dynamic, .scheduled]
        let set = sets.firstIndex(of: meeting.mode).map { UInt16($0 + 1) } ?? 0
        return [
            .sessionSetup(vehicle: "car"), .authorizationSetup, .authorization(authorization), .serviceDiscovery(.all),
            .serviceSelection(.energy(service: meeting.number, parameterSet: set)), parameters,
        ]
    }

    private var contract: Contract {
        Contract(emaid: "DESLUC12345678", chain: ContractWorld.chain("contract", meeting.profile))
    }

    private var authorization: Authorization {
        guard meeting.payment == .contract else { return .external }
        return .contract(
            ContractProof(
                challenge: ContractWorld.challenge, contract: contract.chain, signature: nil))
    }

    private mutating func ask(_ request: Request) throws -> Answer? {
        var header = VehicleHeader(sessionID: session, time: time, soc: .percent(50), service: meeting.service ?? .dc)
        if meeting.payment == .contract, let key = ContractWorld.key("contract", meeting.profile) {
            header.signer = VehicleSigner(cryptography: ContractWorld.trust(meeting.profile), key: key, roots: [])
        }
        let frame = try Translation.frame(request, header, meeting.standard)
        var answer: Answer?
        for output in station.receive(frame.bytes, at: now) {
            switch output {
            case .send(let frame): answer = try Translation.answer(frame, meeting.standard)
            case .end(let end): stationEnd = end
            case .contactors(.closed), .operate: hasEnergised = true
            case .authorise, .authoriseContract, .select, .certificate, .checkCable, .contactors(.open), .need,
                .receipt, .schedules, .profile:
                break
            }
        }
        return answer
    }
}
