// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP

/// Work on firmware. Every task and report names the update it belongs to; what belongs to a former one is disregarded.
package enum FirmwareTask: Equatable, Sendable {
    /// Is this signing certificate (PEM) one of the manufacturer's (L01.FR.21)?
    case check(reply: MessageID, certificate: String)
    /// Fetch the file; what was fetched before for another update is deleted.
    case download(requestID: Int, location: String)
    /// Does the signature (Base64) fit the file and the certificate (L01.FR.04, L01.FR.12)?
    case verify(requestID: Int, certificate: String, signature: String)
    case install(requestID: Int)
    /// After a restart: does what was installed run now?
    case confirm(requestID: Int)
    /// Stop fetching, and delete what was fetched.
    case cancel(requestID: Int)
}

package enum FirmwareReport: Equatable, Sendable {
    /// `refusal` is nil if the certificate is good.
    case checked(reply: MessageID, refusal: String?)
    case downloaded(requestID: Int)
    case downloadFailed(requestID: Int, reason: String)
    /// `refusal` is nil if the signature is good.
    case verified(requestID: Int, refusal: String?)
    case installed(requestID: Int, needsReboot: Bool)
    /// `atVerification`: the installer found the file's contents wrong (L01.FR.29).
    case installationFailed(requestID: Int, reason: String, atVerification: Bool)
    case confirmed(requestID: Int, runs: Bool)

    /// Nil for a check, which comes before the update.
    var requestID: Int? {
        switch self {
        case .checked: nil
        case .downloaded(let id), .downloadFailed(let id, _), .verified(let id, _), .installed(let id, _),
            .installationFailed(let id, _, _), .confirmed(let id, _):
            id
        }
    }
}
