// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import OCPP

extension Array {
    /// What can be said of each item, at most `most`; nil if that is nothing.
    func lowered<Old>(_ most: Int, _ lower: (Element) -> Old?) -> [Old]? {
        var items: [Old] = []
        for element in self where items.count < most {
            if let item = lower(element) { items.append(item) }
        }
        return items.isEmpty ? nil : items
    }
}

extension Array {
    func lowered<Old>(_ lower: (Element) -> Old?) -> [Old]? { lowered(.max, lower) }
}

extension String {
    /// Its beginning, in characters as the schemas count them.
    func cut(_ most: Int) -> String {
        unicodeScalars.count <= most ? self : String(String.UnicodeScalarView(unicodeScalars.prefix(most)))
    }
}

extension DecimalNumber {
    /// Without the fraction.
    var whole: Int { thousandths.map { Int($0 / 1_000) } ?? Int(description.prefix { $0 != "." }) ?? 0 }
}
