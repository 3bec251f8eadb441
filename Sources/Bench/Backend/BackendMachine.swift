// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP

/// A small backend as a value: stations connect and talk, commands are carried out one after the other, every message is printed.
struct BackendMachine: Sendable {
    enum Output: Equatable, Sendable {
        /// To this station, as one text frame.
        case transmit(String, [UInt8])
        case close(String, UInt16)
        /// One line of JSON.
        case print(String)
        /// Reads a file for `fileRead`.
        case read(String)
        /// The script is over, or failed.
        case finish(Int32)
    }

    private struct Station: Sendable {
        var talk: any BackendTalk
        var calls: BackendCalls
    }

    /// What the command at the front waits for.
    private enum Waiting: Equatable, Sendable {
        case nothing
        case until(Instant)
        case message(String, JSON?, until: Instant)
        case answerLike(JSON?, until: Instant)
        case answer
        case file(evse: Int)
    }

    /// What has come and no `expect` has passed yet; the oldest go.
    private static let mostHeard = 10_000

    private var stations: [String: Station] = [:]
    private var current: String?
    private var answers = BackendAnswers()
    private var commands: [BackendCommand] = []
    private var waiting = Waiting.nothing
    private var heard: [(name: String, payload: JSON)] = []
    private var lastAnswer: JSON?
    private var connections = 0
    private var outputs: [Output] = []
    /// Whether what fails ends the program: in a script it does.
    private let isScripted: Bool
    private var now: Instant
    private var wall = WallTime(milliseconds: 0)

    init(script: [BackendCommand] = [], at now: Instant) {
        commands = script
        isScripted = !script.isEmpty
        self.now = now
    }

    // MARK: Inputs

    mutating func connected(_ station: String, _ version: OCPPVersion, at now: Instant, _ wall: WallTime) -> [Output] {
        advance(now, wall)
        connections += 1
        let prefix = "\(wall.milliseconds)-\(connections)"
        stations[station] = Station(talk: backendTalk(version, idPrefix: prefix), calls: BackendCalls(version: version))
        current = station
        event("connected", station, [.init("version", .string(version.subprotocol))])
        note("connected", .object([]))
        return work()
    }

    mutating func disconnected(_ station: String, at now: Instant, _ wall: WallTime) -> [Output] {
        advance(now, wall)
        stations[station] = nil
        if current == station { current = stations.keys.sorted().first }
        event("disconnected", station, [])
        note("disconnected", .object([]))
        if waiting == .answer { fail("the station hung up before it answered") }
        return work()
    }

    mutating func received(_ frame: [UInt8], from station: String, at now: Instant, _ wall: WallTime) -> [Output] {
        advance(now, wall)
        for heard in stations[station]?.talk.handle(frame, at: now) ?? [] { take(heard, station) }
        return work()
    }

    mutating func command(_ line: String, at now: Instant, _ wall: WallTime) -> [Output] {
        advance(now, wall)
        do { if let command = try BackendCommand(line) { commands.append(command) } } catch {
            event("problem", nil, [.init("words", .string(error.description))])
        }
        return work()
    }

    mutating func fileRead(_ text: String?, at now: Instant, _ wall: WallTime) -> [Output] {
        advance(now, wall)
        guard case .file(let evse) = waiting else { return work() }
        waiting = .nothing
        if let json = text.flatMap({ try? JSON.parse($0) }) {
            call { station throws(BackendFault) in station.setProfile(evse: evse, json) }
        } else {
            fail("the file cannot be read as JSON")
        }
        return work()
    }

    mutating func tick(at now: Instant, _ wall: WallTime) -> [Output] {
        advance(now, wall)
        for station in stations.keys.sorted() {
            for heard in stations[station]?.talk.advance(to: now) ?? [] { take(heard, station) }
        }
        return work()
    }

    private mutating func advance(_ now: Instant, _ wall: WallTime) { (self.now, self.wall) = (now, wall) }

    // MARK: What stations say

    private mutating func take(_ heard: BackendHeard, _ station: String) {
        switch heard {
        case .transmit(let frame): outputs.append(.transmit(station, frame))
        case .asked(let id, let action, let payload):
            message("in", station, action, payload)
            answer(id, action, payload, station)
            note(action, payload)
        case .told(let action, let payload):
            message("in", station, action, payload)
            note(action, payload)
        case .answered(let action, let payload):
            message("answer-in", station, action, payload)
            lastAnswer = payload
            if waiting == .answer { waiting = .nothing }
        case .refused(let action, let refusal):
            event(
                "refused", station,
                [
                    .init("action", .string(action)), .init("code", .string(refusal.code.rawValue)),
                    .init("words", .string(refusal.description)),
                ])
            lastAnswer = .object([.init("errorCode", .string(refusal.code.rawValue))])
            if waiting == .answer { waiting = .nothing }
        case .timedOut(let action): if waiting == .answer { fail("\(action) was not answered in time") }
        case .misbehaved(let text): event("misbehaved", station, [.init("words", .string(text))])
        case .close(let code): outputs.append(.close(station, code))
        }
    }

    private mutating func answer(_ id: MessageID, _ action: String, _ payload: JSON, _ name: String) {
        guard var station = stations[name] else { return }
        defer { stations[name] = station }
        let answer = answers.answer(action, payload, in: station.talk.version, at: wall)
        let frame: Result<[UInt8], BackendFault>
        switch answer {
        case .payload(let text):
            frame = station.talk.answer(id, action, text)
            station.calls.note(action, payload, answer: text)
        case .refusal(let code): frame = station.talk.refuse(id, Refusal(code, "as the script wants it"))
        }
        switch frame {
        case .success(let frame):
            if case .payload(let text) = answer {
                message("answer-out", name, action, (try? JSON.parse(text)) ?? .null)
            }
            outputs.append(.transmit(name, frame))
        case .failure(let fault):
            event("problem", name, [.init("words", .string(fault.description))])
            if case .success(let frame) = station.talk.refuse(id, Refusal(.internalError, fault.description)) {
                outputs.append(.transmit(name, frame))
            }
        }
    }

    private mutating func note(_ name: String, _ payload: JSON) {
        heard.append((name, payload))
        if heard.count > Self.mostHeard { heard.removeFirst(heard.count - Self.mostHeard) }
    }

    // MARK: Commands

    /// Carries out what can be carried out now.
    private mutating func work() -> [Output] {
        settle()
        while waiting == .nothing, !commands.isEmpty {
            begin(commands.removeFirst())
            settle()
        }
        defer { outputs = [] }
        return outputs
    }

    /// Whether what the front waits for has come, or its time is over.
    private mutating func settle() {
        switch waiting {
        case .nothing, .answer, .file: break
        case .until(let end): if now >= end { waiting = .nothing }
        case .message(let name, let pattern, let end):
            let found = heard.firstIndex { heard in
                heard.name == name && pattern.map { heard.payload.contains($0) } ?? true
            }
            if let found {
                heard.removeFirst(found + 1)
                waiting = .nothing
            } else if now >= end {
                fail("\(name) \(pattern?.compact ?? "") did not come")
            }
        case .answerLike(let pattern, let end):
            if let answer = lastAnswer, pattern.map({ answer.contains($0) }) ?? true {
                waiting = .nothing
            } else if lastAnswer != nil || now >= end {
                fail("the answer was \(lastAnswer?.compact ?? "none"), not \(pattern?.compact ?? "any")")
            }
        }
    }

    private mutating func begin(_ command: BackendCommand) {
        switch command {
        case .wait(let time): waiting = .until(now + time)
        case .expect(let name, let pattern, let patience):
            waiting = .message(name, pattern, until: now + patience)
        case .expectAnswer(let pattern, let patience): waiting = .answerLike(pattern, until: now + patience)
        case .call(let action, let payload): call { _ throws(BackendFault) in (action, payload) }
        case .remoteStart(let evse, let token): call { $0.remoteStart(evse: evse, token: token) }
        case .remoteStop(let evse): call { calls throws(BackendFault) in try calls.remoteStop(evse: evse) }
        case .setpoint(let evse, let power, let duration):
            call { [wall] in $0.setpoint(evse: evse, power, for: duration, at: wall) }
        case .setProfile(let evse, let file):
            waiting = .file(evse: evse)
            outputs.append(.read(file))
        case .clearProfiles: call { $0.clearProfiles() }
        case .reset(let kind): call { $0.reset(kind) }
        case .trigger(let message, let evse): call { $0.trigger(message, evse: evse) }
        case .availability(let evse, let isOn): call { $0.availability(evse: evse, isOn) }
        case .composite(let evse, let duration): call { $0.composite(evse: evse, duration) }
        case .get(let key): call { calls throws(BackendFault) in try calls.get(key) }
        case .set(let key, let value): call { calls throws(BackendFault) in try calls.set(key, value) }
        case .answer(let action, let payload): answers.set(action, .payload(payload))
        case .refuse(let action, let code): answers.set(action, .refusal(code))
        case .disconnect(let code): if let current { outputs.append(.close(current, code)) }
        case .use(let station):
            if stations[station] == nil { fail("no station “\(station)” is connected") } else { current = station }
        case .quit: outputs.append(.finish(0))
        }
    }

    private mutating func call(_ make: (inout BackendCalls) throws(BackendFault) -> BackendCalls.Call) {
        guard let name = current, var station = stations[name] else { return fail("no station is connected") }
        defer { stations[name] = station }
        let call: BackendCalls.Call
        do { call = try make(&station.calls) } catch { return fail(error.description) }
        switch station.talk.call(call.action, call.payload, at: now) {
        case .success(let frame):
            message("out", name, call.action, (try? JSON.parse(call.payload)) ?? .null)
            outputs.append(.transmit(name, frame))
            lastAnswer = nil
            waiting = .answer
        case .failure(let fault): fail(fault.description)
        }
    }

    /// In a script the end; at the keyboard a word, and what waits behind it goes.
    private mutating func fail(_ words: String) {
        waiting = .nothing
        commands = []
        event("failed", nil, [.init("words", .string(words))])
        if isScripted { outputs.append(.finish(1)) }
    }

    // MARK: Lines

    private mutating func message(_ direction: String, _ station: String, _ action: String, _ payload: JSON) {
        event(direction, station, [.init("action", .string(action)), .init("payload", payload)])
    }

    private mutating func event(_ name: String, _ station: String?, _ rest: [JSON.Member]) {
        var members: [JSON.Member] = [.init("time", .string(wall.text)), .init("event", .string(name))]
        if let station { members.append(.init("station", .string(station))) }
        outputs.append(.print(JSON.object(members + rest).compact))
    }
}

extension WallTime {
    /// As messages write it.
    var text: String {
        var writer = PayloadWriter()
        writer.beginObject()
        writer.dateTime("time", DateTime(self))
        writer.endObject()
        return (try? JSON.parse(writer.bytes))?["time"]?.text ?? ""
    }
}
