// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ISO15118
import Testing

@testable import V2GKeys

struct KeyTransportTests {
    static let name = "WSLUCE00000000001A"

    @Test func `a contract's key opens for the car it was sealed for in ISO 15118-2`() throws {
        let contract = try #require(World.key("contract", .p256))
        let sealed = try #require(contract.sealed(for: World.certificate("car", .p256)))
        #expect(sealed.encrypted.count == 48 && sealed.publicKey.count == 65)
        let car = try #require(World.key("car", .p256))
        let opened = try #require(car.open(sealed.encrypted, from: sealed.publicKey))
        #expect(opened.publicKey == contract.publicKey)
        // The cipher of ISO 15118-2 does not show damage; that the key is the certificate's has to.
        let other = try #require(World.key("contract-other", .p256))
        let wrong = other.open(sealed.encrypted, from: sealed.publicKey)
        #expect(wrong?.publicKey != contract.publicKey)
    }

    @Test func `a contract's key opens for the car it was sealed for in ISO 15118-20`() throws {
        let contract = try #require(World.key("contract", .p521))
        let leaf = World.certificate("contract", .p521)
        let sealed = try #require(
            contract.sealed(for: World.certificate("car", .p521), contract: leaf, provisioningID: Self.name))
        #expect(sealed.encrypted.count == 94 && sealed.publicKey.count == 133)
        let car = try #require(World.key("car", .p521))
        let opened = car.open(sealed.encrypted, from: sealed.publicKey, for: leaf, provisioningID: Self.name)
        #expect(opened?.publicKey == contract.publicKey)
        // Spelling does not count, but whose it is and for which contract does.
        let spelt = car.open(sealed.encrypted, from: sealed.publicKey, for: leaf, provisioningID: "wslu-ce00000000001a")
        #expect(spelt != nil)
        #expect(car.open(sealed.encrypted, from: sealed.publicKey, for: leaf, provisioningID: "W") == nil)
        let other = World.certificate("contract-other", .p521)
        #expect(car.open(sealed.encrypted, from: sealed.publicKey, for: other, provisioningID: Self.name) == nil)
        for index in sealed.encrypted.indices {
            var damaged = sealed.encrypted
            damaged[index] ^= 1
            #expect(car.open(damaged, from: sealed.publicKey, for: leaf, provisioningID: Self.name) == nil)
        }
    }

    @Test func `points that are none and keys of the wrong length do not open`() throws {
        let car = try #require(World.key("car", .p256))
        let sealed = try #require(World.key("contract", .p256)?.sealed(for: World.certificate("car", .p256)))
        var point = sealed.publicKey
        point[40] ^= 1
        for wrong in [[], [0], point, Array(point.dropLast()), [UInt8](repeating: 0, count: 65)] {
            #expect(car.open(sealed.encrypted, from: wrong) == nil)
        }
        for length in [0, 16, 47, 49] {
            #expect(car.open(Array(repeating: 1, count: length), from: sealed.publicKey) == nil)
        }
    }

    @Test func `a number beyond the curve is no key`() {
        #expect(PrivateKey(scalar: Array(repeating: 0, count: 32), .p256) == nil)
        #expect(PrivateKey(scalar: Array(repeating: 0xFF, count: 32), .p256) == nil)
        #expect(PrivateKey(scalar: Array(repeating: 1, count: 33), .p256) == nil)
        #expect(PrivateKey(scalar: Array(repeating: 1, count: 57), .ed448) == nil)
        #expect(PrivateKey(scalar: [1], .p256)?.profile == .p256)
    }

    @Test func `a text that is no key is refused, and an encrypted one asks nobody`() {
        #expect(PrivateKey(pem: "") == nil)
        #expect(PrivateKey(pem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") == nil)
        #expect(PrivateKey(pem: String(repeating: "A", count: 1 << 20)) == nil)
    }
}
