// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXI
import EXIISO20
import Electricity
import Testing

@testable import ISO15118

struct FrameAssemblerTests {
    static let frame = V2GTPFrame(type: .dc, payload: [1, 2, 3])

    @Test func `a frame is eight bytes of header and its payload`() {
        #expect(Self.frame.bytes == [0x01, 0xFE, 0x80, 0x04, 0, 0, 0, 3, 1, 2, 3])
    }

    @Test func `frames come out whole however the bytes arrive`() throws {
        let stream = Self.frame.bytes + V2GTPFrame(type: .exi, payload: []).bytes + Self.frame.bytes
        for size in 1...stream.count {
            var assembler = FrameAssembler()
            var found: [V2GTPFrame] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                assembler.append(Array(stream[start..<min(start + size, stream.count)]))
                while let frame = try assembler.next() { found.append(frame) }
            }
            #expect(found.map(\.type) == [.dc, .exi, .dc])
            #expect(assembler.pending == 0)
        }
    }

    @Test(
        arguments: [
            ([0x02, 0xFD, 0x80, 0x01, 0, 0, 0, 0], V2GTPError.wrongVersion(0x02, 0xFD)),
            ([0x01, 0xFF, 0x80, 0x01, 0, 0, 0, 0], .wrongVersion(0x01, 0xFF)),
            ([0x01, 0xFE, 0x80, 0x00, 0, 0, 0, 0], .unknownPayloadType(0x8000)),
            ([0x01, 0xFE, 0x80, 0x01, 0, 1, 0, 1], .tooLong(65_537, atMost: 65_536)),
            ([0x01, 0xFE, 0x80, 0x01, 0xFF, 0xFF, 0xFF, 0xFF], .tooLong(4_294_967_295, atMost: 65_536)),
        ] as [([UInt8], V2GTPError)])
    func `after an error nothing is read any more`(header: [UInt8], error: V2GTPError) {
        var assembler = FrameAssembler()
        assembler.append(header)
        #expect(throws: error) { try assembler.next() }
        assembler.append(Self.frame.bytes)
        #expect(throws: error) { try assembler.next() }
        #expect(assembler.pending == 0)
    }
}

struct DiscoveryTests {
    static let address = [0xFE, 0x80] + Array(repeating: UInt8(0), count: 13) + [1]

    static func here(_ security: Discovery.Security, _ port: UInt16) throws -> Discovery.Response {
        try #require(Discovery.Response(address: address, port: port, security: security))
    }

    @Test func `a request for TLS over TCP is two zero bytes`() throws {
        let request = Discovery.Request(security: .tls)
        #expect(request.datagram == [0x01, 0xFE, 0x90, 0x00, 0, 0, 0, 2, 0x00, 0x00])
        #expect(try Discovery.Request(datagram: request.datagram) == request)
    }

    @Test func `a response carries address, port and security`() throws {
        let response = try Self.here(.none, 15_119)
        let expected: [UInt8] = [0x01, 0xFE, 0x90, 0x01, 0, 0, 0, 20] + Self.address + [0x3B, 0x0F, 0x10, 0x00]
        #expect(response.datagram == expected)
        #expect(try Discovery.Response(datagram: response.datagram) == response)
        #expect(Discovery.Response(address: [1, 2], port: 1, security: .tls) == nil)
    }

    @Test func `a car gets what it asked for, or else what there is`() throws {
        let plain = try Self.here(.none, 1)
        let secure = try Self.here(.tls, 2)
        #expect(Discovery.answer(.init(security: .tls), offered: [plain, secure]) == secure)
        #expect(Discovery.answer(.init(security: .none), offered: [plain, secure]) == plain)
        #expect(Discovery.answer(.init(security: .none), offered: [secure]) == secure)
        #expect(Discovery.answer(.init(security: .tls), offered: []) == nil)
    }

    @Test(
        arguments: [
            ([0x01, 0xFE, 0x90, 0x00, 0, 0, 0, 2, 0x01, 0x00], DiscoveryError.security(1)),
            ([0x01, 0xFE, 0x90, 0x00, 0, 0, 0, 2, 0x00, 0x10], .transport(0x10)),
            ([0x01, 0xFE, 0x90, 0x01, 0, 0, 0, 2, 0x00, 0x00], .unexpected(.discoveryResponse)),
            ([0x01, 0xFE, 0x90, 0x00, 0, 0, 0, 1, 0x00], .length(1, expected: 2)),
            ([0x01, 0xFE, 0x90, 0x00, 0, 0, 0, 2, 0x00], .frame(.wrongLength(announced: 2, found: 1))),
            ([0x01, 0xFE], .frame(.truncatedHeader(2))),
        ] as [([UInt8], DiscoveryError)])
    func `other datagrams are refused by name`(datagram: [UInt8], error: DiscoveryError) {
        #expect(throws: error) { try Discovery.Request(datagram: datagram) }
    }
}

struct ProtocolNegotiationTests {
    static func wanted(
        _ standard: Standard, _ priority: UInt8, id: UInt8, major: UInt32? = nil, minor: UInt32 = 0
    ) -> AppProtocol.AppProtocol {
        .init(
            protocolNamespace: standard.namespace, versionNumberMajor: major ?? standard.major,
            versionNumberMinor: minor, schemaID: id, priority: priority)
    }

    static func choose(_ wanted: [AppProtocol.AppProtocol], _ offered: [Standard]) -> ProtocolNegotiation.Choice? {
        ProtocolNegotiation.choose(.init(appProtocol: wanted), offered: offered)
    }

    @Test func `the car's priority decides, not the order of the list`() {
        let list = [Self.wanted(.din, 3, id: 7), Self.wanted(.iso20DC, 1, id: 8), Self.wanted(.iso2, 2, id: 9)]
        #expect(Self.choose(list, Standard.allCases)?.schemaID == 8)
        #expect(Self.choose(list, [.din, .iso2])?.standard == .iso2)
        #expect(Self.choose(list, [.iso20AC]) == nil)
    }

    @Test func `another minor version deviates, another major version does not count`() {
        let choice = Self.choose([Self.wanted(.iso2, 1, id: 1, minor: 3)], [.iso2])
        #expect(choice?.response.responseCode == .ok_SuccessfulNegotiationWithMinorDeviation)
        #expect(Self.choose([Self.wanted(.iso2, 1, id: 1, major: 3)], [.iso2]) == nil)
        #expect(ProtocolNegotiation.refusal.schemaID == nil)
    }

    @Test func `the car understands what was selected`() {
        let standards: [Standard] = [.iso20DC, .iso2]
        let request = ProtocolNegotiation.request(standards)
        let choice = ProtocolNegotiation.choose(request, offered: [.iso2])
        #expect(choice.flatMap { ProtocolNegotiation.selected($0.response, from: standards) } == .iso2)
        #expect(ProtocolNegotiation.selected(ProtocolNegotiation.refusal, from: standards) == nil)
    }
}

struct DecimalTests {
    @Test(arguments: [
        (0, 0, 0), (7_000, 7_000, 0), (-7_000, -7_000, 0), (150_000, 150_000, 0), (123_456, 123_450, 10),
    ])
    func `power survives the wire within its digits and never grows`(watts: Int, read: Int, error: Int) {
        let back = Power(ISO20.RationalNumber(Power.watts(watts)))
        #expect((back - .watts(read)).magnitude <= .watts(error))
        #expect(back.magnitude <= Power.watts(watts).magnitude)
    }

    @Test func `absurd numbers become the largest plausible ones`() {
        #expect(Power(value: .max, exponent: .max).milli == Power.plausible)
        #expect(Power(value: .min, exponent: .max).milli == -Power.plausible)
        #expect(Power(value: .max, exponent: .min) == .zero)
        #expect(Power(value: 0, exponent: .max) == .zero)
    }
}
