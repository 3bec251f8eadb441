// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc
import ISO15118

/// The inputs to start from: whole sessions of our car at our station, as either of them hears it.
func writeSeeds(to folder: String) {
    for byte in UInt8(0)..<128 where byte & 1 == 0 {
        var recording = Recording(Choice(byte: byte))
        recording.run()
        write([byte] + recording.heardByStation, to: "\(folder)/session-\(byte)-station")
        write([byte | 1] + recording.heardByVehicle, to: "\(folder)/session-\(byte)-vehicle")
    }
}

private func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "w") else { fatalError("cannot write “\(path)”") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
}

private struct Recording {
    private(set) var heardByStation: [UInt8] = []
    private(set) var heardByVehicle: [UInt8] = []
    private var station: StationSession
    private var vehicle: VehicleSession
    private var now = Instant(nanoseconds: 0)

    init(_ choice: Choice) {
        station = StationSession(
            offer: choice.offer, sessionID: sessionID, contracts: choice.stationContracts, at: now, wallTime: wallTime)
        vehicle = VehicleSession(choice.plan, contracts: choice.vehicleContracts, at: now, wallTime: wallTime)
    }

    mutating func run() {
        obey(vehicle.start(at: now))
        for _ in 0..<200 where vehicle.phase != .ended && !station.isEnded {
            now = now + .milliseconds(100)
            obey(vehicle.advance(to: now))
        }
    }

    private mutating func obey(_ outputs: [VehicleOutput]) {
        for case .send(let bytes) in outputs {
            heardByStation += Script.step(bytes)
            obey(station.receive(bytes, at: now))
        }
    }

    private mutating func obey(_ outputs: [StationOutput]) {
        for output in outputs {
            switch output {
            case .send(let frame):
                heardByVehicle += Script.step(frame.bytes)
                obey(vehicle.receive(frame.bytes, at: now))
            case .authorise, .authoriseContract: obey(station.handle(.authorisation(.granted), at: now))
            case .certificate: obey(station.handle(.certificate(.unavailable), at: now))
            case .checkCable: obey(station.handle(.insulation(.valid), at: now))
            case .contactors(let state): obey(station.handle(.contactors(state), at: now))
            case .operate(let point):
                guard point != .off else { continue }
                obey(station.handle(.charger(voltage: .volts(400), current: .amperes(1)), at: now))
            case .schedules: obey(station.handle(.schedules([]), at: now))
            case .select, .receipt, .need, .profile, .end: break
            }
        }
    }
}
