// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc
import OCPP

// Arbitrary bytes to a whole station. The first byte chooses the version, and whether a car charges already; then follow
// lines, as `FuzzedStation.take` has them: frames of the backend, answers to what the station has asked, time, and what
// happens at the EVSE. Nothing may trap, and no call may be answered twice or not at all (scripts/fuzz).

func fail(_ words: String) -> Never { fatalError(words) }

/// Made once; each execution begins with a copy.
private let stations = [OCPPVersion.v16, .v201, .v21].flatMap { version in
    [false, true].map { FuzzedStation(version, isCharging: $0) }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = UnsafeBufferPointer(start: start + 1, count: count - 1)
    var station = stations[Int(start[0]) % stations.count]
    for line in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 23) { station.take(Array(line)) }
    return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
func run(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

// The package manager renames main.
@_cdecl("StationFuzz_main")
public func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    var count = count
    var arguments = arguments
    return run(&count, &arguments) { fuzz($0, $1) }
}
