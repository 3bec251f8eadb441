// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import TLS

/// One way to reach a backend, OCPP's network connection profile: where, as whom, how it is secured, which versions.
package struct NetworkProfile: Hashable, Sendable {
    /// How the station proves who it is. With the address this makes OCPP's security profile.
    package enum Proof: Hashable, Sendable {
        /// Nothing: security profile 0, for tests only.
        case none
        /// HTTP Basic: profile 1 over `ws`, 2 over `wss`.
        case password(Password)
        /// A client certificate over `wss`: profile 3.
        case certificate(TLSIdentity)
    }

    package let address: BackendAddress
    /// 1 to 48 characters without “:”.
    package let identity: String
    package let proof: Proof
    package let trust: TLSTrust
    /// By preference; the backend chooses.
    package let subprotocols: [Subprotocol]
    package let allowsWildcard: Bool

    /// - Parameter allowsInsecure: lets a profile pass in which nobody proves anything.
    package init(
        address: BackendAddress, identity: String, proof: Proof, trust: TLSTrust = .system,
        subprotocols: [Subprotocol] = Subprotocol.newestFirst, allowsWildcard: Bool = false,
        allowsInsecure: Bool = false
    ) throws(BackendRefused) {
        let isVisible = identity.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        guard (1...48).contains(identity.count), !identity.contains(":"), isVisible else {
            throw .identityUnusable(identity)
        }
        switch proof {
        case .none: guard allowsInsecure else { throw .insecure(address) }
        case .certificate: guard address.isSecure else { throw .certificateWithoutTLS(address) }
        case .password(let password):
            guard !password.value.isEmpty, password.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw .passwordUnusable
            }
        }
        guard !subprotocols.isEmpty, Set(subprotocols).count == subprotocols.count else {
            throw .subprotocolsUnusable
        }
        (self.address, self.identity, self.proof, self.trust) = (address, identity, proof, trust)
        (self.subprotocols, self.allowsWildcard) = (subprotocols, allowsWildcard)
    }

    /// OCPP's number of the security profile; 0 where the station proves nothing.
    package var securityProfile: Int {
        switch proof {
        case .none: 0
        case .password: address.isSecure ? 2 : 1
        case .certificate: 3
        }
    }

    /// The value of the `Authorization` header.
    var authorization: String? {
        guard case .password(let password) = proof else { return nil }
        return "Basic " + Base64.text("\(identity):\(password.value)")
    }
}
