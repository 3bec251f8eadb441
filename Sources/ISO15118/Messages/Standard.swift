// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A standard of the conversation, as the handshake names it.
public enum Standard: CaseIterable, Hashable, Sendable {
    /// DIN SPEC 70121:2014, DC only.
    case din
    /// ISO 15118-2:2014.
    case iso2
    /// ISO 15118-20:2022; AC and DC are negotiated as protocols of their own.
    case iso20AC, iso20DC

    public var namespace: String {
        switch self {
        case .din: "urn:din:70121:2012:MsgDef"
        case .iso2: "urn:iso:15118:2:2013:MsgDef"
        case .iso20AC: "urn:iso:std:iso:15118:-20:AC"
        case .iso20DC: "urn:iso:std:iso:15118:-20:DC"
        }
    }

    /// Version of the schema, which need not be the edition of the standard.
    public var major: UInt32 {
        switch self {
        case .din, .iso2: 2
        case .iso20AC, .iso20DC: 1
        }
    }

    public var minor: UInt32 { 0 }

    public var isISO20: Bool {
        switch self {
        case .din, .iso2: false
        case .iso20AC, .iso20DC: true
        }
    }
}
