// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Foundation
import ISO15118
import OCPP21
import StationKeys
import Synchronization
import V2GKeys

/// What cars say on its way to the backends, in order, and what the backends allow. Nobody waits: a backend that takes
/// nothing loses the oldest.
final class VehicleFeed: Sendable {
    /// Words of cars that no backend has taken yet.
    private static let most = 256

    /// Whether a backend decides who may charge; without one, charging is free.
    let isAsked: Bool
    private let orders: BackendOrders
    private let inputs: AsyncStream<ChargingStation.StationInput>
    private let writer: AsyncStream<ChargingStation.StationInput>.Continuation
    private let evses: [Int]

    /// - Parameter evses: The identifiers, in the order of the configuration.
    init(_ orders: BackendOrders, evses: [Int], isAsked: Bool) {
        (self.orders, self.evses, self.isAsked) = (orders, evses, isAsked)
        (inputs, writer) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.most))
    }

    /// Whether energy may flow at an EVSE: every backend in charge lets it.
    func permits(_ evse: Int) -> Bool {
        guard isAsked, let index = evses.firstIndex(of: evse) else { return !isAsked }
        return orders.letsFlow(evse: index)
    }

    func tell(_ input: ChargingStation.StationInput) { writer.yield(input) }

    /// C07: the chain is judged here as far as the roots are known; the backend decides about the account, and asks the
    /// responders that the certificates name.
    func ask(_ contract: Contract, trusting trust: ContractTrust?, evse: Int, at now: WallTime) {
        let verdict = trust?.judge(contract.chain, .contract, at: now) ?? .unknownRoot
        let isVerified = if case .valid = verdict { true } else { false }
        let chain = [contract.chain.leaf] + contract.chain.authorities
        let roots = trust.map { $0.operatorRoots + $0.v2gRoots } ?? []
        tell(
            .contract(
                IdTokenType(idToken: contract.emaid, type: "eMAID"), evse: evse, certificate: contract.chain.pem,
                hashes: OCSPRequestDataType.contract(chain, roots: roots), isVerified: isVerified))
    }

    /// M01, M02.
    func ask(_ request: CertificateRequest, evse: Int) {
        var wanted = Get15118EVCertificateRequest(
            iso15118SchemaVersion: request.schema, action: request.action == .install ? .install : .update,
            exiRequest: Data(request.message).base64EncodedString())
        wanted.maximumContractCertificateChains = request.mostChains.map(Int.init)
        if !request.prioritizedAccounts.isEmpty { wanted.prioritizedEMAIDs = request.prioritizedAccounts }
        tell(.contractWanted(evse: evse, wanted))
    }

    /// Carries on until the task is cancelled.
    func run(to backends: Backends) async {
        for await input in inputs { await backends.hear(input) }
    }
}
