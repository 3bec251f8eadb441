// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import FoundationEssentials
import Synchronization

@testable import LocalAPI

extension SiteStatus {
    static let sample = SiteStatus(
        site: "Depot East", time: Date(timeIntervalSince1970: 1_774_792_927.25),
        connectionPoint: ConnectionPointStatus(
            power: .watts(12_400), current: PerPhase(.amperes(18), Current(milli: 17_949), .amperes(18)),
            voltage: Voltage(milli: 231_200), frequency: Frequency(milli: 49_980),
            meter: LinkStatus(.ok, age: .milliseconds(120)), uncontrolled: .watts(10_000)),
        limits: [
            LimitInForce(
                scope: "connection point", import: .watts(40_000), export: .watts(20_000), source: "agreement"),
            LimitInForce(
                scope: "connection point", import: .watts(24_800), export: nil, source: "operator (entered by hand)",
                expiresIn: .minutes(12)),
            LimitInForce(
                scope: "circuit garage", import: .watts(22_000), export: .watts(22_000), source: "configuration"),
        ],
        evses: [
            EVSEStatus(
                id: 1, name: "Left bay", profile: "evtec/bidipro-10", link: LinkStatus(.ok, age: .milliseconds(80)),
                state: "charging", power: .watts(7_400), target: .watts(7_400), boundBy: "wish",
                stateOfCharge: .percent(54), wish: WishStatus(source: "backend csms", power: .watts(7_400)),
                identity: ChargerIdentity(vendor: "Evtec", model: "BiDiPro", serial: "42", firmware: "1.2"),
                fallback: FallbackStatus(isArmed: true, power: .zero, after: .seconds(30))),
            EVSEStatus(
                id: 2, name: "Right bay with a long name", profile: "evtec/bidipro-10",
                link: LinkStatus(
                    .silent, age: .seconds(12), fault: "No answer from tcp://192.0.2.31:5020. Is it powered?"),
                state: "discharging", power: .watts(-5_000), target: .watts(-5_000),
                boundBy: "circuit garage, phase L2", stateOfCharge: .percent(81),
                wish: WishStatus(source: "local setpoint", power: .watts(-7_000), expiresIn: .minutes(15)),
                fallback: FallbackStatus(isArmed: false)),
        ],
        loop: LoopStatus(
            period: .milliseconds(100), ticks: 108_000, misses: 2,
            cost: Percentiles(
                p50: Interval(nanoseconds: 8_250), p99: Interval(nanoseconds: 20_000), max: .milliseconds(1)),
            lateness: Percentiles(
                p50: Interval(nanoseconds: 60_000), p99: Interval(nanoseconds: 730_000), max: .milliseconds(4)),
            isRealTime: false,
            notices: [
                "The loop runs without real-time priority: grant CAP_SYS_NICE, or start it with the unit that is shipped."
            ]),
        uptime: .minutes(200), version: "0.1.0")

    /// As it looks before anything answered.
    static let blind = SiteStatus(
        site: "Depot East", time: Date(timeIntervalSince1970: 1_774_792_927),
        connectionPoint: ConnectionPointStatus(power: nil, meter: LinkStatus(.never)), limits: [], evses: [],
        loop: LoopStatus(
            period: .milliseconds(100), ticks: 3, misses: 0,
            cost: Percentiles(p50: .zero, p99: .zero, max: .zero),
            lateness: Percentiles(p50: .zero, p99: .zero, max: .zero), isRealTime: true),
        uptime: .zero, version: "0.1.0")
}

extension DriverDisplay {
    static let sample = {
        var display = DriverDisplay(
            evse: 1, time: SiteStatus.sample.time, language: "de", languages: ["en", "de"], state: .discharging,
            stateText: "Speist zurück", power: .watts(-7_400), direction: .discharging,
            stateOfCharge: StateOfCharge(milli: 61_500), labels: DisplayWords.of("de")?.labels ?? [:])
        display.limit = Limit(by: .vehicle, text: "Das Auto bestimmt.")
        display.session = Session(
            charged: .wattHours(4_200), delivered: Energy(milli: 850_500), duration: .seconds(90), isOver: false)
        display.cost = Cost(Money("3.25", "EUR"), isFinal: false)
        display.costMessage = Text(format: "UTF8", content: "Später", language: "de")
        display.personal = Text(format: "ASCII", content: "Hello", language: nil)
        display.tariff = Text(format: "HTML", content: "<b>0,45</b>", language: "de")
        display.prices = [Price(Money("0.45", "EUR"), for: "je kWh")]
        display.refusal = "Nicht angenommen"
        display.payment = Text(format: "QRCODE", content: "https://pay.example", language: nil)
        display.messages = [
            Message(
                priority: "InFront",
                text: Text(format: "QRCODE", content: "A", language: nil, code: Code(size: 21, path: "M0 0h1v1h-1z")))
        ]
        return display
    }()
}

/// A daemon that remembers what it was asked.
final class FakeGateway: GatewayPort {
    let calls = Mutex<[String]>([])
    let ready: Condition
    let streamsEnded: AsyncStream<Void>
    private let streamEnd: AsyncStream<Void>.Continuation

    init(ready: Condition = .good) {
        self.ready = ready
        (streamsEnded, streamEnd) = AsyncStream.makeStream()
    }

    private func note(_ call: String) -> Acknowledgement {
        calls.withLock { $0.append(call) }
        return Acknowledgement(call)
    }

    func status() async throws(APIProblem) -> SiteStatus { .sample }
    func statusUpdates() -> AsyncStream<SiteStatus> {
        AsyncStream { continuation in
            continuation.onTermination = { [streamEnd] _ in streamEnd.yield() }
            continuation.yield(.sample)  // Then silence: the stream stays open.
        }
    }
    func display(evse: Int, language: String?) async throws(APIProblem) -> DriverDisplay {
        guard evse == 1 else { throw .unknown("There is no EVSE \(evse).", remedy: "This site has EVSE 1.") }
        _ = note("display \(language ?? "any")")
        return .sample
    }
    func displayUpdates(evse: Int, language: String?) -> AsyncStream<DriverDisplay> {
        AsyncStream { $0.yield(.sample) }
    }
    func why(evse: Int?, at time: Date?) async throws(APIProblem) -> [Explanation] {
        guard evse ?? 1 == 1 else { throw .unknown("There is no EVSE \(evse ?? 0).", remedy: "This site has EVSE 1.") }
        _ = note("why \(evse.map(String.init) ?? "all") \(time.map { WireJSON.text(of: $0) } ?? "now")")
        return [
            Explanation(
                evse: 1, time: time ?? SiteStatus.sample.time, target: .watts(3_100),
                steps: [.init(stage: "wish", value: .watts(7_400), because: "backend csms")])
        ]
    }
    func setSetpoint(_ power: Power, evse: Int?, for duration: Interval?) async throws(APIProblem) -> Acknowledgement {
        guard evse ?? 1 == 1 else { throw .conflict("EVSE \(evse ?? 0) has no vehicle.", remedy: "Plug one in.") }
        return note("set \(evse.map(String.init) ?? "site") \(power) \(duration?.description ?? "on")")
    }
    func releaseSetpoint(evse: Int?) async throws(APIProblem) -> Acknowledgement {
        note("release \(evse.map(String.init) ?? "site")")
    }
    func present(token: String, type: String, evse: Int) async throws(APIProblem) -> Acknowledgement {
        Acknowledgement("Token \(token) (\(type)) shown at EVSE \(evse).")
    }

    func setLimit(
        _ direction: LimitDirection, to size: Power, for duration: Interval?
    ) async throws(APIProblem) -> Acknowledgement {
        note("limit \(direction.rawValue) \(size) \(duration?.description ?? "on")")
    }
    func releaseLimit(_ direction: LimitDirection?) async throws(APIProblem) -> Acknowledgement {
        note("unlimit \(direction?.rawValue ?? "both")")
    }
    func instruct(_ instruction: OperatorInstruction) async throws(APIProblem) -> Acknowledgement {
        note("instruct \(instruction)")
    }
    func flexibleCapacity() async throws(APIProblem) -> FlexibleStatus {
        FlexibleStatus(
            import: .watts(11_000), export: .zero,
            withdrawals: [
                FlexibleStatus.Withdrawal(
                    instruction: 3, leavesImport: .watts(1_000), leavesExport: .zero, start: nil,
                    duration: .minutes(15),
                    hasBegun: true)
            ])
    }
    func operatingEnvelope() async throws(APIProblem) -> EnvelopeStatus {
        EnvelopeStatus(
            defaults: EnvelopeBounds(export: .watts(1_500)),
            controls: [
                EnvelopeStatus.Control(
                    instruction: 4, primacy: 2, start: Date(timeIntervalSince1970: 1_774_792_927),
                    duration: .minutes(5),
                    state: .active, bounds: EnvelopeBounds(export: .watts(5_000), energize: true))
            ])
    }
    func evidence(from: Date, to: Date, format: EvidenceFormat) throws(APIProblem) -> any EvidencePieces {
        _ = note("evidence \(WireJSON.text(of: from)) \(WireJSON.text(of: to)) \(format.rawValue)")
        return FakePieces()
    }
    func verifyEvidence() async throws(APIProblem) -> EvidenceVerification {
        EvidenceVerification(
            checked: 12, isIntact: false, findings: ["evidence 7: its hash is not that of its content"])
    }
    func metrics() async -> [Metric] {
        var power = Metric("sluice_evse_power_watts", .gauge, help: "Power")
        power.add(-5_000, .init("evse", "2"))
        return [power]
    }
    func health() async -> Condition { .good }
    func readiness() async -> Condition { ready }
}

/// A record of two pieces.
actor FakePieces: EvidencePieces {
    private var left = ["time_utc,kind\n", "2026-03-29T14:02:07.250Z,instruction\n"]
    func next() async throws(APIProblem) -> String? { left.isEmpty ? nil : left.removeFirst() }
}

struct FakeBench: BenchPort {
    func state() async throws(APIProblem) -> JSONValue { ["devices": ["charger-1"]] }
    func perform(
        _ verb: BenchVerb, device: String?, parameters: [String: String]
    ) async throws(APIProblem) -> Acknowledgement {
        let sorted = parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return Acknowledgement("\(verb.rawValue) \(device ?? "-")\(sorted)")
    }
}
