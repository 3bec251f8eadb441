// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The two chains of a journal. They share one count of sequence numbers and differ in what may be removed to save
/// space: details may be thinned from the front when they are too many, evidence only when it is older than the retention.
package enum Chain: String, CaseIterable, Sendable {
    /// Instructions, failsafes, minute traces, settings, clocks, grid codes, the journal's own records.
    case evidence
    /// Decisions and limits in force.
    case detail
}

extension EvidenceRecord.Kind {
    package var chain: Chain {
        switch self {
        case .limit, .decision: .detail
        case .instruction, .failsafe, .minute, .setting, .clock, .gridCode, .journal: .evidence
        }
    }
}

/// A value for each chain.
package struct PerChain<Value> {
    package var evidence: Value
    package var detail: Value

    package init(evidence: Value, detail: Value) {
        self.evidence = evidence
        self.detail = detail
    }

    package subscript(chain: Chain) -> Value {
        get {
            switch chain {
            case .evidence: evidence
            case .detail: detail
            }
        }
        set {
            switch chain {
            case .evidence: evidence = newValue
            case .detail: detail = newValue
            }
        }
    }
}

extension PerChain: Sendable where Value: Sendable {}
extension PerChain: Equatable where Value: Equatable {}

/// A SHA-256 value.
package struct ChainHash: Hashable, Sendable {
    static let size = 32
    package let bytes: [UInt8]

    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        self.bytes = Array(bytes)
    }

    init?(hexadecimal text: String) {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count == 2 * Self.size else { return nil }
        bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private init(zeros: Int) { bytes = [UInt8](repeating: 0, count: zeros) }

    /// What stands before the first record of a chain.
    package static let beginning = ChainHash(zeros: size)

    package var hexadecimal: String { String(decoding: hexadecimalDigits, as: UTF8.self) }

    /// In ASCII, lower case.
    var hexadecimalDigits: [UInt8] {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            digits.append(Self.digit(byte >> 4))
            digits.append(Self.digit(byte & 0xF))
        }
        return digits
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}

/// A record's place in a chain and its hash.
package struct ChainPosition: Hashable, Sendable {
    package var sequence: Int64
    package var hash: ChainHash

    package init(sequence: Int64, hash: ChainHash) {
        self.sequence = sequence
        self.hash = hash
    }

    package static let beginning = ChainPosition(sequence: 0, hash: .beginning)

    /// A number outside was never given: a thousand records a second for 280,000 years.
    static let plausible: ClosedRange<Int64> = 0...(1 << 53)
}
