// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Testing

@testable import SLAC

struct ManagementFrameTests {
    static let run = RunID(bits: 0x1122_3344_5566_7788)
    static let terms = SoundingTerms(sounds: 10, window: 6, forwarding: SLACBench.car, run: run)
    static let identity = MatchIdentity(car: SLACBench.car, station: SLACBench.station, run: run)
    static let profile = AttenuationProfile(flat: 0x14)
    static let messages: [ManagementMessage] =
        [
            .setKeyRequest(SLACBench.network(9)), .setKeyConfirm(result: 1), .slacParmRequest(run),
            .slacParmConfirm(terms),
            .startAttenChar(terms), .mnbcSound(Sound(remaining: 9, run: run, random: Array(1...16))),
            .attenProfile(car: SLACBench.car, profile),
            .attenChar(AttenuationReport(car: SLACBench.car, run: run, sounds: 10, profile: profile)),
            .attenCharResponse(AttenuationAnswer(car: SLACBench.car, run: run, result: 0)),
            .validateRequest(Validation(timer: 7, result: .ready)), .validateConfirm(toggles: 3, result: .success),
            .slacMatchRequest(identity), .slacMatchConfirm(identity, SLACBench.network(9)), .ampMapConfirm(result: 0),
        ] + [AmplitudeMap(count: 3, octets: [0xAB, 0x0C])].compactMap { $0.map { .ampMapRequest($0) } }

    static func frame(_ message: ManagementMessage) -> ManagementFrame {
        ManagementFrame(to: SLACBench.station, from: SLACBench.car, message)
    }

    /// Written down from an independent car (`struct.pack` of a Python script), not from our own writer.
    static let golden: [(ManagementMessage, head: String, length: Int)] = [
        (
            .slacParmRequest(run),
            "020000000051" + "0200000000e0" + "88e1" + "01" + "6460" + "0000" + "0000" + "1122334455667788", 60
        ),
        (
            .startAttenChar(terms),
            "0200000000510200000000e088e1016a600000" + "00000a0601" + "0200000000e0" + "1122334455667788", 60
        ),
        (
            .mnbcSound(Sound(remaining: 9, run: run, random: Array(1...16))),
            "0200000000510200000000e088e10176600000" + "0000" + zeros(17) + "09" + "1122334455667788" + zeros(8)
                + "0102030405060708090a0b0c0d0e0f10", 71
        ),
        (
            .attenProfile(car: SLACBench.car, profile),
            "0200000000510200000000e088e10186600000" + "0200000000e0" + "3a00" + String(repeating: "14", count: 58), 85
        ),
        (
            .attenCharResponse(AttenuationAnswer(car: SLACBench.car, run: run, result: 0)),
            "0200000000510200000000e088e1016f600000" + "0000" + "0200000000e0" + "1122334455667788" + zeros(35), 70
        ),
        (
            .slacMatchRequest(identity),
            "0200000000510200000000e088e1017c600000" + "0000" + "3e00" + zeros(17) + "0200000000e0" + zeros(17)
                + "020000000051" + "1122334455667788" + zeros(8), 85
        ),
    ]

    static func zeros(_ count: Int) -> String { String(repeating: "00", count: count) }

    @Test(arguments: golden)
    func `frames are those of an independent car`(_ message: ManagementMessage, _ head: String, _ length: Int) {
        let bytes = Self.frame(message).bytes
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == head + Self.zeros(length - head.count / 2))
        #expect(bytes.count == length)
    }

    /// The offsets an independent car reads an answer at, after the header of 19 octets.
    @Test func `answers have their fields where an independent car looks`() {
        let match = Array(Self.frame(.slacMatchConfirm(Self.identity, SLACBench.network(9))).bytes.dropFirst(19))
        #expect(Array(match[66..<73]) == SLACBench.network(9).id)
        #expect(Array(match[74..<90]) == SLACBench.network(9).key)
        let confirm = Array(Self.frame(.slacParmConfirm(Self.terms)).bytes.dropFirst(19))
        #expect(confirm[6] == 10)
        let report = AttenuationReport(car: SLACBench.car, run: Self.run, sounds: 10, profile: Self.profile)
        let characterisation = Array(Self.frame(.attenChar(report)).bytes.dropFirst(19))
        #expect(characterisation[2 + 6 + 8 + 17 + 17 + 1] == 58)
        let key = Array(Self.frame(.setKeyRequest(SLACBench.network(9))).bytes.dropFirst(19))
        #expect(Array(key[14..<21]) == SLACBench.network(9).id)
    }

    @Test(arguments: messages)
    func `what is written is read again`(_ message: ManagementMessage) throws {
        let frame = Self.frame(message)
        #expect(frame.bytes.count >= 60)
        #expect(try ManagementFrame(bytes: frame.bytes) == frame)
        // Whatever pads it.
        #expect(try ManagementFrame(bytes: frame.bytes + [0xFF, 0xFF]) == frame)
    }

    @Test(arguments: messages)
    func `a frame that ends too early is refused wherever it ends`(_ message: ManagementMessage) {
        let whole = Self.frame(message).bytes
        // Of a modem's answer only the result counts.
        let needed = if case .setKeyConfirm = message { 20 } else { 19 + message.payload.count }
        for length in 0..<needed {
            #expect(throws: FrameError.ended(at: length)) {
                _ = try ManagementFrame(bytes: Array(whole.prefix(length)))
            }
        }
    }

    @Test func `other frames are refused with their reason`() {
        let good = Self.frame(.slacParmRequest(Self.run)).bytes
        func changed(_ index: Int, _ value: UInt8) -> [UInt8] {
            var bytes = good
            bytes[index] = value
            return bytes
        }
        let table: [([UInt8], FrameError)] = [
            (changed(12, 0x86), .etherType(0x86E1)), (changed(14, 0), .version(0)), (changed(17, 1), .fragmented),
            (changed(15, 0x65 - 1 + 2), .unknown(0x6066)), (changed(16, 0xA0), .unknown(0xA064)),
            (changed(19, 1), .value(at: 20)), (changed(20, 1), .value(at: 21)),
            (good + Array(repeating: 0, count: 1_455), .tooLong(1_515)),
        ]
        for (bytes, error) in table {
            #expect(throws: error) { _ = try ManagementFrame(bytes: bytes) }
        }
    }

    @Test func `no mutation traps, and what is read can be written`() {
        var random = SLACRandom(state: 15_118)
        var read = 0
        for turn in 0..<60_000 {
            var bytes = Self.frame(Self.messages[turn % Self.messages.count]).bytes
            for _ in 0...Int(random.next() % 4) where !bytes.isEmpty {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                case _: bytes.removeLast(bytes.count - index - 1)
                }
            }
            guard let frame = try? ManagementFrame(bytes: bytes) else { continue }
            read += 1
            #expect((try? ManagementFrame(bytes: frame.bytes)) == frame)
        }
        #expect(read > 1_000)
    }

    @Test func `an average is that of each group, and of at most 255 sounds`() throws {
        var sum = AttenuationSum()
        #expect(sum.average == nil)
        sum.add(AttenuationProfile(flat: 255))
        sum.add(AttenuationProfile(flat: 4))
        #expect(sum.average == AttenuationProfile(flat: 129))
        for _ in 0..<300 { sum.add(AttenuationProfile(flat: 255)) }
        #expect(sum.sounds == 255)
        #expect(sum.average == AttenuationProfile(flat: 254))
    }
}
