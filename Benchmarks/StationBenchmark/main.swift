// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ChargingStation
import Electricity
import Glibc
import OCPP
import OCPP21
import StationStore

// What scripts/benchmark-backend cannot see from outside.
//
//     StationBenchmark fill FILE DAYS      a station of two EVSEs that was offline, an event a minute each, as its file
//     StationBenchmark commit FILE COUNT   how long one event takes until it survives a power cut

func nanoseconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Prints `name p50 p99 max` in microseconds.
func report(_ name: String, _ durations: [Double]) {
    let ordered = durations.sorted()
    guard let last = ordered.last else { return }
    let middle = ordered[ordered.count / 2]
    let late = ordered[min(ordered.count - 1, ordered.count * 99 / 100)]
    print(name, Int(middle / 1_000), Int(late / 1_000), Int(last / 1_000))
}

func timed(_ body: () throws -> Void) rethrows -> Double {
    let start = nanoseconds(of: CLOCK_MONOTONIC)
    try body()
    return nanoseconds(of: CLOCK_MONOTONIC) - start
}

func fill(_ file: String, days: Int) throws {
    let (store, _) = try StationStore.open(file: file)
    var station = OfflineStation(endingAt: WallTime(milliseconds: Int64(time(nil)) * 1_000), days: days)
    var count = 0
    for minute in 0..<(days * 1_440) {
        station.passMinute()
        // Each minute in the daemon; here only often enough to keep it out of memory.
        if minute.isMultiple(of: 500) { count += try station.write(to: store) }
    }
    station.unplug()
    count += try station.write(to: store)
    print("events", count)
    print("bytes", try store.size())
    print("microseconds_per_event", Int(station.handled / 1_000 / Double(max(1, count))))
    try store.close()
}

func commit(_ file: String, count: Int) throws {
    let (store, _) = try StationStore.open(file: file)
    var station = OfflineStation(endingAt: WallTime(milliseconds: Int64(time(nil)) * 1_000), days: 1 + count / 2_880)
    while station.appended.count < count { station.passMinute() }
    report(
        "commit",
        try station.appended.prefix(count).map { call in
            var changes = StationStore.Changes()
            changes.appended = [call]
            return try timed { try store.commit(changes) }
        })
    try store.close()
    report("fdatasync", syncs(file + ".sync", count: count))
}

/// What the disk itself takes for one page.
func syncs(_ file: String, count: Int) -> [Double] {
    let descriptor = open(file, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return [] }
    defer {
        close(descriptor)
        unlink(file)
    }
    let page = [UInt8](repeating: 0x5a, count: 4_096)
    return (0..<count).map { _ in
        timed {
            _ = write(descriptor, page, page.count)
            fdatasync(descriptor)
        }
    }
}

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 3, let number = arguments.last.flatMap({ Int($0) }), let file = arguments.dropFirst().first
else {
    fatalError("fill FILE DAYS or commit FILE COUNT")
}
switch arguments.first {
case "fill": try fill(file, days: number)
case "commit": try commit(file, count: number)
case _: fatalError("there is no such figure")
}
