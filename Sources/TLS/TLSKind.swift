// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL

extension TLSContext {
    /// What a kind of peer is spoken to with: versions, suites, groups, in OpenSSL's words.
    struct Kind: Sendable {
        var oldest = TLS1_2_VERSION
        var newest = TLS1_3_VERSION
        let suites: String
        let suites13: String
        /// nil leaves OpenSSL's choice.
        let groups: String?

        /// TLS 1.2 as the OCPP security whitepaper demands (A00.FR.318): ECDHE-ECDSA preferred, RSA allowed; ECDHE-RSA comes
        /// before RSA key transport because it keeps old sessions secret.
        static let backend = Kind(
            suites: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
                + "ECDHE-RSA-AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-GCM-SHA384",
            suites13: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256", groups: nil)

        /// ISO 15118-2 names two suites for TLS 1.2; OpenSSL has lost the one with static ECDH, which keeps no old session
        /// secret. ISO 15118-20 names two for TLS 1.3, and the groups secp521r1 and x448. P-256 is for ISO 15118-2.
        static let vehicle = Kind(
            suites: "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
            suites13: "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256", groups: "P-521:X448:P-256")

        /// Where ISO 15118-20 is all that is spoken.
        static var modernVehicle: Kind {
            var kind = vehicle
            kind.oldest = TLS1_3_VERSION
            return kind
        }

        /// A car of before.
        static var olderVehicle: Kind {
            var kind = vehicle
            kind.newest = TLS1_2_VERSION
            return kind
        }
    }
}
