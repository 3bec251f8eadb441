// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Foundation
import Glibc
import StationWork
import Synchronization

/// An installer that is a program of the system's owner: `PROGRAM FILE` installs, `PROGRAM --confirm` says after a restart whether what was
/// installed runs. What it prints goes to the daemon's standard error. It is ended when it takes longer than its time.
struct InstallerProgram: FirmwareInstaller {
    /// What its exit code says.
    enum Outcome: Int32 {
        /// Installed and in force.
        case done = 0
        /// Installed; in force once the gateway has been started again.
        case doneAtRestart = 2
        /// The file's contents are wrong.
        case unverified = 3
    }

    private let path: String
    private let patience: Duration

    /// - Parameter patience: How long it may take.
    init(_ path: String, patience: Duration = .seconds(1_800)) {
        self.path = path
        self.patience = patience
    }

    func install(_ file: String) async -> FirmwareInstallation {
        switch await run([file]) {
        case .failure(let fault): return .failed(fault.words)
        case .success(let code):
            switch Outcome(rawValue: code) {
            case .done: return .done(needsReboot: false)
            case .doneAtRestart: return .done(needsReboot: true)
            case .unverified: return .unverified("“\(path)” finds the contents of the file wrong.")
            case nil: return .failed("“\(path)” ended with exit code \(code).")
            }
        }
    }

    func runsNewFirmware() async -> Bool {
        guard case .success(0) = await run(["--confirm"]) else { return false }
        return true
    }

    private struct Fault: Error { let words: String }

    private func run(_ arguments: [String]) async -> Result<Int32, Fault> {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        let running = RunningProgram(process)
        let ended = AsyncStream.makeStream(of: Int32?.self)
        process.terminationHandler = { process in
            ended.continuation.yield(process.terminationReason == .exit ? process.terminationStatus : nil)
            ended.continuation.finish()
        }
        do { try process.run() } catch { return .failure(Fault(words: "“\(path)” cannot be started: \(error)")) }
        let watch = Task {
            try await Task.sleep(for: patience)
            running.end()
        }
        defer { watch.cancel() }
        // Not cancelled with its task: an installation that is cut short helps nobody.
        let code = await Task { await ended.stream.first { _ in true } ?? nil }.value
        guard !running.wasEnded else { return .failure(Fault(words: "“\(path)” took longer than \(patience).")) }
        guard let code else { return .failure(Fault(words: "“\(path)” was ended by a signal.")) }
        return .success(code)
    }
}

/// A started program that may be ended once.
private final class RunningProgram: @unchecked Sendable {
    private let process: Process
    private let isOver = Mutex(false)

    init(_ process: Process) { self.process = process }

    var wasEnded: Bool { isOver.withLock { $0 } }

    func end() {
        isOver.withLock { $0 = true }
        // It may have inherited a mask that holds back every other signal.
        kill(process.processIdentifier, SIGKILL)
    }
}
