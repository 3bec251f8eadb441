// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What a CALLERROR or CALLRESULTERROR says (OCPP-J 1.6, 4.2.3; OCPP 2.1 part 4, 4.3).
public enum ErrorCode: String, CaseIterable, Sendable {
    case formatViolation = "FormatViolation"
    case genericError = "GenericError"
    case internalError = "InternalError"
    case messageTypeNotSupported = "MessageTypeNotSupported"
    case notImplemented = "NotImplemented"
    case notSupported = "NotSupported"
    case occurrenceConstraintViolation = "OccurrenceConstraintViolation"
    case propertyConstraintViolation = "PropertyConstraintViolation"
    case protocolError = "ProtocolError"
    case rpcFrameworkError = "RpcFrameworkError"
    case securityError = "SecurityError"
    case typeConstraintViolation = "TypeConstraintViolation"

    /// The spelling of a version. The errata of OCPP-J 1.6 (5.1, 5.2) leave its two misspelt codes as they are, because
    /// implementations know them; MessageTypeNotSupported and RpcFrameworkError do not exist there.
    public func text(in version: OCPPVersion) -> String {
        guard version == .v16 else { return rawValue }
        return switch self {
        case .formatViolation, .rpcFrameworkError: "FormationViolation"
        case .occurrenceConstraintViolation: "OccurenceConstraintViolation"
        case .messageTypeNotSupported: "NotSupported"
        case .genericError, .internalError, .notImplemented, .notSupported, .propertyConstraintViolation,
            .protocolError,
            .securityError, .typeConstraintViolation:
            rawValue
        }
    }

    /// Reads every spelling; what no version knows is an error nobody specified.
    public init(received text: String) {
        switch text {
        case "FormationViolation": self = .formatViolation
        case "OccurenceConstraintViolation": self = .occurrenceConstraintViolation
        case _: self = ErrorCode(rawValue: text) ?? .genericError
        }
    }
}
