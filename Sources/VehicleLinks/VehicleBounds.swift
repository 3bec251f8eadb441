// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import NIOCore

/// What bounds the links to cars. The length of a frame is bounded by ISO15118's `FrameAssembler`, silence by its machines.
package struct VehicleBounds: Hashable, Sendable {
    /// Connections that have not yet begun a session: without a first byte, or within the TLS handshake.
    package var halfOpen = 4
    /// From the connection to its first byte.
    package var firstByte = Duration.seconds(10)
    package var handshake = Duration.seconds(8)
    /// Bytes of answers the peer has not taken; as many again with the kernel.
    package var unsentBytes = 64 * 1_024
    /// What the peer may take to hang up after the last answer.
    package var closing = Duration.seconds(2)
    /// Commands the charging point has not carried out. Only a point that hangs lets them grow.
    package var commands = 64
    /// Discovery answers in one second.
    package var answersPerSecond = 20
    /// A car's discovery: requests, and the wait for an answer to each, as implementations have them.
    package var discoveryRequests = 50
    package var discoveryWait = Duration.milliseconds(250)
    /// A car's wait for the TCP connection.
    package var connecting = Duration.seconds(5)

    package init() {}
}
