// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Signals of the grid operator for restoring the frequency (aFRR), each from its time on until the next.
struct AFRRSignals: Equatable, Sendable {
    struct Signal: Equatable, Sendable {
        var at: WallTime
        var value: Int
    }

    /// More than a backend has reason to send ahead; beyond, the latest are dropped.
    static let most = 32
    private(set) var coming: [Signal] = []
    /// What counts now.
    private(set) var current: Int?

    mutating func add(_ signal: Signal) {
        coming.removeAll { $0.at == signal.at }
        coming.append(signal)
        coming.sort { $0.at < $1.at }
        coming = Array(coming.prefix(Self.most))
    }

    mutating func advance(to time: WallTime) {
        while let next = coming.first, next.at <= time {
            current = next.value
            coming.removeFirst()
        }
    }

    /// Nobody follows signals any more.
    mutating func forget() { current = nil }

    /// The second in which the next signal counts, rounded up.
    func next(after time: WallTime) -> Int64? {
        coming.first { $0.at > time }.map { $0.at.seconds.adding($0.at.milliseconds % 1_000 == 0 ? 0 : 1) }
    }
}

extension Station {
    // MARK: AFRRSignal (Q08)

    mutating func answer(_ request: AFRRSignalRequest) -> AFRRSignalResponse {
        guard setup.role == .inCharge else {
            return AFRRSignalResponse(status: .rejected, statusInfo: StatusInfoType(reasonCode: "NotEnabled"))
        }
        // Q08.FR.11: there must be a curve when the signal counts.
        let time = max(now.seconds, request.timestamp.time.seconds)
        guard evses.contains(where: { followsSignals($0, at: time) }) else {
            return AFRRSignalResponse(
                status: .rejected, statusInfo: StatusInfoType(reasonCode: "NoSignalWattCurve"))
        }
        bidirectional.signals.add(AFRRSignals.Signal(at: request.timestamp.time, value: request.signal))
        return AFRRSignalResponse(status: .accepted)
    }

    private func followsSignals(_ evse: EVSEState, at time: Int64) -> Bool {
        guard evse.transaction != nil, variables.flag(SmartChargingVariables.enabled) else { return false }
        let (period, _) = smart.store.profiles.inForce(
            for: conditions(of: evse), at: time, in: .watts, stationConditions)
        return period.mode == .localFrequency && !period.signalCurve.isEmpty
    }

    /// Signals whose time has come count; one that nobody follows any more does not wait for the next who would.
    mutating func followSignals() {
        bidirectional.signals.advance(to: now.wall)
        guard bidirectional.signals.current != nil else { return }
        if !evses.contains(where: { followsSignals($0, at: now.seconds) }) { bidirectional.signals.forget() }
    }
}
