// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// Values of a periodic monitor on their way to the backend in bundles (N11 to N15). It bears the number of its
/// monitor.
struct EventStream: Equatable, Sendable {
    struct Value: Equatable, Sendable {
        var time: WallTime
        var text: String
    }
    /// `MaxPeriodicEventStreams`.
    static let most = 10
    /// While the backend is away the oldest values go.
    static let mostValues = 1_000
    /// In one message, where the backend sets no bound.
    static let largestBundle = 500

    var params: PeriodicEventStreamParamsType
    /// Whether the backend has accepted it.
    var isOpen = false
    private(set) var values: [Value] = []
    private var flushedAt: Instant

    init(_ params: PeriodicEventStreamParamsType, at now: Instant) {
        self.params = params
        flushedAt = now
    }

    mutating func append(_ value: Value) {
        values.append(value)
        if values.count > Self.mostValues { values.removeFirst(values.count - Self.mostValues) }
    }

    /// Nil while there is nothing to flush by the clock.
    var flushAt: Instant? {
        guard isOpen, !values.isEmpty, let interval = params.interval, interval > 0 else { return nil }
        return flushedAt + .seconds(min(interval, 31_536_000))
    }

    /// What leaves now: as soon as there are `values` of them (N15.FR.08), and every `interval` seconds (N15.FR.06), in
    /// bundles of at most `values` (N15.FR.07).
    mutating func bundles(at now: Instant) -> [[Value]] {
        guard isOpen else { return [] }
        var bundles: [[Value]] = []
        if let count = params.values, count > 0 {
            while values.count >= count { bundles.append(take(count)) }
        }
        if let at = flushAt, now >= at { bundles.append(take(largest)) }
        if !bundles.isEmpty { flushedAt = now }
        return bundles
    }

    /// All there is (N13.FR.03).
    mutating func rest() -> [[Value]] {
        var bundles: [[Value]] = []
        while !values.isEmpty { bundles.append(take(largest)) }
        return bundles
    }

    private var largest: Int { params.values.map { $0 > 0 ? $0 : Self.largestBundle } ?? Self.largestBundle }

    private mutating func take(_ count: Int) -> [Value] {
        let taken = Array(values.prefix(count))
        values.removeFirst(taken.count)
        return taken
    }
}

extension Station {
    // MARK: Opening and closing

    /// A stream is asked for with the monitor; nil if it may be (N11.FR.01).
    func fault(of params: PeriodicEventStreamParamsType, _ data: SetMonitoringDataType) -> StatusInfoType? {
        guard data.type == .periodic || data.type == .periodicClockAligned else {
            return StatusInfoType(
                reasonCode: "UnsupportedParam", additionalInfo: "Only periodic monitors have streams.")
        }
        guard isUsable(params) else { return StatusInfoType(reasonCode: "MissingParam") }
        let others = monitoring.monitors.values.filter { $0.stream != nil && $0.id != data.id }.count
        return others < EventStream.most ? nil : StatusInfoType(reasonCode: "TooManyElements")
    }

    /// Without one of them nothing would ever leave (N11.FR.09).
    private func isUsable(_ params: PeriodicEventStreamParamsType) -> Bool {
        (params.interval ?? 0) > 0 || (params.values ?? 0) > 0
    }

    /// The monitor has just been set: a stream it had before ends with it (N13.FR.06), and the one it wants begins.
    mutating func renewStream(of id: Int) {
        closeStream(id)
        if boot.phase == .accepted { openStream(id) }
    }

    /// Opens what is not open: after a start, or when the opening was lost with the connection.
    mutating func openStreams() {
        for monitor in monitoring.sorted where monitoring.streams[monitor.id]?.isOpen != true { openStream(monitor.id) }
    }

    /// N11.FR.02, N11.FR.03.
    private mutating func openStream(_ id: Int) {
        guard let params = monitoring.monitors[id]?.stream else { return }
        if monitoring.streams[id] == nil { monitoring.streams[id] = EventStream(params, at: now.monotonic) }
        let data = ConstantStreamDataType(id: id, params: params, variableMonitoringId: id)
        call(.openPeriodicEventStream(OpenPeriodicEventStreamRequest(constantStreamData: data)))
    }

    /// A backend that does not want the stream, or a version that has none, gets the values as events (N11.FR.07).
    mutating func streamIsAnswered(_ id: Int, isAccepted: Bool) {
        guard let stream = monitoring.streams[id], !stream.isOpen else { return }
        guard !isAccepted else {
            monitoring.streams[id]?.isOpen = true
            return
        }
        monitoring.streams[id] = nil
        guard let monitor = monitoring.monitors[id] else { return }
        var events: [EventDataType] = []
        for value in stream.values {
            var event = self.event(of: monitor, .periodic)
            event.timestamp = DateTime(value.time)
            event.actualValue = value.text
            events.append(event)
        }
        if !events.isEmpty { send(events) }
    }

    /// The monitor goes on with events, if it goes on (N13.FR.01, N13.FR.03, N13.FR.04, N13.FR.05).
    mutating func closeStream(_ id: Int) {
        guard var stream = monitoring.streams[id] else { return }
        monitoring.streams[id] = nil
        guard stream.isOpen else { return }
        for bundle in stream.rest() { send(bundle, of: id, pending: 0) }
        call(.closePeriodicEventStream(ClosePeriodicEventStreamRequest(id: id)))
    }

    // MARK: N12, N14

    /// N12.FR.01.
    var openStreamList: GetPeriodicEventStreamResponse {
        let streams = monitoring.streams.filter(\.value.isOpen).sorted { $0.key < $1.key }.map { id, stream in
            ConstantStreamDataType(id: id, params: stream.params, variableMonitoringId: id)
        }
        return GetPeriodicEventStreamResponse(constantStreamData: streams.isEmpty ? nil : streams)
    }

    mutating func answer(_ request: AdjustPeriodicEventStreamRequest) -> AdjustPeriodicEventStreamResponse {
        guard monitoring.streams[request.id] != nil, isUsable(request.params) else {  // N14.FR.02
            return AdjustPeriodicEventStreamResponse(status: .rejected)
        }
        monitoring.streams[request.id]?.params = request.params  // N14.FR.03
        monitoring.stream(request.id, with: request.params)
        if let monitor = monitoring.monitors[request.id], monitor.kind == .customMonitor {
            emit(.keep(key: Monitoring.keptPrefix + String(request.id), bytes(of: monitor.data)))
        }
        return AdjustPeriodicEventStreamResponse(status: .accepted)
    }

    // MARK: N15

    /// - Returns: Whether the value goes that way.
    mutating func putInStream(_ event: EventDataType, of monitor: Monitor) -> Bool {
        guard monitoring.streams[monitor.id] != nil else { return false }
        monitoring.streams[monitor.id]?.append(.init(time: now.wall, text: event.actualValue))
        return true
    }

    mutating func flushStreams() {
        guard boot.phase == .accepted else { return }
        for id in monitoring.streams.keys.sorted() {
            guard var stream = monitoring.streams[id] else { continue }
            let before = stream.values.count
            let bundles = stream.bundles(at: now.monotonic)
            monitoring.streams[id] = stream
            var pending = before
            for bundle in bundles {
                pending -= bundle.count
                send(bundle, of: id, pending: pending)
            }
        }
    }

    /// N15.FR.01, N15.FR.04, N15.FR.09.
    private mutating func send(_ bundle: [EventStream.Value], of id: Int, pending: Int) {
        guard let first = bundle.first else { return }
        let data = bundle.map { value in
            StreamDataElementType(
                t: DecimalNumber(thousandths: value.time.milliseconds - first.time.milliseconds), v: value.text)
        }
        call(
            .notifyPeriodicEventStream(
                NotifyPeriodicEventStream(data: data, id: id, pending: pending, basetime: DateTime(first.time))))
    }
}
