// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import JSONText
import OCPP
import OCPP16
import OCPP201
import OCPP21

struct OCPPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ocpp", abstract: "Checks OCPP messages against the schemas, a line each, on standard input.",
        discussion: """
            A line is an object with version, message and payload:
            {"version": "2.1", "message": "HeartbeatRequest", "payload": {}}
            A good payload is printed as Sluice writes it; for a bad one, code and description of the CALLERROR.
            The exit code is 65 if any was bad.
            """)

    func run() throws {
        var failed = false
        while let line = readLine() {
            let result = Self.check(line)
            print(result.text)
            if !result.isGood { failed = true }
        }
        if failed { throw ExitCode.unreadable }
    }

    private typealias Checked = (text: String, isGood: Bool)

    private static func check(_ line: String) -> Checked {
        do throws(JSONError) {
            let json = try JSON.parse(line)
            guard let message = json["message"]?.text, let payload = json["payload"] else {
                return bad("a line has version, message and payload", ErrorCode.rpcFrameworkError.rawValue)
            }
            var writer = JSONWriter()
            writer.tree(payload)
            let found: Checked? =
                switch json["version"]?.text {
                case "1.6": check(message, writer.bytes, OCPP16.StationRequest.self, OCPP16.CSMSRequest.self)
                case "2.0.1": check(message, writer.bytes, OCPP201.StationRequest.self, OCPP201.CSMSRequest.self)
                case "2.1": check(message, writer.bytes, OCPP21.StationRequest.self, OCPP21.CSMSRequest.self)
                case _: nil
                }
            return found
                ?? bad(
                    "no message “\(message)” in this version; versions are 1.6, 2.0.1 and 2.1",
                    ErrorCode.notImplemented.rawValue)
        } catch { return bad(error.description, ErrorCode.formatViolation.rawValue) }
    }

    private static func check<First: RequestSet, Second: RequestSet>(
        _ message: String, _ payload: [UInt8], _: First.Type, _: Second.Type
    ) -> Checked? {
        check(message, payload, First.self) ?? check(message, payload, Second.self)
    }

    private static func check<Requests: RequestSet>(_ message: String, _ payload: [UInt8], _: Requests.Type) -> Checked?
    {
        let ending = ["Request", "Response"].first { message.hasSuffix($0) } ?? ""
        guard let action = Requests.Action(word: String(message.dropLast(ending.count))) else { return nil }
        var reader = PayloadReader(payload, version: Requests.version)
        var writer = PayloadWriter()
        do throws(Violation) {
            if ending == "Response" {
                Requests.write(try Requests.readResponse(to: action, from: &reader), to: &writer)
            } else {
                try Requests.read(action, from: &reader).write(to: &writer)
            }
            return (String(decoding: writer.bytes, as: UTF8.self), true)
        } catch {
            return bad(error.description(in: payload), error.code(in: Requests.version).text(in: Requests.version))
        }
    }

    private static func bad(_ description: String, _ code: String) -> Checked {
        var writer = JSONWriter()
        writer.tree(.object([JSON.Member("code", .string(code)), JSON.Member("description", .string(description))]))
        return (String(decoding: writer.bytes, as: UTF8.self), false)
    }
}
