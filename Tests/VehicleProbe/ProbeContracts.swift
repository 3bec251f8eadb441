// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Foundation
import ISO15118
import TLS
import V2GKeys
import VehicleLinks

/// The certificates of a whole V2G world in one folder, by the names scripts/interop-vehicles gives them.
struct ProbeWorld {
    let folder: String

    func certificate(_ name: String) -> [UInt8] { bytes("certs/\(name)Cert.der") }

    func chain(_ leaf: String, _ subs: [String]) -> CertificateChain {
        CertificateChain(leaf: certificate(leaf), authorities: subs.map(certificate))
    }

    func key(_ name: String) -> PrivateKey? {
        PrivateKey(pem: String(decoding: bytes("private_keys/\(name).key"), as: UTF8.self))
    }

    private func bytes(_ path: String) -> [UInt8] {
        FileManager.default.contents(atPath: folder + "/" + path).map { [UInt8]($0) } ?? []
    }

    var trust: ContractTrust {
        ContractTrust(
            v2gRoots: [certificate("v2gRootCA")], operatorRoots: [certificate("moRootCA")],
            vehicleRoots: [certificate("oemRootCA")])
    }

    var contract: Contract {
        let chain = chain("contractLeaf", ["moSubCA2", "moSubCA1"])
        return Contract(emaid: trust.commonName(of: chain.leaf) ?? "", chain: chain)
    }

    func issue(_ wish: CertificateRequest) -> [UInt8]? {
        guard let key = self.key("contractLeaf"), let serviceKey = self.key("cpsLeaf"),
            let sealed = key.sealed(for: wish.signer.leaf)
        else { return nil }
        let issue = ContractIssue(
            contract: contract, encryptedKey: sealed.encrypted, publicKey: sealed.publicKey,
            service: chain("cpsLeaf", ["cpsSubCA2", "cpsSubCA1"]), serviceKey: serviceKey)
        return (try? issue.message(for: wish, trust)) ?? nil
    }

    /// - Parameter installs: The car has no contract and wants one.
    func car(installs: Bool) -> VehicleContracts {
        var contracts = VehicleContracts(cryptography: trust)
        if let key = key("oemLeaf") {
            contracts.provisioning = .init(chain: chain("oemLeaf", ["oemSubCA2", "oemSubCA1"]), key: key)
        }
        if let root = RootIdentifier(root: certificate("v2gRootCA")) { contracts.roots = [root] }
        if installs {
            contracts.wish = .install
        } else if let key = key("contractLeaf") {
            contracts.paying = .init(contract: contract, key: key)
        }
        contracts.fallsBack = false
        return contracts
    }
}

/// A simulated point whose cars pay by contract, with the backend that decides and issues beside it.
final class ProbePoint: ContractPoint {
    let simulated: SimulatedPoint
    let world: ProbeWorld

    init(_ simulated: SimulatedPoint, _ world: ProbeWorld) { (self.simulated, self.world) = (simulated, world) }

    var offer: StationOffer { simulated.offer }
    func began(_ arrival: VehicleArrival) async { await simulated.began(arrival) }
    func authorise(vehicle: String) async -> StationInput.Authorisation { await simulated.authorise(vehicle: vehicle) }
    func checkCable() async -> StationInput.Insulation { await simulated.checkCable() }
    func switchContactors(_ state: StationInput.ContactorState) async -> StationInput.ContactorState {
        await simulated.switchContactors(state)
    }
    func operate(_ point: OperatingPoint) async { await simulated.operate(point) }
    func need(_ needs: EVNeeds) async { await simulated.need(needs) }
    func ended(_ end: StationEnd) async { await simulated.ended(end) }
    func inputs() -> AsyncStream<StationInput> { simulated.inputs() }

    func contracts(challenge: [UInt8]) -> StationContracts? {
        var contracts = StationContracts(cryptography: world.trust, challenge: challenge)
        contracts.acceptsOlderSignatures = true
        return contracts
    }

    func authorise(_ contract: Contract) async -> StationInput.Authorisation {
        say(["event": "authorises contract", "emaid": contract.emaid])
        return .granted
    }

    func certificate(_ request: CertificateRequest) async -> CertificateResult {
        say(["event": "issues", "action": "\(request.action)"])
        return world.issue(request).map { .response($0) } ?? .unavailable
    }

    func confirmed(_ reading: MeterReading) async { say(["event": "receipt", "meter": reading.meterID]) }
}

/// A car that pays by contract, or gets one first.
struct ProbePayer {
    let options: Options

    init(_ options: Options) { self.options = options }

    func run() async throws {
        let world = ProbeWorld(folder: options["--pki"] ?? "")
        let link = try await VehicleLink.open(
            on: NetworkInterface(options["--interface"] ?? ""), plan: plan,
            contracts: world.car(installs: options["--install"] != nil), security: try security(world),
            group: VehicleProbe.group)
        for await step in link.steps {
            switch step {
            case .connected(let tls): say(["step": "connected", "security": tls?.words ?? "no TLS"])
            case .asks(let kind): say(["step": "asks", "kind": kind.rawValue])
            case .installed(let contract): say(["step": "installed", "emaid": contract.emaid])
            case .ended(let end): say(["step": "ended", "end": "\(end)"])
            case .agreed, .offered, .turned, .contactors, .takes: break
            }
        }
        do { _ = try await link.end() } catch { say(["step": "ended", "end": "\(error)"]) }
    }

    private func security(_ world: ProbeWorld) throws -> VehicleLink.Security {
        let isModern = options["--modern"] != nil
        let identity = options["--certificate"].flatMap { file in
            options["--key"].map { TLSIdentity(certificateFile: file, keyFile: $0) }
        }
        return try VehicleLink.Security(
            root: .file(options["--root"] ?? ""), identity: isModern ? identity : nil,
            speaking: isModern ? .modern : .older)
    }

    private var plan: VehiclePlan {
        var needs = EVNeeds()
        needs.power = PowerLimits(from: .zero, to: .watts(11_000))
        needs.current = CurrentLimits(from: .zero, to: .amperes(16))
        needs.phases = 3
        (needs.lowestVoltage, needs.highestVoltage) = (.volts(300), .volts(450))
        (needs.soc, needs.targetSoC) = (.percent(50), .percent(80))
        needs.targetEnergy = .wattHours(20_000)
        let course = options["--course"] ?? "iso2-ac"
        let service: EnergyService = course.contains("-dc") ? .dc : .ac
        let standard: Standard = course.hasPrefix("iso2-") ? .iso2 : service == .dc ? .iso20DC : .iso20AC
        var plan = VehiclePlan(standards: [standard], service: service, mode: .scheduled, needs: needs)
        plan.batteryVoltage = .volts(options.number("--battery") ?? 350)
        plan.turns = options.number("--turns") ?? 20
        plan.leastPatience = .seconds(5)
        return plan
    }
}
