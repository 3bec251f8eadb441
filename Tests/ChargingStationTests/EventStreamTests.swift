// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21
import Testing

@testable import ChargingStation

@Suite struct EventStreamTests {
    /// A stream of the power every second, opened and accepted.
    private func bench(
        _ params: PeriodicEventStreamParamsType, accepted: Bool = true
    ) throws -> (StationBench, id: Int) {
        var bench = StationBench()
        bench.boot()
        _ = bench.power(100)
        let (result, rest) = bench.setMonitor(.periodic, 1, severity: 9, stream: params)
        let id = try #require(result?.id)
        let open = try #require(bench.calls(in: rest).first)
        guard case .openPeriodicEventStream(let request) = open else {
            Issue.record("no stream")
            return (bench, id)
        }
        #expect(request.constantStreamData.variableMonitoringId == id)  // N11.FR.02
        #expect(request.constantStreamData.params == params)
        let response = OpenPeriodicEventStreamResponse(status: accepted ? .accepted : .rejected)
        _ = bench.handle(.answered(open, .openPeriodicEventStream(response)))
        return (bench, id)
    }

    @Test func `values go as SEND, which nobody answers (N15.FR.01)`() {
        #expect(CSMSRequest.isUnanswered(.notifyPeriodicEventStream))
    }

    @Test func `values leave every interval (N15.FR.06), counted from the first (N15.FR.09)`() throws {
        var (bench, id) = try bench(.init(interval: 10))
        let streams = bench.wait(.seconds(31)).streams
        #expect(streams.count == 3)
        #expect(streams.map(\.data.count) == [10, 10, 10])
        #expect(streams.allSatisfy { $0.id == id && $0.pending == 0 })
        #expect(streams[0].data.map(\.t) == (0..<10).map { DecimalNumber($0) })
        #expect(streams[0].basetime.time == StationBench.start.wall + .seconds(1))
        #expect(streams[0].data.allSatisfy { $0.v == "100" })
    }

    @Test func `values leave as soon as there are enough (N15.FR.08)`() throws {
        var (bench, _) = try bench(.init(values: 5))
        #expect(bench.wait(.seconds(12)).streams.map(\.data.count) == [5, 5])
    }

    @Test func `no more than so many leave at a time, and what is left is told (N15.FR.04, N15.FR.07)`() {
        var stream = EventStream(.init(interval: 60, values: 4), at: Instant(nanoseconds: 0))
        for _ in 0..<10 { stream.append(.init(time: WallTime(milliseconds: 0), text: "")) }
        #expect(stream.bundles(at: Instant(nanoseconds: 0)).isEmpty)
        stream.isOpen = true
        #expect(stream.bundles(at: Instant(nanoseconds: 0)).map(\.count) == [4, 4])
        #expect(stream.values.count == 2)
        #expect(stream.bundles(at: Instant(nanoseconds: 60_000_000_000)).map(\.count) == [2])
    }

    @Test func `a stream the backend does not want becomes events again (N11.FR.07)`() throws {
        var (bench, id) = try bench(.init(interval: 10), accepted: false)
        let outputs = bench.wait(.seconds(5))
        #expect(outputs.streams.isEmpty)
        #expect(outputs.monitorEvents.count == 5)
        #expect(outputs.monitorEvents.allSatisfy { $0.variableMonitoringId == id })
    }

    @Test func `values that came before the refusal are not lost`() throws {
        var bench = StationBench()
        bench.boot()
        let (_, rest) = bench.setMonitor(.periodic, 1, severity: 9, stream: .init(interval: 10))
        let open = try #require(bench.calls(in: rest).first)
        #expect(bench.wait(.seconds(3)).monitorEvents.isEmpty)
        let outputs = bench.handle(.failed(open, .notInThisVersion))
        #expect(
            outputs.monitorEvents.map { $0.timestamp.time - StationBench.start.wall } == [1, 2, 3].map { .seconds($0) })
    }

    @Test func `the list tells what is open (N12.FR.01)`() throws {
        var (bench, id) = try bench(.init(interval: 10))
        let list = bench.ask(.getPeriodicEventStream(.init())).answer
        let data = ConstantStreamDataType(id: id, params: .init(interval: 10), variableMonitoringId: id)
        #expect(list == .getPeriodicEventStream(.init(constantStreamData: [data])))
        var (other, _) = try self.bench(.init(interval: 10), accepted: false)
        #expect(other.ask(.getPeriodicEventStream(.init())).answer == .getPeriodicEventStream(.init()))
    }

    @Test func `a stream closes with its monitor, after its last values (N13.FR.01, N13.FR.03, N13.FR.05)`() throws {
        var (bench, id) = try bench(.init(interval: 10))
        _ = bench.wait(.seconds(4))
        let (_, rest) = bench.clearMonitor([id])
        #expect(bench.calls(in: rest).map(\.action) == [.notifyPeriodicEventStream, .closePeriodicEventStream])
        #expect(rest.streams.map(\.data.count) == [4])
    }

    @Test func `a monitor that is set again without a stream sends events (N13.FR.04, N13.FR.06)`() throws {
        var (bench, id) = try bench(.init(interval: 10))
        let (_, rest) = bench.setMonitor(.periodic, 1, severity: 9, id: id)
        #expect(bench.calls(in: rest).map(\.action) == [.closePeriodicEventStream])
        #expect(bench.wait(.seconds(3)).monitorEvents.count == 3)
    }

    @Test func `the backend can change the pace (N14.FR.02, N14.FR.03)`() throws {
        var (bench, id) = try bench(.init(interval: 10))
        func adjust(_ id: Int, _ params: PeriodicEventStreamParamsType) -> StationResponse? {
            bench.ask(.adjustPeriodicEventStream(.init(id: id, params: params))).answer
        }
        #expect(adjust(id, .init(values: 2)) == .adjustPeriodicEventStream(.init(status: .accepted)))
        #expect(adjust(id, .init()) == .adjustPeriodicEventStream(.init(status: .rejected)))
        #expect(adjust(id + 1, .init(values: 2)) == .adjustPeriodicEventStream(.init(status: .rejected)))
        #expect(bench.wait(.seconds(4)).streams.map(\.data.count) == [2, 2])
        #expect(bench.begunAgain().station.monitoring.monitors[id]?.stream == .init(values: 2))
    }

    @Test func `a stream without pace, of another kind of monitor or one too many is refused (N11.FR.01, N11.FR.09)`()
        throws
    {
        var (bench, _) = try bench(.init(interval: 10))
        #expect(bench.setMonitor(.periodic, 1, severity: 0, stream: .init()).0?.status == .rejected)
        #expect(bench.setMonitor(.periodic, 1, severity: 0, stream: .init(interval: 0)).0?.status == .rejected)
        #expect(bench.setMonitor(.delta, 1, severity: 0, stream: .init(interval: 1)).0?.status == .rejected)
        var accepted = 1
        for evse in 1...2 {
            for severity in 0...8 {
                let key = VariableKey("EVSE", "Power", evse: evse)
                let status = bench.setMonitor(key, .periodic, 1, severity: severity, stream: .init(interval: 1)).0?
                    .status
                if status == .accepted { accepted += 1 }
            }
        }
        #expect(accepted == EventStream.most)
    }

    @Test func `away from the backend the stream goes on, within its bound`() throws {
        var (bench, id) = try bench(.init(interval: 10))
        _ = bench.handle(.disconnected)
        // Slight events are not looked for offline.
        #expect(bench.wait(.minutes(30)).streams.isEmpty)
        for _ in 0..<2_000 {
            bench.station.monitoring.streams[id]?.append(.init(time: bench.time.wall, text: "1"))
        }
        #expect(bench.station.monitoring.streams[id]?.values.count == EventStream.mostValues)
        let back = bench.handle(.connected(.v21))
        #expect(back.classes(of: .openPeriodicEventStream).isEmpty)
        #expect(back.streams.map(\.data.count) == [EventStream.largestBundle])
        #expect(back.streams.map(\.pending) == [EventStream.mostValues - EventStream.largestBundle])
    }

    @Test func `after a restart the streams are opened anew (N11.FR.02)`() throws {
        let (bench, id) = try bench(.init(interval: 10))
        var again = bench.begunAgain()
        let opened = again.boot().compactMap { output -> Int? in
            if case .call(.openPeriodicEventStream(let request), _) = output {
                request.constantStreamData.id
            } else {
                nil
            }
        }
        #expect(opened == [id])
    }
}
