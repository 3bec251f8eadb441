// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import GridConnection
import Journal

extension ConnectionEvent {
    /// What the record shows of an event.
    /// - Parameter floor: What the rule guarantees at least.
    func records(isBelowMinimum: Bool, floor: Power?) -> [EvidenceRecord] {
        switch kind {
        case .began: [.limitInForce(limit), gridCode("began")]
        case .effective, .alreadyBelow:
            [
                instruction(
                    .effective(
                        InstructionRecord.Effect(
                            after: took, floor: floor, outcome: kind == .effective ? .commanded : .alreadyBelow,
                            isBelowMinimum: isBelowMinimum)))
            ]
        case .expired: [instruction(.expired), ended]
        case .superseded: [instruction(.superseded(by: nil))]
        case .cancelled: [instruction(.released), ended]
        case .refused: [instruction(.refused(reason: "\(rule.inWords): code \(detail)"))]
        case .failsafeEntered:
            [
                .failsafe(FailsafeRecord(.entered, mechanism: rule.inWords, reason: "state \(detail)")),
                .limitInForce(limit),
            ]
        case .failsafeLeft:
            [.failsafe(FailsafeRecord(.left, mechanism: rule.inWords, reason: "state \(detail)")), ended]
        case .overdue: [gridCode("not obeyed within \(took)")]
        case .belowMinimum: [gridCode("below the guaranteed minimum, obeyed all the same")]
        case .stateChanged, .lockedOut, .lockOutReset, .settingsChanged: [gridCode("\(kind)")]
        }
    }

    private func instruction(_ event: InstructionRecord.Event) -> EvidenceRecord {
        .instruction(InstructionRecord(id: "\(instruction.number)", event))
    }

    private var limit: LimitRecord {
        LimitRecord(
            scope: rule.scopeInWords, importPower: bounded(power.upper), exportPower: bounded(-power.lower),
            source: instruction == .none ? "rule" : "\(instruction.number)", reason: rule.inWords)
    }

    /// The rule bounds nothing any more.
    private var ended: EvidenceRecord {
        .limitInForce(
            LimitRecord(
                scope: rule.scopeInWords, importPower: nil, exportPower: nil,
                source: instruction == .none ? "rule" : "\(instruction.number)", reason: "\(rule.inWords) ended"))
    }

    private func gridCode(_ state: String) -> EvidenceRecord {
        .gridCode(GridCodeRecord(function: rule.inWords, state: state, detail: "instruction \(instruction.number)"))
    }

    private func bounded(_ power: Power) -> Power? { power.milli >= Power.plausible ? nil : power }
}

extension GridRule {
    /// One scope for each rule: limits are looked up by it.
    var scopeInWords: String { inWords }
}
