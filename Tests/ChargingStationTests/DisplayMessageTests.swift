// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct DisplayMessageTests {
    private func message(
        _ id: Int, _ priority: MessagePriorityEnumType = .normalCycle, state: MessageStateEnumType? = nil,
        from start: Int? = nil, to end: Int? = nil, transaction: String? = nil, language: String? = nil
    ) -> MessageInfoType {
        func time(_ seconds: Int) -> DateTime { DateTime(StationBench.start.wall + .seconds(seconds)) }
        return MessageInfoType(
            id: id, priority: priority, message: .init(format: .utf8, content: "text \(id)", language: language),
            state: state, startDateTime: start.map(time), endDateTime: end.map(time), transactionId: transaction)
    }

    private func bench(_ setup: StationSetup = StationBench.setup) -> StationBench {
        var bench = StationBench(setup)
        bench.boot()
        return bench
    }

    private func set(
        _ message: MessageInfoType, _ bench: inout StationBench
    ) -> (DisplayMessageStatusEnumType?, [Int]?) {
        let (answer, rest) = bench.ask(.setDisplayMessage(.init(message: message)))
        guard case .setDisplayMessage(let response)? = answer else { return (nil, nil) }
        return (response.status, shown(rest))
    }

    /// The ids of the last list that the host was told to show.
    private func shown(_ outputs: [StationOutput]) -> [Int]? {
        outputs.hostTasks.compactMap { if case .display(let messages) = $0 { messages.map(\.id) } else { nil } }.last
    }

    /// O01.FR.01, O01.FR.02, O01.FR.03, O02.FR.03, O02.FR.04, O02.FR.05.
    @Test func `every priority, state and format can be shown`() {
        var bench = bench()
        var id = 0
        for format in MessageFormatEnumType.allCases {
            for priority in MessagePriorityEnumType.allCases {
                id += 1
                var message = message(id, priority)
                message.message.format = format
                #expect(set(message, &bench).0 == .accepted)
            }
        }
        for state in MessageStateEnumType.allCases {
            id += 1
            #expect(set(message(id, state: state), &bench).0 == .accepted)
        }
    }

    /// O01.FR.12, O01.FR.13, O01.FR.14, O01.FR.15.
    /// O02.FR.14, O02.FR.15, O02.FR.16, O02.FR.17 are the same for messages of a transaction.
    @Test func `the one that is always in front stands alone, those in front go before the cycle`() {
        var bench = bench()
        #expect(set(message(1), &bench).1 == [1])
        #expect(set(message(2), &bench).1 == [1, 2])
        #expect(set(message(3, .inFront), &bench).1 == [3])
        #expect(set(message(4, .inFront), &bench).1 == [3, 4])  // O01.FR.14, O02.FR.16
        #expect(set(message(5, .alwaysFront), &bench).1 == [5])
        // Another one replaces it (O01.FR.16, O02.FR.18).
        #expect(set(message(6, .alwaysFront), &bench).1 == [6])
        #expect(bench.station.display.messages.map(\.id) == [1, 2, 3, 4, 6])
        #expect(bench.begunAgain().station.display.messages.map(\.id) == [1, 2, 3, 4, 6])
    }

    /// O01.FR.06, O01.FR.07, O02.FR.06, O02.FR.07.
    @Test func `a message is shown from its start to its end, and then forgotten`() {
        var bench = bench()
        #expect(set(message(1, from: 100, to: 200), &bench).1 == nil)
        #expect(shown(bench.wait(.seconds(99))) == nil)
        #expect(shown(bench.wait(.seconds(1))) == [1])
        #expect(shown(bench.wait(.seconds(99))) == nil)
        #expect(shown(bench.wait(.seconds(1))) == [])
        #expect(bench.station.display.messages.isEmpty)
        #expect(!bench.kept.keys.contains("display/1") || bench.kept["display/1"] == nil)
    }

    @Test func `messages survive a restart (O01.FR.10, O02.FR.10)`() {
        var bench = bench()
        _ = set(message(7, .inFront, to: 1_000), &bench)
        var again = bench.begunAgain()
        #expect(again.station.display.messages == bench.station.display.messages)
        #expect(shown(again.handle(.tick)) == [7])
    }

    @Test func `one of the same id takes its place with all it says (O06.FR.01)`() {
        var bench = bench()
        _ = set(message(1, .inFront, to: 100), &bench)
        #expect(set(message(1), &bench).0 == .accepted)
        #expect(bench.station.display.messages == [message(1)])
    }

    @Test func `there is a most of messages (O01.FR.11, O02.FR.11)`() {
        var bench = bench()
        for id in 1...DisplayMessages.most { #expect(set(message(id), &bench).0 == .accepted) }
        #expect(set(message(99), &bench).0 == .rejected)
        #expect(set(message(5), &bench).0 == .accepted)
        #expect(bench.get(VariableKey("DisplayMessageCtrlr", "DisplayMessages"))?.attributeValue == "32")
    }

    @Test func `a language the station does not have is refused (O01.FR.18)`() {
        var setup = StationBench.setup
        setup.displayLanguages = ["de", "en"]
        var bench = bench(setup)
        #expect(set(message(1, language: "fr"), &bench).0 == .languageNotSupported)
        var extra = message(1, language: "de")
        extra.messageExtra = [.init(format: .utf8, content: "bonjour", language: "fr")]
        #expect(set(extra, &bench).0 == .languageNotSupported)
        #expect(set(message(1, language: "DE"), &bench).0 == .accepted)
    }

    @Test
    func
        `a message is shown in the language of the station, else in English (O01.FR.08, O01.FR.09, O01.FR.24, O02.FR.08, O02.FR.09, O02.FR.19)`()
    {
        var setup = StationBench.setup
        setup.displayLanguages = ["en", "de", "fr"]
        var bench = bench(setup)
        var message = message(1, language: "fr")
        message.messageExtra = [
            .init(format: .utf8, content: "hello", language: "en"),
            .init(format: .utf8, content: "hallo", language: "de"),
        ]
        _ = set(message, &bench)
        #expect(bench.station.display.shown.map(\.message.content) == ["hello"])
        bench.set(DisplayVariables.language, to: "de")
        #expect(bench.station.display.shown.map(\.message.content) == ["hallo"])
        #expect(bench.station.display.shown.first?.messageExtra?.count == 2)
    }

    /// O01.FR.20, O01.FR.21, O01.FR.23.
    @Test func `a display that is not there is refused (O01.FR.22), the one there is used`() {
        var bench = bench()
        var message = message(1)
        message.display = ComponentType(name: "Display", instance: "roof")
        #expect(set(message, &bench).0 == .rejected)
        message.display = ComponentType(name: "Display")
        #expect(set(message, &bench).1 == [1])
        #expect(bench.get(VariableKey("Display", "Available"))?.attributeValue == "true")
    }

    @Test func `a transaction's message needs the transaction and ends with it (O02.FR.01, O02.FR.02)`() {
        var bench = bench()
        #expect(set(message(1, transaction: "tx"), &bench).0 == .unknownTransaction)
        bench.begin("tx")
        #expect(set(message(1, transaction: "tx"), &bench).1 == [1])
        bench.end()
        #expect(shown(bench.handle(.tick)) == [])
        #expect(bench.station.display.messages.isEmpty)
    }

    private typealias Change = (inout EVSEReport) -> Void

    @Test(
        arguments: [
            (.charging, .occupied, .charging), (.discharging, .occupied, .discharging),
            (.suspended, .occupied, .suspendedByVehicle), (.suspended, .occupied, .suspendedByStation),
            (.faulted, .faulted, .none), (.unavailable, .unavailable, .none), (.idle, .available, .none),
        ] as [(MessageStateEnumType, EVSEReport.Connector, EVSEReport.Flow)])
    func `a message is shown in the state it is for (O01.FR.12, O01.FR.13)`(
        _ state: MessageStateEnumType, _ connector: EVSEReport.Connector, _ flow: EVSEReport.Flow
    ) {
        var setup = StationBench.setup
        setup.evses.removeLast()
        var bench = bench(setup)
        for other in MessageStateEnumType.allCases { _ = set(message(Int(other.rawValue), state: other), &bench) }
        _ = bench.sees {
            $0.connector = connector
            $0.flow = flow
        }
        #expect(bench.station.display.shown.map(\.id) == [Int(state.rawValue)])
    }

    /// O03.FR.01, O03.FR.02, O04.FR.01, O04.FR.02, O04.FR.03, O04.FR.06.
    @Test func `messages are told by what is asked for`() {
        var bench = bench()
        _ = set(message(1, .inFront), &bench)
        _ = set(message(2, state: .idle), &bench)
        _ = set(message(3, .inFront, state: .idle), &bench)
        func get(
            _ ids: [Int]? = nil, _ priority: MessagePriorityEnumType? = nil, _ state: MessageStateEnumType? = nil
        ) -> [Int]? {
            let (answer, rest) = bench.ask(
                .getDisplayMessages(.init(requestId: 4, id: ids, priority: priority, state: state)))
            guard answer == .getDisplayMessages(.init(status: .accepted)) else { return nil }
            return bench.answerReports(rest).flatMap { request -> [Int] in
                guard case .notifyDisplayMessages(let request) = request, request.requestId == 4 else { return [] }
                return (request.messageInfo ?? []).map(\.id)
            }
        }
        #expect(get() == [1, 2, 3])
        #expect(get([1, 3, 9]) == [1, 3])
        #expect(get(nil, .inFront) == [1, 3])
        #expect(get(nil, .inFront, .idle) == [3])
        #expect(get([9]) == nil)  // O04.FR.02
        #expect(get(nil, .alwaysFront) == nil)
    }

    @Test func `without messages there is nothing to tell (O03.FR.06, O04.FR.07)`() {
        var bench = bench()
        let (answer, rest) = bench.ask(.getDisplayMessages(.init(requestId: 1)))
        #expect(answer == .getDisplayMessages(.init(status: .unknown)))
        #expect(rest.isEmpty)
    }

    @Test func `many come in parts (O03.FR.03, O03.FR.04, O03.FR.05, O04.FR.04, O04.FR.05)`() {
        var bench = bench()
        for id in 1...32 { _ = set(message(id), &bench) }
        let (_, rest) = bench.ask(.getDisplayMessages(.init(requestId: 4)))
        let parts = bench.answerReports(rest).compactMap { request in
            if case .notifyDisplayMessages(let request) = request { request } else { nil }
        }
        #expect(parts.map { $0.messageInfo?.count } == [16, 16])
        #expect(parts.map(\.tbc) == [true, false])
        #expect(parts.map(\.requestId) == [4, 4])
    }

    @Test func `a message can be cleared once (O05.FR.01, O05.FR.02)`() {
        var bench = bench()
        _ = set(message(1), &bench)
        #expect(bench.ask(.clearDisplayMessage(.init(id: 1))).answer == .clearDisplayMessage(.init(status: .accepted)))
        #expect(bench.ask(.clearDisplayMessage(.init(id: 1))).answer == .clearDisplayMessage(.init(status: .unknown)))
        #expect(bench.station.display.shown.isEmpty)
    }

    @Test func `switched off, or without a display, nothing is shown or taken`() {
        var bench = bench()
        _ = set(message(1), &bench)
        bench.set(DisplayVariables.enabled, to: "false")
        #expect(bench.station.display.shown.isEmpty)
        #expect(set(message(2), &bench).0 == .rejected)
        bench.set(DisplayVariables.enabled, to: "true")
        #expect(bench.station.display.shown.map(\.id) == [1])
        var setup = StationBench.setup
        setup.displayLanguages = []
        var blind = self.bench(setup)
        #expect(set(message(1), &blind).0 == .rejected)
        #expect(blind.get(VariableKey("DisplayMessageCtrlr", "Available"))?.attributeValue == "false")
    }
}

@Suite struct DataTransferTests {
    private func bench() -> StationBench {
        var setup = StationBench.setup
        setup.vendorMessages = ["org.example": ["Hello", "Bye"]]
        var bench = StationBench(setup)
        bench.boot()
        return bench
    }

    @Test func `a vendor or message nobody knows is said to be unknown (P01.FR.05, P01.FR.06)`() {
        var bench = bench()
        let rows: [(String, String?, DataTransferStatusEnumType)] = [
            ("com.other", nil, .unknownVendorId), ("com.other", "Hello", .unknownVendorId),
            ("org.example", "hello", .unknownMessageId),
        ]
        for (vendor, message, status) in rows {
            let (answer, rest) = bench.ask(.dataTransfer(.init(vendorId: vendor, messageId: message)))
            #expect(answer == .dataTransfer(.init(status: status)))
            #expect(rest.isEmpty)
        }
    }

    @Test func `a message the host understands is answered when the host has answered (P01.FR.07)`() throws {
        var bench = bench()
        let request = DataTransferRequest(vendorId: "org.example", messageId: "Hello", data: .string("you"))
        let (answer, rest) = bench.ask(.dataTransfer(request))
        #expect(answer == nil)
        guard case .dataTransfer(let reply, request)? = rest.hostTasks.first else {
            Issue.record("the host was not asked")
            return
        }
        let response = DataTransferResponse(status: .accepted, data: .string("me"))
        let outputs = bench.handle(.done(.dataTransferred(reply: reply, response)))
        #expect(outputs == [.answer(reply, .dataTransfer(response))])
        #expect(bench.handle(.done(.dataTransferred(reply: reply, response))).isEmpty)
    }

    @Test func `a vendor can be switched off`() {
        var bench = bench()
        #expect(bench.set(CustomizationVariables.enabled("org.example"), to: "false")?.attributeStatus == .accepted)
        let answer = bench.ask(.dataTransfer(.init(vendorId: "org.example"))).answer
        #expect(answer == .dataTransfer(.init(status: .unknownVendorId)))
    }

    @Test func `a host that does not answer does not pile up requests`() {
        var bench = bench()
        for _ in 0..<DataTransfers.most {
            #expect(bench.ask(.dataTransfer(.init(vendorId: "org.example"))).answer == nil)
        }
        let answer = bench.ask(.dataTransfer(.init(vendorId: "org.example"))).answer
        #expect(answer == .dataTransfer(.init(status: .rejected)))
    }

    @Test func `the host can speak to the backend (P02.FR.01)`() {
        var bench = bench()
        let request = DataTransferRequest(vendorId: "org.example", messageId: "Bye")
        #expect(bench.calls(in: bench.handle(.done(.sendDataTransfer(request)))) == [.dataTransfer(request)])
    }
}
