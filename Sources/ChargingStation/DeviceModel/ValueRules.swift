// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What is wrong with a value for a variable.
package enum ValueFault: Equatable, Sendable {
    /// Not of the data type (B05.FR.07).
    case wrongFormat(expected: String)
    /// Beyond the limits of the variable (B05.FR.08).
    case belowLimit(String)
    case aboveLimit(String)
    case notListed(String)
    case repeated(String)

    var statusInfo: StatusInfoType {
        switch self {
        case .wrongFormat(let expected): StatusInfoType(reasonCode: "InvalidValue", additionalInfo: "Not \(expected).")
        case .belowLimit(let limit): StatusInfoType(reasonCode: "ValueTooLow", additionalInfo: "At least \(limit).")
        case .aboveLimit(let limit): StatusInfoType(reasonCode: "ValueTooHigh", additionalInfo: "At most \(limit).")
        case .notListed(let word):
            StatusInfoType(reasonCode: "InvalidValue", additionalInfo: "“\(word.prefix(100))” is not in valuesList.")
        case .repeated(let word):
            StatusInfoType(reasonCode: "InvalidValue", additionalInfo: "“\(word.prefix(100))” comes twice.")
        }
    }
}

extension VariableDefinition.Kind {
    /// - Returns: Nil for a value that is allowed.
    package func fault(in value: String) -> ValueFault? {
        switch self {
        case .boolean: value == "true" || value == "false" ? nil : .wrongFormat(expected: "true or false")
        case .integer(let range): Self.fault(inInteger: value, range)
        case .decimal(let range): Self.fault(inDecimal: value, range)
        case .string(let longest):
            value.unicodeScalars.count <= longest ? nil : .aboveLimit("\(longest) characters")
        case .dateTime: StationTime.read(value) == nil ? .wrongFormat(expected: "a time as RFC 3339 has it") : nil
        case .option(let words): words.contains(value) ? nil : .notListed(value)
        case .sequence(let words), .members(let words): Self.fault(inList: value, words)
        }
    }

    private static func fault(inInteger value: String, _ range: ClosedRange<Int>) -> ValueFault? {
        // No plus sign and no leading zeros (part 2, table 1).
        guard let number = Int(value), String(number) == value else { return .wrongFormat(expected: "an integer") }
        if number < range.lowerBound { return .belowLimit(String(range.lowerBound)) }
        if number > range.upperBound { return .aboveLimit(String(range.upperBound)) }
        return nil
    }

    private static func fault(inDecimal value: String, _ range: ClosedRange<Double>) -> ValueFault? {
        guard DecimalNumber(text: value) != nil, let number = Double(value) else {
            return .wrongFormat(expected: "a decimal number")
        }
        if number < range.lowerBound { return .belowLimit("\(range.lowerBound)") }
        if number > range.upperBound { return .aboveLimit("\(range.upperBound)") }
        return nil
    }

    private static func fault(inList value: String, _ words: [String]) -> ValueFault? {
        var seen: Set<Substring> = []
        for word in value.split(separator: ",", omittingEmptySubsequences: !value.contains(",")) {
            guard words.contains(String(word)) else { return .notListed(String(word)) }
            guard seen.insert(word).inserted else { return .repeated(String(word)) }
        }
        return nil
    }

    // MARK: Characteristics

    var dataType: DataEnumType {
        switch self {
        case .boolean: .boolean
        case .integer: .integer
        case .decimal: .decimal
        case .string: .string
        case .dateTime: .dateTime
        case .option: .optionList
        case .sequence: .sequenceList
        case .members: .memberList
        }
    }

    /// Whether thresholds and deltas count in numbers (N07.FR.18, N07.FR.19).
    var isNumeric: Bool {
        switch self {
        case .integer, .decimal: true
        case .boolean, .string, .dateTime, .option, .sequence, .members: false
        }
    }

    /// Nil where the range is that of the type.
    var limits: (least: DecimalNumber?, most: DecimalNumber?) {
        switch self {
        case .integer(let range): (Self.limit(Double(range.lowerBound)), Self.limit(Double(range.upperBound)))
        case .decimal(let range): (Self.limit(range.lowerBound), Self.limit(range.upperBound))
        // Of text it is the longest one.
        case .string(let longest): (nil, DecimalNumber(longest))
        case .boolean, .dateTime, .option, .sequence, .members: (nil, nil)
        }
    }

    private static func limit(_ value: Double) -> DecimalNumber? {
        guard value.magnitude < 1e12 else { return nil }
        return DecimalNumber(thousandths: Int64((value * 1_000).rounded()))
    }

    /// Nil for types without a list; cut at a word to the 1000 characters the schema allows.
    var valuesList: String? {
        switch self {
        case .option(let words), .sequence(let words), .members(let words):
            words.reduce(into: "") { list, word in
                guard list.unicodeScalars.count + word.unicodeScalars.count < 1_000 else { return }
                list += (list.isEmpty ? "" : ",") + word
            }
        case .boolean, .integer, .decimal, .string, .dateTime: nil
        }
    }
}
