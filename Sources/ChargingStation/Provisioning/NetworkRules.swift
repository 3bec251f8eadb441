// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What a network connection profile has to be, apart from what the station is in (B09.FR.02).
enum NetworkRules {
    /// What a slot's variables hold of a profile.
    static func values(of profile: NetworkConnectionProfileType) -> [(name: String, value: String?)] {
        [
            (NetworkVariables.url, profile.ocppCsmsUrl),
            (NetworkVariables.interface, profile.ocppInterface.word),
            (NetworkVariables.transport, profile.ocppTransport.word),
            // Deprecated; the sub-protocol decides.
            (NetworkVariables.version, (profile.ocppVersion ?? .ocpp21).word),
            (NetworkVariables.timeout, String(profile.messageTimeout)),
            (NetworkVariables.security, String(profile.securityProfile)),
            (NetworkVariables.identity, profile.identity),
            (NetworkVariables.password, profile.basicAuthPassword),
        ]
    }

    /// - Returns: Which parameter is invalid and why; nil if all are fine.
    static func fault(of profile: NetworkConnectionProfileType, allowsInsecure: Bool) -> String? {
        if profile.ocppTransport != .json { return "ocppTransport: JSON is the only one." }
        // The gateway's host dials no modem and builds no tunnel (B09.FR.13).
        if profile.apn != nil { return "apn: not supported." }
        if profile.vpn != nil { return "vpn: not supported." }
        if !(1...3_600).contains(profile.messageTimeout) { return "messageTimeout: 1 to 3600 seconds." }
        switch profile.ocppVersion {
        case nil, .ocpp16, .ocpp201, .ocpp21: break
        case .ocpp12, .ocpp15, .ocpp20: return "ocppVersion: 1.6, 2.0.1 or 2.1."
        }
        if let identity = profile.identity, let fault = fault(ofIdentity: identity) { return fault }
        if let password = profile.basicAuthPassword, let fault = fault(ofPassword: password) { return fault }
        return fault(ofURL: profile.ocppCsmsUrl, security: profile.securityProfile, allowsInsecure: allowsInsecure)
    }

    /// The scheme has to be that of the security profile (part 2, A: TLS from profile 2 on).
    private static func fault(ofURL url: String, security: Int, allowsInsecure: Bool) -> String? {
        let parts = url.lowercased().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//"), parts[1].dropFirst(2).first.map({ $0 != "/" }) == true else {
            return "ocppCsmsUrl: no URL of a WebSocket."
        }
        switch (security, parts[0]) {
        case (0, "ws"): return allowsInsecure ? nil : "securityProfile: 0 is not allowed here."
        case (1, "ws"), (2, "wss"), (3, "wss"): return nil
        case (0...3, "ws"), (0...3, "wss"): return "ocppCsmsUrl: wss for security profiles 2 and 3, ws below."
        case (0...3, _): return "ocppCsmsUrl: neither ws nor wss."
        case _: return "securityProfile: 0 to 3."
        }
    }

    /// An identifierString without colon, since it is the user name of the basic authentication too (part 2,
    /// SecurityCtrlr.Identity).
    private static func fault(ofIdentity identity: String) -> String? {
        guard identity.utf8.count <= 48, identity.utf8.allSatisfy({ isIdentifier($0) && $0 != UInt8(ascii: ":") })
        else {
            return "identity: up to 48 of a-z A-Z 0-9 * - _ = + | @ ."
        }
        return nil
    }

    static func refusal(ofIdentity identity: String) -> StatusInfoType? {
        fault(ofIdentity: identity).map { StatusInfoType(reasonCode: "InvalidValue", additionalInfo: $0) }
    }

    /// A passwordString of 16 to 64 characters (part 2, SecurityCtrlr.BasicAuthPassword).
    static func fault(ofPassword password: String) -> String? {
        guard (16...64).contains(password.utf8.count), password.utf8.allSatisfy(isIdentifier) else {
            return "basicAuthPassword: 16 to 64 of a-z A-Z 0-9 * - _ = : + | @ ."
        }
        return nil
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case _: "*-_=:+|@.".utf8.contains(byte)
        }
    }
}
