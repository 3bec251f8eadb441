// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// What an update looks like through a restart; and of one that has ended, what was said last.
struct KeptFirmware: OCPPObject {
    var request: UpdateFirmwareRequest?
    var phase: String
    var attempt: Int
    var lastStatus: FirmwareStatusEnumType?
    var lastID: Int?

    static let fields: [StaticString] = ["request", "phase", "attempt", "lastStatus", "lastID"]

    init(_ updates: FirmwareUpdates) {
        (lastStatus, lastID) = (updates.lastStatus, updates.lastID)
        request = updates.current?.request
        (phase, attempt) = updates.current?.phase.kept ?? ("ended", 0)
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        var phase: String?
        attempt = 0
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: request = try UpdateFirmwareRequest(from: &reader)
            case 1: phase = try reader.text(20)
            case 2: attempt = try reader.integer(0, FirmwareUpdate.mostRetries)
            case 3: lastStatus = try reader.word(FirmwareStatusEnumType.self)
            case _: lastID = try reader.integer()
            }
        }
        guard let phase else { throw reader.missing("phase", members) }
        self.phase = phase
    }

    func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.object("request", request)
        writer.text("phase", phase)
        writer.integer("attempt", attempt)
        writer.word("lastStatus", lastStatus)
        writer.integer("lastID", lastID)
        writer.endObject()
    }

    /// Nil if nothing was going on.
    var update: FirmwareUpdate? {
        guard let request, let phase = FirmwareUpdate.Phase(kept: phase, attempt: attempt) else { return nil }
        return FirmwareUpdate(request, phase: phase)
    }
}

extension FirmwareUpdate.Phase {
    fileprivate var kept: (String, Int) {
        switch self {
        case .begun: ("begun", 0)
        case .scheduled: ("scheduled", 0)
        case .downloading(let attempt): ("downloading", attempt)
        case .pausing(let attempt, _): ("downloading", attempt)
        case .verifying: ("verifying", 0)
        case .waiting(let isAnnounced): ("waiting", isAnnounced ? 1 : 0)
        case .installing: ("installing", 0)
        case .installed: ("installed", 0)
        case .rebooting: ("rebooting", 0)
        case .confirming: ("confirming", 0)
        case .ended: ("ended", 0)
        }
    }

    fileprivate init?(kept: String, attempt: Int) {
        switch kept {
        case "begun": self = .begun
        case "scheduled": self = .scheduled
        case "downloading": self = .downloading(attempt: attempt)
        case "verifying": self = .verifying
        case "waiting": self = .waiting(isAnnounced: attempt > 0)
        case "installing": self = .installing
        case "installed": self = .installed
        case "rebooting": self = .rebooting
        case "confirming": self = .confirming
        case _: return nil
        }
    }
}
