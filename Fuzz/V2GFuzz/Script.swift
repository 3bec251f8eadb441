// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import ISO15118

/// What an input does to a session, one step after another. Frames get their header here, so that a mutated length ends
/// the next step and not the whole session; bytes without one come too, for the assembler.
struct Script {
    enum Step {
        case bytes([UInt8])
        case wait(Interval)
        /// What the owner of the session says, by number.
        case owner(Int)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> Step? {
        guard let operation = rest.popFirst() else { return nil }
        switch operation & 7 {
        case 4: return .bytes(taken(Int(rest.popFirst() ?? 0)))
        case 5: return .wait(.milliseconds(100 * Int(rest.popFirst() ?? 0)))
        case 6: return .owner(Int(rest.popFirst() ?? 0))
        case _:
            let types = PayloadType.allCases
            let type = types[Int(operation >> 3) % types.count]
            let length = Int(rest.popFirst() ?? 0) << 8 | Int(rest.popFirst() ?? 0)
            return .bytes(V2GTPFrame(type: type, payload: taken(length)).bytes)
        }
    }

    private mutating func taken(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// The step that sends a frame, for the inputs to start from.
    static func step(_ frame: [UInt8]) -> [UInt8] {
        let number = UInt16(frame[2]) << 8 | UInt16(frame[3])
        guard let index = PayloadType.allCases.firstIndex(where: { $0.rawValue == number }) else { return [] }
        let payload = frame.dropFirst(V2GTPFrame.headerLength)
        return [UInt8(index << 3), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF)] + payload
    }
}

/// The first byte of an input: who is asked, in which standard, for what, and whether contracts are taken.
struct Choice {
    let byte: UInt8

    var isVehicle: Bool { byte & 1 != 0 }
    var standard: Standard { Standard.allCases[Int(byte >> 1 & 3)] }
    var mode: ControlMode { byte & 8 == 0 ? .dynamic : .scheduled }
    var isBidirectional: Bool { byte & 16 != 0 }
    var hasContracts: Bool { byte & 32 != 0 }
    var isDC: Bool { byte & 64 != 0 }

    var service: EnergyService {
        switch standard {
        case .din: .dc
        case .iso2: isDC ? .dc : .ac
        case .iso20AC: isBidirectional ? .acBidirectional : .ac
        case .iso20DC: isBidirectional ? .dcBidirectional : .dc
        }
    }

    var offer: StationOffer {
        StationOffer(
            standards: [standard], services: EnergyService.allCases, controlModes: [mode], evseID: "DE*SLU*E0001",
            power: PowerLimits(from: .watts(-22_000), to: .watts(22_000)))
    }

    var plan: VehiclePlan {
        var needs = EVNeeds()
        needs.power = PowerLimits(from: isBidirectional ? .watts(-10_000) : .zero, to: .watts(11_000))
        needs.current = CurrentLimits(from: isBidirectional ? .amperes(-30) : .zero, to: .amperes(30))
        (needs.lowestVoltage, needs.highestVoltage) = (.volts(300), .volts(450))
        (needs.soc, needs.targetSoC) = (.percent(50), .percent(80))
        needs.targetEnergy = .wattHours(20_000)
        needs.departure = .seconds(7_200)
        var plan = VehiclePlan(standards: [standard], service: service, mode: mode, needs: needs)
        plan.turns = 2
        return plan
    }

    var stationContracts: StationContracts? {
        guard hasContracts else { return nil }
        var contracts = StationContracts(cryptography: AnyoneTrusted(), challenge: Array(repeating: 7, count: 16))
        contracts.receiptInterval = .seconds(1)
        return contracts
    }

    var vehicleContracts: VehicleContracts? {
        guard hasContracts else { return nil }
        let chain = CertificateChain(leaf: [1, 2, 3], authorities: [[4, 5]])
        let contract = Contract(emaid: "DESLUC12345678A", chain: chain)
        var contracts = VehicleContracts(
            cryptography: AnyoneTrusted(), paying: .init(contract: contract, key: AnyKey()),
            provisioning: .init(chain: chain, key: AnyKey()), wish: isDC ? .install : .none)
        contracts.roots = [RootIdentifier(issuer: "CN=root", serial: [1])]
        return contracts
    }
}

/// Every signature fits and every chain is trusted: what is behind a check is reached, whatever the bytes.
struct AnyoneTrusted: ContractCryptography {
    func digest(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> [UInt8] {
        let length =
            switch algorithm {
            case .sha256: 32
            case .sha512: 64
            }
        return Array(repeating: bytes.first ?? 0, count: length)
    }

    func isSignature(
        _ signature: [UInt8], of bytes: [UInt8], by certificate: [UInt8], _ profile: SignatureProfile
    ) -> Bool { true }

    func judge(_ chain: CertificateChain, _ role: CertificateRole, at time: WallTime) -> CertificateVerdict {
        chain.leaf.isEmpty ? .broken : .valid(until: time + .seconds(86_400))
    }

    func commonName(of certificate: [UInt8]) -> String? { certificate.isEmpty ? nil : "DESLUC12345678A" }
    func owns(_ key: any ContractKey, _ certificate: [UInt8]) -> Bool { true }
}

struct AnyKey: ProvisioningKey {
    let profile = SignatureProfile.p256
    let publicKey: [UInt8] = [9]

    func sign(_ bytes: [UInt8]) -> [UInt8]? { Array(repeating: 5, count: profile.signatureLength) }
    func open(_ encrypted: [UInt8], from publicKey: [UInt8]) -> (any ContractKey)? { AnyKey() }
    func open(
        _ encrypted: [UInt8], from publicKey: [UInt8], for contract: [UInt8], provisioningID: String
    ) -> (any ContractKey)? { AnyKey() }
}
