// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension ManagementMessage {
    /// - Parameter type: MMTYPE.
    init(type: UInt16, _ reader: inout FrameReader) throws(FrameError) {
        switch type {
        case 0x6008: self = .setKeyRequest(try reader.keyRequest())
        case 0x6009: self = .setKeyConfirm(result: try reader.octet())
        case 0x601C: self = .ampMapRequest(try reader.amplitudeMap())
        case 0x601D: self = .ampMapConfirm(result: try reader.octet())
        case 0x6064:
            try reader.application()
            self = .slacParmRequest(try reader.run())
        case 0x6065: self = .slacParmConfirm(try reader.parameters())
        case 0x606A: self = .startAttenChar(try reader.start())
        case 0x606E: self = .attenChar(try reader.report())
        case 0x606F: self = .attenCharResponse(try reader.reportAnswer())
        case 0x6076: self = .mnbcSound(try reader.sound())
        case 0x6078:
            let (timer, result) = try reader.validation()
            self = .validateRequest(Validation(timer: timer, result: result))
        case 0x6079:
            let (toggles, result) = try reader.validation()
            self = .validateConfirm(toggles: toggles, result: result)
        case 0x607C: self = .slacMatchRequest(try reader.identity(length: 0x3E))
        case 0x607D: self = .slacMatchConfirm(try reader.identity(length: 0x56), try reader.network())
        case 0x6086: self = try reader.profileIndication()
        case let other: throw .unknown(other)
        }
    }
}

extension FrameReader {
    /// Application “PEV-EVSE matching”, no security; another is ignored ([V2G3-A09-41], [V2G3-A09-47]).
    fileprivate mutating func application() throws(FrameError) {
        try expect(UInt8(0))
        try expect(UInt8(0))
    }

    fileprivate mutating func keyRequest() throws(FrameError) -> LogicalNetwork {
        try expect(UInt8(1))
        try skip(8 + 1 + 2 + 1 + 1)
        let id = try octets(7)
        try skip(1)
        return try network(id, try octets(16))
    }

    /// The identifier has an octet of padding here.
    fileprivate mutating func network() throws(FrameError) -> LogicalNetwork {
        let id = try octets(7)
        try skip(1)
        return try network(id, try octets(16))
    }

    private func network(_ id: [UInt8], _ key: [UInt8]) throws(FrameError) -> LogicalNetwork {
        guard let network = LogicalNetwork(id: id, key: key) else { throw .value(at: position) }
        return network
    }

    fileprivate mutating func amplitudeMap() throws(FrameError) -> AmplitudeMap {
        let count = try littleEndian16()
        guard let map = AmplitudeMap(count: count, octets: try octets((Int(count) + 1) / 2)) else {
            throw .value(at: position)
        }
        return map
    }

    fileprivate mutating func parameters() throws(FrameError) -> SoundingTerms {
        try skip(6)
        let (sounds, window) = (try octet(), try octet())
        try expect(UInt8(1))
        let forwarding = try address()
        try application()
        return SoundingTerms(sounds: sounds, window: window, forwarding: forwarding, run: try run())
    }

    /// Another number of sounds or time than the standard's 10 and 600 ms is taken as it is, but for none at all.
    fileprivate mutating func start() throws(FrameError) -> SoundingTerms {
        try application()
        let (sounds, window) = (try octet(), try octet())
        guard sounds > 0, window > 0 else { throw .value(at: position) }
        try expect(UInt8(1))
        let forwarding = try address()
        return SoundingTerms(sounds: sounds, window: window, forwarding: forwarding, run: try run())
    }

    fileprivate mutating func sound() throws(FrameError) -> Sound {
        try application()
        try skip(17)
        let remaining = try octet()
        let run = try run()
        try skip(8)
        return Sound(remaining: remaining, run: run, random: try octets(16))
    }

    fileprivate mutating func profileIndication() throws(FrameError) -> ManagementMessage {
        let car = try address()
        try expect(UInt8(AttenuationProfile.groups))
        try skip(1)
        return .attenProfile(car: car, try profile())
    }

    fileprivate mutating func report() throws(FrameError) -> AttenuationReport {
        try application()
        let car = try address()
        let run = try run()
        try skip(34)
        let sounds = try octet()
        try expect(UInt8(AttenuationProfile.groups))
        return AttenuationReport(car: car, run: run, sounds: sounds, profile: try profile())
    }

    private mutating func profile() throws(FrameError) -> AttenuationProfile {
        guard let profile = AttenuationProfile(try octets(AttenuationProfile.groups)) else {
            throw .value(at: position)
        }
        return profile
    }

    fileprivate mutating func reportAnswer() throws(FrameError) -> AttenuationAnswer {
        try application()
        let car = try address()
        let run = try run()
        try skip(34)
        return AttenuationAnswer(car: car, run: run, result: try octet())
    }

    /// The signal is the control pilot.
    fileprivate mutating func validation() throws(FrameError) -> (UInt8, ValidationResult) {
        try expect(UInt8(0))
        let number = try octet()
        guard let result = ValidationResult(rawValue: try octet()) else { throw .value(at: position) }
        return (number, result)
    }

    fileprivate mutating func identity(length: UInt16) throws(FrameError) -> MatchIdentity {
        try application()
        try expect(length)
        let carID = try octets(17)
        let car = try address()
        let stationID = try octets(17)
        let station = try address()
        let run = try run()
        try skip(8)
        return MatchIdentity(car: car, station: station, run: run, carID: carID, stationID: stationID)
    }
}
