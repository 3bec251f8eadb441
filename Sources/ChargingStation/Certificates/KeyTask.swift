// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// What the names in a certificate request say.
package struct CertificateSubject: Equatable, Sendable {
    /// The station's serial number (A00.FR.511), or the SeccId of ISO 15118.
    package var commonName: String
    /// A00.FR.509.
    package var organization: String
    /// Two letters.
    package var country: String?

    package init(commonName: String, organization: String, country: String? = nil) {
        self.commonName = commonName
        self.organization = organization
        self.country = country
    }
}

/// Work on keys and certificates. A private key is made, used and lost on the host's side and never comes here
/// (A02.FR.05).
package enum KeyTask: Equatable, Sendable {
    /// Make a new key pair and a request for a certificate; what was made for this purpose and never signed is
    /// forgotten.
    case makeKey(CertificateSigningUseEnumType, CertificateSubject)
    /// Check a signed chain against the key that was made last, and put it into use if it is good.
    /// `commonName` is what a station's own certificate has to say.
    case adopt(reply: MessageID, CertificateSigningUseEnumType, chain: String, commonName: String?)
    /// Of the station's two certificates one has connected: the other goes (A02.FR.10).
    case settleStationCertificate(keepsRenewed: Bool)
    /// `replaces` is AdditionalRootCertificateCheck: the new CSMS root must be signed by the one before (M05.FR.09,
    /// M05.FR.10, M05.FR.11, M05.FR.12).
    case install(reply: MessageID, InstallCertificateUseEnumType, certificate: String, replaces: Bool, most: Int)
    /// `keepsLastRoot`: without a CSMS root the station could never connect again.
    case delete(reply: MessageID, CertificateHashDataType, keepsLastRoot: Bool)
    /// Empty asks for all kinds.
    case list(reply: MessageID, [GetCertificateIdUseEnumType])
    /// The newer CSMS root has proved itself (M05.FR.13).
    case dropFormerRoot
    /// Look at everything that is installed.
    case inspect
    /// Keep what the backend found out about a certificate of ours, as it came: DER in Base64.
    case keepStatus(OCSPRequestDataType, String)
}

package enum KeyReport: Equatable, Sendable {
    /// `request` is PEM; nil if no key could be made, and then `reason` says why.
    case keyMade(
        CertificateSigningUseEnumType, request: String?, root: CertificateHashDataType?, reason: String? = nil)
    /// `reason` is nil if the chain is in use now.
    case adopted(reply: MessageID, CertificateSigningUseEnumType, reason: String?)
    case installed(reply: MessageID, InstallCertificateStatusEnumType, InstallCertificateUseEnumType, reason: String?)
    case deleted(reply: MessageID, DeleteCertificateStatusEnumType, reason: String?)
    case listed(reply: MessageID, [CertificateHashDataChainType])
    case inspected(KeyInventory)
}

/// What is installed.
package struct KeyInventory: Equatable, Sendable {
    package struct Own: Equatable, Sendable {
        package var purpose: CertificateSigningUseEnumType
        /// Seconds since 1970.
        package var expiresAt: Int64

        package init(_ purpose: CertificateSigningUseEnumType, expiresAt: Int64) {
            self.purpose = purpose
            self.expiresAt = expiresAt
        }
    }

    package var entries = 0
    package var hasCSMSRoot = false
    /// Valid now, with its key.
    package var hasStationCertificate = false
    package var own: [Own] = []
    /// What OCSP must be asked about: the V2G certificates and those between them and their root, if they name a
    /// responder.
    package var statusRequests: [OCSPRequestDataType] = []

    package init() {}
}
