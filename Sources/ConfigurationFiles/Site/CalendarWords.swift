// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// Days of the week or months as people write them: `mon`, `mon-fri`, `[sat, sun]`. A range may run past the end of the
/// week or year, `nov-feb`.
struct CalendarWords {
    let names: [String]
    let example: String

    static let days = CalendarWords(
        names: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], example: "mon-fri or [sat, sun]")
    static let months = CalendarWords(
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
        example: "nov-feb or [jun, jul]")

    /// Bit 0 is Monday or January.
    func bits(_ field: Field) -> UInt16? {
        guard case .list = field.value.content else { return range(field) }
        guard let items = field.list() else { return nil }
        guard !items.isEmpty else {
            field.error("the list is empty; write for example \(example)")
            return nil
        }
        return items.reduce(0) { $0 | (range($1) ?? 0) }
    }

    private func range(_ field: Field) -> UInt16? {
        let words = (field.scalar ?? "").lowercased().split(separator: "-", omittingEmptySubsequences: false)
        let places = words.map { word in names.firstIndex { $0 == word.filter { $0 != " " } } }
        guard places.count <= 2, let first = places.first ?? nil, let last = places.last ?? nil else {
            field.error("expected \(names.listed) or several such as \(example), found \(field.value.kind)")
            return nil
        }
        let length = (last - first + names.count) % names.count
        return (0...length).reduce(0) { $0 | 1 << UInt16((first + $1) % names.count) }
    }
}

extension Field {
    /// Seconds since midnight.
    /// - Parameter allowsMidnightAtEnd: `24:00` is a time too.
    func timeOfDay(allowsMidnightAtEnd: Bool) -> Int? {
        let parts = (scalar ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap {
            $0.utf8.count <= 2 && $0.utf8.allSatisfy("0123456789".utf8.contains) ? Int($0) : nil
        }
        if parts.count == 2, numbers.count == 2, (0..<24).contains(numbers[0]), (0..<60).contains(numbers[1]) {
            return numbers[0] * 3_600 + numbers[1] * 60
        }
        if allowsMidnightAtEnd, parts.count == 2, numbers == [24, 0] { return 86_400 }
        error(
            "expected a time of day from \"00:00\" to \"\(allowsMidnightAtEnd ? "24:00" : "23:59")\", found \(value.kind)"
        )
        return nil
    }
}
