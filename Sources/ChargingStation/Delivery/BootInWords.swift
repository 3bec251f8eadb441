// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

extension Station {
    /// How far the backend has let the station in, for people.
    package var bootInWords: String {
        switch boot.phase {
        case .offline: "not connected"
        case .asking: "connected"
        case .pending: "pending"
        case .rejected: "rejected"
        case .accepted: "accepted"
        }
    }
}
