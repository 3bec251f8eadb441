// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// Variables of SecurityCtrlr (part 2, 2.2), and those of ISO15118Ctrlr that certificates need.
enum SecurityVariables {
    static let password = VariableKey("SecurityCtrlr", "BasicAuthPassword")
    static let organization = VariableKey("SecurityCtrlr", "OrganizationName")
    static let entries = VariableKey("SecurityCtrlr", "CertificateEntries")
    static let profile = VariableKey("SecurityCtrlr", "SecurityProfile")
    static let rootCheck = VariableKey("SecurityCtrlr", "AdditionalRootCertificateCheck")
    static let longestChain = VariableKey("SecurityCtrlr", "MaxCertificateChainSize")
    static let signingWait = VariableKey("SecurityCtrlr", "CertSigningWaitMinimum")
    static let signingRepetitions = VariableKey("SecurityCtrlr", "CertSigningRepeatTimes")
    static let allowsDowngrade = VariableKey("SecurityCtrlr", "AllowSecurityProfileDowngrade")
    static let allowsWildcards = VariableKey("SecurityCtrlr", "AllowCSMSTLSWildcards")
    static let vehicleSide = VariableKey("ISO15118Ctrlr", "SeccId")
    static let vehicleSideOrganization = VariableKey("ISO15118Ctrlr", "OrganizationName")
    static let vehicleSideCountry = VariableKey("ISO15118Ctrlr", "CountryName")
    static let signsForVehicles = VariableKey("ISO15118Ctrlr", "V2GCertificateInstallationEnabled")
    static let installsContracts = VariableKey("ISO15118Ctrlr", "ContractCertificateInstallationEnabled")

    /// The most certificates, those of the station included.
    static let mostCertificates = 40
    /// A00.FR.205, A00.FR.304.
    static let passwordLength = 16...64

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        var password = VariableDefinition(
            password, .string(longest: passwordLength.upperBound), .writeOnly, standard: nil)
        // Kept with what else proves who the station is (A01), and nowhere else.
        password.isPersistent = false
        let station = [
            password,
            VariableDefinition(organization, .string(longest: 64), .readWrite, standard: setup.organization),
            VariableDefinition(entries, .integer(0...mostCertificates), .readOnly, standard: "0"),
            VariableDefinition(profile, .integer(0...3), .readOnly, standard: "1"),
            VariableDefinition(
                rootCheck, .boolean, .readOnly, standard: setup.checksAdditionalRoots ? "true" : "false"),
            VariableDefinition(longestChain, .integer(0...10_000), .readOnly, standard: "10000"),
            VariableDefinition(signingWait, .integer(1...86_400), unit: "s", .readWrite, standard: "30"),
            VariableDefinition(signingRepetitions, .integer(0...20), .readWrite, standard: "3"),
            VariableDefinition(allowsDowngrade, .boolean, .readWrite, standard: "false"),
            VariableDefinition(
                allowsWildcards, .boolean, .readWrite, standard: setup.allowsWildcards ? "true" : "false"),
        ]
        guard setup.evses.contains(where: \.speaksISO15118) else { return station }
        return station + [
            VariableDefinition(vehicleSide, .string(longest: 64), .readWrite, standard: setup.serialNumber),
            VariableDefinition(
                vehicleSideOrganization, .string(longest: 64), .readWrite, standard: setup.organization),
            VariableDefinition(vehicleSideCountry, .string(longest: 2), .readWrite, standard: nil),
            VariableDefinition(signsForVehicles, .boolean, .readWrite, standard: "true"),
            VariableDefinition(installsContracts, .boolean, .readWrite, standard: "true"),
        ]
    }

    /// Whether it is long enough, and nothing in it would break the header it is sent in (A00.FR.205).
    static func isPassword(_ text: String) -> Bool {
        passwordLength.contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

extension Station {
    /// Whether a value may be set beyond what its definition allows; nil where block A has nothing against it.
    func securityRefuses(_ key: VariableKey, _ value: String) -> SetVariableStatusEnumType? {
        switch key {
        case SecurityVariables.password: SecurityVariables.isPassword(value) ? nil : .rejected
        // It becomes part of a name that is signed; nobody signs an empty one (A00.FR.509).
        case SecurityVariables.organization, SecurityVariables.vehicleSideOrganization, SecurityVariables.vehicleSide:
            value.isEmpty ? .rejected : nil
        case SecurityVariables.vehicleSideCountry: value.utf8.count == 2 ? nil : .rejected
        case _: nil
        }
    }

    /// A value of block A was set.
    mutating func securityChanged(_ key: VariableKey, to value: String) {
        switch key {
        case SecurityVariables.password:
            // Nobody may read it, not even the device model's keeper (A01.FR.12).
            variables.report(nil, as: key)
            change(passwordTo: value)
        case SecurityVariables.organization, SecurityVariables.allowsDowngrade, SecurityVariables.allowsWildcards:
            raise(.reconfigurationOfSecurityParameters, detail: "\(key.name) = \(value)")
            if key == SecurityVariables.allowsWildcards { wildcardsChanged() }
        case _: break
        }
    }
}
