// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Chargers
import Electricity
import GridConnection

/// Keeps one device at a grid code's settings: writes and proves them after control is taken, and looks again from time to
/// time, for others may write too.
struct DeviceGridSettings {
    private let settings: GridCodeSettings
    private let models: [Int: Int]
    private let wanted: [SunSpecGridModel]
    private let maximumRead: Int
    private var writer: SunSpecWriter
    private var isVerified = false
    private var failure: String?
    private var resumesAt: Instant?

    /// Ours: often enough to notice another writer within the hour, seldom enough not to wear the device.
    private static let interval = Interval.minutes(15)

    /// - Returns: nil for a device whose models are not known by SunSpec.
    /// - Parameter leaving: As in `advance`.
    init?(_ settings: GridCodeSettings, _ session: ModbusSession, leaving: Set<SunSpecGridModel>) {
        wanted = session.profile.gridModels
        guard !wanted.isEmpty else { return nil }
        self.settings = settings
        models = session.models
        maximumRead = session.profile.transport.maximumRead
        writer = SunSpecWriter(
            settings.targets(wanted, leaving: leaving), models: models, maximumRead: maximumRead)
    }

    /// Why nothing may be delivered; nil when the device is as it shall be.
    var complaint: String? {
        if isVerified { return nil }
        return failure ?? "Discharge is held at zero until the device's grid settings are written and read back."
    }

    /// In the middle of something nobody else may come between.
    var isAtWork: Bool { writer.exchange != nil }

    var nextAt: Instant? { writer.nextAt ?? resumesAt ?? .distantPast }

    /// - Parameter leaving: Models that somebody else may set where the code does not.
    mutating func advance(
        _ session: ModbusSession, leaving: Set<SunSpecGridModel>, at now: Instant
    ) throws(DeviceFault) -> [DeviceEvent] {
        if let resumesAt, resumesAt <= now {
            self.resumesAt = nil
            writer = SunSpecWriter(
                settings.targets(wanted, leaving: leaving), models: models, maximumRead: maximumRead)
        }
        do throws(LinkFault) {
            switch writer.exchange {
            case .read(let address, let count):
                let place = UInt16(clamping: address)
                writer.took(try session.read(.holding, at: place, count: count, now: now), at: now)
            case .write(let words, let address):
                try session.write(words, to: UInt16(clamping: address), at: now)
                writer.wrote(at: now)
            case nil: break
            }
        } catch {
            guard case .exception = error else { throw .link(error) }
            writer.refused(error)
        }
        return conclude(at: now)
    }

    private mutating func conclude(at now: Instant) -> [DeviceEvent] {
        guard let outcome = writer.outcome, resumesAt == nil else { return [] }
        resumesAt = now + Self.interval
        let (before, last) = (isVerified, failure)
        switch outcome {
        case .agrees:
            isVerified = true
            failure = nil
            return before ? [] : [.gridSettings(isVerified: true)]
        case .differs(let reason):
            let why =
                "\(reason). Nothing is delivered until the device holds the grid code's settings; set them at the device, "
                + "choose the grid code it is set to, or leave them to its installer with “grid_settings: leave”."
            isVerified = false
            failure = why
            let told: [DeviceEvent] = why == last ? [] : [.notice(why)]
            return [.gridSettings(isVerified: false)] + told
        }
    }
}

extension FirmwareProfile {
    /// The models of this device that hold a grid code's settings; none where it is no SunSpec charger.
    package var gridModels: [SunSpecGridModel] {
        guard kind == .charger, case .sunspec(_, let models) = location else { return [] }
        return SunSpecGridModel.allCases.filter { model in
            model.holdsGridCode && models.contains { $0.id == model.rawValue }
        }
    }
}

extension GridCodeSettings {
    /// - Parameter leaving: Models that somebody else may set where the code does not.
    func targets(_ models: [SunSpecGridModel], leaving: Set<SunSpecGridModel> = []) -> [SunSpecTarget] {
        models.filter { !leaving.contains($0) || $0.isOn(self) }.map { model in
            let isOn = model.isOn(self)
            return SunSpecTarget(model: model, isOn: isOn) { (set, image) throws(SunSpecUnsuited) in
                isOn ? try model.fields(self, set: set, image) : []
            }
        }
    }
}
