// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity

/// Reads `journal`.
enum JournalReader {
    /// Two years whatever leap year lies in them (BK6-22-300 Annex 1, 7.3).
    private static let leastRetention = Interval.seconds(731 * 86_400)
    private static let mostRetention = Interval.seconds(3_660 * 86_400)

    static func journal(_ field: Field?) -> SiteConfiguration.Journal {
        var journal = SiteConfiguration.Journal()
        guard let mapping = field?.mapping(["file", "retention", "space"]) else { return journal }
        if let place = mapping["file"], let path = place.text() {
            if !path.hasPrefix("/") {
                place.error("expected an absolute path such as /var/lib/sluice/journal.sqlite, found “\(path)”")
            }
            journal.file = path
        }
        journal.retention = mapping["retention"]?.interval(atLeast: leastRetention, atMost: mostRetention)
        journal.space = mapping["space"].flatMap(space)
        return journal
    }

    /// `512 MB`, in bytes.
    private static func space(_ field: Field) -> Int? {
        let units = [("MB", 1_000_000), ("GB", 1_000_000_000)]
        let text = field.scalar ?? ""
        for (unit, bytes) in units where text.hasSuffix(unit) {
            let number = text.dropLast(unit.count).filter { $0 != " " }
            if let number = Int(number), number >= 1, number <= 1_000_000, number * bytes >= 16_000_000,
                number * bytes <= 1_000_000_000_000
            {
                return number * bytes
            }
        }
        field.error("expected a size from 16 MB to 1000 GB such as 512 MB, found \(field.value.kind)")
        return nil
    }
}
