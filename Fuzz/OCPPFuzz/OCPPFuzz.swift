// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc
import OCPP
import OCPP16
import OCPP201
import OCPP21

// Arbitrary bytes as a frame, to either party of a connection that waits for an answer; and as the payload of an answer to any action.
// What is read must be a value that can be written, and that is read again alike. The first byte chooses version, party and
// what the bytes are; the second the action that is answered (scripts/fuzz).

func fail(_ words: String) -> Never { fatalError(words) }

/// One frame to the party that receives `Incoming` and waits for the answer to `open`.
func frame<Incoming: RequestSet, Outgoing: RequestSet>(
    _ bytes: [UInt8], to party: Conversation<Incoming, Outgoing>.Type, waitingFor open: Outgoing?
) {
    var conversation = party.init(idPrefix: "f")
    let start = Instant(nanoseconds: 0)
    if let open { guard (try? conversation.call(open, at: start)) != nil else { fail("the call does not leave") } }
    for output in conversation.handle(bytes, at: start) {
        switch output {
        case .asked(_, let request), .told(let request): repeated(request)
        case .answered(_, let response): repeated(response, Outgoing.self)
        case .transmit(let answer): guard answer.first == UInt8(ascii: "[") else { fail("an answer that is no frame") }
        case .refused, .unusable, .timedOut, .resultRejected, .peerMisbehaved, .close: break
        }
    }
}

func repeated<Request: RequestSet>(_ request: Request) {
    var writer = PayloadWriter()
    request.write(to: &writer)
    var reader = PayloadReader(writer.bytes, version: Request.version)
    guard let again = try? Request.read(request.action, from: &reader) else { fail("written, not read: \(request)") }
    guard again == request else { fail("read \(request), read again \(again)") }
}

func repeated<Request: RequestSet>(_ response: Request.Response, _ set: Request.Type) {
    var writer = PayloadWriter()
    Request.write(response, to: &writer)
    var reader = PayloadReader(writer.bytes, version: Request.version)
    guard let again = try? Request.readResponse(to: Request.action(of: response), from: &reader) else {
        fail("written, not read: \(response)")
    }
    guard again == response else { fail("read \(response), read again \(again)") }
}

/// The payload of an answer.
func answer<Request: RequestSet>(_ bytes: [UInt8], _ choice: UInt8, _ set: Request.Type) {
    let actions = Array(Request.Action.allCases)
    let action = actions[Int(choice) % actions.count]
    var reader = PayloadReader(bytes, version: Request.version)
    guard let response = try? Request.readResponse(to: action, from: &reader) else { return }
    repeated(response, Request.self)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 2 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
    let choice = start[1]
    switch start[0] % 12 {
    case 0:
        frame(bytes, to: Conversation<OCPP16.StationRequest, OCPP16.CSMSRequest>.self, waitingFor: .heartbeat(.init()))
    case 1:
        frame(
            bytes, to: Conversation<OCPP201.StationRequest, OCPP201.CSMSRequest>.self, waitingFor: .heartbeat(.init()))
    case 2:
        frame(bytes, to: Conversation<OCPP21.StationRequest, OCPP21.CSMSRequest>.self, waitingFor: .heartbeat(.init()))
    case 3:
        frame(bytes, to: Conversation<OCPP16.CSMSRequest, OCPP16.StationRequest>.self, waitingFor: .clearCache(.init()))
    case 4:
        frame(
            bytes, to: Conversation<OCPP201.CSMSRequest, OCPP201.StationRequest>.self, waitingFor: .clearCache(.init()))
    case 5:
        frame(bytes, to: Conversation<OCPP21.CSMSRequest, OCPP21.StationRequest>.self, waitingFor: .clearCache(.init()))
    case 6: answer(bytes, choice, OCPP16.StationRequest.self)
    case 7: answer(bytes, choice, OCPP201.StationRequest.self)
    case 8: answer(bytes, choice, OCPP21.StationRequest.self)
    case 9: answer(bytes, choice, OCPP16.CSMSRequest.self)
    case 10: answer(bytes, choice, OCPP201.CSMSRequest.self)
    case _: answer(bytes, choice, OCPP21.CSMSRequest.self)
    }
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func run(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

// The package manager renames main.
@_cdecl("OCPPFuzz_main")
public func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var count = count
    var arguments = arguments
    return run(&count, &arguments) { fuzz($0, $1) }
}
