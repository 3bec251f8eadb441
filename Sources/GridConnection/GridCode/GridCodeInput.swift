// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// What arrives for the functions of the grid code, all EVSEs of the site alike.
package enum GridCodeInput: Sendable, BitwiseCopyable {
    /// The plant's input to cease active power (EN 50549-1), IEEE 1547's cease to energise.
    case cease(InstructionID)
    /// The end of that order; delivery enters service anew.
    case permit(InstructionID)
}
