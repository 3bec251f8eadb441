// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS

/// A connection that came to no session.
package struct VehicleRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// Another car's session lasts, or its power is being switched off.
        case busy
        case doorFull
        /// Nobody's car was matched to this cable.
        case notMatched
        case silent(Duration)
        /// Its first byte begins neither TLS nor V2GTP.
        case neither(UInt8)
        case plainNotAllowed, tlsNotOffered
        case tls(TLSFault)
    }

    package let address: String
    package let reason: Reason

    package var description: String {
        switch reason {
        case .busy: "\(address) was turned away: a session is under way here."
        case .doorFull: "\(address) was turned away: too many connections have not begun a session."
        case .notMatched: "\(address) was turned away: it has not been matched to this cable (SLAC)."
        case .silent(let patience): "\(address) connected and said nothing for \(patience)."
        case .neither(let byte): "\(address) speaks neither TLS nor V2GTP; its first byte is \(byte)."
        case .plainNotAllowed: "\(address) came without TLS, which is not allowed here."
        case .tlsNotOffered: "\(address) began TLS, for which there is no certificate here."
        case .tls(let fault): "\(fault)"
        }
    }
}
