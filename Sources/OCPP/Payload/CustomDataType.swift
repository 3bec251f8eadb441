// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText

/// What a vendor adds to any object of 2.x: the one data type open to members of any name.
public struct CustomDataType: OCPPObject {
    /// At most 255 characters.
    public var vendorId: String
    public var others: [JSON.Member]

    public init(vendorId: String, others: [JSON.Member] = []) {
        self.vendorId = vendorId
        self.others = others
    }

    public init(from reader: inout PayloadReader) throws(Violation) {
        let members = try reader.object()
        var found: [JSON.Member] = []
        var vendorId: String?
        var isFirst = true
        while let (name, place) = try reader.anyField(&isFirst) {
            if name == "vendorId" {
                guard vendorId == nil else { throw Violation(.repeatedField, at: place) }
                vendorId = try reader.text(255)
            } else {
                guard !found.contains(where: { $0.key == name }) else { throw Violation(.repeatedField, at: place) }
                guard found.count < Self.mostMembers else {
                    throw Violation(.tooMany(most: Self.mostMembers), at: members.start)
                }
                found.append(JSON.Member(name, try reader.any()))
            }
        }
        guard let vendorId else { throw reader.missing("vendorId", members) }
        self.vendorId = vendorId
        others = found
    }

    /// More is refused, so that looking for repeated names stays cheap.
    static let mostMembers = 100

    public func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.text("vendorId", vendorId)
        writer.members(others)
        writer.endObject()
    }
}
