// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import JSONText
import OCPP

/// One line of a script, or of the keyboard.
enum BackendCommand: Equatable, Sendable {
    case wait(Interval)
    /// Until a station asks or tells this, with at least this in it. “connected” and “disconnected” are events too.
    case expect(String, JSON?, within: Interval)
    /// Until our last call is answered like this.
    case expectAnswer(JSON?, within: Interval)
    /// Calls and waits for the answer.
    case call(String, String)
    case remoteStart(evse: Int, token: String)
    case remoteStop(evse: Int)
    case setpoint(evse: Int, Power, for: Interval?)
    case setProfile(evse: Int, file: String)
    case clearProfiles
    case reset(String)
    case trigger(String, evse: Int?)
    case availability(evse: Int, Bool)
    case composite(evse: Int, Interval)
    /// 1.6: a key. 2.x: Component.Variable.
    case get(String)
    case set(String, String)
    /// From now on this action is answered so.
    case answer(String, String)
    case refuse(String, ErrorCode)
    /// Hangs up.
    case disconnect(UInt16)
    /// Talks to this station from now on; before it, to the one that came last.
    case use(String)
    case quit

    static let patience = Interval.seconds(30)

    static let help = """
        wait 5s
        expect ACTION [JSON] [--within 10s]
        expect-answer [JSON] [--within 10s]
        call ACTION JSON
        answer ACTION JSON
        refuse ACTION CODE
        remote-start EVSE TOKEN
        remote-stop EVSE
        setpoint EVSE -5kW [--for 15min]
        set-profile EVSE FILE
        clear-profiles
        composite EVSE 1h
        trigger MESSAGE [EVSE]
        availability EVSE on|off
        get KEY or Component.Variable[instance]
        set KEY VALUE
        reset [soft|hard]
        disconnect [CODE]
        use STATION
        quit
        # a remark
        """

    /// - Returns: Nil for an empty line or a remark.
    init?(_ line: String) throws(BackendFault) {
        var words = Words(line)
        guard let name = words.next(), !name.hasPrefix("#") else { return nil }
        do { self = try Self.read(name, &words) } catch {
            throw BackendFault(description: "“\(line)”: \(error.description)")
        }
        if let rest = words.next() { throw BackendFault(description: "“\(line)”: “\(rest)” is too much.") }
    }

    private static func read(_ name: String, _ words: inout Words) throws(BackendFault) -> BackendCommand {
        switch name {
        case "wait": return .wait(try words.interval())
        case "expect":
            let action = try words.need("an action")
            return .expect(action, try words.json(), within: try words.option("--within") ?? patience)
        case "expect-answer": return .expectAnswer(try words.json(), within: try words.option("--within") ?? patience)
        case "call": return .call(try words.need("an action"), try words.json()?.compact ?? "{}")
        case "remote-start": return .remoteStart(evse: try words.number(), token: try words.need("a token"))
        case "remote-stop": return .remoteStop(evse: try words.number())
        case "setpoint":
            let evse = try words.number()
            return .setpoint(evse: evse, try words.power(), for: try words.option("--for"))
        case "set-profile": return .setProfile(evse: try words.number(), file: try words.need("a file"))
        case "clear-profiles": return .clearProfiles
        case "composite": return .composite(evse: try words.number(), try words.interval())
        case "trigger":
            let message = try words.need("a message")
            return .trigger(message, evse: words.isAtEnd ? nil : try words.number())
        case "availability":
            let evse = try words.number()
            return .availability(evse: evse, try words.need("on or off") == "on")
        case "get": return .get(try words.need("a key"))
        case "set": return .set(try words.need("a key"), try words.need("a value"))
        case "reset": return .reset(words.next() ?? "soft")
        case "answer": return .answer(try words.need("an action"), try words.json()?.compact ?? "{}")
        case "refuse":
            let action = try words.need("an action")
            return .refuse(action, ErrorCode(received: try words.need("an error code")))
        case "disconnect":
            return .disconnect(words.isAtEnd ? 1000 : UInt16(clamping: try words.number()))
        case "use": return .use(try words.need("a station"))
        case "quit": return .quit
        case _: throw BackendFault(description: "there is no such command. There are:\n\(help)")
        }
    }
}

/// The words of a line; JSON is one, and so is what stands in quotes.
private struct Words {
    private var rest: Substring

    init(_ line: String) {
        rest = line[...]
        skip()
    }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func skip() { rest = rest.drop { $0 == " " || $0 == "\t" } }

    mutating func next() -> String? {
        guard let first = rest.first else { return nil }
        if first == "\"" {
            rest = rest.dropFirst()
            let word = rest.prefix { $0 != "\"" }
            rest = rest.dropFirst(word.count + 1)
            skip()
            return String(word)
        }
        let word = rest.prefix { $0 != " " && $0 != "\t" }
        rest = rest.dropFirst(word.count)
        skip()
        return String(word)
    }

    mutating func need(_ what: String) throws(BackendFault) -> String {
        guard let word = next() else { throw BackendFault(description: "\(what) is missing.") }
        return word
    }

    mutating func number() throws(BackendFault) -> Int {
        let word = try need("a number")
        guard let number = Int(word) else { throw BackendFault(description: "“\(word)” is no number.") }
        return number
    }

    mutating func interval() throws(BackendFault) -> Interval {
        let word = try need("a time")
        do { return try Interval(parsing: word) } catch { throw BackendFault(description: error.description) }
    }

    mutating func power() throws(BackendFault) -> Power {
        let word = try need("a power")
        do { return try Power(parsing: word) } catch { throw BackendFault(description: error.description) }
    }

    mutating func option(_ name: String) throws(BackendFault) -> Interval? {
        guard rest.hasPrefix(name) else { return nil }
        _ = next()
        return try interval()
    }

    /// An object that comes next, up to its closing brace.
    mutating func json() throws(BackendFault) -> JSON? {
        guard rest.first == "{" else { return nil }
        var depth = 0
        var isText = false
        var isEscaped = false
        var end = rest.startIndex
        for index in rest.indices {
            let character = rest[index]
            if isText {
                if !isEscaped, character == "\"" { isText = false }
                isEscaped = !isEscaped && character == "\\"
            } else if character == "\"" {
                isText = true
            } else if character == "{" {
                depth += 1
            } else if character == "}" {
                depth -= 1
            }
            end = rest.index(after: index)
            if depth == 0 { break }
        }
        let text = String(rest[..<end])
        rest = rest[end...]
        skip()
        do { return try JSON.parse(text) } catch { throw BackendFault(description: "“\(text)” is no JSON.") }
    }
}
