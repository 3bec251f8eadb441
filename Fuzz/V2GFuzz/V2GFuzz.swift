// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc

// Whole sessions: several frames of a hostile car at a station, or of a hostile station at a car, with owners who speak
// and time that passes in between. The first byte chooses the session (`Choice`), the rest is a `Script`.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let choice = Choice(byte: start[0])
    var script = Script(Array(UnsafeBufferPointer(start: start + 1, count: count - 1))[...])
    if choice.isVehicle {
        var vehicle = FuzzedVehicle(choice)
        vehicle.run(&script)
    } else {
        var station = FuzzedStation(choice)
        station.run(&script)
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
@_cdecl("V2GFuzz_main")
public func main(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
    if let folder = getenv("SLUICE_FUZZ_SEEDS") {
        writeSeeds(to: String(cString: folder))
        return 0
    }
    var count = count
    var arguments = arguments
    return run(&count, &arguments) { fuzz($0, $1) }
}
