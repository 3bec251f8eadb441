// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import LocalAPI

/// What an installer must know to change or reset the limitation scheme. Read anew each time, so that a changed file counts.
struct InstallerCode: Sendable {
    /// nil: nobody may.
    let file: String?

    func check(_ code: String) throws(APIProblem) {
        guard let file else {
            throw .conflict(
                "The limitation scheme is locked for good: no installer's code is set.",
                remedy: "Name a file with the code as “agreement.limitation_scheme.installer_code_file” and restart.")
        }
        let kept: String
        do {
            kept = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw .conflict(
                "The installer's code cannot be read from \(file).", remedy: "Let the daemon read the file: \(error).")
        }
        guard !kept.isEmpty, Self.isSame(Array(code.utf8), Array(kept.utf8)) else {
            throw APIProblem(
                status: 403, "The code is wrong.", remedy: "Ask the installer; the settings are as before.")
        }
    }

    /// Takes as long wherever the difference is.
    private static func isSame(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count else { return false }
        return zip(lhs, rhs).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
