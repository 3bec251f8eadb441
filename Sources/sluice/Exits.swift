// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import Foundation
import LocalAPI

// The exit codes of sysexits.h that users meet; 64, usage, is ArgumentParser's own.
extension ExitCode {
    static let unreadable = ExitCode(65)
    static let unavailable = ExitCode(69)
    static let internalFault = ExitCode(70)
    static let protocolBroken = ExitCode(76)
    static let configuration = ExitCode(78)
}

/// For people: standard error, so that data stays alone on standard output.
func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// Runs a command against the daemon and turns its failures into one message and the exit code they stand for.
func asking(_ client: APIClient, _ body: @escaping @Sendable (APIClient) async throws -> Void) throws {
    do {
        try client.conversing(body)
    } catch let error as APIClientError {
        say("sluice: \(error)")
        throw error.isUnavailable ? ExitCode.unavailable : ExitCode(64)
    }
}
