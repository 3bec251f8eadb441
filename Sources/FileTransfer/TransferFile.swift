// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc
import NIOCore

/// A file that is being received: beside its place until it is whole, for us alone.
final class ReceivedFile {
    private let path: String
    private let descriptor: Int32
    private var isOpen = true
    private(set) var count = 0

    private var beside: String { path + ".part" }

    init(at path: String) throws(TransferFault) {
        self.path = path
        descriptor = open(path + ".part", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault(path) }
    }

    deinit {
        guard isOpen else { return }
        close(descriptor)
        unlink(path + ".part")
    }

    func append(_ piece: ByteBuffer) throws(TransferFault) {
        let isWritten = piece.withUnsafeReadableBytes { bytes in
            var done = 0
            while done < bytes.count {
                let written = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                done += written
            }
            return true
        }
        guard isWritten else { throw Self.fault(path) }
        count += piece.readableBytes
    }

    /// It is whole: on disk, and in its place.
    func finish() throws(TransferFault) {
        guard fsync(descriptor) == 0 else { throw Self.fault(path) }
        isOpen = false
        close(descriptor)
        guard rename(beside, path) == 0 else { throw Self.fault(path) }
    }

    private static func fault(_ path: String) -> TransferFault {
        .fileFailed(path: path, words: String(cString: strerror(errno)))
    }
}
