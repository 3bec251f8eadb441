// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore
import NIOPosix

extension APIClient {
    /// Carries a conversation to its end while the calling thread waits: for a command line, whose main thread runs no
    /// asynchronous code.
    package func conversing<Answer: Sendable>(
        _ body: @escaping @Sendable (APIClient) async throws -> Answer
    ) throws -> Answer {
        try MultiThreadedEventLoopGroup.singleton.any().makeFutureWithTask { try await body(self) }.wait()
    }
}
