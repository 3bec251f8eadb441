// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118

/// A charging point whose cars may pay by contract, and get contracts. Adopted only where there is a root of trust, and
/// somebody to decide about contracts.
package protocol ContractPoint: ChargingPoint {
    /// What the next session trusts and asks. Asked for on the event loop: it must be at hand.
    /// - Parameter challenge: 16 random bytes for that session.
    /// - Returns: nil where contracts are no payment at the moment.
    func contracts(challenge: [UInt8]) -> StationContracts?
    /// Whether the contract's owner may charge here. May take its time; cancelled when the session ends.
    func authorise(_ contract: Contract) async -> StationInput.Authorisation
    /// A certificate from the backend. The car waits 5 s (ISO 15118-2) or a minute; cancelled when the session ends.
    func certificate(_ request: CertificateRequest) async -> CertificateResult
    /// The car has signed for what the meter showed.
    func confirmed(_ reading: MeterReading) async
}

/// A charging point that has services beside charging (`StationOffer.valueAdded`).
package protocol ServicePoint: ChargingPoint {
    /// The car has chosen these, and no others.
    func select(_ services: [ChosenService]) async
}

extension ChannelSecurity {
    /// Contracts need TLS (ISO 15118-2, [V2G2-634]): what the car shows must not be read by others.
    var permitsContracts: Bool {
        switch self {
        case .none: false
        case .tls1_2, .tls1_3: true
        }
    }
}
