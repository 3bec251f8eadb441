// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import ConfigurationFiles
import Electricity
import Foundation
import ISO15118
import TLS
import V2GKeys
import VehicleLinks

extension StationOffer {
    /// What cars of this EVSE are offered.
    init(_ evse: SiteConfiguration.EVSE, _ link: SiteConfiguration.VehicleLink, _ outlet: VehicleOutlet) {
        let isDirect = evse.connectorType.isDirect
        let power = outlet.atInlet(evse.limits)
        let standards = link.standards.flatMap { standard -> [Standard] in
            switch standard {
            case .din: isDirect ? [.din] : []
            case .iso2: [.iso2]
            case .iso20: isDirect ? [.iso20DC] : [.iso20AC]
            }
        }
        let both = power.lower < .zero
        let services: [EnergyService] = isDirect ? [.dc, .dcBidirectional] : [.ac, .acBidirectional]
        self.init(
            standards: standards, services: services.filter { both || !$0.isBidirectional },
            evseID: link.evseID ?? "ZZ*SLU*E\(evse.id)", power: power)
        phases = evse.phases.count >= 3 ? 3 : 1
        asksForSchedules = true
        leastPower = evse.charger.profile.charger.map { outlet.atInlet($0.ratings.minimumCharge) } ?? .zero
        current = outlet.current
        lowestVoltage = outlet.lowestVoltage
        highestVoltage = outlet.highestVoltage
    }
}

extension VehicleListener.Security {
    init(_ link: SiteConfiguration.VehicleLink) throws(TLSFault) {
        let tls = link.tls.map { files in
            let modern = files.modernCertificate.flatMap { certificate in
                files.modernKey.map { TLSIdentity(certificateFile: certificate, keyFile: $0) }
            }
            return StationTLS(
                identity: TLSIdentity(certificateFile: files.certificate, keyFile: files.key),
                modernIdentity: modern, vehicles: files.trust.map { .file($0) })
        }
        try self.init(tls, allowsPlain: link.allowsPlain, allowsInsecureISO20: link.allowsInsecureISO20)
    }
}

extension ContractTrust {
    /// - Throws: a file that holds no certificate, in words.
    init(_ files: SiteConfiguration.VehicleLink.Contracts) throws(VehicleLinkFault) {
        self.init(
            v2gRoots: try Self.roots(files.v2gRoots), operatorRoots: try Self.roots(files.operatorRoots),
            vehicleRoots: try Self.roots(files.vehicleRoots))
    }

    private static func roots(_ file: String?) throws(VehicleLinkFault) -> [[UInt8]] {
        guard let file else { return [] }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8), let chain = CertificateChain(pem: text)
        else { throw VehicleLinkFault("“\(file)” holds no certificate in PEM form.") }
        return [chain.leaf] + chain.authorities
    }
}

/// Why cars cannot be spoken to, in words.
struct VehicleLinkFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
