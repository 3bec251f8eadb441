// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation

/// A file of text that a person wrote.
enum TextFile {
    /// Why it cannot be read, and what to do, from what `String(contentsOfFile:encoding:)` threw.
    static func complaint(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file; check the path"
        case .fileReadNoPermission?: "the file may not be read; check its owner and permissions"
        case .fileReadInapplicableStringEncoding?, .fileReadCorruptFile?:
            "the file is no UTF-8 text; save it in that encoding"
        default: "the file cannot be read: \(error.localizedDescription)"
        }
    }
}
