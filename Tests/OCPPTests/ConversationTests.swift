// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP16
import OCPP201
import OCPP21
import Testing

typealias Station16 = Conversation<OCPP16.StationRequest, OCPP16.CSMSRequest>
typealias Station201 = Conversation<OCPP201.StationRequest, OCPP201.CSMSRequest>
typealias Station21 = Conversation<OCPP21.StationRequest, OCPP21.CSMSRequest>

let start = Instant(nanoseconds: 0)

extension Conversation {
    mutating func handle(_ text: String, at now: Instant = start) -> [Output] { handle(Array(text.utf8), at: now) }

    /// The frames among the outputs, as text.
    static func frames(_ outputs: [Output]) -> [String] {
        outputs.compactMap { output in
            guard case .transmit(let frame) = output else { return nil }
            return String(decoding: frame, as: UTF8.self)
        }
    }
}

@Suite struct ConversationTests {
    @Test func `a call is handed over and its answer leaves with the same id`() throws {
        var station = Station16(idPrefix: "x")
        let outputs = station.handle(#"[2,"19223201","Reset",{"type":"Hard"}]"#)
        #expect(outputs == [.asked(MessageID("19223201"), .reset(.init(type: .hard)))])
        let frame = try station.answer(MessageID("19223201"), .reset(.init(status: .accepted)))
        #expect(String(decoding: frame, as: UTF8.self) == #"[3,"19223201",{"status":"Accepted"}]"#)
        #expect(throws: NotSent.nobodyAsked(MessageID("19223201"))) {
            try station.answer(MessageID("19223201"), .reset(.init(status: .accepted)))
        }
    }

    @Test func `one call at a time, and calls of both sides may cross`() throws {
        var station = Station21(idPrefix: "x")
        let first = try station.call(.heartbeat(.init()), at: start)
        #expect(String(decoding: first.frame, as: UTF8.self) == #"[2,"x-1","Heartbeat",{}]"#)
        #expect(throws: NotSent.callIsOpen(until: start + .seconds(30))) {
            try station.call(.heartbeat(.init()), at: start + .seconds(29))
        }
        #expect(station.handle(#"[2,"c","ClearCache",{}]"#) == [.asked(MessageID("c"), .clearCache(.init()))])
        let time = DateTime(WallTime(milliseconds: 1_772_366_400_000))
        #expect(
            station.handle(#"[3,"x-1",{"currentTime":"2026-03-01T12:00:00Z"}]"#)
                == [.answered(MessageID("x-1"), .heartbeat(.init(currentTime: time)))])
        #expect(station.canCall)
    }

    @Test func `a call without answer times out, and the late answer is only noticed`() throws {
        var station = Station201(idPrefix: "x")
        let id = try station.call(.heartbeat(.init()), at: start).id
        #expect(station.deadline == start + .seconds(30))
        #expect(station.advance(to: start + .seconds(29)) == [])
        #expect(station.advance(to: start + .seconds(30)) == [.timedOut(id)])
        #expect(
            station.handle(#"[3,"x-1",{"currentTime":"2026-03-01T12:00:00Z"}]"#)
                == [.peerMisbehaved("an answer to “x-1”, which waits for none")])
    }

    @Test func `a repeated call may keep its id, a lost connection ends what was open`() throws {
        var station = Station16(idPrefix: "x")
        let id = try station.call(.heartbeat(.init()), at: start).id
        _ = station.handle(#"[2,"a","ClearCache",{}]"#)
        #expect(station.disconnect() == [.timedOut(id)])
        #expect(throws: NotSent.nobodyAsked(MessageID("a"))) {
            try station.answer(MessageID("a"), .clearCache(.init(status: .accepted)))
        }
        let again = try station.call(.heartbeat(.init()), retry: id, at: start)
        #expect(String(decoding: again.frame, as: UTF8.self) == #"[2,"x-1","Heartbeat",{}]"#)
    }

    @Test func `CALLERROR ends the open call; both spellings of 1.6 are read`() throws {
        for (text, code) in [
            ("FormationViolation", ErrorCode.formatViolation), ("FormatViolation", .formatViolation),
            ("OccurenceConstraintViolation", .occurrenceConstraintViolation), ("Nonsense", .genericError),
        ] {
            var station = Station16(idPrefix: "x")
            let id = try station.call(.heartbeat(.init()), at: start).id
            #expect(station.handle(#"[4,"x-1","\#(text)","why",{}]"#) == [.refused(id, Refusal(code, "why"))])
            #expect(station.canCall)
        }
    }

    @Test func `an answer that breaks the schema ends the call; only 2.1 says so to the peer`() throws {
        var old = Station201(idPrefix: "x")
        let id = try old.call(.heartbeat(.init()), at: start).id
        let refusal = Refusal(.typeConstraintViolation, "currentTime: 5 is no string")
        #expect(old.handle(#"[3,"x-1",{"currentTime":5}]"#) == [.unusable(id, refusal)])
        var new = Station21(idPrefix: "x")
        _ = try new.call(.heartbeat(.init()), at: start)
        let outputs = new.handle(#"[3,"x-1",{"currentTime":5}]"#)
        #expect(outputs.first == .unusable(id, refusal))
        #expect(
            Station21.frames(outputs) == [#"[5,"x-1","TypeConstraintViolation","currentTime: 5 is no string",{}]"#])
    }

    @Test func `CALLRESULTERROR is told, and not answered`() {
        var station = Station21(idPrefix: "x")
        #expect(
            station.handle(#"[5,"q","FormatViolation","bad",{}]"#)
                == [.resultRejected(MessageID("q"), Refusal(.formatViolation, "bad"))])
    }

    @Test func `SEND goes while a call is open and is never answered, not even when it is wrong`() throws {
        var station = Station21(idPrefix: "x")
        _ = try station.call(.heartbeat(.init()), at: start)
        let stream = NotifyPeriodicEventStream(
            data: [.init(t: 0, v: "1")], id: 3, pending: 0, basetime: DateTime(WallTime(milliseconds: 0)))
        let frame = try station.call(.notifyPeriodicEventStream(stream), at: start).frame
        #expect(String(decoding: frame.prefix(34), as: UTF8.self) == #"[6,"x-2","NotifyPeriodicEventStrea"#)
        var csms = Conversation<OCPP21.CSMSRequest, OCPP21.StationRequest>(idPrefix: "y")
        #expect(csms.handle(frame, at: start) == [.told(.notifyPeriodicEventStream(stream))])
        for wrong in [
            #"[6,"a","NotifyPeriodicEventStream",{}]"#, #"[6,"a","Heartbeat",{}]"#, #"[6,"a","Nonsense",{}]"#,
            #"[6,"a"]"#,
        ] {
            #expect(Station21.frames(station.handle(wrong)) == [])
            #expect(csms.handle(wrong).count == 1)
        }
    }

    @Test func `nothing leaves that a schema forbids`() {
        var station = Station16(idPrefix: "x")
        let tooLong = OCPP16.AuthorizeRequest(idTag: String(repeating: "x", count: 21))
        #expect(throws: NotSent.violation("idTag: \"xxxxxxxxxxxxxxxxxxxxx\" is longer than 20")) {
            try station.call(.authorize(tooLong), at: start)
        }
        #expect(station.canCall)
    }

    @Test func `an answer to another action does not leave`() {
        var station = Station16(idPrefix: "x")
        _ = station.handle(#"[2,"a","ClearCache",{}]"#)
        #expect(throws: NotSent.anotherAction(asked: "ClearCache", answered: "Reset")) {
            try station.answer(MessageID("a"), .reset(.init(status: .accepted)))
        }
    }

    @Test func `null stands for no arguments`() {
        var station = Station201(idPrefix: "x")
        #expect(station.handle(#"[2,"a","ClearCache",null]"#) == [.asked(MessageID("a"), .clearCache(.init()))])
    }

    @Test func `too large a frame ends the connection`() {
        var settings = Station201.Settings()
        settings.longestFrame = 100
        var station = Station201(idPrefix: "x", settings: settings)
        let outputs = station.handle("[" + String(repeating: " ", count: 100))
        #expect(outputs == [.peerMisbehaved("a frame of 101 bytes"), .close(1009)])
    }

    @Test func `a refused call is answered with CALLERROR`() throws {
        var station = Station16(idPrefix: "x")
        _ = station.handle(#"[2,"a","ClearCache",{}]"#)
        let frame = try station.refuse(MessageID("a"), Refusal(.notSupported, "there is no cache"))
        #expect(String(decoding: frame, as: UTF8.self) == #"[4,"a","NotSupported","there is no cache",{}]"#)
    }
}
