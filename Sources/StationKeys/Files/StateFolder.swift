// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Glibc

/// A folder of small files that only we may read. What is written is there as a whole or not at all, also after a power
/// failure.
package struct StateFolder: Sendable {
    package let path: String
    /// Longer files are not ours.
    static let longest = 1 << 20

    /// Makes the folder if it is missing; its parent must exist.
    package init(_ path: String) throws(KeyFault) {
        self.path = path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Self.fault(path) }
    }

    package func file(_ name: String) -> String { path + "/" + name }

    func exists(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

    /// - Returns: Nil if there is no such file.
    package func read(_ name: String) throws(KeyFault) -> [UInt8]? {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.fault(file(name))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.fault(file(name)) }
            guard count > 0 else { return bytes }
            bytes += piece.prefix(count)
            guard bytes.count <= Self.longest else {
                throw .tooLong(what: file(name), bytes: bytes.count, most: Self.longest)
            }
        }
    }

    /// Beside its place first, then renamed, so that nobody ever sees half of it.
    package func write(_ bytes: [UInt8], to name: String) throws(KeyFault) {
        let beside = file("." + name + ".new")
        unlink(beside)
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.fault(beside) }
        let isWritten = Self.writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isWritten else {
            unlink(beside)
            throw Self.fault(beside, failure)
        }
        try rename(beside, to: file(name))
    }

    func move(_ name: String, to other: String) throws(KeyFault) { try rename(file(name), to: file(other)) }

    /// A file that is missing is removed already.
    package func remove(_ name: String) throws(KeyFault) {
        guard unlink(file(name)) == 0 || errno == ENOENT else { throw Self.fault(file(name)) }
        try settle()
    }

    /// In the order of their names, without what was being written when the power failed.
    func names() throws(KeyFault) -> [String] {
        guard let folder = opendir(path) else { throw Self.fault(path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private func rename(_ from: String, to other: String) throws(KeyFault) {
        guard Glibc.rename(from, other) == 0 else { throw Self.fault(other) }
        try settle()
    }

    /// Names are on disk only once the folder is.
    private func settle() throws(KeyFault) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.fault(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.fault(path) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private static func fault(_ path: String, _ code: Int32 = errno) -> KeyFault {
        .fileFailed(path: path, words: String(cString: strerror(code)))
    }
}
