// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct AuthorizationTests {
    typealias Bench = StationBench

    private func asks(_ bench: StationBench, _ outputs: [StationOutput]) -> [String] {
        bench.calls(in: outputs).compactMap {
            if case .authorize(let request) = $0 { request.idToken.idToken } else { nil }
        }
    }

    @Test func `energy flows only after the backend has accepted the token`() {
        // C01.FR.04, C06.FR.03.
        // C01.FR.01, C01.FR.02, C06.FR.01, C06.FR.02, C08.FR.01, C17.FR.04.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        #expect(!bench.station.mayTransfer(0))
        let shown = bench.handle(.presented(Bench.card, evse: 1))
        #expect(asks(bench, shown) == ["CARD-1"])
        #expect(!bench.station.mayTransfer(0))
        let answered = bench.answerAuthorize(in: shown)
        #expect(bench.events(in: answered).first?.idToken == Bench.card)
        #expect(bench.station.mayTransfer(0))
    }

    @Test(arguments: AuthorizationStatusEnumType.allCases.filter { $0 != .accepted })
    func `every other status refuses`(status: AuthorizationStatusEnumType) {
        // C17.FR.05, E02.FR.20: and the transaction hears nothing of it.
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        _ = bench.plugIn()
        let outputs = bench.present(Bench.card, evse: 1, IdTokenInfoType(status: status))
        #expect(bench.events(in: outputs).isEmpty)
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `the same token ends it without a question, whatever its case`() {
        // C01.FR.03, C01.FR.25, C09.FR.07, E07.FR.01, E07.FR.02, E08.FR.01.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        let lower = IdTokenType(
            idToken: "card-1", type: "ISO14443", additionalInfo: [AdditionalInfoType(additionalIdToken: "x", type: "y")]
        )
        let outputs = bench.handle(.presented(lower, evse: 1))
        #expect(asks(bench, outputs).isEmpty)
        #expect(bench.told(outputs) == ["Ended StopAuthorized EVConnected"])
        #expect(bench.events(in: outputs).first?.idToken?.idToken == "card-1")
    }

    @Test func `another token of the same group stops, after a question if it is not known`() {
        // C09.FR.03, C09.FR.05, C09.FR.11, E08.FR.02, E08.FR.04.
        let info = IdTokenInfoType(status: .accepted, groupIdToken: Bench.family)
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present(Bench.card, evse: 1, info)
        let blocked = bench.present(
            Bench.otherCard, evse: 1, IdTokenInfoType(status: .blocked, groupIdToken: Bench.family))
        #expect(bench.events(in: blocked).isEmpty)
        let outputs = bench.present(Bench.otherCard, evse: 1, info)
        #expect(asks(bench, outputs) == ["CARD-2"])
        #expect(bench.told(outputs) == ["Ended StopAuthorized EVConnected"])
        // Known by now, also offline.
        _ = bench.unplug()
        _ = bench.plugIn()
        _ = bench.present(Bench.card, evse: 1, info)
        _ = bench.handle(.disconnected)
        let offline = bench.handle(.presented(Bench.otherCard, evse: 1))
        #expect(asks(bench, offline).isEmpty)
        #expect(bench.told(offline) == ["Ended StopAuthorized EVConnected"])
    }

    @Test func `a token of no group stops nobody else`() {
        var bench = Bench.with([:])
        _ = bench.plugIn()
        _ = bench.present()
        #expect(bench.events(in: bench.present(Bench.otherCard)).isEmpty)
        #expect(bench.station.mayTransfer(0))
    }

    @Test func `whose authorisation has ended may return, nobody else`() {
        // C01.FR.23.
        var bench = Bench.with(Bench.points(start: "EVConnected", stop: "EVConnected"))
        _ = bench.plugIn()
        _ = bench.present()
        _ = bench.present()
        #expect(bench.events(in: bench.present(Bench.otherCard)).isEmpty)
        #expect(bench.told(bench.present()) == ["Updated Authorized"])
    }

    @Test func `a token may be used only where the backend says`() {
        // C01.FR.19.
        // C01.FR.20, C01.FR.21.
        var bench = Bench.with([:])
        _ = bench.plugIn(1)
        _ = bench.plugIn(2)
        let info = IdTokenInfoType(status: .accepted, evseId: [2])
        #expect(bench.events(in: bench.present(Bench.card, evse: 1, info)).isEmpty)
        #expect(bench.told(bench.present(Bench.otherCard, evse: 2, info)) == ["Started Authorized EVConnected"])
    }

    @Test func `a token at the station's reader waits for the car, wherever it is plugged in`() {
        // F01.FR.20.
        var bench = Bench.with(Bench.points(start: "Authorized", stop: "Authorized"))
        let outputs = bench.present(Bench.card, evse: nil)
        #expect(bench.events(in: outputs).isEmpty)
        let plugged = bench.plugIn(2)
        #expect(bench.told(plugged) == ["Started CablePluggedIn EVConnected"])
        #expect(bench.events(in: plugged).first?.evse == EVSEType(id: 2, connectorId: 1))
        #expect(bench.events(in: plugged).first?.idToken == Bench.card)
        // It is used up.
        #expect(bench.told(bench.plugIn(1)).isEmpty)
    }

    @Test func `or goes to the car that waits`() {
        var bench = Bench.with([:])
        _ = bench.plugIn(2)
        let outputs = bench.present(Bench.card, evse: nil)
        #expect(bench.events(in: outputs).first?.evse?.id == 2)
    }

    @Test func `it does not wait for ever`() {
        // C01.FR.26, C19.FR.01.
        var bench = Bench.with([:])
        _ = bench.present(Bench.card, evse: nil)
        _ = bench.wait(.seconds(121))
        #expect(bench.told(bench.plugIn()).isEmpty)
    }

    @Test func `a start button needs nobody's word`() {
        // C02.FR.01, C02.FR.03.
        var bench = Bench.with([:])
        _ = bench.plugIn()
        let outputs = bench.handle(.presented(.nobody, evse: 1))
        #expect(asks(bench, outputs).isEmpty)
        let event = bench.events(in: outputs).first
        #expect(event?.idToken == IdTokenType(idToken: "", type: "NoAuthorization"))
        let answer = TransactionEventResponse(idTokenInfo: IdTokenInfoType(status: .accepted))
        _ = bench.answerEvent(in: outputs, answer)
        #expect(bench.station.authorization.cache.entries.isEmpty)
        #expect(bench.told(bench.handle(.presented(Bench.card, evse: 1))) == ["Ended StopAuthorized EVConnected"])
    }

    @Test func `where nobody is asked, plugging in is enough`() {
        var bench = Bench.with([AuthorizationVariables.enabled: "false"])
        let outputs = bench.plugIn()
        #expect(bench.told(outputs) == ["Started Authorized EVConnected"])
        #expect(bench.events(in: outputs).first?.idToken?.type == "NoAuthorization")
        #expect(bench.station.mayTransfer(0))
    }

    // MARK: Known here

    struct Local: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isOnline: Bool
        /// In the local list, in the cache, or nowhere.
        var list: AuthorizationStatusEnumType?
        var cache: AuthorizationStatusEnumType?
        var variables: [VariableKey: String] = [:]
        var asks: Bool
        var starts: Bool
    }

    static let locals = [
        Local(testDescription: "online, listed", isOnline: true, list: .accepted, asks: false, starts: true),
        Local(testDescription: "online, cached", isOnline: true, cache: .accepted, asks: false, starts: true),
        Local(
            testDescription: "online, list before cache", isOnline: true, list: .blocked, cache: .accepted, asks: true,
            starts: false),
        Local(testDescription: "online, listed but blocked", isOnline: true, list: .blocked, asks: true, starts: false),
        Local(
            testDescription: "online, cached but blocked", isOnline: true, cache: .blocked, asks: true, starts: false),
        Local(
            testDescription: "online, blocked and not to be asked", isOnline: true, list: .blocked,
            variables: [AuthorizationVariables.listAsksNever: "true"], asks: false, starts: false),
        Local(
            testDescription: "online, cached, blocked and not to be asked", isOnline: true, cache: .blocked,
            variables: [AuthorizationVariables.cacheAsksNever: "true"], asks: false, starts: false),
        Local(
            testDescription: "online, listed, but the backend is to be asked first", isOnline: true, list: .accepted,
            variables: [AuthorizationVariables.localPre: "false"], asks: true, starts: false),
        Local(
            testDescription: "online, list switched off", isOnline: true, list: .accepted,
            variables: [AuthorizationVariables.listEnabled: "false"], asks: true, starts: false),
        Local(
            testDescription: "online, cache switched off", isOnline: true, cache: .accepted,
            variables: [AuthorizationVariables.cacheEnabled: "false"], asks: true, starts: false),
        Local(
            testDescription: "online, unknown, without remote authorisation", isOnline: true,
            variables: [AuthorizationVariables.withoutBackend: "true"], asks: false, starts: false),
        Local(
            testDescription: "online, listed, without remote authorisation", isOnline: true, list: .accepted,
            variables: [AuthorizationVariables.withoutBackend: "true", AuthorizationVariables.localPre: "false"],
            asks: false, starts: true),
        Local(testDescription: "offline, listed", isOnline: false, list: .accepted, asks: false, starts: true),
        Local(testDescription: "offline, cached", isOnline: false, cache: .accepted, asks: false, starts: true),
        Local(
            testDescription: "offline, listed but blocked", isOnline: false, list: .blocked, asks: false, starts: false),
        Local(
            testDescription: "offline, listed, not allowed offline", isOnline: false, list: .accepted,
            variables: [AuthorizationVariables.localOffline: "false"], asks: false, starts: false),
        Local(testDescription: "offline, unknown", isOnline: false, asks: false, starts: false),
        Local(
            testDescription: "offline, unknown but allowed", isOnline: false,
            variables: [AuthorizationVariables.unknownOffline: "true"], asks: false, starts: true),
        Local(
            testDescription: "offline, blocked is not unknown", isOnline: false, list: .blocked,
            variables: [AuthorizationVariables.unknownOffline: "true"], asks: false, starts: false),
    ]

    /// C10.FR.03, C10.FR.11, C12.FR.02, C12.FR.04, C12.FR.05, C13.FR.01, C13.FR.02, C13.FR.03, C13.FR.04, C13.FR.05,
    /// C13.FR.06, C14.FR.01, C14.FR.02, C14.FR.03, C15.FR.08, D01.FR.13, E04.
    @Test(arguments: locals)
    func `list and cache decide where they may`(row: Local) {
        // C01.FR.05.
        var bench = Bench.with(row.variables)
        if let status = row.list {
            _ = bench.station.authorization.list.take(
                SendLocalListRequest(
                    versionNumber: 1, updateType: .full,
                    localAuthorizationList: [
                        AuthorizationDataType(idToken: Bench.card, idTokenInfo: IdTokenInfoType(status: status))
                    ]))
        }
        if let status = row.cache {
            _ = bench.station.authorization.cache.store(
                Bench.card, IdTokenInfoType(status: status), at: bench.time.seconds)
        }
        if !row.isOnline { _ = bench.handle(.disconnected) }
        _ = bench.plugIn()
        let outputs = bench.handle(.presented(Bench.card, evse: 1))
        #expect(asks(bench, outputs).isEmpty != row.asks)
        #expect(bench.station.mayTransfer(0) == row.starts)
        // C15.FR.01: what is let in unknown is not remembered as known.
        if row.list == nil, row.cache == nil { #expect(bench.station.authorization.cache.entries.isEmpty) }
    }

    @Test func `an entry of the list whose time is over counts as absent online, and as refused offline`() {
        // C13.FR.05, C13.FR.06, C14.FR.04, C14.FR.05.
        var bench = Bench.with([AuthorizationVariables.unknownOffline: "true"])
        let soon = DateTime(WallTime(milliseconds: (bench.time.seconds + 60) * 1_000))
        let info = IdTokenInfoType(status: .accepted, cacheExpiryDateTime: soon)
        _ = bench.station.authorization.list.take(
            SendLocalListRequest(
                versionNumber: 1, updateType: .full,
                localAuthorizationList: [AuthorizationDataType(idToken: Bench.card, idTokenInfo: info)]))
        _ = bench.plugIn()
        #expect(asks(bench, bench.handle(.presented(Bench.card, evse: 1))).isEmpty)
        _ = bench.handle(.presented(Bench.card, evse: 1))
        _ = bench.wait(.seconds(61))
        #expect(asks(bench, bench.handle(.presented(Bench.card, evse: 1))) == ["CARD-1"])
        _ = bench.handle(.disconnected)
        _ = bench.handle(.presented(Bench.card, evse: 1))
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `a question without an answer is decided as if offline`() {
        var bench = Bench.with([AuthorizationVariables.localPre: "false"])
        _ = bench.station.authorization.cache.store(
            Bench.card, IdTokenInfoType(status: .accepted), at: bench.time.seconds)
        _ = bench.plugIn()
        for case .authorize(let request) in bench.calls(in: bench.handle(.presented(Bench.card, evse: 1))) {
            _ = bench.handle(.failed(.authorize(request), .timedOut))
        }
        #expect(bench.station.mayTransfer(0))
        for case .authorize(let request) in bench.calls(in: bench.handle(.presented(Bench.otherCard, evse: 2))) {
            _ = bench.handle(.failed(.authorize(request), .timedOut))
        }
        #expect(!bench.station.mayTransfer(1))
    }

    @Test func `questions without answers do not pile up`() {
        var bench = Bench.with([:])
        for number in 0..<100 {
            _ = bench.handle(.presented(IdTokenType(idToken: "\(number)", type: "ISO14443"), evse: 1))
        }
        #expect(bench.station.authorization.asking.count == Authorization.mostAsking)
    }

    // MARK: Master pass

    @Test func `a master pass stops everything and starts nothing`() {
        // C12.FR.09, C16.FR.02, C16.FR.03, C16.FR.08.
        var bench = Bench.with([AuthorizationVariables.masterPass: "POLICE"])
        let group = IdTokenType(idToken: "police", type: "Central")
        let info = IdTokenInfoType(status: .accepted, groupIdToken: group)
        _ = bench.plugIn(1)
        #expect(bench.events(in: bench.present(Bench.otherCard, evse: 1, info)).isEmpty)
        _ = bench.present()
        _ = bench.plugIn(2)
        _ = bench.present(IdTokenType(idToken: "THIRD", type: "ISO14443"), evse: 2)
        // Known from the first time (C16.FR.04).
        let outputs = bench.handle(.presented(Bench.otherCard, evse: 1))
        #expect(bench.told(outputs) == ["Ended StopAuthorized EVConnected", "Ended StopAuthorized EVConnected"])
        #expect(bench.events(in: outputs).allSatisfy { $0.transactionInfo.stoppedReason == .masterPass })
    }

    @Test func `the local list may name a master pass`() {
        // C16.FR.05.
        var bench = Bench.with([AuthorizationVariables.masterPass: "POLICE"])
        let info = IdTokenInfoType(
            status: .accepted, groupIdToken: IdTokenType(idToken: "POLICE", type: "Central"))
        _ = bench.station.authorization.list.take(
            SendLocalListRequest(
                versionNumber: 1, updateType: .full,
                localAuthorizationList: [AuthorizationDataType(idToken: Bench.otherCard, idTokenInfo: info)]))
        _ = bench.plugIn()
        _ = bench.present()
        let outputs = bench.handle(.presented(Bench.otherCard, evse: 1))
        #expect(asks(bench, outputs).isEmpty)
        #expect(bench.events(in: outputs).last?.transactionInfo.stoppedReason == .masterPass)
    }

    // MARK: Contracts

    private static let eMAID = IdTokenType(idToken: "DE8AA1A2B3C4D5", type: "eMAID")
    /// Whose cars may come with contracts.
    private static var contracting: StationSetup {
        var setup = StationBench.setup
        setup.evses[0].speaksISO15118 = true
        return setup
    }
    private static let hash = OCSPRequestDataType(
        hashAlgorithm: .sha256, issuerNameHash: "aa", issuerKeyHash: "bb", serialNumber: "1", responderURL: "http://x")

    @Test func `a contract is asked about with what its certificate needs`() throws {
        // C07.FR.01, C07.FR.02, C07.FR.06.
        var bench = Bench.with([:], setup: Self.contracting)
        _ = bench.plugIn()
        let shown = bench.handle(
            .contract(Self.eMAID, evse: 1, certificate: "PEM", hashes: [Self.hash], isVerified: true))
        guard case .authorize(let request)? = bench.calls(in: shown).first else {
            Issue.record("no question")
            return
        }
        #expect(request.certificate == "PEM" && request.iso15118CertificateHashData == [Self.hash])
        let response = AuthorizeResponse(
            idTokenInfo: IdTokenInfoType(status: .accepted), certificateStatus: .accepted,
            allowedEnergyTransfer: [.dcBPT])
        let outputs = bench.handle(.answered(.authorize(request), .authorize(response)))
        #expect(outputs.contains(.host(.answerContract(evse: 1, isAccepted: true, [.dcBPT]))))
        #expect(bench.told(outputs) == ["Started Authorized EVConnected"])
    }

    @Test(arguments: AuthorizeCertificateStatusEnumType.allCases.filter { $0 != .accepted })
    func `a bad certificate is not mended by a good token`(status: AuthorizeCertificateStatusEnumType) {
        var bench = Bench.with([:], setup: Self.contracting)
        _ = bench.plugIn()
        let shown = bench.handle(
            .contract(Self.eMAID, evse: 1, certificate: nil, hashes: [Self.hash], isVerified: true))
        guard case .authorize(let request)? = bench.calls(in: shown).first else {
            Issue.record("no question")
            return
        }
        let response = AuthorizeResponse(idTokenInfo: IdTokenInfoType(status: .accepted), certificateStatus: status)
        let outputs = bench.handle(.answered(.authorize(request), .authorize(response)))
        #expect(outputs.contains(.host(.answerContract(evse: 1, isAccepted: false, nil))))
        #expect(!bench.station.mayTransfer(0))
    }

    @Test(arguments: [true, false])
    func `a contract of an unknown root is left to the backend only where that is allowed`(isAllowed: Bool) {
        // C07.FR.06.
        let variables = [AuthorizationVariables.contractsCentrally: String(isAllowed)]
        var bench = Bench.with(variables, setup: Self.contracting)
        _ = bench.plugIn()
        let input = StationInput.contract(
            Self.eMAID, evse: 1, certificate: "PEM", hashes: [Self.hash], isVerified: false)
        let outputs = bench.handle(input)
        #expect(bench.calls(in: outputs).count == (isAllowed ? 1 : 0))
        #expect(outputs.contains(.host(.answerContract(evse: 1, isAccepted: false, nil))) == !isAllowed)
    }

    @Test func `offline a contract of an unknown root never counts`() {
        let variables = [
            AuthorizationVariables.contractsOffline: "true", AuthorizationVariables.unknownOffline: "true",
        ]
        var bench = Bench.with(variables, setup: Self.contracting, isOnline: false)
        _ = bench.station.authorization.cache.store(
            Self.eMAID, IdTokenInfoType(status: .accepted), at: bench.time.seconds)
        _ = bench.plugIn()
        let outputs = bench.handle(
            .contract(Self.eMAID, evse: 1, certificate: "PEM", hashes: [], isVerified: false))
        #expect(outputs.contains(.host(.answerContract(evse: 1, isAccepted: false, nil))))
        #expect(!bench.station.mayTransfer(0))
    }

    @Test func `without Plug & Charge no contract is asked about`() {
        var bench = Bench.with([AuthorizationVariables.plugAndCharge: "false"], setup: Self.contracting)
        _ = bench.plugIn()
        let outputs = bench.handle(
            .contract(Self.eMAID, evse: 1, certificate: nil, hashes: [Self.hash], isVerified: true))
        #expect(outputs.contains(.host(.answerContract(evse: 1, isAccepted: false, nil))))
        #expect(bench.calls(in: outputs).isEmpty)
    }

    struct OfflineContract: Sendable {
        var variables: [VariableKey: String]
        var isCached: Bool
        var starts: Bool
    }

    @Test(arguments: [
        OfflineContract(variables: [:], isCached: true, starts: false),
        OfflineContract(variables: [AuthorizationVariables.contractsOffline: "true"], isCached: true, starts: true),
        OfflineContract(variables: [AuthorizationVariables.contractsOffline: "true"], isCached: false, starts: false),
        OfflineContract(
            variables: [
                AuthorizationVariables.contractsOffline: "true", AuthorizationVariables.unknownOffline: "true",
            ], isCached: false, starts: true),
    ])
    func `offline a contract counts only if that is allowed`(row: OfflineContract) {
        // C07.FR.07, C07.FR.08, C07.FR.09, C07.FR.10, C07.FR.11, C07.FR.12.
        var bench = Bench.with(row.variables, setup: Self.contracting, isOnline: false)
        if row.isCached {
            _ = bench.station.authorization.cache.store(
                Self.eMAID, IdTokenInfoType(status: .accepted), at: bench.time.seconds)
        }
        _ = bench.plugIn()
        let outputs = bench.handle(.contract(Self.eMAID, evse: 1, certificate: nil, hashes: [], isVerified: true))
        #expect(outputs.contains(.host(.answerContract(evse: 1, isAccepted: row.starts, nil))))
        #expect(bench.station.mayTransfer(0) == row.starts)
    }

    @Test func `no key code appears in the log`() {
        // C04.FR.04.
        var bench = Bench.with([:])
        let code = IdTokenType(idToken: "4711", type: "KeyCode")
        let outputs = bench.present(code, evse: 1, IdTokenInfoType(status: .invalid))
        let notices = outputs.compactMap { if case .notice(let text) = $0 { text } else { nil } }
        #expect(!notices.isEmpty)
        #expect(notices.allSatisfy { !$0.contains("4711") })
        // C04.FR.03.
        #expect(bench.station.knownInfo(code)?.status == .invalid)
    }
}
