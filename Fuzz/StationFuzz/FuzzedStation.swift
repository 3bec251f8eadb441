// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import OCPP
import OCPP21
import StationFaces

/// A station with its conversation and its delivery, put together as the daemon does it, on one EVSE and a clock that stands
/// still until told.
struct FuzzedStation {
    private let version: OCPPVersion
    private var station: Station
    private var delivery = Delivery(lastNumber: 0, stored: 0)
    private var conversation: StationConversation
    private var kept: [String: [UInt8]] = [:]
    private var memory: [String: [UInt8]] = [:]
    private var time = StationTime(Instant(nanoseconds: 0), WallTime(milliseconds: 1_772_366_400_000))
    private var report = EVSEReport()
    private var inputs: [StationInput] = []
    /// Asked, and how many answers are owed; a face may ask more than once under one id.
    private var owed: [MessageID: Int] = [:]
    /// The call that waits for an answer.
    private var open: (id: String, action: String)?
    private var mayTransfer = false
    private var links = 0

    private static let token = IdTokenType(idToken: "04A2B9C7D1E2F3", type: "ISO14443")

    private static let setup: StationSetup = {
        var evse = StationSetup.EVSE(
            id: 1, supply: .direct(volts: 400), ratings: PowerLimits(from: .watts(-10_000), to: .watts(11_000)),
            speaksISO15118: true)
        evse.canReset = true
        evse.canSleep = true
        evse.renegotiatesService = true
        evse.derByGateway = Set(DERControlEnumType.allCases)
        var setup = StationSetup(
            model: "Gateway", vendor: "Sluice", serialNumber: "SN-1", firmware: "1.0", evses: [evse], seed: 7)
        setup.vendorMessages = ["org.example": ["hello"]]
        setup.takesUnsignedFirmware = true
        return setup
    }()

    /// Accepted by the backend.
    /// - Parameter isCharging: With a car that charges in a transaction.
    init(_ version: OCPPVersion, isCharging: Bool) {
        self.version = version
        station = Station(Self.setup, kept: [:], at: time)
        conversation = StationConversation(version: version, idPrefix: "f")
        connect()
        settle()
        guard isCharging else { return }
        report.connector = .occupied
        work(.evse(1, report))
        settle()
        work(.presented(Self.token, evse: 1))
        settle()
        report.flow = .charging
        work(.evse(1, report))
        settle()
        guard mayTransfer else { fail("the car of the beginning does not charge") }
    }

    /// One line: `=` and a payload answers the call that is open, `+` and a number lets so many seconds pass, `!` and letters is
    /// what happens at the station; anything else is a frame of the backend.
    mutating func take(_ line: [UInt8]) {
        switch line.first {
        case UInt8(ascii: "="): answer(line.dropFirst())
        case UInt8(ascii: "+"): wait(line.dropFirst())
        case UInt8(ascii: "!"): line.dropFirst().prefix(16).forEach { happen($0) }
        case _: receive(line)
        }
    }

    // MARK: What a line does

    private mutating func receive(_ frame: [UInt8]) {
        hear(conversation.receive(frame, at: time.monotonic))
        work()
    }

    private mutating func answer(_ payload: some Sequence<UInt8>) {
        guard let open else { return }
        receive(Array("[3,\"\(open.id)\",".utf8) + payload + [UInt8(ascii: "]")])
    }

    private mutating func wait(_ digits: some Sequence<UInt8>) {
        var seconds = 0
        for digit in digits.prefix(8) where (48...57).contains(digit) { seconds = seconds * 10 + Int(digit) - 48 }
        let end = time.monotonic + .seconds(seconds)
        var idle = 0
        // A year of samples would take long: what is due is done some times on the way, then only at the end.
        for _ in 0..<64 {
            let due = [station.deadline, delivery.deadline, conversation.deadline].compactMap(\.self).min()
            guard let due, due <= end else { break }
            idle = due <= time.monotonic ? idle + 1 : 0
            if idle > 40 { fail("a deadline that does not move: \(due), now \(time.monotonic)") }
            move(to: max(due, time.monotonic))
            ring()
        }
        move(to: end)
        ring()
    }

    private mutating func move(to instant: Instant) {
        time = StationTime(instant, time.wall + (instant - time.monotonic))
    }

    private mutating func ring() {
        hear(conversation.advance(to: time.monotonic))
        work(.tick)
    }

    private mutating func happen(_ letter: UInt8) {
        switch letter {
        case UInt8(ascii: "p"): change { $0.connector = .occupied }
        case UInt8(ascii: "u"): change { $0 = EVSEReport() }
        case UInt8(ascii: "x"):
            change {
                $0.connector = .faulted; $0.faults = 5
            }
        case UInt8(ascii: "c"):
            change {
                $0.flow = .charging; $0.power = .watts(7_000); $0.imported = .wattHours(1_500)
            }
        case UInt8(ascii: "d"):
            change {
                $0.flow = .discharging; $0.power = .watts(-7_000); $0.exported = .wattHours(900)
            }
        case UInt8(ascii: "s"):
            change {
                $0.flow = .suspendedByVehicle; $0.power = .zero; $0.soc = 80
            }
        case UInt8(ascii: "o"):
            change {
                $0.offered = PowerLimits(from: .watts(-5_000), to: .watts(3_000)); $0.soc = 20
            }
        case UInt8(ascii: "t"): work(.presented(Self.token, evse: 1))
        case UInt8(ascii: "l"): work(.sessionStopped(evse: 1))
        case UInt8(ascii: "g"):
            work(.grid(GridReading(frequency: .hertz(50), load: .watts(-3_000), voltage: .volts(231))))
        case UInt8(ascii: "e"):
            work(.external(ExternalSignal(source: .grid, limits: PowerLimits(from: .watts(-4_200), to: .watts(4_200)))))
        case UInt8(ascii: "y"): work(.priorityCharging(evse: 1, true))
        case UInt8(ascii: "k"): disconnect()
        case UInt8(ascii: "n"): connect()
        case UInt8(ascii: "r"): restart()
        case _: settle()
        }
    }

    private mutating func change(_ change: (inout EVSEReport) -> Void) {
        change(&report)
        work(.evse(1, report))
    }

    private mutating func disconnect() {
        hear(conversation.disconnect())
        owed = [:]
        open = nil
        let forgotten = delivery.disconnected()
        inputs += [.disconnected] + forgotten.map { .failed($0, .timedOut) }
        work()
    }

    private mutating func connect() {
        if links > 0 { disconnect() }
        links += 1
        var settings = StationConversation.Settings()
        settings.timeout = .seconds(30)
        conversation = StationConversation(version: version, idPrefix: "f\(links)", settings: settings, memory: memory)
        delivery.connected()
        work(.connected(version))
    }

    /// The process ends and begins anew with what was kept; what was queued is lost here, which the delivery's own tests do
    /// not allow.
    private mutating func restart() {
        disconnect()
        station = Station(Self.setup, kept: kept, at: time)
        delivery = Delivery(lastNumber: 0, stored: 0)
        work(.evse(1, report))
        connect()
    }

    /// The backend answers everything that is open as it usually would.
    private mutating func settle() {
        for _ in 0..<32 {
            guard let open else { return }
            answer(Array(Self.usual(open.action, version).utf8))
        }
    }

    private static func usual(_ action: String, _ version: OCPPVersion) -> String {
        let now = #""currentTime":"2026-03-01T12:00:00Z""#
        switch action {
        case "BootNotification": return #"{"status":"Accepted",\#(now),"interval":300}"#
        case "Heartbeat": return "{\(now)}"
        case "Authorize":
            return version == .v16 ? #"{"idTagInfo":{"status":"Accepted"}}"# : #"{"idTokenInfo":{"status":"Accepted"}}"#
        case "StartTransaction": return #"{"idTagInfo":{"status":"Accepted"},"transactionId":17}"#
        case "SignCertificate", "NotifyEVChargingNeeds", "NotifyEVChargingSchedule": return #"{"status":"Accepted"}"#
        case "DataTransfer": return #"{"status":"UnknownVendorId"}"#
        case _: return "{}"
        }
    }
}

// MARK: As the daemon's desk has it

extension FuzzedStation {
    private mutating func work(_ input: StationInput) {
        inputs.append(input)
        work()
    }

    private mutating func work() {
        var steps = 0
        repeat {
            while !inputs.isEmpty {
                steps += 1
                if steps > 10_000 { fail("it comes to no end") }
                let input = inputs.removeFirst()
                let outputs = station.handle(input, at: time)
                outputs.forEach { carryOut($0) }
                checkAnswer(to: input, outputs)
            }
            deliver()
        } while !inputs.isEmpty
    }

    private mutating func deliver() {
        for request in delivery.sends(station.mayCall) { hear(conversation.call(request, at: time.monotonic)) }
        while conversation.canCall, let request = delivery.next(at: time.monotonic, mayCall: station.mayCall) {
            hear(conversation.call(request, at: time.monotonic))
            guard inputs.isEmpty else { return }
        }
    }

    private mutating func hear(_ events: [StationConversation.Event]) {
        for event in events {
            switch event {
            case .transmit(let frame): note(frame)
            case .asked(let id, let request):
                owed[id, default: 0] += 1
                inputs.append(.asked(id, request))
            case .answered(let request, let response):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                open = nil
                _ = delivery.answered()
                inputs.append(.answered(request, response))
            case .failed(let request, let failure):
                guard !CSMSRequest.isUnanswered(request.action) else { continue }
                open = nil
                let outcome = delivery.failed(failure, at: time.monotonic, station.deliveryRules)
                if outcome.isFinal { inputs.append(.failed(request, failure)) }
            case .keep(let key, let value): memory[key] = value
            case .misbehaved(let words): inputs.append(.security(.invalidMessages, detail: String(words.prefix(255))))
            case .notice, .close: break
            }
        }
    }

    /// Remembers the id of a call. In all versions a call is `[2,"id","Action",payload]`.
    private mutating func note(_ frame: [UInt8]) {
        guard frame.first == UInt8(ascii: "["), frame.last == UInt8(ascii: "]") else { fail("no frame leaves") }
        guard frame.count > 4, frame[1] == UInt8(ascii: "2") else { return }
        let parts = frame.prefix(120).split(separator: UInt8(ascii: "\""), maxSplits: 4)
        guard parts.count > 3 else { fail("a call without id and action") }
        open = (String(decoding: parts[1], as: UTF8.self), String(decoding: parts[3], as: UTF8.self))
    }

    private mutating func carryOut(_ output: StationOutput) {
        switch output {
        case .call(let request, let kind): _ = delivery.add(request, kind)
        case .answer(let id, let response):
            pay(id)
            hear(conversation.answer(id, response))
        case .refuse(let id, let refusal):
            pay(id)
            hear(conversation.refuse(id, refusal))
        case .keep(let key, let value): kept[key] = value
        case .host(let task): if let report = task.done { inputs.append(.done(report)) }
        case .command(_, let command):
            guard command.limits.lower <= .zero, command.limits.upper >= .zero else { fail("limits without zero") }
            mayTransfer = command.mayTransfer
        case .reconnect, .notice: break
        }
    }

    private mutating func pay(_ id: MessageID) {
        // A host may report after the connection was lost; nobody waits then.
        guard let count = owed[id] else { return }
        guard count > 0 else { fail("\(id) is answered twice") }
        owed[id] = count - 1
    }

    /// Answered at once, unless the host has to do something first, or the backend has to be asked.
    private func checkAnswer(to input: StationInput, _ outputs: [StationOutput]) {
        guard case .asked(let id, let request) = input else { return }
        let isSettled = outputs.contains { output in
            switch output {
            case .answer(id, _), .refuse(id, _), .host: true
            case .answer, .refuse, .call, .keep, .command, .reconnect, .notice: false
            }
        }
        guard isSettled || StationRequest.isUnanswered(request.action) else {
            fail("\(request.action) is not answered")
        }
    }
}

extension HostTask {
    /// A host that succeeds at once, as far as it can without keys and files.
    fileprivate var done: HostReport? {
        switch self {
        case .unlock(let reply, _, _): .unlocked(reply: reply, .unlocked)
        case .reset(let evse): evse.map { .reset(evse: $0, succeeded: true) }
        case .dataTransfer(let reply, _): .dataTransferred(reply: reply, DataTransferResponse(status: .accepted))
        case .firmware(let task): task.done.map { .firmware($0) }
        case .keys(let task): task.done.map { .keys($0) }
        case .log(.upload(let order)): .log(.uploaded(requestID: order.requestID))
        case .log(.cancel), .setClock, .release, .answerContract, .useConnectionSettings, .display, .contractAnswered,
            .vehicleChecked, .offerSchedules, .renegotiateService, .noPriorityCharging, .applyDERSettings:
            nil
        }
    }
}

extension FirmwareTask {
    fileprivate var done: FirmwareReport? {
        switch self {
        case .check(let reply, _): .checked(reply: reply, refusal: nil)
        case .download(let id, _): .downloaded(requestID: id)
        case .verify(let id, _, _): .verified(requestID: id, refusal: nil)
        case .install(let id): .installed(requestID: id, needsReboot: id % 2 == 0)
        case .confirm(let id): .confirmed(requestID: id, runs: true)
        case .cancel: nil
        }
    }
}

extension KeyTask {
    fileprivate var done: KeyReport? {
        switch self {
        case .makeKey(let use, _): .keyMade(use, request: "PEM", root: nil)
        case .adopt(let reply, let use, _, _): .adopted(reply: reply, use, reason: nil)
        case .install(let reply, let use, _, _, _): .installed(reply: reply, .accepted, use, reason: nil)
        case .delete(let reply, _, _): .deleted(reply: reply, .accepted, reason: nil)
        case .list(let reply, _): .listed(reply: reply, [])
        case .inspect: .inspected(KeyInventory())
        case .settleStationCertificate, .dropFormerRoot, .keepStatus: nil
        }
    }
}
