// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import Testing

@testable import StationStore

private func event(_ number: Int) -> [UInt8] {
    // As a station with four measurands writes one a minute.
    let (hour, minute) = (10 + number / 60 % 14, 10 + number % 50)
    let text = """
        TransactionEvent {"eventType":"Updated","meterValue":[{"sampledValue":[{"value":\(8_123 * number),"measurand":\
        "Energy.Active.Import.Register","context":"Sample.Periodic","location":"Outlet","unitOfMeasure":{"unit":"Wh"}},\
        {"value":\(7_000 + number % 913),"measurand":"Power.Active.Import","context":"Sample.Periodic","unitOfMeasure":{"unit":"W"}},\
        {"value":\(229 + number % 7),"measurand":"Voltage","phase":"L1","context":"Sample.Periodic","unitOfMeasure":{"unit":"V"}},\
        {"value":\(number % 100),"measurand":"SoC","context":"Sample.Periodic","location":"EV","unitOfMeasure":{"unit":"Percent"}}],\
        "timestamp":"2026-03-01T\(hour):\(minute):07.123Z"}],"timestamp":"2026-03-01T\(hour):\(minute):07.123Z",\
        "triggerReason":"MeterValuePeriodic","seqNo":\(number),"offline":true,\
        "transactionInfo":{"transactionId":"3f0c9d52-8d3e-4c7b-9b1e-0d9f0a2b7c61","chargingState":"Charging"},"evse":{"id":1}}
        """
    return Array(text.utf8)
}

/// A file in a folder of its own, which goes with the test.
private final class StoreFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("store-\(UUID().uuidString)").path
    var file: String { path + "/station.sqlite" }
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct StationStoreTests {
    private let folder: StoreFolder
    init() throws { folder = try StoreFolder() }

    private func changes(_ change: (inout StationStore.Changes) -> Void) -> StationStore.Changes {
        var changes = StationStore.Changes()
        change(&changes)
        return changes
    }

    private func append(_ numbers: ClosedRange<Int>, to store: StationStore, isThinnable: (Int) -> Bool) throws {
        try store.commit(
            changes {
                $0.appended = numbers.map {
                    .init(
                        number: UInt64($0), body: event($0), topic: "3f0c9d52-8d3e-4c7b-9b1e-0d9f0a2b7c61",
                        isThinnable: isThinnable($0))
                }
            })
    }

    @Test func `what was committed is there after the file was closed`() throws {
        let (store, notice) = try StationStore.open(file: folder.file)
        #expect(notice == nil)
        try store.commit(
            changes {
                $0.kept = ["profile/7": [1, 2, 3], "transaction/1": [4]]
                $0.appended = [.init(number: 1, body: event(1), isThinnable: true)]
            })
        try store.commit(
            changes {
                $0.kept = ["transaction/1": nil, "profile/7": [9]]
                $0.appended = [.init(number: 2, body: event(2), isThinnable: false)]
                $0.removed = [1]
            })
        try store.close()
        let again = try StationStore.open(file: folder.file).store
        #expect(try again.kept() == ["profile/7": [9]])
        #expect(try again.calls() == (1, 2))
        #expect(try again.calls(after: 0, most: 10) == [.init(number: 2, body: event(2), isThinnable: false)])
    }

    @Test func `calls come back in order and in pieces`() throws {
        let store = try StationStore.open(file: nil).store
        try append(1...1_000, to: store) { _ in true }
        var seen: [UInt64] = []
        while true {
            let piece = try store.calls(after: seen.last ?? 0, most: 128)
            guard !piece.isEmpty else { break }
            #expect(piece.allSatisfy { $0.body == event(Int($0.number)) })
            seen += piece.map(\.number)
        }
        #expect(seen == Array(1...1_000))
    }

    /// What GetTransactionStatus asks (E14).
    @Test func `the calls of each transaction are counted`() throws {
        let store = try StationStore.open(file: nil).store
        let topics = ["3f0c9d52-8d3e-4c7b-9b1e-0d9f0a2b7c61", "of 1.6", "", "123456789012345", nil]
        try store.commit(
            changes { changes in
                changes.appended = topics.enumerated().map {
                    .init(number: UInt64($0.offset + 1), body: [1], topic: $0.element, isThinnable: false)
                }
            })
        try append(10...12, to: store) { _ in true }
        #expect(
            try store.topics() == [
                "3f0c9d52-8d3e-4c7b-9b1e-0d9f0a2b7c61": 4, "of 1.6": 1, "": 1, "123456789012345": 1,
            ])
        #expect(try store.calls(after: 0, most: 5).map(\.topic) == topics)
    }

    @Test func `what may be thinned is told by transaction, in order, without what is in memory`() throws {
        let store = try StationStore.open(file: nil).store
        try store.commit(
            changes {
                $0.appended = (1...20).map {
                    .init(number: $0, body: [1], topic: $0 % 3 == 0 ? "b" : "a", isThinnable: $0 != 6 && $0 != 13)
                }
            })
        #expect(
            try store.thinnable(after: 4) == ["a": [5, 7, 8, 10, 11, 14, 16, 17, 19, 20], "b": [9, 12, 15, 18]])
    }

    @Test func `thirty days of two EVSEs, an event a minute, fit into 40 MiB`() throws {
        let store = try StationStore.open(file: folder.file).store
        for start in stride(from: 1, to: 86_400, by: 2_160) {
            try append(start...start + 2_159, to: store) { _ in true }
        }
        #expect(try store.calls() == (86_400, 86_400))
        let size = try store.size()
        #expect(size < 40 << 20, "\(size >> 20) MiB")
    }

    @Test func `a broken file is set aside and a new one begun`() throws {
        try Data(repeating: 0x5a, count: 20_000).write(to: URL(fileURLWithPath: folder.file))
        let (store, notice) = try StationStore.open(file: folder.file)
        #expect(notice?.contains("set aside as \(folder.file).broken-") == true)
        try append(1...3, to: store) { _ in true }
        #expect(try store.calls().count == 3)
    }

    @Test func `a file without its folder is a fault that says so`() throws {
        #expect {
            _ = try StationStore.open(file: folder.path + "/nowhere/station.sqlite")
        } throws: { "\($0)".contains("Does its folder exist?") }
    }

    @Test(arguments: [[], [UInt8(0)], [7, 1, 2], [1, 0xff, 0xff], [1]])
    func `a damaged body is no call and no crash`(stored: [UInt8]) {
        #expect(CallText().restored(stored) == (stored == [0] ? [] : nil))
    }

    @Test func `every text comes back as it was`() {
        let text = CallText()
        for body in [
            [], Array("Heartbeat {}".utf8), event(1), (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 31) },
        ] {
            #expect(text.restored(text.compressed(body)) == body)
        }
    }
}
