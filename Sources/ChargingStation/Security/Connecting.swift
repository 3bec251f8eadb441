// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// With what the next attempt to connect is to be made.
package struct Credentials: Equatable, Sendable {
    /// Goes before the one of the configuration; nil leaves it to the network profile.
    package var password: String?
    /// Whether the renewed certificate of the station is shown instead of the one before, if there are two.
    package var usesRenewedCertificate: Bool
    /// Whether the backend is measured by the root certificate before the last exchange.
    package var usesFormerRoot: Bool
}

/// What a failed attempt to connect failed by.
package enum CredentialRefusal: Equatable, Sendable {
    /// HTTP 401 or 403 in profiles 1 and 2.
    case password
    /// The backend did not take our certificate (profile 3).
    case stationCertificate
    /// We did not take the backend's certificate.
    case backendCertificate
}

extension Station {
    package var credentials: Credentials {
        let proofs = security.proofs
        return Credentials(
            password: proofs.passwordChange.usesFormer ? proofs.formerPassword : proofs.password,
            usesRenewedCertificate: proofs.certificateChange.isOpen && !proofs.certificateChange.usesFormer,
            usesFormerRoot: proofs.rootChange.usesFormer)
    }

    /// An attempt to connect failed by something that was exchanged lately: the next is made with the other one.
    mutating func take(_ refusal: CredentialRefusal) {
        switch refusal {
        case .password: security.proofs.passwordChange.refused()
        case .stationCertificate: security.proofs.certificateChange.refused()  // A02.FR.28, A03.FR.24
        case .backendCertificate: security.proofs.rootChange.refused()  // M05.FR.14
        }
    }

    /// A connection stands: what it was made with is what counts from now on.
    mutating func settleProofs() {
        security.said = []
        if let isFormer = security.proofs.settlePassword() {
            emit(.keep(key: Proofs.passwordKey, security.proofs.keptPassword))
            if isFormer { emit(.notice("The backend refused the new password; the former one stays in use.")) }
        }
        if let isFormer = security.proofs.certificateChange.settle() {
            emit(.keep(key: Proofs.certificateKey, nil))
            emit(.host(.keys(.settleStationCertificate(keepsRenewed: !isFormer))))  // A02.FR.10
            if isFormer { raise(.discardedRenewedClientCertificate) }  // A02.FR.29
        }
        settleRoot()
    }

    /// M05.FR.13. While the backend still shows a certificate of the former root, both stay: the next connection begins
    /// with the newer one again.
    private mutating func settleRoot() {
        guard !security.proofs.rootChange.usesFormer else { return security.proofs.rootChange.begin() }
        guard security.proofs.rootChange.settle() != nil else { return }
        emit(.keep(key: Proofs.rootKey, nil))
        emit(.host(.keys(.dropFormerRoot)))
    }

    /// Sets a password that the backend chose (A01): it counts from the next connection on, which is made at once.
    mutating func change(passwordTo password: String) {
        security.proofs.change(passwordTo: password)
        emit(.keep(key: Proofs.passwordKey, security.proofs.keptPassword))
        // A01.FR.11; without its content, A01.FR.12.
        raise(.reconfigurationOfSecurityParameters, detail: "BasicAuthPassword")
        security.wantsReconnect = true
    }

    /// What waited until the answer had been given.
    mutating func advanceSecurity() {
        guard security.wantsReconnect else { return }
        security.wantsReconnect = false
        emit(.reconnect)
    }
}
