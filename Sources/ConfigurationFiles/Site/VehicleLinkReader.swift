// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

extension SiteConfiguration {
    /// How the gateway itself speaks to the cars of an EVSE.
    package struct VehicleLink: Equatable, Sendable {
        package enum Standard: String, CaseIterable, Sendable {
            case din = "din70121", iso2 = "iso15118-2", iso20 = "iso15118-20"
        }

        /// Files in PEM form.
        package struct Security: Equatable, Sendable {
            package var certificate: String
            package var key: String
            /// Shown in TLS 1.3 instead of the first two.
            package var modernCertificate: String?
            package var modernKey: String?
            /// Who vouches for cars; without it none may speak ISO 15118-20.
            package var trust: String?
        }

        /// Who vouches for contracts, in PEM form.
        package struct Contracts: Equatable, Sendable {
            package var v2gRoots: String?
            package var operatorRoots: String?
            package var vehicleRoots: String?
        }

        /// The network interface that leads to the cars of this EVSE alone.
        package var interface: String
        /// Cars are matched over power line first (ISO 15118-3): there is a modem on the interface.
        package var slac = false
        package var standards: [Standard]
        package var tls: Security?
        /// nil: contracts are no payment.
        package var contracts: Contracts?
        /// Cars may come without TLS.
        package var allowsPlain: Bool
        /// ISO 15118-20 without mutual TLS 1.3, as on a bench.
        package var allowsInsecureISO20: Bool
        /// As OCPP and ISO 15118 call the EVSE; nil: made from its number.
        package var evseID: String?
    }
}

/// Reads `vehicle_link` of an EVSE.
struct VehicleLinkReader {
    private typealias Link = SiteConfiguration.VehicleLink

    private static let keys = [
        "interface", "slac", "protocols", "tls", "contracts", "plain", "insecure_iso20", "evse_id",
    ]

    static func link(_ field: Field) -> SiteConfiguration.VehicleLink? {
        guard let mapping = field.mapping(keys) else { return nil }
        let interface = mapping.required("interface", "interface: eth1").flatMap(interface)
        let tls = mapping["tls"].flatMap(security)
        let contracts = mapping["contracts"].flatMap(contracts)
        let plain = mapping["plain"].map { $0.boolean() ?? false } ?? (tls == nil)
        let insecure = mapping["insecure_iso20"].map { $0.boolean() ?? false } ?? false
        let standards = mapping["protocols"].map(standards) ?? Link.Standard.allCases
        let evseID = mapping["evse_id"].flatMap(evseID)
        guard let interface else { return nil }
        let slac = mapping["slac"].map { $0.boolean() ?? false } ?? false
        let link = Link(
            interface: interface, slac: slac, standards: standards, tls: tls, contracts: contracts, allowsPlain: plain,
            allowsInsecureISO20: insecure, evseID: evseID)
        judge(link, mapping)
        return link
    }

    /// What is allowed and surely not meant.
    private static func judge(_ link: SiteConfiguration.VehicleLink, _ mapping: MappingField) {
        if link.tls == nil, !link.allowsPlain {
            mapping.field.error("neither “tls” nor “plain: true”: no car could connect")
        }
        if link.contracts != nil, link.tls == nil {
            mapping["contracts"]?.error("contracts need TLS; add `tls: { certificate: …, key: … }`")
        }
        guard link.standards.contains(.iso20) else { return }
        if link.allowsInsecureISO20 {
            mapping["insecure_iso20"]?.notice(
                "ISO 15118-20 is spoken without proof of who the car is; the standard allows that on no public place")
        } else if link.tls?.trust == nil {
            mapping.field.notice(
                "no car can speak ISO 15118-20: it wants mutual TLS; add `trust` to “tls”, the authority of the cars' "
                    + "certificates")
        }
    }

    /// Linux takes 15 bytes without a slash or white space.
    private static func interface(_ field: Field) -> String? {
        guard let name = field.text() else { return nil }
        guard name.utf8.count <= 15, !name.contains(where: { $0 == "/" || $0.isWhitespace }) else {
            field.error("“\(name.shortened)” is no name of a network interface; see `ip link`")
            return nil
        }
        return name
    }

    private static func standards(_ field: Field) -> [SiteConfiguration.VehicleLink.Standard] {
        guard let list = field.list() else { return [] }
        if list.isEmpty { field.error("the list is empty; leave the key out for all protocols") }
        return list.compactMap { $0.choice(Link.Standard.self) }
    }

    private static func security(_ field: Field) -> SiteConfiguration.VehicleLink.Security? {
        let keys = ["certificate", "key", "modern_certificate", "modern_key", "trust"]
        guard let mapping = field.mapping(keys) else { return nil }
        let certificate = mapping.required("certificate", "certificate: /etc/sluice/evse1.pem")?.text()
        let key = mapping.required("key", "key: /etc/sluice/evse1.key")?.text()
        let modern = (mapping["modern_certificate"]?.text(), mapping["modern_key"]?.text())
        if (modern.0 == nil) != (modern.1 == nil) {
            mapping.field.error("“modern_certificate” and “modern_key” belong together")
        }
        guard let certificate, let key else { return nil }
        return Link.Security(
            certificate: certificate, key: key, modernCertificate: modern.0, modernKey: modern.1,
            trust: mapping["trust"]?.text())
    }

    private static func contracts(_ field: Field) -> SiteConfiguration.VehicleLink.Contracts? {
        guard let mapping = field.mapping(["v2g_roots", "operator_roots", "vehicle_roots"]) else { return nil }
        let contracts = Link.Contracts(
            v2gRoots: mapping["v2g_roots"]?.text(), operatorRoots: mapping["operator_roots"]?.text(),
            vehicleRoots: mapping["vehicle_roots"]?.text())
        if contracts.v2gRoots == nil, contracts.operatorRoots == nil {
            field.error(
                "nobody vouches for contracts; write for example `contracts: { v2g_roots: /etc/sluice/v2g.pem }`")
        }
        return contracts
    }

    /// ISO 15118-2, 7.9.2.4: letters, digits and stars.
    private static func evseID(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        let isWell = (7...37).contains(text.utf8.count) && text.unicodeScalars.allSatisfy(isLetterOrDigit)
        guard isWell else {
            field.error("“\(text.shortened)” is no EVSE identifier; write for example `DE*ABC*E1234`")
            return nil
        }
        return text
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "*"
    }
}
