// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

/// One backend and the link to it.
package struct BackendStatus: Codable, Hashable, Sendable {
    package var name: String
    package var url: String
    package var identity: String
    /// `in-charge` or `reading`.
    package var role: String
    package var isConnected: Bool
    /// `not connected`, `connected`, `pending`, `rejected` or `accepted`.
    package var state: String
    /// Of OCPP, as spoken now or last; absent before the first link.
    package var version: String?
    package var securityProfile: Int
    /// Messages that must not be lost and are not answered yet.
    package var queue: Int
    /// Messages that are forgotten with the link.
    package var waiting: Int
    /// Why there is no link, or why the last one ended.
    package var lastError: String?

    package init(
        name: String, url: String, identity: String, role: String, isConnected: Bool, state: String, version: String?,
        securityProfile: Int, queue: Int, waiting: Int, lastError: String?
    ) {
        self.name = name
        self.url = url
        self.identity = identity
        self.role = role
        self.isConnected = isConnected
        self.state = state
        self.version = version
        self.securityProfile = securityProfile
        self.queue = queue
        self.waiting = waiting
        self.lastError = lastError
    }

    enum CodingKeys: String, CodingKey {
        case name, url, identity, role, state, version, queue, waiting
        case isConnected = "connected"
        case securityProfile = "security_profile"
        case lastError = "last_error"
    }
}
