// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct NetworkProfileTests {
    static func profile(
        _ url: String = "ws://csms.example/ocpp", security: Int = 1, password: String? = "0123456789abcdef",
        identity: String? = nil, timeout: Int = 30
    ) -> NetworkConnectionProfileType {
        NetworkConnectionProfileType(
            ocppInterface: .wired0, ocppTransport: .json, messageTimeout: timeout, ocppCsmsUrl: url,
            securityProfile: security, ocppVersion: .ocpp21, identity: identity, basicAuthPassword: password)
    }

    static func setup(security: Int = 1) -> StationSetup {
        var setup = StationBench.setup
        setup.networkProfile = profile(security >= 2 ? "wss://one.example" : "ws://one.example", security: security)
        return setup
    }

    private func bench(security: Int = 1, allowsDowngrade: Bool? = nil) -> StationBench {
        var bench = StationBench(Self.setup(security: security))
        if let allowsDowngrade {
            bench.station.variables.define(
                VariableDefinition(
                    VariableKey("SecurityCtrlr", "AllowSecurityProfileDowngrade"), .boolean, .readWrite,
                    standard: String(allowsDowngrade)))
        }
        bench.boot()
        return bench
    }

    private func set(
        _ slot: Int, _ profile: NetworkConnectionProfileType, _ bench: inout StationBench
    ) -> (SetNetworkProfileResponse?, [StationOutput]) {
        let (answer, rest) = bench.ask(
            .setNetworkProfile(.init(configurationSlot: slot, connectionData: profile)))
        guard case .setNetworkProfile(let response)? = answer else { return (nil, rest) }
        return (response, rest)
    }

    @Test func `the configuration fills the first slot, until a backend changes it or the configuration changes`() {
        var bench = bench()
        #expect(bench.station.connectionSettings.profiles.map(\.profile.ocppCsmsUrl) == ["ws://one.example"])
        _ = set(0, Self.profile("ws://other.example"), &bench)
        var again = bench.begunAgain(Self.setup())
        #expect(again.station.connectionSettings.profiles.map(\.profile.ocppCsmsUrl) == ["ws://other.example"])
        var changed = Self.setup()
        changed.networkProfile?.ocppCsmsUrl = "ws://new.example"
        again = again.begunAgain(changed)
        #expect(again.station.connectionSettings.profiles.map(\.profile.ocppCsmsUrl) == ["ws://new.example"])
    }

    @Test func `a profile is stored in its slot and its variables (B09.FR.01, B09.FR.06, B09.FR.09, B09.FR.11)`() {
        var bench = bench()
        #expect(NetworkVariables.slots.count >= 2)
        let (response, _) = set(1, Self.profile(identity: "CP-2", timeout: 17), &bench)
        #expect(response?.status == .accepted)
        let expected = [
            ("OcppCsmsUrl", "ws://csms.example/ocpp"), ("OcppInterface", "Wired0"), ("OcppTransport", "JSON"),
            ("OcppVersion", "OCPP21"), ("MessageTimeout", "17"), ("SecurityProfile", "1"), ("Identity", "CP-2"),
            ("ApnEnabled", "false"), ("VpnEnabled", "false"),
        ]
        for (name, value) in expected {
            #expect(bench.get(NetworkVariables.key(1, name))?.attributeValue == value, "\(name)")
        }
        #expect(bench.get(NetworkVariables.key(1, "BasicAuthPassword"))?.attributeStatus == .rejected)
        let again = bench.begunAgain(Self.setup())
        #expect(again.station.profile(1)?.basicAuthPassword == "0123456789abcdef")
    }

    /// B09.FR.02.
    @Test(
        arguments: [
            ("http://csms.example", 1, "0123456789abcdef", nil, 30), ("ws:///x", 1, "0123456789abcdef", nil, 30),
            ("csms.example", 1, "0123456789abcdef", nil, 30), ("wss://csms.example", 1, "0123456789abcdef", nil, 30),
            ("ws://csms.example", 2, "0123456789abcdef", nil, 30),
            ("ws://csms.example", 4, "0123456789abcdef", nil, 30),
            ("ws://csms.example", 1, "short", nil, 30), ("ws://csms.example", 1, "0123456789 abcdef", nil, 30),
            ("ws://csms.example", 1, "0123456789abcdef", "CP:1", 30), ("ws://csms.example", 1, nil, "", 0),
            ("ws://csms.example", 1, nil, nil, Int.max), ("ws://csms.example", 1, nil, nil, -1),
        ] as [(String, Int, String?, String?, Int)])
    func `a profile that could not work is rejected`(
        _ url: String, _ security: Int, _ password: String?, _ identity: String?, _ timeout: Int
    ) {
        var bench = bench()
        let profile = Self.profile(url, security: security, password: password, identity: identity, timeout: timeout)
        let (response, rest) = set(1, profile, &bench)
        #expect(response?.status == .rejected)
        #expect(response?.statusInfo?.reasonCode == "InvalidNetworkConf")
        #expect(response?.statusInfo?.additionalInfo != nil)
        #expect(rest.isEmpty)
    }

    @Test func `a modem or tunnel nobody has is rejected (B09.FR.13)`() {
        var profile = Self.profile()
        profile.apn = APNType(apn: "internet", apnAuthentication: .auto)
        var bench = bench()
        #expect(set(1, profile, &bench).0?.status == .rejected)
        #expect(bench.set(NetworkVariables.key(1, "ApnEnabled"), to: "true")?.attributeStatus == .rejected)
    }

    @Test func `without password and TLS only where the site allows it`() {
        #expect(NetworkRules.fault(of: Self.profile(security: 0), allowsInsecure: false) != nil)
        #expect(NetworkRules.fault(of: Self.profile(security: 0), allowsInsecure: true) == nil)
    }

    @Test func `there are the slots of valuesList and no others (B09.FR.05)`() {
        var bench = bench()
        let (response, _) = set(3, Self.profile(), &bench)
        #expect(response?.status == .rejected)
        #expect(response?.statusInfo?.reasonCode == "InvalidConfSlot")
    }

    /// In use, allowed, wanted → whether (B09.FR.04, B09.FR.31, B09.FR.32, B09.FR.35).
    @Test(
        arguments: [
            (3, nil, 2, false), (3, false, 2, false), (3, true, 2, true), (3, true, 1, false), (2, true, 1, false),
            (2, nil, 1, false), (2, nil, 2, true), (1, nil, 1, true),
        ] as [(Int, Bool?, Int, Bool)])
    func `security goes down from 3 to 2 only, and only if allowed`(
        _ active: Int, _ allows: Bool?, _ wanted: Int, _ isFine: Bool
    ) {
        var bench = bench(security: active, allowsDowngrade: allows)
        let url = wanted >= 2 ? "wss://two.example" : "ws://two.example"
        let (response, _) = set(1, Self.profile(url, security: wanted), &bench)
        #expect(response?.status == (isFine ? .accepted : .rejected))
        let result = bench.set(NetworkVariables.key(2, NetworkVariables.security), to: String(wanted))
        #expect(result?.attributeStatus == (isFine ? .accepted : .rejected))
        if !isFine {
            #expect(response?.statusInfo?.reasonCode == "NoSecurityDowngrade")
            #expect(result?.attributeStatusInfo?.reasonCode == "NoSecurityDowngrade")
        }
    }

    /// B09.FR.10, B09.FR.22, B09.FR.23.
    @Test func `a slot in use is not changed piece by piece, one that is not may be`() {
        var bench = bench()
        let result = bench.set(NetworkVariables.key(0, NetworkVariables.url), to: "ws://x.example")
        #expect(result?.attributeStatus == .rejected)
        #expect(result?.attributeStatusInfo?.reasonCode == "PriorityNetworkConf")
        #expect(
            bench.set(NetworkVariables.key(1, NetworkVariables.url), to: "ws://x.example")?.attributeStatus == .accepted
        )
        #expect(bench.set(NetworkVariables.key(1, NetworkVariables.security), to: "1")?.attributeStatus == .accepted)
        #expect(bench.set(NetworkVariables.priority, to: "0,1")?.attributeStatus == .accepted)  // B09.FR.33
    }

    /// B09.FR.20, B09.FR.34, B10.FR.01, B10.FR.02.
    @Test func `the priority takes complete slots only, and keeps one`() {
        var bench = bench()
        for value in ["0,1", "1", "", "0,7"] {
            #expect(bench.set(NetworkVariables.priority, to: value)?.attributeStatus == .rejected, "\(value)")
        }
        _ = set(1, Self.profile("ws://two.example"), &bench)
        let key = NetworkVariables.priority
        let data = SetVariableDataType(
            attributeValue: "1,0", component: key.componentType, variable: key.variableType)
        let (_, rest) = bench.ask(.setVariables(.init(setVariableData: [data])))
        guard case .useConnectionSettings(let settings)? = rest.hostTasks.first else {
            Issue.record("the host was not told")
            return
        }
        #expect(settings.profiles.map(\.slot) == [1, 0])
        #expect(settings == bench.station.connectionSettings)
        #expect(bench.begunAgain(Self.setup()).station.connectionSettings.profiles.map(\.slot) == [1, 0])  // B10.FR.04
        #expect(bench.set(key, to: "0")?.attributeStatus == .accepted)
    }

    @Test func `a slot that needs a certificate nobody has does not come to use (A05.FR.02)`() {
        var bench = bench()
        _ = set(1, Self.profile("wss://two.example", security: 2), &bench)
        #expect(bench.set(NetworkVariables.priority, to: "1,0")?.attributeStatus == .rejected)
        #expect(set(0, Self.profile("wss://two.example", security: 2), &bench).0?.status == .rejected)
    }

    @Test func `once a more secure profile works, the less secure ones are forgotten (A05.FR.06)`() {
        var bench = bench()
        _ = set(1, Self.profile("ws://two.example"), &bench)
        bench.station.variables.store("wss://two.example", .init(NetworkVariables.key(1, NetworkVariables.url)))
        bench.station.variables.store("2", .init(NetworkVariables.key(1, NetworkVariables.security)))
        bench.station.variables.store("1,0", .init(NetworkVariables.priority))
        _ = bench.handle(.disconnected)
        _ = bench.handle(.done(.usesNetworkProfile(slot: 1)))
        _ = bench.handle(.connected(.v21))
        #expect(bench.station.prioritySlots == [1, 0])
        _ = bench.answerBoot(.accepted)
        #expect(bench.station.prioritySlots == [1])
        #expect(bench.station.profile(0) == nil)
        #expect(bench.get(VariableKey("OCPPCommCtrlr", "ActiveNetworkProfile"))?.attributeValue == "1")
    }

    /// B09.FR.16, B09.FR.18, B09.FR.26, B09.FR.27.
    @Test
    func `credentials of a slot go before those of SecurityCtrlr, until these are set`() {
        var bench = bench()
        let identity = VariableKey("SecurityCtrlr", "Identity")
        bench.station.variables.define(
            VariableDefinition(identity, .string(longest: 48), .readWrite, standard: "CP-0"))
        #expect(bench.station.activeIdentity == "CP-0")
        bench.station.variables.store("CP-1", .init(NetworkVariables.key(0, NetworkVariables.identity)))
        #expect(bench.station.activeIdentity == "CP-1")  // B09.FR.18, B09.FR.28
        bench.set(identity, to: "CP-9")
        #expect(bench.station.activeIdentity == "CP-9")
    }

    @Test func `a change of the pings or pauses reaches the host`() {
        var bench = bench()
        bench.set(NetworkVariables.pingInterval, to: "7")
        bench.set(NetworkVariables.attempts, to: "9")
        #expect(bench.station.connectionSettings.pingInterval == 7)
        #expect(bench.station.connectionSettings.attempts == 9)  // B10.FR.03
    }
}
