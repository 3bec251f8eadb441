// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import EXITables
import Testing

@testable import EXI

@Suite struct VectorTests {
    @Test func `there are vectors of every set, and a table for each`() {
        #expect(Set(Vector.all.map(\.set)) == Set(Vector.tables.keys))
        #expect(Vector.all.count >= 200)
    }

    @Test func `generated codecs read every vector as an independent codec meant it`() {
        expectNone(Vector.all) { vector throws in
            guard let type = Codec.type(vector.set, vector.kind) else { return "has no codec" }
            let body = try type.decode(vector.bytes)
            return Likeness(value: body).matches(vector.json) ? nil : "reads as \(body)"
        }
    }

    @Test func `generated codecs write the bytes of an independent codec`() {
        expectNone(Vector.all.filter { !$0.isForReading }) { vector throws in
            guard let type = Codec.type(vector.set, vector.kind) else { return "has no codec" }
            let bytes = try type.decode(vector.bytes).encode()
            return bytes == vector.bytes ? nil : "is written as \(BinaryText.hexadecimal(bytes))"
        }
    }

    @Test func `tables read every vector as an independent codec meant it`() {
        expectNone(Vector.all) { vector throws in
            guard let table = Vector.tables[vector.set] else { return "has no table" }
            let json = try table.decode(vector.bytes, as: vector.kind)
            return json.sorted == vector.json.sorted ? nil : "reads as \(json)"
        }
    }

    @Test func `tables write the bytes of an independent codec`() {
        expectNone(Vector.all.filter { !$0.isForReading }) { vector throws in
            guard let table = Vector.tables[vector.set] else { return "has no table" }
            let bytes = try table.encode(vector.json, as: vector.kind)
            return bytes == vector.bytes ? nil : "is written as \(BinaryText.hexadecimal(bytes))"
        }
    }

    @Test func `full lists of an encoder that takes them for loops are read as meant`() {
        expectNone(Vector.all.filter { $0.loopingBytes != nil }) { vector throws in
            guard let type = Codec.type(vector.set, vector.kind), let bytes = vector.loopingBytes else { return "" }
            let body = try type.decode(bytes)
            return Likeness(value: body).matches(vector.json) ? nil : "reads as \(body)"
        }
    }

    private func expectNone(_ vectors: [Vector], _ complaint: (Vector) throws -> String?) {
        var complaints: [String] = []
        for vector in vectors {
            do {
                if let text = try complaint(vector) { complaints.append("\(vector) \(text)") }
            } catch {
                complaints.append("\(vector): \(error)")
            }
        }
        #expect(
            complaints.isEmpty,
            "\(complaints.count) of \(vectors.count): \(complaints.prefix(8).joined(separator: "\n"))")
    }
}
