// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A JSON object of a schema: a message, or a data type inside one.
public protocol OCPPObject: Equatable, Sendable {
    /// - Throws: At the first thing the schema does not allow, in the order of the text; what is missing comes last.
    init(from reader: inout PayloadReader) throws(Violation)
    /// Writes the object as it is. Whether it keeps to the schema is asked by reading it (`Conversation` does).
    func write(to writer: inout PayloadWriter)
}

/// A closed list of words.
public protocol OCPPWord: Hashable, Sendable, CaseIterable, RawRepresentable where RawValue == UInt8 {
    /// The words in the order of `rawValue`.
    static var words: [StaticString] { get }
}

extension OCPPWord {
    public var word: String { Self.words[Int(rawValue)].description }

    public init?(word: String) {
        guard let index = Self.words.firstIndex(where: { $0.description == word }) else { return nil }
        self.init(rawValue: UInt8(index))
    }
}

/// All requests one party may receive, with their answers.
public protocol RequestSet: Equatable, Sendable {
    associatedtype Action: OCPPWord
    associatedtype Response: Equatable, Sendable

    static var version: OCPPVersion { get }
    /// Reads the payload that comes next.
    static func read(_ action: Action, from reader: inout PayloadReader) throws(Violation) -> Self
    static func readResponse(to action: Action, from reader: inout PayloadReader) throws(Violation) -> Response
    var action: Action { get }
    func write(to writer: inout PayloadWriter)
    static func action(of response: Response) -> Action
    static func write(_ response: Response, to writer: inout PayloadWriter)
    /// Whether it goes as SEND and is never answered (OCPP 2.1 part 4, 4.2.4).
    static func isUnanswered(_ action: Action) -> Bool
}
