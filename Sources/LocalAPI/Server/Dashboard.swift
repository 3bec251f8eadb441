// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// The dashboard: one page that brings everything with it and lives on the event stream.
enum Dashboard {
    static let html = "<!doctype html>"
}
