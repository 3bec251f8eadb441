// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One RAPI line without its carriage return: `$CC p1 p2 :SS^XX`.
struct RAPIFrame {
    /// The command without `$`, then its parameters; never empty.
    let words: [String]
    /// Two hexadecimal digits the reply repeats.
    let sequence: String?

    /// Nil where the checksum is wrong or nothing is left. A line without a checksum is accepted, as the firmware does.
    init?(_ line: [UInt8]) {
        guard line.first == 0x24, let body = Self.verified(line) else { return nil }
        var words = String(decoding: body.dropFirst(), as: UTF8.self).split(separator: " ").map(String.init)
        if let last = words.last, last.hasPrefix(":"), words.count > 1 {
            guard last.count == 3, last != ":00", UInt8(last.dropFirst(), radix: 16) != nil else { return nil }
            sequence = String(last.dropFirst())
            words.removeLast()
        } else {
            sequence = nil
        }
        guard !words.isEmpty else { return nil }
        self.words = words
    }

    /// `^XX` is the exclusive-or, `*XX` the older sum of every byte before it.
    private static func verified(_ line: [UInt8]) -> [UInt8]? {
        guard let mark = line.lastIndex(where: { $0 == 0x5E || $0 == 0x2A }) else { return line }
        let body = Array(line[..<mark])
        guard line.count - mark == 3,
            let expected = UInt8(String(decoding: line[(mark + 1)...], as: UTF8.self), radix: 16)
        else { return nil }
        let found = line[mark] == 0x5E ? body.reduce(0, ^) : body.reduce(0, &+)
        return found == expected ? body : nil
    }

    /// With checksum and carriage return.
    static func framed(_ text: String) -> [UInt8] {
        let body = Array(text.utf8)
        return body + [0x5E] + Array(hexadecimal(body.reduce(0, ^), digits: 2).utf8) + [0x0D]
    }
}

/// Upper case, padded with zeros.
func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
