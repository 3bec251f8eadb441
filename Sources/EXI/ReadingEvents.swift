// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

// Event codes. Every state has one code more than it has productions: the escape to undeclared content, because the
// grammars of ISO 15118 are not strict. A state with one production therefore costs one bit.

extension BitReader {
    /// The header of an EXI document without options and without cookie.
    public mutating func header() throws(EXIError) {
        let first = try bits(8)
        guard first == 0x80 else {
            throw EXIError(bit: 0, reason: .notEXI(header: UInt8(truncatingIfNeeded: first)))
        }
    }

    /// The code of the next event, in a state whose codes have `width` bits.
    public mutating func event(_ width: Int) throws(EXIError) -> Int { Int(try bits(width)) }

    /// The only production of a state: an element that must come, or the end.
    public mutating func only(in type: EXIError.Name) throws(EXIError) {
        guard try bits(1) == 0 else { throw failure(.undeclaredContent(in: type)) }
    }

    /// One certain event of a state whose codes have `width` bits.
    public mutating func expect(_ code: Int, of width: Int, in type: EXIError.Name) throws(EXIError) {
        let found = Int(try bits(width))
        guard found == code else { throw failure(.unexpectedEvent(code: found, type: type)) }
    }

    /// All productions before the one that must come were counted off `event`.
    public func require(_ event: Int, in type: EXIError.Name) throws(EXIError) {
        guard event == 0 else { throw failure(.unexpectedEvent(code: event, type: type)) }
    }

    public func unexpected(_ event: Int, in type: EXIError.Name) -> EXIError {
        failure(.unexpectedEvent(code: event, type: type))
    }

    /// Something with a code of its own that is not read here.
    public func refuse(_ event: Int, _ name: EXIError.Name) throws(EXIError) {
        if event == 0 { throw failure(.unsupported(name)) }
    }

    public func abstract(_ name: EXIError.Name) -> EXIError { failure(.abstract(name)) }

    /// The event after the `count`-th item of a list: 0 is one more item, 1 is the first production after the list.
    ///
    /// EXI unrolls a bounded list, so the state after the last allowed item knows no further item and its codes may be
    /// narrower (`full` instead of `open` bits). Some encoders stay in the loop; a lenient reader follows them.
    public mutating func eventAfterItem(
        _ count: Int, of bounds: ClosedRange<Int>, open: Int, full: Int, _ name: EXIError.Name
    ) throws(EXIError) -> Int {
        if count < bounds.lowerBound {
            guard try bits(1) == 0 else { throw failure(itemCount(count, bounds, name)) }
            return 0
        }
        if count < bounds.upperBound { return Int(try bits(open)) }
        guard isLenientAboutFullLists else { return Int(try bits(full)) + 1 }
        let event = Int(try bits(open))
        guard event > 0 else { throw failure(itemCount(count + 1, bounds, name)) }
        return event
    }

    /// After an item of a list that the schema does not bound: at most `BitReader.mostItems` are read.
    public mutating func eventAfterItem(
        _ count: Int, width: Int, _ name: EXIError.Name
    ) throws(EXIError) -> Int {
        let event = Int(try bits(width))
        if event == 0, count >= Self.mostItems { throw failure(itemCount(count + 1, 0...Self.mostItems, name)) }
        return event
    }

    /// Most items read of a list that the schema leaves unbounded; the largest bound of ISO 15118-2.
    public static var mostItems: Int { 1_024 }

    private func itemCount(_ count: Int, _ bounds: ClosedRange<Int>, _ name: EXIError.Name) -> EXIError.Reason {
        .itemCount(count, atLeast: bounds.lowerBound, atMost: bounds.upperBound, of: name)
    }
}
