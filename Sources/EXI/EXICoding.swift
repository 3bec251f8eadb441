// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// An enumeration of a schema; the raw value is its index in schema order.
public protocol EXIEnumeration: RawRepresentable<UInt8>, CaseIterable, Equatable, Sendable, CustomStringConvertible {
    /// The schema's words, by raw value.
    static var words: [String] { get }
}

extension EXIEnumeration {
    public var description: String { Self.words[Int(rawValue)] }

    public init?(word: String) {
        guard let index = Self.words.firstIndex(of: word) else { return nil }
        self.init(rawValue: UInt8(index))
    }
}

/// Content of an element: what stands between its start event and its end event, the end included.
public protocol EXIContent: Equatable, Sendable {
    init(from input: inout BitReader) throws(EXIError)
    func encode(to output: inout BitWriter) throws(EXIError)
}

/// What stands between the header and the end of a message: a document with its root element, or a fragment.
public protocol EXIBody: Equatable, Sendable {
    init(fromBody input: inout BitReader) throws(EXIError)
    func encodeBody(to output: inout BitWriter) throws(EXIError)
}

extension EXIBody {
    public static func decode(_ bytes: [UInt8]) throws(EXIError) -> Self {
        do throws(EXIError) { return try decode(bytes, lenientAboutFullLists: false) } catch {
            // Read again as an encoder means it that does not unroll lists; if that fails too, the first error counts.
            do throws(EXIError) { return try decode(bytes, lenientAboutFullLists: true) } catch _ { throw error }
        }
    }

    /// - Parameter lenientAboutFullLists: Read lists with all the items they may have as encoders write them that take
    ///   a bounded list for a loop. The two readings exclude each other where a list is full.
    public static func decode(_ bytes: [UInt8], lenientAboutFullLists: Bool) throws(EXIError) -> Self {
        var input = BitReader(bytes, lenientAboutFullLists: lenientAboutFullLists)
        try input.header()
        let body = try Self(fromBody: &input)
        try input.endOfMessage()
        return body
    }

    public func encode() throws(EXIError) -> [UInt8] {
        var output = BitWriter()
        output.header()
        try encodeBody(to: &output)
        return output.finish()
    }
}
