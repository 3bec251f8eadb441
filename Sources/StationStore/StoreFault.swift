// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import GRDB

/// What is wrong with the file of a station, for its owner.
package struct StoreFault: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Problem: Equatable, Sendable {
        case corrupt(String)
        case diskFull
        case readOnly
        case locked
        case cannotOpen(String)
        case other(String)
    }
    package let file: String
    package let problem: Problem

    init(file: String?, _ problem: Problem) {
        self.file = file ?? "(memory)"
        self.problem = problem
    }

    init(_ error: any Error, file: String?) {
        guard let failure = error as? DatabaseError else {
            self = error as? StoreFault ?? StoreFault(file: file, .other("\(error)"))
            return
        }
        let words = failure.message ?? "result \(failure.extendedResultCode.rawValue)"
        let problem: Problem =
            switch failure.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(words)
            case .SQLITE_FULL: .diskFull
            case .SQLITE_READONLY, .SQLITE_PERM: .readOnly
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
            case .SQLITE_CANTOPEN, .SQLITE_AUTH: .cannotOpen(words)
            case _: .other(words)
            }
        self.init(file: file, problem)
    }

    var isCorruption: Bool {
        switch problem {
        case .corrupt: true
        case .diskFull, .readOnly, .locked, .cannotOpen, .other: false
        }
    }

    package var description: String {
        switch problem {
        case .corrupt(let words): "The station's file \(file) is broken (\(words))."
        case .diskFull: "The disk of \(file) is full. Make room: transaction events are kept in memory only."
        case .readOnly: "\(file) cannot be written. Let the user of the daemon write to it and its folder."
        case .locked: "\(file) is in use by another process. Does a second daemon run?"
        case .cannotOpen(let words): "\(file) cannot be opened (\(words)). Does its folder exist?"
        case .other(let words): "\(file): \(words)."
        }
    }
}
