// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP
import OCPP21

/// All monitors of the station (N02 to N08).
struct Monitoring: Equatable, Sendable {
    /// Custom and built-in ones together.
    static let most = 200
    /// NotifyEvent requests on disk that no backend has answered; further events are not queued.
    static let mostQueued = 1_000
    static let keptPrefix = "monitor/"
    static func exceededKey(_ id: Int) -> String { "\(keptPrefix)\(id)/exceeded" }

    /// What the station brings along, with the first ids.
    let factory: [Monitor]
    private(set) var monitors: [Int: Monitor] = [:]
    private var order: [Int] = []
    /// Preconfigured ones that a backend has cleared after changing them.
    private(set) var cleared: Set<Int> = []
    var nextEvent = 0
    var queued = 0
    var streams: [Int: EventStream] = [:]

    init(_ setup: StationSetup, kept: [String: [UInt8]]) {
        factory = Self.factory(setup)
        for (key, bytes) in kept where key.hasPrefix(Self.keptPrefix) {
            restore(key.dropFirst(Self.keptPrefix.count), bytes)
        }
        activate(.all)
        for id in monitors.keys where kept[Self.exceededKey(id)] != nil {
            monitors[id]?.restore(isExceeded: true)
        }
    }

    /// N07.FR.13.
    private mutating func restore(_ name: Substring, _ bytes: [UInt8]) {
        guard let id = Int(name) else { return }
        guard !bytes.isEmpty else {
            cleared.insert(id)
            return
        }
        guard id >= Self.firstID || factory.contains(where: { $0.id == id && $0.kind == .preconfiguredMonitor }) else {
            return
        }
        guard let data = object(SetMonitoringDataType.self, from: bytes) else { return }
        monitors[id] = Monitor(data, id: id, key: VariableKey(data.component, data.variable))
    }

    /// Hard-wired: what breaks is told. Preconfigured: to which backend the station talks. The ids stay when EVSEs come
    /// or go.
    static func factory(_ setup: StationSetup) -> [Monitor] {
        let network = Monitor(
            id: 1, key: VariableKey("OCPPCommCtrlr", "ActiveNetworkProfile"), type: .delta, value: 1, severity: 8,
            kind: .preconfiguredMonitor)
        return [network]
            + setup.evses.map { evse in
                Monitor(
                    id: 1 + evse.id, key: VariableKey("EVSE", "Problem", evse: evse.id), type: .delta, value: 1,
                    severity: 2, kind: .hardWiredMonitor)
            }
    }

    /// Puts the built-in monitors in place that a base asks for, beside the custom ones there are.
    mutating func activate(_ base: MonitoringBaseEnumType) {
        for monitor in factory {
            let isActive =
                monitor.kind == .hardWiredMonitor || (base != .hardWiredOnly && !cleared.contains(monitor.id))
            let present = monitors[monitor.id]
            if isActive && present == nil { monitors[monitor.id] = monitor }
            if !isActive && present?.kind == .preconfiguredMonitor { monitors[monitor.id] = nil }
        }
        sort()
    }

    /// N03.FR.03, N03.FR.04, N03.FR.05.
    /// - Returns: The ids of the custom monitors that are gone.
    mutating func setBase(_ base: MonitoringBaseEnumType) -> [Int] {
        let forgotten = cleared
        cleared = []
        var gone: [Int] = []
        if base != .all {
            gone = monitors.values.filter { $0.kind == .customMonitor }.map(\.id).sorted()
            for id in gone { monitors[id] = nil }
        }
        activate(base)
        return gone + forgotten.sorted()
    }

    /// Those below are the factory's.
    static let firstID = 1_000
    var freeID: Int { max(Self.firstID - 1, monitors.keys.max() ?? 0) + 1 }

    mutating func set(_ monitor: Monitor) {
        var monitor = monitor
        if let former = monitors[monitor.id] { monitor.replaces(former) }
        monitors[monitor.id] = monitor
        cleared.remove(monitor.id)
        sort()
    }

    /// A change of a preconfigured monitor that is cleared takes the monitor with it, until the base is set.
    mutating func remove(_ id: Int) {
        monitors[id] = nil
        if factory.contains(where: { $0.id == id }) { cleared.insert(id) }
        sort()
    }

    mutating func look(_ id: Int, at reading: Monitor.Reading, _ time: StationTime) -> Monitor.Finding? {
        monitors[id]?.look(at: reading, time.wall)
    }

    mutating func stream(_ id: Int, with params: PeriodicEventStreamParamsType?) { monitors[id]?.stream = params }

    /// By their ids.
    var sorted: [Monitor] { order.compactMap { monitors[$0] } }

    private mutating func sort() { order = monitors.keys.sorted() }
}

extension Monitor {
    /// Any monitor that a backend sets becomes a custom one (N04.FR.15).
    init(_ data: SetMonitoringDataType, id: Int, key: VariableKey) {
        self.init(
            id: id, key: key, type: data.type, value: data.value, severity: data.severity,
            transaction: data.transaction ?? false, kind: .customMonitor, stream: data.periodicEventStream)
    }

    var data: SetMonitoringDataType {
        SetMonitoringDataType(
            value: value, type: type, severity: severity, component: key.componentType, variable: key.variableType,
            id: id, periodicEventStream: stream, transaction: transaction)
    }
}
