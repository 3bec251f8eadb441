// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118
import JSONText
import VehicleLinks

/// One line about a bench car: for people, or an object for programs.
struct VehicleLine {
    private let name: String
    private var fields: [(String, JSON)] = []

    init(_ name: String, _ fields: [(String, JSON)] = []) {
        self.name = name
        self.fields = fields
    }

    /// - Parameter battery: as it is now.
    init(_ step: VehicleStep, _ battery: VehicleBattery) {
        switch step {
        case .connected(let agreement):
            self.init("connected", [("tls", .string(agreement?.words ?? "none"))])
            if let station = agreement?.station { fields.append(("station", .string(station))) }
            if let agreement { fields.append(("staple", .boolean(agreement.isStapled))) }
        case .agreed(let standard): self.init("agreed", [("standard", .string("\(standard)"))])
        case .asks(let kind): self.init("asks", [("kind", .string(kind.rawValue))])
        case .turned(let turn):
            self.init("turned", [("turn", .number("\(turn.number)"))])
            if let target = turn.target { fields.append(("target_W", .watts(target))) }
            if let granted = turn.granted {
                fields += [("lowest_W", .watts(granted.lower)), ("highest_W", .watts(granted.upper))]
            }
            fields.append(("answer_ms", .thousandths(turn.answerTime.nanoseconds / 1_000)))
        case .offered(let schedules): self.init("offered", [("schedules", .array(schedules.map(\.asJSON)))])
        case .contactors(let state): self.init("contactors", [("state", .string("\(state)"))])
        case .takes(let power):
            self.init(
                "takes", [("power_W", .watts(power)), ("soc_percent", .thousandths(battery.stateOfCharge.milli))])
        case .installed(let contract): self.init("installed", [("account", .string(contract.emaid))])
        case .ended(let end): self.init("ended", [("end", .string(end.inWords))])
        }
    }

    func text(at time: Interval, isJSON: Bool) -> String {
        guard !isJSON else {
            let all = [("t", JSON.thousandths(time.milliseconds)), ("step", .string(name))] + fields
            return JSON.object(all.map { JSON.Member($0.0, $0.1) }).description
        }
        let values = fields.map { "\($0.0)=\($0.1.text ?? $0.1.description)" }.joined(separator: " ")
        return "\(JSON.thousandths(time.milliseconds)) s  \(name) \(values)"
    }
}

extension ScheduleTuple {
    fileprivate var asJSON: JSON {
        let periods = self.periods.map { period in
            JSON.object([
                JSON.Member("length_s", .thousandths(period.length.milliseconds)),
                JSON.Member("lowest_W", .watts(period.power.lower)),
                JSON.Member("highest_W", .watts(period.power.upper)),
                JSON.Member("price_level", period.priceLevel.map { .number("\($0)") } ?? .null),
            ])
        }
        return .object([JSON.Member("id", .number("\(id)")), JSON.Member("periods", .array(periods))])
    }
}

extension JSON {
    fileprivate static func watts(_ power: Power) -> JSON { .thousandths(power.milli) }

    /// Of whole numbers that count thousandths, all digits are shown.
    fileprivate static func thousandths(_ value: Int64) -> JSON {
        let digits = String(value.magnitude % 1_000)
        let fraction = String(repeating: "0", count: 3 - digits.count) + digits
        return .number("\(value < 0 ? "-" : "")\(value.magnitude / 1_000).\(fraction)")
    }
}

extension VehicleEnd {
    /// What went wrong, and at which question.
    var inWords: String {
        switch self {
        case .finished: "finished"
        case .paused(let session): "paused, session \(session.map { String($0, radix: 16) }.joined(separator: " "))"
        case .noCommonProtocol: "the station speaks none of the car's protocols"
        case .notOffered(let service, let mode): "the station does not offer \(service), \(mode)"
        case .contractNotOffered: "the station takes no contracts"
        case .contractRefused(let fault): "the contract that came is not taken: \(fault.inWords)"
        case .refused(let kind, let code): "the station refused \(kind.rawValue): \(code)"
        case .unanswered(let kind): "no answer to \(kind.rawValue) in time"
        case .stillOngoing(let kind): "\(kind.rawValue) took too long"
        case .unexpected(let kind, let after): "\(kind.rawValue) was answered to \(after.rawValue)"
        case .foreignSession: "the station's answer is of another session"
        case .disconnected: "the station hung up"
        case .notV2GTP(let error): "\(error)"
        case .notUnderstood(let error): "the station's message is not understood: \(error)"
        case .inexpressible: "the car's own message cannot be expressed in the schema"
        }
    }

    package var isWellEnded: Bool {
        switch self {
        case .finished, .paused: true
        case .noCommonProtocol, .notOffered, .contractNotOffered, .contractRefused, .refused, .unanswered,
            .stillOngoing, .unexpected, .foreignSession,
            .disconnected, .notV2GTP, .notUnderstood, .inexpressible:
            false
        }
    }
}

extension InstallationFault {
    fileprivate var inWords: String {
        switch self {
        case .nothing: "there was none, or the car has no key to open it"
        case .service(let verdict): "the certificate of whoever provides it is \(verdict.inWords)"
        case .contract(let verdict): "its certificate is \(verdict.inWords)"
        case .signature: "it is not signed by whoever provides it"
        case .key: "its key does not open, or belongs to another certificate"
        }
    }
}

extension CertificateVerdict {
    fileprivate var inWords: String {
        switch self {
        case .valid: "valid"
        case .expired: "expired"
        case .notYetValid: "not yet valid"
        case .revoked: "revoked"
        case .unknownRoot: "of a root the car does not know"
        case .broken: "not what it must be"
        }
    }
}
