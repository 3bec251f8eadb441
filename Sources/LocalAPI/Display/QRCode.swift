// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// A QR code (ISO/IEC 18004) of bytes at error correction level M: square, dark or light.
struct QRCode: Equatable, Sendable {
    /// Modules in a row.
    let size: Int
    private var isDark: [Bool]
    /// Belongs to the pattern of the version, and is neither data nor masked.
    private var isFixed: [Bool]

    subscript(x: Int, y: Int) -> Bool { isDark[y * size + x] }

    /// - Returns: Nil for more bytes than the largest version holds.
    init?(_ bytes: [UInt8]) {
        guard let version = QRCodeCapacity.smallest(for: bytes.count) else { return nil }
        size = version.size
        isDark = Array(repeating: false, count: size * size)
        isFixed = isDark
        draw(version)
        fill(QRCodeWords.interleaved(bytes, version))
        chooseMask()
    }

    /// One path of a drawing in which each module is a square of the size one, row by row.
    var path: String {
        var path = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                let start = x
                while x < size, self[x, y] { x += 1 }
                if x > start { path += "M\(start) \(y)h\(x - start)v1h-\(x - start)z" }
                x += 1
            }
        }
        return path
    }

    // MARK: Patterns

    private mutating func set(_ x: Int, _ y: Int, _ dark: Bool) {
        isDark[y * size + x] = dark
        isFixed[y * size + x] = true
    }

    private mutating func draw(_ version: QRCodeCapacity) {
        for step in 0..<size {
            set(6, step, step % 2 == 0)
            set(step, 6, step % 2 == 0)
        }
        for (x, y) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(x, y) }
        let places = version.alignment
        for x in places {
            for y in places where !isCorner(x, y, places) { drawAlignment(x, y) }
        }
        // Reserves their place; what is written depends on the mask.
        drawFormat(0)
        drawVersion(version.number)
    }

    /// Where a finder is.
    private func isCorner(_ x: Int, _ y: Int, _ places: [Int]) -> Bool {
        guard let first = places.first, let last = places.last else { return true }
        return (x, y) == (first, first) || (x, y) == (first, last) || (x, y) == (last, first)
    }

    private mutating func drawFinder(_ centreX: Int, _ centreY: Int) {
        for dy in -4...4 {
            for dx in -4...4 {
                let (x, y) = (centreX + dx, centreY + dy)
                guard (0..<size).contains(x), (0..<size).contains(y) else { continue }
                let ring = max(abs(dx), abs(dy))
                set(x, y, ring != 2 && ring != 4)
            }
        }
    }

    private mutating func drawAlignment(_ centreX: Int, _ centreY: Int) {
        for dy in -2...2 {
            for dx in -2...2 { set(centreX + dx, centreY + dy, max(abs(dx), abs(dy)) != 1) }
        }
    }

    /// Level M is 00; 15 bits with a BCH code, twice.
    private mutating func drawFormat(_ mask: Int) {
        var rest = mask
        for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
        let bits = (mask << 10 | rest) ^ 0x5412
        func bit(_ index: Int) -> Bool { bits >> index & 1 == 1 }
        for index in 0...5 { set(8, index, bit(index)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for index in 9..<15 { set(14 - index, 8, bit(index)) }
        for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
        set(8, size - 8, true)
    }

    /// 18 bits with a BCH code, twice, from version 7 on.
    private mutating func drawVersion(_ number: Int) {
        guard number >= 7 else { return }
        var rest = number
        for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1f25 }
        let bits = number << 12 | rest
        for index in 0..<18 {
            let (far, near) = (size - 11 + index % 3, index / 3)
            set(far, near, bits >> index & 1 == 1)
            set(near, far, bits >> index & 1 == 1)
        }
    }

    // MARK: Data

    /// In columns of two from the right, upward and downward in turn; the column of the timing pattern is left out.
    private mutating func fill(_ words: [UInt8]) {
        var next = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            let isUpward = (right + 1) & 2 == 0
            for step in 0..<size {
                let y = isUpward ? size - 1 - step : step
                for x in [right, right - 1] where !isFixed[y * size + x] && next < words.count * 8 {
                    isDark[y * size + x] = words[next >> 3] >> (7 - next & 7) & 1 == 1
                    next += 1
                }
            }
            right -= 2
        }
    }

    private mutating func chooseMask() {
        let masked = (0..<8).map { mask in
            var code = self
            code.apply(mask)
            return code
        }
        if let best = masked.min(by: { $0.penalty < $1.penalty }) { self = best }
    }

    private mutating func apply(_ mask: Int) {
        drawFormat(mask)
        for y in 0..<size {
            for x in 0..<size where !isFixed[y * size + x] && Self.inverts(mask, x, y) { isDark[y * size + x].toggle() }
        }
    }

    private static func inverts(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
        switch mask {
        case 0: (x + y) % 2 == 0
        case 1: y % 2 == 0
        case 2: x % 3 == 0
        case 3: (x + y) % 3 == 0
        case 4: (x / 3 + y / 2) % 2 == 0
        case 5: x * y % 2 + x * y % 3 == 0
        case 6: (x * y % 2 + x * y % 3) % 2 == 0
        case _: ((x + y) % 2 + x * y % 3) % 2 == 0
        }
    }

    // MARK: Penalty

    /// How much the pattern would confuse a reader: long runs, blocks, things like finders, too much of one shade.
    private var penalty: Int {
        var sum = 0
        for line in 0..<size {
            sum += Self.penalty(of: (0..<size).map { self[$0, line] })
            sum += Self.penalty(of: (0..<size).map { self[line, $0] })
        }
        for y in 0..<(size - 1) {
            for x in 0..<(size - 1) where self[x, y] == self[x + 1, y] && self[x, y] == self[x, y + 1] {
                if self[x, y] == self[x + 1, y + 1] { sum += 3 }
            }
        }
        let dark = isDark.count(where: \.self)
        return sum + abs(dark * 20 - size * size * 10) / (size * size) * 10
    }

    private static let finderLike: [[Bool]] = {
        let finder = [true, false, true, true, true, false, true]
        let space = [false, false, false, false]
        return [finder + space, space + finder]
    }()

    private static func penalty(of line: [Bool]) -> Int {
        var sum = 0
        var run = 1
        for index in 1..<line.count {
            run = line[index] == line[index - 1] ? run + 1 : 1
            if run == 5 { sum += 3 } else if run > 5 { sum += 1 }
        }
        for start in 0...(line.count - 11) where finderLike.contains(Array(line[start..<(start + 11)])) { sum += 40 }
        return sum
    }
}
