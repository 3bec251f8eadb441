// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

/// The first thing in a message that its schema does not allow.
///
/// Only the place is kept while reading; the path is found when somebody asks, so that good messages pay nothing.
public struct Violation: Error, Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case notJSON(expected: String)
        /// A name that the object has already had (RFC 7493, 2.3).
        case repeatedField
        case unknownField
        case missingField(String)
        case wrongType(expected: String)
        case notInteger
        /// More than 2^53 − 1, or a decimal number of 10^18 and more.
        case tooLarge
        case badDateTime
        case badURI
        case tooLong(most: Int)
        case notListed
        case below(Int)
        case above(Int)
        case notMultipleOfTenth
        case tooFew(least: Int)
        case tooMany(most: Int)
    }

    public let kind: Kind
    /// The byte of the frame at which the value (or, for a missing field, its object) starts.
    public let offset: Int

    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    @usableFromInline
    init(_ error: JSONError) { self.init(.notJSON(expected: error.expected), at: error.offset) }

    /// The code that names it.
    ///
    /// 1.6 (OCPP-J 1.6, 4.2.3) says FormationViolation for what does not conform to the structure and ProtocolError for what is
    /// incomplete; 2.x (part 4, 4.3) says ProtocolError for the first and has OccurrenceConstraintViolation for the second.
    /// A length belongs to the data type (`string[50]`); a list of words, a range or a multiple restricts the value.
    public func code(in version: OCPPVersion) -> ErrorCode {
        switch kind {
        case .notJSON, .repeatedField: .formatViolation
        case .unknownField: version == .v16 ? .formatViolation : .protocolError
        case .missingField: version == .v16 ? .protocolError : .occurrenceConstraintViolation
        case .wrongType, .notInteger, .tooLarge, .badDateTime, .badURI, .tooLong: .typeConstraintViolation
        case .notListed, .below, .above, .notMultipleOfTenth: .propertyConstraintViolation
        case .tooFew, .tooMany: .occurrenceConstraintViolation
        }
    }
}
