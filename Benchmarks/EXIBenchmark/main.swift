// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import CAllocationCount
import EXI
import EXIDIN
import EXIISO2
import EXIISO20
import EXITables
import Glibc
import JSONText

// What it takes to read and to write each message of a file of JSON lines with name, set, exi. A line each: name, bytes,
// nanoseconds of thread time to read, to write, allocations of reading, of writing; tabs in between (scripts/benchmark-exi).
//
// The median of many rounds, each long enough for the clock.

func threadTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

func median(_ body: () throws(EXIError) -> Void) throws(EXIError) -> Int {
    let repetitions = 2_000
    var rounds: [Double] = []
    for _ in 0..<41 {
        let start = threadTime()
        for _ in 0..<repetitions { try body() }
        rounds.append((threadTime() - start) / Double(repetitions))
    }
    return Int(rounds.sorted()[rounds.count / 2])
}

/// Calls to malloc, calloc, realloc; what is freed is counted too, so that a value made and dropped counts twice.
func allocations(_ body: () throws(EXIError) -> Void) throws(EXIError) -> Int {
    try body()
    sluice_begin_allocation_count()
    let outcome = Result { () throws(EXIError) in try body() }
    let count = sluice_end_allocation_count()
    try outcome.get()
    return Int(count)
}

/// The compiler must not find out that nobody needs the value.
@inline(never) @_optimize(none) func use<Value>(_ value: borrowing Value) {}

struct Figures { var read_ns = 0, write_ns = 0, readCalls = 0, writeCalls = 0 }

func measure(_ type: (some EXIBody).Type, _ bytes: [UInt8]) throws(EXIError) -> Figures {
    let body = try type.decode(bytes)
    func read() throws(EXIError) { use(try type.decode(bytes)) }
    func write() throws(EXIError) { use(try body.encode()) }
    return Figures(
        read_ns: try median(read), write_ns: try median(write), readCalls: try allocations(read),
        writeCalls: try allocations(write))
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

guard CommandLine.arguments.count == 2 else { fatalError("give the file of messages") }
guard let file = fopen(CommandLine.arguments[1], "r") else { fatalError("cannot read \(CommandLine.arguments[1])") }
var text: [UInt8] = []
while case let byte = getc(file), byte != EOF { text.append(UInt8(truncatingIfNeeded: byte)) }

for line in text.split(separator: UInt8(ascii: "\n")) {
    let json = try JSON.parse(String(decoding: line, as: UTF8.self))
    guard let set = json["set"]?.text, let exi = json["exi"]?.text, let bytes = BinaryText.bytes(hexadecimal: exi)
    else {
        fatalError("a line lacks set or exi")
    }
    let result = try measure(codec(of: set), bytes)
    print(
        json["name"]?.text ?? set, bytes.count, result.read_ns, result.write_ns, result.readCalls, result.writeCalls,
        separator: "\t")
}
