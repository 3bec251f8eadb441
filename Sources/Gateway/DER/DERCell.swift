// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Foundation
import LinuxIO
import Logging
import StationKeys
import Synchronization

/// Where those who speak for backends and the bus of one charger meet: what the charger is to do by itself goes one way, what
/// became of it the other. The loop has no part in it.
final class DERCell: Sendable {
    private let wanted = Mutex<DERSettings?>(nil)
    private let isNew = Atomic<Bool>(false)
    let report = Mutex(DERReport())
    let memory: FormerSettingsFile
    /// Wakes the charger's bus.
    private let waker: WakeUp

    init(_ memory: FormerSettingsFile, waker: WakeUp) { (self.memory, self.waker) = (memory, waker) }

    func give(_ settings: DERSettings) {
        wanted.withLock { $0 = settings }
        isNew.store(true, ordering: .releasing)
        waker.signal()
    }

    /// - Returns: nil where nothing is new.
    func take() -> DERSettings? {
        guard isNew.exchange(false, ordering: .acquiring) else { return nil }
        return wanted.withLock { $0 }
    }
}

/// What stood in a charger before a backend set anything, on disk, so that it is put back also by the next run.
struct FormerSettingsFile: Sendable {
    /// nil keeps nothing through a restart.
    let folder: StateFolder?
    let name: String

    /// - Returns: Empty where nothing was kept, or what was kept cannot be read.
    func load(_ logger: Logger) -> FormerSettings {
        do throws(KeyFault) {
            guard let bytes = try folder?.read(name) else { return [:] }
            guard let kept = try? JSONDecoder().decode([String: [UInt16]].self, from: Data(bytes)) else {
                logger.warning("what stood in the charger before a backend set anything cannot be read from \(path)")
                return [:]
            }
            var settings: FormerSettings = [:]
            for (key, words) in kept { if let model = Int(key) { settings[model] = words } }
            return settings
        } catch {
            logger.warning("what stood in the charger before a backend set anything cannot be read: \(error)")
            return [:]
        }
    }

    func keep(_ settings: FormerSettings, _ logger: Logger) {
        guard let folder else { return }
        do throws(KeyFault) {
            guard !settings.isEmpty else { return try folder.remove(name) }
            let named = Dictionary(uniqueKeysWithValues: settings.map { (String($0.key), $0.value) })
            guard let data = try? JSONEncoder().encode(named) else { return }
            try folder.write([UInt8](data), to: name)
        } catch {
            logger.error(
                "what stands in the charger cannot be kept, so after a power cut nobody could put it back: \(error)")
        }
    }

    private var path: String { folder?.file(name) ?? name }
}
