// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import ArgumentParser
import ConfigurationFiles
import Foundation
import Gateway
import Logging

extension ProfileLibrary {
    static func here() -> ProfileLibrary {
        standard(
            searchPath: ProcessInfo.processInfo.environment["SLUICE_PROFILES"],
            executable: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments.first)
    }
}

extension ConfigurationCheck {
    /// Prints everything that is wrong or worth knowing.
    /// - Throws: Exit code 78 where something is wrong.
    func report() throws -> SiteConfiguration {
        for notice in notices { say("notice: \(notice)") }
        for error in errors { say("\(error)") }
        guard let site else { throw ExitCode.configuration }
        return site
    }
}

extension Logger {
    /// Structured lines on standard error, in text or JSON; the last of them in `recent` too.
    static func make(_ log: SiteConfiguration.Log, _ recent: RecentLog) -> Logger {
        let level = Logger.Level(rawValue: log.level.rawValue) ?? .info
        return Logger(label: "sluice") { _ in LineLog(isJSON: log.format == .json, recent: recent, logLevel: level) }
    }
}
