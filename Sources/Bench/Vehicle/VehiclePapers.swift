// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import ISO15118
import TLS
import V2GKeys

/// What a bench car has to pay by contract with, in files.
package struct VehiclePapers: Sendable {
    /// The contract's chain, leaf first, and its key.
    package var contract: TLSIdentity?
    /// The same from the car's factory: it asks for contracts with it, and opens their keys.
    package var provisioning: TLSIdentity?
    package var wish = VehicleContracts.Wish.none
    package var fallsBack = true

    package init() {}

    var isEmpty: Bool { contract == nil && provisioning == nil }

    /// - Parameter root: of the V2G, which vouches for whoever provides contracts.
    /// - Returns: nil for a car that is paid for at the station.
    func contracts(root: String?) throws(BenchProblem) -> VehicleContracts? {
        guard !isEmpty else {
            guard wish == .none else { throw BenchProblem(.usage, "To ask for a contract takes --provisioning.") }
            return nil
        }
        let roots = try root.map { file throws(BenchProblem) in try chain(file) }
        let trust = ContractTrust(v2gRoots: roots.map { [$0.leaf] + $0.authorities } ?? [])
        var contracts = VehicleContracts(cryptography: trust, wish: wish)
        contracts.fallsBack = fallsBack
        contracts.roots = trust.v2gRoots.compactMap { RootIdentifier(root: $0) }
        if let contract {
            let chain = try chain(contract.certificateFile)
            guard let account = trust.commonName(of: chain.leaf) else {
                throw BenchProblem(.configuration, "“\(contract.certificateFile)” names no account (common name).")
            }
            contracts.paying = .init(
                contract: Contract(emaid: account, chain: chain), key: try key(contract, of: chain, trust))
        }
        if let provisioning {
            let chain = try chain(provisioning.certificateFile)
            contracts.provisioning = .init(chain: chain, key: try key(provisioning, of: chain, trust))
        }
        return contracts
    }

    private func chain(_ file: String) throws(BenchProblem) -> CertificateChain {
        guard let chain = CertificateChain(pem: try text(file)) else {
            throw BenchProblem(.configuration, "“\(file)” holds no certificate in PEM form.")
        }
        return chain
    }

    private func key(
        _ identity: TLSIdentity, of chain: CertificateChain, _ trust: ContractTrust
    ) throws(BenchProblem) -> PrivateKey {
        guard let key = PrivateKey(pem: try text(identity.keyFile)) else {
            throw BenchProblem(
                .configuration,
                "“\(identity.keyFile)” holds no private key that can be used: secp256r1, secp521r1 or Ed448, unencrypted."
            )
        }
        guard trust.owns(key, chain.leaf) else {
            throw BenchProblem(
                .configuration, "The key “\(identity.keyFile)” does not belong to “\(identity.certificateFile)”.")
        }
        return key
    }

    private func text(_ file: String) throws(BenchProblem) -> String {
        do { return try String(contentsOfFile: file, encoding: .utf8) } catch {
            throw BenchProblem(.configuration, "“\(file)” cannot be read: \(error.localizedDescription)")
        }
    }
}
