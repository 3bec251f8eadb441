// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXITables
import Testing

@testable import EXI

@Suite struct DamagedMessageTests {
    static let rounds = 260

    @Test func `every truncation is refused with the position of its end`() {
        for vector in Vector.all where vector.bytes.count < 200 {
            guard let type = Codec.type(vector.set, vector.kind) else { continue }
            for length in 0..<vector.bytes.count {
                let bytes = Array(vector.bytes[..<length])
                let result = Result { try type.decode(bytes, lenientAboutFullLists: false) }
                guard case .failure(let error as EXIError) = result else {
                    Issue.record("\(vector) cut to \(length) bytes is read as \(result)")
                    continue
                }
                #expect((0...length * 8).contains(error.bit), "\(vector) cut to \(length) bytes: \(error)")
            }
        }
    }

    /// Whatever 100,000 damaged messages still mean, it is a value that can be written and read back.
    @Test func `damaged messages are refused, or read as something that is written and read again alike`() {
        var mutation = Mutation(seed: 1)
        for vector in Vector.all {
            guard let type = Codec.type(vector.set, vector.kind) else { continue }
            for _ in 0..<Self.rounds {
                let bytes = mutation.damaged(vector.bytes)
                do throws(EXIError) {
                    let complaint = try Self.complaint(type, bytes)
                    #expect(complaint == nil, "\(vector) \(BinaryText.hexadecimal(bytes))")
                } catch {
                    #expect((0...bytes.count * 8).contains(error.bit), "\(vector): \(error)")
                }
            }
        }
    }

    private static func complaint(_ type: (some EXIBody).Type, _ bytes: [UInt8]) throws(EXIError) -> String? {
        let body = try type.decode(bytes, lenientAboutFullLists: false)
        do throws(EXIError) {
            let again = try type.decode(try body.encode())
            return again == body ? nil : "\(again)"
        } catch { return error.description }
    }

    @Test func `tables and generated codecs agree about damaged messages`() {
        var mutation = Mutation(seed: 2)
        for vector in Vector.all {
            guard let type = Codec.type(vector.set, vector.kind), let table = Vector.tables[vector.set] else {
                continue
            }
            for _ in 0..<12 {
                let bytes = mutation.damaged(vector.bytes)
                let generated = Result { try type.decode(bytes, lenientAboutFullLists: false) }
                let interpreted = Result { try table.decode(bytes, as: vector.kind) }
                switch (generated, interpreted) {
                case (.success(let body), .success(let json)):
                    #expect(Likeness(value: body).matches(json), "\(vector) \(BinaryText.hexadecimal(bytes)): \(json)")
                case (.success, .failure(let error)):
                    Issue.record("\(vector) \(BinaryText.hexadecimal(bytes)): only the table refuses it: \(error)")
                case (.failure(let error as EXIError), .success):
                    #expect(
                        error.isOfNoUse,
                        "\(vector) \(BinaryText.hexadecimal(bytes)): only the codec refuses it: \(error)")
                case (.failure, _): break
                }
            }
        }
    }
}

extension EXIError {
    /// Refused though the schema knows it: roots and elements that V2G does not use.
    fileprivate var isOfNoUse: Bool {
        switch reason {
        case .unsupported: true
        case .unexpectedEvent(_, let type):
            type.description.hasSuffix("Document") || type.description.hasSuffix("Fragment")
        case .itemCount(_, _, let most, _): most == BitReader.mostItems
        default: false
        }
    }
}
