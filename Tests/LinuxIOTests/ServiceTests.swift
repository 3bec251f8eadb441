// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import Glibc
import LinuxIO
import Testing

extension OneAtATime {
    struct ServiceTests {
        /// A service manager's socket; what is sent to it can be read back.
        private func withManager(_ body: (_ receive: () -> String) throws -> Void) throws {
            let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let path = "/tmp/sluice-notify-\(getpid())"
            unlink(path)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(bound == 0)
            setenv("NOTIFY_SOCKET", path, 1)
            defer {
                unsetenv("NOTIFY_SOCKET")
                unlink(path)
            }
            try body {
                var buffer = [UInt8](repeating: 0, count: 1_024)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
            }
        }

        @Test func `the service manager hears readiness, life, reloads and the end`() throws {
            #expect(!ServiceNotifier.isSupervised)
            #expect(!ServiceNotifier.ready())
            try withManager { receive in
                #expect(ServiceNotifier.isSupervised)
                #expect(ServiceNotifier.ready(status: "3 chargers"))
                #expect(receive() == "READY=1\nSTATUS=3 chargers")
                ServiceNotifier.alive()
                #expect(receive() == "WATCHDOG=1")
                ServiceNotifier.status("one\nREADY=1")
                #expect(receive() == "STATUS=one READY=1")
                ServiceNotifier.reloading()
                #expect(receive().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
                ServiceNotifier.stopping()
                #expect(receive() == "STOPPING=1")
            }
        }

        @Test(arguments: [("30000000", nil, 30_000), ("30000000", "1", nil), ("0", nil, nil), ("x", nil, nil)])
        func `the watchdog's interval is that of this process`(text: String, pid: String?, milliseconds: Int?) {
            setenv("WATCHDOG_USEC", text, 1)
            setenv("WATCHDOG_PID", pid ?? String(getpid()), 1)
            defer {
                unsetenv("WATCHDOG_USEC")
                unsetenv("WATCHDOG_PID")
            }
            #expect(ServiceNotifier.watchdogInterval() == milliseconds.map { .milliseconds($0) })
        }

        @Test func `signals arrive as values on the thread that waits`() {
            let thread = PlainThread(name: "signals") {
                let watch = SignalWatch()
                #expect(watch.next(until: .distantPast) == nil)
                // To this thread alone: the process has others that do not block them.
                pthread_kill(pthread_self(), SIGHUP)
                #expect(watch.next() == .hangUp)
                pthread_kill(pthread_self(), SIGTERM)
                pthread_kill(pthread_self(), SIGINT)
                #expect(
                    Set([watch.next(until: .distantFuture), watch.next(until: .distantFuture)])
                        == [.terminate, .interrupt])
            }
            thread.join()
        }

        @Test func `the limit of open files is lowered and never raised`() throws {
            let before = try DescriptorLimit.cap(at: 1 << 30)
            let lowered = try DescriptorLimit.cap(at: min(before, 4_096))
            #expect(lowered == min(before, 4_096))
            #expect(try DescriptorLimit.cap(at: 1 << 30) == lowered)
        }
    }
}
