// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Foundation
import OCPP
import OCPP21
import StationFaces

/// Cars, a clock, a backend and a wire around a station that is killed again and again.
struct KilledWorld {
    private(set) var desk: KilledDesk?
    private(set) var backend = NotingBackend()
    private(set) var kills = 0
    /// How many events of each transaction were ever on disk.
    private(set) var written: [String: Int] = [:]

    private let version: OCPPVersion
    private let folder: URL
    private var chance: Chance
    private let begin = StationTime(Instant(nanoseconds: 0), WallTime(milliseconds: 1_772_366_400_000))
    private var time: StationTime
    private var reports = [EVSEReport(), EVSEReport()]
    private var watthours = [100, 200]
    /// Answers on their way to the station, and when they arrive; those of a dead connection never do.
    private var answers: [(at: Instant, frame: [UInt8])] = []
    private var isBackendAway = false
    /// While it is away, until when.
    private var comesBack = Instant.distantPast

    init(_ version: OCPPVersion, seed: UInt64) throws {
        self.version = version
        chance = Chance(state: seed)
        time = begin
        // The disk's own pace proves nothing here.
        let memory = URL(fileURLWithPath: "/dev/shm")
        let root =
            FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
        folder = root.appending(path: "killed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        start()
    }

    func removeFile() { try? FileManager.default.removeItem(at: folder) }

    var story: String {
        let days = (time.monotonic - begin.monotonic).nanoseconds / 86_400_000_000_000
        return "\(kills) kills in \(days) days, \(written.count) transactions, \(written.values.reduce(0, +)) events"
    }

    /// Lives until it has been killed so often, and then until everything is delivered.
    mutating func run(kills: Int) throws {
        while self.kills < kills { try survive { try $0.step() } }
        desk?.fuse = .max
        isBackendAway = false
        for evse in 1...2 { try unplug(evse) }
        for _ in 0..<200_000 {
            if desk?.isLinked == true, desk?.waiting == 0, answers.isEmpty { break }
            try pass(1)
            if desk?.isLinked == false { try desk?.connect(at: time) }
            try exchange()
        }
        try pass(2)
        note()
    }

    // MARK: Life and death

    private mutating func start() {
        desk = KilledDesk(
            version, file: folder.appending(path: "backend.sqlite").path, life: kills, seed: chance.next(),
            fuse: 1 + chance.below(120), at: time)
    }

    private mutating func survive(_ body: (inout KilledWorld) throws -> Void) throws {
        do { try body(&self) } catch is Killed {
            kills += 1
            // What the wire had taken may have arrived or not.
            if let last = desk?.takeSent() {
                for frame in last.prefix(chance.below(last.count + 1)) { _ = try backend.hear(frame) }
            }
            note()
            answers = []
            desk = nil
            try pass(chance.happens(in: 10) ? 1 + chance.below(7_200) : 1 + chance.below(30))
            start()
        }
    }

    private mutating func note() {
        for (_, request) in desk?.committed ?? [:] {
            guard case .transactionEvent(let event) = request else { continue }
            written[event.transactionInfo.transactionId] = max(
                written[event.transactionInfo.transactionId] ?? 0, event.seqNo + 1)
        }
    }

    // MARK: What goes on

    private mutating func step() throws {
        try pass(chance.happens(in: 3) ? 600 + chance.below(3_000) : 1 + chance.below(40))
        try wander()
        try link()
        try exchange()
    }

    private mutating func pass(_ seconds: Int) throws {
        time = StationTime(time.monotonic + .seconds(seconds), time.wall + .seconds(seconds))
        for evse in 1...2 {
            if reports[evse - 1].flow == .charging { watthours[evse - 1] += seconds * 2 }
            reports[evse - 1].imported = .wattHours(watthours[evse - 1])
            try desk?.feed(.evse(evse, reports[evse - 1]), at: time)
        }
        try desk?.ring(at: time)
    }

    /// Cars come, show a card, charge, pause and go.
    private mutating func wander() throws {
        let evse = 1 + chance.below(2)
        switch chance.below(12) {
        case 0...2 where reports[evse - 1].connector == .available:
            reports[evse - 1].connector = .occupied
            try desk?.feed(.evse(evse, reports[evse - 1]), at: time)
            try desk?.feed(
                .presented(IdTokenType(idToken: "04A2B9C7D1E2F3", type: "ISO14443"), evse: evse), at: time)
        case 3...6 where reports[evse - 1].connector == .occupied:
            reports[evse - 1].flow = chance.happens(in: 70) ? .charging : .suspendedByVehicle
            try desk?.feed(.evse(evse, reports[evse - 1]), at: time)
        case 7: try unplug(evse)
        case _: break
        }
    }

    private mutating func unplug(_ evse: Int) throws {
        reports[evse - 1].connector = .available
        reports[evse - 1].flow = .none
        try desk?.feed(.evse(evse, reports[evse - 1]), at: time)
    }

    private mutating func link() throws {
        if isBackendAway {
            isBackendAway = time.monotonic < comesBack
        } else if chance.happens(in: 3) {
            // Minutes, sometimes days.
            isBackendAway = true
            comesBack = time.monotonic + .seconds(chance.happens(in: 10) ? 200_000 : chance.below(1_200))
            answers = []
            try desk?.disconnect(at: time)
        }
        if !isBackendAway, desk?.isLinked == false { try desk?.connect(at: time) }
    }

    /// Calls arrive; answers come at once, late, after the time-out, or never.
    private mutating func exchange() throws {
        for _ in 0..<40 {
            for frame in desk?.takeSent() ?? [] {
                guard let answer = try backend.hear(frame) else { continue }
                switch chance.below(100) {
                case 0...1: break
                case 2...3: answers.append((time.monotonic + .seconds(31 + chance.below(20)), answer))
                case 4...9: answers.append((time.monotonic + .seconds(chance.below(20)), answer))
                case _: answers.append((time.monotonic, answer))
                }
            }
            let due = answers.filter { $0.at <= time.monotonic }
            guard !due.isEmpty else { return }
            answers.removeAll { $0.at <= time.monotonic }
            for answer in due { try desk?.receive(answer.frame, at: time) }
        }
    }
}
