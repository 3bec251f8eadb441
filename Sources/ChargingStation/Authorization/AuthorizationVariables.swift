// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP21

/// Variables of authorisation, cache and local list (OCPP 2.1 part 2, referenced components, 2.3, 2.5, 2.6).
enum AuthorizationVariables {
    static let enabled = VariableKey("AuthCtrlr", "Enabled")
    static let authorizesRemoteStart = VariableKey("AuthCtrlr", "AuthorizeRemoteStart")
    static let localOffline = VariableKey("AuthCtrlr", "LocalAuthorizeOffline")
    static let localPre = VariableKey("AuthCtrlr", "LocalPreAuthorize")
    static let unknownOffline = VariableKey("AuthCtrlr", "OfflineTxForUnknownIdEnabled")
    static let masterPass = VariableKey("AuthCtrlr", "MasterPassGroupId")
    static let withoutBackend = VariableKey("AuthCtrlr", "DisableRemoteAuthorization")

    static let cacheEnabled = VariableKey("AuthCacheCtrlr", "Enabled")
    static let cacheLifeTime = VariableKey("AuthCacheCtrlr", "LifeTime")
    static let cacheAsksNever = VariableKey("AuthCacheCtrlr", "DisablePostAuthorize")
    static let cacheEntries = VariableKey("AuthCacheCtrlr", "Entries")

    static let listEnabled = VariableKey("LocalAuthListCtrlr", "Enabled")
    static let listEntries = VariableKey("LocalAuthListCtrlr", "Entries")
    static let listAsksNever = VariableKey("LocalAuthListCtrlr", "DisablePostAuthorize")

    static let plugAndCharge = VariableKey("ISO15118Ctrlr", "PnCEnabled")
    static let contractsCentrally = VariableKey("ISO15118Ctrlr", "CentralContractValidationAllowed")
    static let contractsOffline = VariableKey("ISO15118Ctrlr", "ContractValidationOffline")

    /// Every type there is: a token is not interpreted here.
    static let tokenTypes = [
        "Central", "DirectPayment", "eMAID", "EVCCID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress",
        "NoAuthorization", "VIN",
    ]

    static func all(_ setup: StationSetup) -> [VariableDefinition] {
        general + cache + list + contracts
            + (setup.evses.contains(where: \.speaksISO15118)
                ? [VariableDefinition(plugAndCharge, .boolean, .readWrite, standard: "true")] : [])
    }

    private static var general: [VariableDefinition] {
        [
            VariableDefinition(enabled, .boolean, .readWrite, standard: "true"),
            VariableDefinition(authorizesRemoteStart, .boolean, .readWrite, standard: "false"),
            VariableDefinition(localOffline, .boolean, .readWrite, standard: "true"),
            VariableDefinition(localPre, .boolean, .readWrite, standard: "true"),
            VariableDefinition(unknownOffline, .boolean, .readWrite, standard: "false"),
            VariableDefinition(masterPass, .string(longest: 36), .readWrite, standard: ""),
            VariableDefinition(withoutBackend, .boolean, .readWrite, standard: "false"),
            VariableDefinition(
                VariableKey("AuthCtrlr", "SupportedIdTokenTypes"), .members(tokenTypes), .readOnly,
                standard: tokenTypes.joined(separator: ",")),
        ]
    }

    private static var cache: [VariableDefinition] {
        [
            VariableDefinition(cacheEnabled, .boolean, .readWrite, standard: "true"),
            VariableDefinition(VariableKey("AuthCacheCtrlr", "Available"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(cacheLifeTime, .integer(0...315_360_000), unit: "s", .readWrite, standard: "2592000"),
            VariableDefinition(cacheAsksNever, .boolean, .readWrite, standard: "false"),
            VariableDefinition(cacheEntries, .integer(0...AuthorizationCache.mostEntries), .readOnly, standard: "0"),
        ]
    }

    private static var list: [VariableDefinition] {
        func fixed(_ name: String, _ value: Int) -> VariableDefinition {
            VariableDefinition(
                VariableKey("LocalAuthListCtrlr", name), .integer(0...value), .readOnly, standard: String(value))
        }
        return [
            VariableDefinition(listEnabled, .boolean, .readWrite, standard: "true"),
            VariableDefinition(VariableKey("LocalAuthListCtrlr", "Available"), .boolean, .readOnly, standard: "true"),
            VariableDefinition(
                listEntries, .integer(0...LocalAuthorizationList.mostEntries), .readOnly, standard: "0"),
            fixed("ItemsPerMessage", LocalAuthorizationList.mostPerMessage),
            fixed("BytesPerMessage", 1_000_000),
            VariableDefinition(listAsksNever, .boolean, .readWrite, standard: "false"),
            VariableDefinition(
                VariableKey("LocalAuthListCtrlr", "SupportsExpiryDateTime"), .boolean, .readOnly, standard: "true"),
        ]
    }

    private static var contracts: [VariableDefinition] {
        [
            VariableDefinition(contractsCentrally, .boolean, .readWrite, standard: "true"),
            VariableDefinition(contractsOffline, .boolean, .readWrite, standard: "false"),
        ]
    }
}
