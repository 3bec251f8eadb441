// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIDIN
import EXIISO2
import EXIISO20
import EXITables
import Glibc
import JSONText

// Nanoseconds of thread time to read and to write each message of a file of JSON lines with name, set, exi:
//
//     SLUICE_TOOL=EXIBenchmark SLUICE_ROOM=EXI swift run -c release --scratch-path .build-benchmark EXIBenchmark FILE
//
// The best of several rounds, because whatever else the machine does only adds.

func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

func best(_ body: () throws(EXIError) -> Void) throws(EXIError) -> Int {
    let repetitions = 2_000
    var best = Double.infinity
    for _ in 0..<40 {
        let start = threadTime()
        for _ in 0..<repetitions { try body() }
        best = min(best, (threadTime() - start) / Double(repetitions))
    }
    return Int(best)
}

@inline(never) func use<Value>(_ value: Value) {}

func measure(_ type: (some EXIBody).Type, _ bytes: [UInt8]) throws(EXIError) -> (read: Int, write: Int) {
    let body = try type.decode(bytes)
    let read = try best { () throws(EXIError) in use(try type.decode(bytes)) }
    let write = try best { () throws(EXIError) in use(try body.encode()) }
    return (read, write)
}

func codec(of set: String) -> any EXIBody.Type {
    switch set {
    case "sap": AppProtocol.Document.self
    case "din": DIN.Document.self
    case "iso2": ISO2.Document.self
    case "iso20:CommonMessages": ISO20.CommonMessagesDocument.self
    case "iso20:AC": ISO20.ACDocument.self
    case _: ISO20.DCDocument.self
    }
}

func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }

guard CommandLine.arguments.count == 2 else { fatalError("give the file of messages") }
guard let file = fopen(CommandLine.arguments[1], "r") else { fatalError("cannot read \(CommandLine.arguments[1])") }
var text: [UInt8] = []
while case let byte = getc(file), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }

print(padded("message", 44) + padded("bytes", 8) + padded("decode ns", 12) + "encode ns")
for line in text.split(separator: UInt8(ascii: "\n")) {
    let json = try JSON.parse(String(decoding: line, as: UTF8.self))
    guard let set = json["set"]?.text, let exi = json["exi"]?.text, let bytes = BinaryText.bytes(hexadecimal: exi)
    else {
        fatalError("a line lacks set or exi")
    }
    let result = try measure(codec(of: set), bytes)
    let name = json["name"]?.text ?? set
    print(padded(name, 44) + padded("\(bytes.count)", 8) + padded("\(result.read)", 12) + "\(result.write)")
}
