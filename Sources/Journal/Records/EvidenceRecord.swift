// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Something the operator of the site may have to show later. BNetzA BK6-22-300 Annex 1, 7.2 and 7.3, asks for proof of
/// each reduction for two years.
package enum EvidenceRecord: Hashable, Sendable {
    case instruction(InstructionRecord)
    case failsafe(FailsafeRecord)
    case limitInForce(LimitRecord)
    case decision(DecisionRecord)
    case minuteTrace(MinuteTrace)
    case setting(SettingChange)
    case clock(ClockRecord)
    case gridCode(GridCodeRecord)
    /// Written by the journal about itself.
    case journal(JournalRecord)

    package enum Kind: String, CaseIterable, Sendable {
        case instruction, failsafe, limit, decision, minute, setting, clock, gridCode, journal
    }

    package var kind: Kind {
        switch self {
        case .instruction: .instruction
        case .failsafe: .failsafe
        case .limitInForce: .limit
        case .decision: .decision
        case .minuteTrace: .minute
        case .setting: .setting
        case .clock: .clock
        case .gridCode: .gridCode
        case .journal: .journal
        }
    }
}

/// A payload as named fields: the same names in the stored JSON and in the columns of the export.
protocol Payload {
    var fields: Fields { get }
    /// - Returns: Nil when what is stored is not such a payload; it was then written by somebody else.
    init?(_ parsed: ParsedFields)
}

extension EvidenceRecord {
    private var payload: any Payload {
        switch self {
        case .instruction(let record): record
        case .failsafe(let record): record
        case .limitInForce(let record): record
        case .decision(let record): record
        case .minuteTrace(let record): record
        case .setting(let record): record
        case .clock(let record): record
        case .gridCode(let record): record
        case .journal(let record): record
        }
    }

    var fields: Fields { payload.fields }

    /// The canonical JSON that is stored and hashed.
    var payloadText: String { fields.json(positional: kind.positional) }

    init?(kind: Kind, payloadText: String) {
        guard let parsed = ParsedFields(json: payloadText, positional: kind.positional) else { return nil }
        let record: EvidenceRecord? =
            switch kind {
            case .instruction: InstructionRecord(parsed).map(EvidenceRecord.instruction)
            case .failsafe: FailsafeRecord(parsed).map(EvidenceRecord.failsafe)
            case .limit: LimitRecord(parsed).map(EvidenceRecord.limitInForce)
            case .decision: DecisionRecord(parsed).map(EvidenceRecord.decision)
            case .minute: MinuteTrace(parsed).map(EvidenceRecord.minuteTrace)
            case .setting: SettingChange(parsed).map(EvidenceRecord.setting)
            case .clock: ClockRecord(parsed).map(EvidenceRecord.clock)
            case .gridCode: GridCodeRecord(parsed).map(EvidenceRecord.gridCode)
            case .journal: JournalRecord(parsed).map(EvidenceRecord.journal)
            }
        guard let record else { return nil }
        self = record
    }
}

extension EvidenceRecord.Kind {
    /// The fields in order, where a payload is stored as an array without names because there are a million of them.
    var positional: [Field]? {
        switch self {
        case .minute: MinuteTrace.order
        case .instruction, .failsafe, .limit, .decision, .setting, .clock, .gridCode, .journal: nil
        }
    }
}
