// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// A network connection profile in its slot.
package struct NetworkSlot: Equatable, Sendable {
    package var slot: Int
    package var profile: NetworkConnectionProfileType
}

/// How to connect, in the order in which to try.
package struct ConnectionSettings: Equatable, Sendable {
    /// Never empty once the station has been told of one backend.
    package var profiles: [NetworkSlot]
    /// With each profile before the next one (B10.FR.03); after the last the first follows (B10.FR.08, B10.FR.09).
    package var attempts: Int
    /// Seconds; 0 is never.
    package var pingInterval: Int
    /// Seconds.
    package var backOffMinimum: Int
    /// Seconds.
    package var backOffRandomRange: Int
    package var backOffRepeatTimes: Int
    /// Whether a wildcard may stand in the backend's certificate.
    package var allowsWildcards: Bool
}

/// Which network profile is in use (B09, B10).
struct NetworkUse: Equatable, Sendable {
    static let configuredKey = "network/configured"
    /// The slot of the present connection, or of the last.
    var active = 0
    /// The security profile of that connection, whatever its slot holds meanwhile.
    private(set) var security = 0

    mutating func isSecured(_ profile: Int) { security = profile }
}

extension Station {
    /// How to connect now. The host asks at its start, and is told of changes by `HostTask.useConnectionSettings`; they
    /// count from the next attempt on, which begins with the first profile (B10.FR.04, A05.FR.05).
    package var connectionSettings: ConnectionSettings {
        ConnectionSettings(
            profiles: prioritySlots.compactMap { slot in profile(slot).map { NetworkSlot(slot: slot, profile: $0) } },
            attempts: variables.integer(NetworkVariables.attempts) ?? 3,
            pingInterval: variables.integer(NetworkVariables.pingInterval) ?? 0,
            backOffMinimum: variables.integer(NetworkVariables.waitMinimum) ?? 10,
            backOffRandomRange: variables.integer(NetworkVariables.randomRange) ?? 10,
            backOffRepeatTimes: variables.integer(NetworkVariables.repeatTimes) ?? 5,
            allowsWildcards: variables.flag(SecurityVariables.allowsWildcards))
    }

    var prioritySlots: [Int] { variables.list(NetworkVariables.priority).compactMap { Int($0) } }

    var activeSlotSecurity: Int {
        variables.integer(NetworkVariables.key(network.active, NetworkVariables.security)) ?? 0
    }

    /// As whom the station is connected (B09.FR.28).
    var activeIdentity: String? { profile(network.active)?.identity }

    /// What a slot holds; nil while something is missing. Identity and password that the slot does not have are those
    /// of SecurityCtrlr (B09.FR.16, B09.FR.18).
    func profile(_ slot: Int) -> NetworkConnectionProfileType? {
        func text(_ name: String) -> String? { variables.text(NetworkVariables.key(slot, name)) }
        func credential(_ name: String) -> String? {
            text(name).flatMap { $0.isEmpty ? nil : $0 } ?? variables.text(VariableKey("SecurityCtrlr", name))
        }
        guard let url = text(NetworkVariables.url), !url.isEmpty,
            let security = text(NetworkVariables.security).flatMap({ Int($0) }),
            let timeout = text(NetworkVariables.timeout).flatMap({ Int($0) }),
            let interface = text(NetworkVariables.interface).flatMap({ OCPPInterfaceEnumType(word: $0) })
        else { return nil }
        return NetworkConnectionProfileType(
            ocppInterface: interface, ocppTransport: .json, messageTimeout: timeout, ocppCsmsUrl: url,
            securityProfile: security,
            ocppVersion: text(NetworkVariables.version).flatMap { OCPPVersionEnumType(word: $0) },
            identity: credential(NetworkVariables.identity),
            basicAuthPassword: credential(NetworkVariables.password))
    }

    // MARK: Configuration

    /// The profile of the configuration takes the first slot, unless the backend has changed that slot since the
    /// configuration last changed.
    mutating func takeConfiguredProfile(kept: [String: [UInt8]]) {
        guard let profile = setup.networkProfile else { return }
        let configured = bytes(of: profile)
        let isNew = kept[NetworkUse.configuredKey] != configured
        guard isNew || self.profile(0) == nil else { return }
        for (name, value) in NetworkRules.values(of: profile) {
            keep(value, VariableAttribute(NetworkVariables.key(0, name)))
        }
        emit(.keep(key: NetworkUse.configuredKey, configured))
    }

    // MARK: SetNetworkProfile (B09)

    mutating func answer(_ request: SetNetworkProfileRequest) -> SetNetworkProfileResponse {
        guard NetworkVariables.slots.contains(request.configurationSlot) else {  // B09.FR.05
            return .init(status: .rejected, statusInfo: StatusInfoType(reasonCode: "InvalidConfSlot"))
        }
        if let fault = fault(of: request.connectionData) { return .init(status: .rejected, statusInfo: fault) }
        // A slot in use must not become one that cannot connect (as A05.FR.02, A05.FR.03).
        if prioritySlots.contains(request.configurationSlot),
            let fault = fault(ofSecuring: request.connectionData.securityProfile)
        {
            return .init(status: .rejected, statusInfo: fault)
        }
        for (name, value) in NetworkRules.values(of: request.connectionData) {  // B09.FR.01, B09.FR.09, B09.FR.11
            keep(value, VariableAttribute(NetworkVariables.key(request.configurationSlot, name)))
        }
        settingsChanged()
        return .init(status: .accepted)
    }

    /// B09.FR.02, B09.FR.04, B09.FR.31.
    private func fault(of profile: NetworkConnectionProfileType) -> StatusInfoType? {
        if let fault = NetworkRules.fault(of: profile, allowsInsecure: setup.allowsInsecure) {
            return StatusInfoType(reasonCode: "InvalidNetworkConf", additionalInfo: fault)
        }
        return downgrade(to: profile.securityProfile)
    }

    /// Nil if the station may use that security profile from the one in use on.
    private func downgrade(to profile: Int) -> StatusInfoType? {
        guard profile < network.security else { return nil }
        let key = VariableKey("SecurityCtrlr", "AllowSecurityProfileDowngrade")
        // From 3 to 2 only, and only where it is allowed (B09.FR.04, B09.FR.31, B09.FR.32, B09.FR.35, A05.FR.08,
        // A05.FR.09, A05.FR.10).
        if variables.flag(key), profile >= 2 { return nil }
        return StatusInfoType(reasonCode: "NoSecurityDowngrade")
    }

    // MARK: SetVariables (B09, B10)

    func refusal(ofNetwork value: String, for key: VariableKey) -> StatusInfoType? {
        // What may be used for the next connection is not to be changed piece by piece, other slots are (B09.FR.22,
        // B09.FR.23).
        if let slot = key.componentInstance.flatMap({ Int($0) }), prioritySlots.contains(slot) {
            return StatusInfoType(reasonCode: "PriorityNetworkConf")
        }
        if key.name == NetworkVariables.security, let profile = Int(value) { return downgrade(to: profile) }
        return nil
    }

    /// Slots that are added must hold a valid profile (B09.FR.33, B09.FR.34, B10.FR.01, B10.FR.02); slots may be taken
    /// away (B09.FR.20), but one is to stay, or nobody could ever reach the station again.
    func refusal(ofPriority value: String) -> StatusInfoType? {
        let slots = value.split(separator: ",").compactMap { Int($0) }
        guard !slots.isEmpty else {
            return StatusInfoType(reasonCode: "InvalidNetworkConf", additionalInfo: "One slot has to stay.")
        }
        for slot in slots {
            guard let profile = profile(slot) else {
                return StatusInfoType(reasonCode: "InvalidNetworkConf", additionalInfo: "Slot \(slot) is incomplete.")
            }
            if let fault = fault(of: profile) { return fault }
            if let fault = fault(ofSecuring: profile.securityProfile) { return fault }
        }
        return nil
    }

    /// Without the certificates it rests on, the station could never connect (A05.FR.02, A05.FR.03).
    private func fault(ofSecuring profile: Int) -> StatusInfoType? {
        guard profile > network.security else { return nil }
        return refusal(ofSecurityProfile: profile)?.statusInfo
    }

    /// Whether a certificate with a wildcard is taken counts from the next attempt on (errata 2025-09, 2.43).
    mutating func wildcardsChanged() { settingsChanged() }

    mutating func connectionVariableChanged(_ key: VariableKey) {
        let connection = [
            NetworkVariables.priority, NetworkVariables.attempts, NetworkVariables.pingInterval,
            NetworkVariables.waitMinimum, NetworkVariables.randomRange, NetworkVariables.repeatTimes,
        ]
        guard connection.contains(key) else { return }
        settingsChanged()
    }

    private mutating func settingsChanged() { emit(.host(.useConnectionSettings(connectionSettings))) }

    /// A credential set at SecurityCtrlr replaces that of the profile in use (B09.FR.26, B09.FR.27).
    mutating func credentialChanged(_ key: VariableKey) {
        guard key.name == NetworkVariables.identity || key.name == NetworkVariables.password else { return }
        keep("", VariableAttribute(NetworkVariables.key(network.active, key.name)))
        settingsChanged()
    }

    // MARK: Connection

    /// The host says before `.connected` which slot the connection uses.
    mutating func uses(slot: Int) {
        guard NetworkVariables.slots.contains(slot) else { return }
        network.active = slot
    }

    /// A higher security profile has proven itself: what is less secure is forgotten (A05.FR.06).
    mutating func networkIsAccepted() {
        let active = network.security
        securityProfileIsInForce(active)
        let weaker = NetworkVariables.slots.filter { slot in
            slot != network.active && (profile(slot).map { $0.securityProfile < active } ?? false)
                && !(variables.flag(VariableKey("SecurityCtrlr", "AllowSecurityProfileDowngrade"))
                    && profile(slot)?.securityProfile == 2)
        }
        guard !weaker.isEmpty else { return }
        for slot in weaker {
            for name in [NetworkVariables.url, NetworkVariables.identity, NetworkVariables.password] {
                keep(nil, VariableAttribute(NetworkVariables.key(slot, name)))
            }
        }
        let left = prioritySlots.filter { !weaker.contains($0) }.map(String.init).joined(separator: ",")
        keep(left, VariableAttribute(NetworkVariables.priority))
        settingsChanged()
    }
}
