// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Power against the limits on both sides of zero, in characters:
/// `▕░░░░░░░░░░│█████▌·········▏`.
struct PowerBar {
    /// Characters between the ends, shared between export and import by the size of their limits.
    let width: Int

    /// - Parameter power: nil draws the empty channel.
    func text(_ power: Power?, export: Power, import: Power) -> String {
        let (export, `import`) = (max(export, .zero), max(`import`, .zero))
        let span = export + `import`
        guard span > .zero else { return "▕" + String(repeating: "·", count: width) + "▏" }
        let left = Self.share(of: export, in: span, cells: width - 1)
        let right = width - 1 - left
        let delivered = Self.cells(power.map { -$0 }, of: export, in: left)
        let drawn = Self.cells(power, of: `import`, in: right)
        return "▕" + row("·", left - delivered) + row("█", delivered) + "│" + row("█", drawn) + row("·", right - drawn)
            + "▏"
    }

    /// Whether it is more than the limit of its direction.
    static func exceeds(_ power: Power, export: Power?, import: Power?) -> Bool {
        if let `import`, power > `import` { return true }
        if let export, power < -export { return true }
        return false
    }

    private func row(_ character: Character, _ count: Int) -> String {
        String(repeating: character, count: max(count, 0))
    }

    /// Filled cells on one side; anything above zero shows, and only the whole limit fills it.
    private static func cells(_ power: Power?, of limit: Power, in cells: Int) -> Int {
        guard let power, power > .zero, cells > 0 else { return 0 }
        guard power < limit else { return cells }
        return max(share(of: power, in: limit, cells: cells), 1)
    }

    /// `cells × part / whole`, rounded down, without overflow for any plausible power.
    private static func share(of part: Power, in whole: Power, cells: Int) -> Int {
        Int(part.inUnits / whole.inUnits * Double(cells))
    }
}
