// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The name of a value in a payload and of its column in the export. The unit is part of the name.
enum Field: String, CaseIterable, Sendable {
    case event
    case instruction = "instruction_id"
    case channel, who, direction, scope, evse, mechanism
    case limit = "limit_W"
    case limitCurrent = "limit_A"
    case importLimit = "import_W"
    case exportLimit = "export_W"
    case importCurrent = "import_A"
    case exportCurrent = "export_A"
    case source, reason
    case starts = "starts_utc"
    case duration = "duration_s"
    case effectiveAfter = "effective_after_ms"
    case floor = "floor_W"
    case outcome
    case belowMinimum = "below_minimum"
    case supersededBy = "superseded_by"
    case target = "target_W"
    case steps
    case minute = "minute_utc"
    case mean = "mean_W"
    case least = "min_W"
    case greatest = "max_W"
    case controllable = "controllable_mean_W"
    case samples
    case covered = "covered_s"
    case clock
    case setting
    case oldValue = "old_value"
    case newValue = "new_value"
    case function, state, detail
    case before = "before_utc"
    case after = "after_utc"
    case version
    case chain
    case through = "through_sequence"
    case throughHash = "through_hash"
    case removed
    case from = "from_utc"
    case to = "to_utc"
    case expected = "expected_sequence"
    case expectedHash = "expected_hash"
    case found = "found_sequence"
    case file
}

/// One value of a payload.
enum FieldValue: Hashable, Sendable {
    case text(String)
    case whole(Int64)
    /// Thousandths of the unit, written as an exact decimal number of whole units.
    case thousandths(Int64)
    case flag(Bool)
    case time(Int64)
    case steps([DecisionRecord.Step])
}
