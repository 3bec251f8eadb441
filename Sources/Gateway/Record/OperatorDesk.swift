// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import GridConnection
import Journal
import LinuxIO
import LocalAPI

/// Turns what comes in through the API into instructions of the grid connection, and their replies into words.
struct OperatorDesk: Sendable {
    let evidence: EvidenceDesk
    let installer: InstallerCode
    let said = SaidLast()

    /// The way an instruction came, for the record.
    struct Channel: Hashable, Sendable {
        var name: String
        var who: String
        static let localAPI = Channel(name: "local API", who: "local API")
    }

    func instruct(_ instruction: OperatorInstruction) async throws(APIProblem) -> Acknowledgement {
        if let command = schemeCommand(instruction) {
            try installer.check(command.code)
            return try await unlocked(command.input, instruction)
        }
        let (reply, id) = try await put(instruction, over: .localAPI)
        guard reply == .accepted else { throw problem(reply, instruction) }
        return Acknowledgement(words(instruction, id), expiresIn: duration(instruction))
    }

    /// - Returns: What the rules answer, once the record holds it.
    func put(
        _ instruction: OperatorInstruction, over channel: Channel
    ) async throws(APIProblem) -> (reply: ConnectionReply, id: InstructionID) {
        let answer = try await evidence.instruct(orders(instruction, channel)) { input(instruction, $0) }
        if answer.reply == .accepted { said.note(instruction, at: MonotonicClock.now()) }
        return answer
    }

    private func input(_ instruction: OperatorInstruction, _ id: InstructionID) -> ConnectionInput {
        switch instruction {
        case .heartbeat(let direction): directed(direction, .heartbeat)
        case .limit(let direction, let size, let isActive, let duration):
            directed(direction, .write(LimitationWrite(size, isActive: isActive, duration: duration, instruction: id)))
        case .failsafe(let direction, let size): directed(direction, .writeFailsafeLimit(size))
        case .failsafeDuration(let direction, let duration): directed(direction, .writeFailsafeDuration(duration))
        case .reduction(let size, let duration): .section14a(.reduce(to: size, duration: duration, id))
        case .endOfReduction: .section14a(.release)
        case .relay(let name, let isClosed): .relay(.sample(name.contact, isClosed: isClosed))
        case .schemeLimits(let drawn, let delivered, _):
            .scheme(.change(SchemeLimits(maximumImport: drawn, maximumExport: delivered)))
        case .schemeReset: .scheme(.reset)
        case .ceaseToEnergise: .gridCode(.cease(id))
        case .permitService: .gridCode(.permit(id))
        case .flexible(let said): .flexible(said.input(id))
        case .envelope(let said): .envelope(said.input(id, at: EvidenceDesk.wall()))
        }
    }

    /// What only an installer may do.
    private func schemeCommand(
        _ instruction: OperatorInstruction
    ) -> (input: LimitationScheme.Input, code: String)? {
        switch instruction {
        case .schemeLimits(let drawn, let delivered, let code):
            (.change(SchemeLimits(maximumImport: drawn, maximumExport: delivered)), code)
        case .schemeReset(let code): (.reset, code)
        default: nil
        }
    }

    /// Unlocked for this one command only, and locked again after a refusal too.
    private func unlocked(
        _ input: LimitationScheme.Input, _ instruction: OperatorInstruction
    ) async throws(APIProblem) -> Acknowledgement {
        _ = try await evidence.instruct([]) { _ in .scheme(.unlock) }
        let (reply, id) = try await evidence.instruct([]) { _ in .scheme(input) }
        _ = try await evidence.instruct([]) { _ in .scheme(.lock) }
        guard reply == .accepted else { throw problem(reply, instruction) }
        return Acknowledgement(words(instruction, id), expiresIn: nil)
    }

    private func directed(_ direction: LimitDirection, _ input: LimitationInput) -> ConnectionInput {
        switch direction {
        case .import: .consumption(input)
        case .export: .production(input)
        }
    }

    /// What the record says was ordered; signs of life and settings of the failsafe are no orders.
    private func orders(_ instruction: OperatorInstruction, _ channel: Channel) -> [InstructionRecord.Order] {
        switch instruction {
        case .flexible(let said): said.orders(channel)
        case .envelope(let said): said.orders(channel)
        case .heartbeat, .limit, .failsafe, .failsafeDuration, .reduction, .endOfReduction, .schemeLimits, .schemeReset,
            .relay, .ceaseToEnergise, .permitService:
            order(instruction, channel).map { [$0] } ?? []
        }
    }

    private func order(_ instruction: OperatorInstruction, _ channel: Channel) -> InstructionRecord.Order? {
        let now = EvidenceDesk.wall()
        return switch instruction {
        case .limit(let direction, let size, true, let duration):
            InstructionRecord.Order(
                channel: direction == .import ? "LPC" : "LPP", who: channel.who,
                direction: direction == .import ? .import : .export, scope: "connection point", power: size,
                starts: now, duration: duration)
        case .reduction(let size, let duration):
            InstructionRecord.Order(
                channel: channel.name, who: channel.who, direction: .import, scope: "controllable", power: size,
                starts: now, duration: duration)
        case .ceaseToEnergise:
            InstructionRecord.Order(
                channel: channel.name, who: channel.who, direction: .export, scope: "all EVSEs", power: .zero,
                starts: now,
                duration: nil)
        case .heartbeat, .limit, .failsafe, .failsafeDuration, .endOfReduction, .relay, .permitService, .schemeLimits,
            .schemeReset, .flexible, .envelope:
            nil
        }
    }

    private func duration(_ instruction: OperatorInstruction) -> Interval? {
        switch instruction {
        case .limit(_, _, true, let duration), .reduction(_, let duration): duration
        case .flexible(.instruct(_, _, _, _, let duration)): duration
        case .envelope(.control(let control)): control.duration
        case .flexible, .envelope, .heartbeat, .limit, .failsafe, .failsafeDuration, .endOfReduction, .relay,
            .ceaseToEnergise,
            .permitService, .schemeLimits, .schemeReset:
            nil
        }
    }

    private func words(_ instruction: OperatorInstruction, _ id: InstructionID) -> String {
        switch instruction {
        case .heartbeat: "Heard."
        case .limit(let direction, let size, true, let duration):
            "Limit on \(direction.rawValue): \(size)\(lasting(duration)), instruction \(id.number)."
        case .limit(let direction, _, false, _): "Limit on \(direction.rawValue) lifted."
        case .failsafe(let direction, let size): "Failsafe limit on \(direction.rawValue): \(size)."
        case .failsafeDuration(let direction, let duration):
            "The failsafe of \(direction.rawValue) holds \(duration) at least."
        case .reduction(let size, let duration):
            "All controllable devices reduced to \(size)\(lasting(duration)), instruction \(id.number)."
        case .endOfReduction: "The reduction is over."
        case .relay(let name, _): "\(name.rawValue) taken."
        case .schemeLimits(let drawn, let delivered, _):
            "Limitation scheme: import \(drawn.map { "\($0)" } ?? "not limited"), "
                + "export \(delivered.map { "\($0)" } ?? "not limited"), per phase."
        case .schemeReset: "The limitation scheme is reset; it recovers once everything has been well for a while."
        case .ceaseToEnergise: "Delivery ends, instruction \(id.number)."
        case .permitService: "Delivery may enter service again."
        case .flexible(let said): said.words(id)
        case .envelope(let said): said.words(id)
        }
    }

    private func lasting(_ duration: Interval?) -> String { duration.map { " for \($0)" } ?? " until it is ended" }

    private func problem(_ reply: ConnectionReply, _ instruction: OperatorInstruction) -> APIProblem {
        switch reply {
        case .accepted, .notConfigured:
            .conflict("This site has no such rule.", remedy: "Add \(key(instruction)) and restart.")
        case .limitation(let reply): .conflict("Refused: \(reply.inWords).", remedy: reply.remedy)
        case .section14a(let reply):
            .conflict("Refused: \(reply.inWords).", remedy: "Send a power from 0 W and a duration above zero.")
        case .relay: .conflict("This contact is not wired.", remedy: "Add it to “agreement.relays.wired”.")
        case .flexible(let refusal): .conflict("Refused: \(refusal.inWords).", remedy: refusal.remedy)
        case .scheme(let reply): .conflict("Refused: \(reply.inWords).", remedy: reply.remedy)
        case .envelope(let refusal): .conflict("Refused: \(refusal.inWords).", remedy: refusal.remedy)
        }
    }

    private func inAgreement(_ key: String) -> String { "“\(key)” to “agreement” in the configuration" }

    private func key(_ instruction: OperatorInstruction) -> String {
        switch instruction {
        case .heartbeat(let direction), .limit(let direction, _, _, _), .failsafe(let direction, _),
            .failsafeDuration(let direction, _):
            inAgreement(direction == .import ? "consumption_limit" : "production_limit")
        case .reduction, .endOfReduction: inAgreement("section_14a")
        case .relay: inAgreement("relays")
        case .schemeLimits, .schemeReset: inAgreement("limitation_scheme")
        case .ceaseToEnergise, .permitService: "“grid_code” to the configuration"
        case .flexible: inAgreement("flexible")
        case .envelope: inAgreement("operating_envelope")
        }
    }
}

extension RelayName {
    var contact: RelayContact {
        switch self {
        case .w3: .w3
        case .s2: .s2
        case .s1: .s1
        case .w4: .w4
        }
    }
}

extension LimitationReply {
    var inWords: String {
        switch self {
        case .accepted: "accepted"
        case .refusedNegative: "a limit is a magnitude, zero or more"
        case .refusedImplausible: "no site is that large"
        case .refusedDuration: "the duration is zero or less"
        case .refusedNoHeartbeat: "no heartbeat was heard within the last minute"
        case .refusedFailsafeDuration: "the failsafe's duration is not within 2 h to 24 h"
        case .refusedNotPaired: "no control box is paired"
        }
    }

    var remedy: String {
        switch self {
        case .refusedNoHeartbeat: "Send a heartbeat first, then the limit within 60 s."
        case .refusedNotPaired: "Set “paired: true” in the configuration."
        case .refusedFailsafeDuration: "Send a duration within 2 h to 24 h."
        case .accepted, .refusedNegative, .refusedImplausible, .refusedDuration:
            "Send a power from 0 W and a duration above zero."
        }
    }
}

extension Section14a.Reply {
    var inWords: String {
        switch self {
        case .accepted: "accepted"
        case .refusedNegative: "a limit is a magnitude, zero or more"
        case .refusedImplausible: "no site is that large"
        case .refusedDuration: "the duration is zero or less"
        case .refusedNotReduced: "there is no reduction to end"
        }
    }
}

extension LimitationScheme.Reply {
    var inWords: String {
        switch self {
        case .accepted: "accepted"
        case .refusedLocked: "the settings are locked"
        case .refusedNegative: "a limit is a magnitude, zero or more"
        case .refusedBeyondSensors: "the current sensors cannot measure that much"
        case .refusedNothingToReset: "the scheme is not locked out"
        }
    }

    var remedy: String {
        switch self {
        case .refusedBeyondSensors: "Stay within “sensor_rating” of the configuration."
        case .refusedNothingToReset: "See what binds with: sluice why"
        case .accepted, .refusedLocked, .refusedNegative: "Send amperes per phase from 0 A, such as \"60 A\"."
        }
    }
}
