// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Logging

/// What one backend's station must not forget, in front of its file: what one input changed is written as one, before
/// anything leaves. Where the file fails, everything is held in memory, and the station goes on.
package final class Outbox {
    /// Events on disk above which samples are thinned: a month of two EVSEs, an event a minute, and some room.
    package static let most = 100_000
    /// What is held in memory while the file cannot be written.
    static let mostHeld = 5_000
    /// Answered calls that are removed in one go; a crash before that only sends them again.
    private static let removedAtOnce = 256

    private let store: StationStore?
    private let logger: Logger
    private var pending = StationStore.Changes()
    private var isFailing = false
    /// In the file.
    package private(set) var count = 0
    package private(set) var last: UInt64 = 0
    /// How many calls wait of each transaction.
    package private(set) var topics: [String: Int] = [:]
    private var kept: [String: [UInt8]] = [:]

    /// - Parameter file: Nil keeps nothing through a restart.
    package init(file: String?, logger: Logger) {
        self.logger = logger
        var opened: StationStore?
        do throws(StoreFault) {
            let (store, notice) = try StationStore.open(file: file)
            if let notice { logger.error("\(notice)") }
            kept = try store.kept()
            (count, last) = try store.calls()
            topics = try store.topics()
            opened = store
        } catch {
            isFailing = true
            logger.error("\(error) What this backend must know survives no restart.")
        }
        store = opened
    }

    /// The values whose keys begin with `prefix`, under what follows it.
    package func kept(_ prefix: String) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: kept.filter { $0.key.hasPrefix(prefix) }
                .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    package func keep(_ key: String, _ value: [UInt8]?) {
        guard kept[key] != value else { return }
        kept[key] = value
        pending.kept[key] = .some(value)
    }

    package func append(_ call: StationStore.StoredCall) {
        pending.appended.append(call)
        last = max(last, call.number)
        if let topic = call.topic { topics[topic, default: 0] += 1 }
    }

    package func remove(_ number: UInt64, of topic: String?) {
        if let topic, let left = topics[topic] { topics[topic] = left > 1 ? left - 1 : nil }
        if let index = pending.appended.firstIndex(where: { $0.number == number }) {
            pending.appended.remove(at: index)
        } else {
            pending.removed.append(number)
        }
    }

    /// Everything that waits is on disk afterwards, unless the file fails.
    /// - Parameter now: Also what may wait.
    package func commit(now: Bool = false) {
        guard pending.isUrgent || pending.removed.count >= Self.removedAtOnce || now && !pending.isEmpty else { return }
        guard let store else { return holdWithinBounds() }
        do throws(StoreFault) {
            try store.commit(pending)
            count = max(0, count + pending.appended.count - pending.removed.count)
            pending = StationStore.Changes()
            if isFailing { logger.notice("the station's file is written again") }
            isFailing = false
        } catch {
            if !isFailing { logger.error("\(error)") }
            isFailing = true
            holdWithinBounds()
        }
    }

    /// The next calls behind a number, with those that could not be written yet.
    /// - Returns: Together with whether these are all.
    package func calls(after number: UInt64, most: Int) -> [StationStore.StoredCall] {
        var calls: [StationStore.StoredCall] = []
        do throws(StoreFault) {
            calls = try store?.calls(after: number, most: most) ?? []
        } catch {
            if !isFailing { logger.error("\(error)") }
            isFailing = true
        }
        let held = pending.appended.filter { $0.number > max(number, calls.last?.number ?? 0) }
        return Array((calls.filter { !pending.removed.contains($0.number) } + held).prefix(most))
    }

    /// Thins samples out where too many calls wait.
    /// - Parameter number: The last that is in somebody's memory.
    /// - Returns: How many were removed.
    package func thinned(after number: UInt64) -> Int {
        guard count > Self.most, let store else { return 0 }
        do throws(StoreFault) {
            var changes = StationStore.Changes()
            changes.removed = try store.thinnable(after: number).values.flatMap { Thinning.dropped(of: $0) }
            let removed = changes.removed.count
            guard removed > 0 else { return 0 }
            try store.commit(changes)
            count -= removed
            topics = try store.topics()
            logger.warning(
                "more than \(Self.most) transaction events wait for the backend; every second sample is left out",
                metadata: ["removed": "\(removed)"])
            return removed
        } catch {
            logger.error("\(error)")
            return 0
        }
    }

    package func close() {
        commit(now: true)
        do throws(StoreFault) { try store?.close() } catch { logger.error("\(error)") }
    }

    private func holdWithinBounds() {
        guard pending.appended.count > Self.mostHeld else { return }
        let before = pending.appended.count
        let samples = Dictionary(grouping: pending.appended.filter(\.isThinnable)) { $0.topic }
        let dropped = Set(samples.values.flatMap { Thinning.dropped(of: $0.map(\.number)) })
        pending.appended.removeAll { dropped.contains($0.number) }
        if pending.appended.count == before { pending.appended.removeFirst(before - Self.mostHeld) }
        logger.error(
            "transaction events are lost for want of memory", metadata: ["lost": "\(before - pending.appended.count)"])
    }
}
