// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import Electricity
import OCPP
import OCPP21

/// The upload of a log that is going on (N01). It begins anew after a restart, so that the backend hears its end.
struct LogUpload: Equatable, Sendable {
    enum Phase: Equatable, Sendable {
        case uploading
        case pausing(until: Instant)
    }
    let request: GetLogRequest
    let filename: String
    var attempt = 0
    var phase = Phase.uploading

    static let usualRetries = 3
    static let usualRetryInterval = 60
    static let mostRetries = 100
    static let longestRetryInterval = 86_400

    init(_ request: GetLogRequest, filename: String) {
        self.request = request
        self.filename = filename
    }

    /// N01.FR.21, N01.FR.29.
    var location: String {
        let given = request.log.remoteLocation
        return given.hasSuffix("/") ? given + filename : given
    }

    /// - Returns: Whether there is another attempt.
    mutating func retry(at now: Instant) -> Bool {
        guard attempt < min(max(request.retries ?? Self.usualRetries, 0), Self.mostRetries) else { return false }
        attempt += 1
        let pause = min(max(request.retryInterval ?? Self.usualRetryInterval, 0), Self.longestRetryInterval)
        phase = .pausing(until: now + .seconds(pause))
        return true
    }

    /// As it goes on after a restart.
    init?(kept: [String: [UInt8]], at now: Instant) {
        guard let kept = KeptUpload(keptBytes: kept[Self.key]) else { return nil }
        self.init(kept.request, filename: kept.filename)
        phase = .pausing(until: now)
    }

    static let key = "log-upload"
    var keptBytes: [UInt8] { KeptUpload(request: request, filename: filename).keptBytes }

    var deadline: Instant? {
        switch phase {
        case .uploading: nil
        case .pausing(let until): until
        }
    }
}

private struct KeptUpload: OCPPObject {
    let request: GetLogRequest
    let filename: String

    static let fields: [StaticString] = ["request", "filename"]

    init(request: GetLogRequest, filename: String) {
        self.request = request
        self.filename = filename
    }

    init(from reader: inout PayloadReader) throws(Violation) {
        var members = try reader.object()
        var request: GetLogRequest?
        var filename: String?
        while let field = try reader.field(of: Self.fields, &members) {
            switch field {
            case 0: request = try GetLogRequest(from: &reader)
            case _: filename = try reader.text(255)
            }
        }
        guard let request else { throw reader.missing("request", members) }
        guard let filename else { throw reader.missing("filename", members) }
        self.init(request: request, filename: filename)
    }

    func write(to writer: inout PayloadWriter) {
        writer.beginObject()
        writer.object("request", request)
        writer.text("filename", filename)
        writer.endObject()
    }
}

extension Station {
    /// N01.FR.01, N01.FR.02, N01.FR.03, N01.FR.04, N01.FR.05, N01.FR.12, N01.FR.20.
    mutating func answer(_ request: GetLogRequest, _ id: MessageID) {
        switch request.logType {
        case .diagnosticsLog, .securityLog: break
        case .dataCollectorLog:
            let info = StatusInfoType(reasonCode: "NoDataCollector")
            return emit(.answer(id, .getLog(GetLogResponse(status: .rejected, statusInfo: info))))  // N01.FR.05
        }
        let upload = LogUpload(request, filename: filename(of: request))
        let status: LogStatusEnumType = logUpload == nil ? .accepted : .acceptedCanceled
        emit(.answer(id, .getLog(GetLogResponse(status: status, filename: upload.filename))))
        if let former = logUpload { cancel(former) }
        logUpload = upload
        emit(.keep(key: LogUpload.key, upload.keptBytes))
        say(.uploading)  // N01.FR.08
        beginUpload(upload)
    }

    /// Sorts by time and tells stations apart; only characters that every server and file system takes.
    private func filename(of request: GetLogRequest) -> String {
        let station = (setup.serialNumber ?? setup.model).filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-")
        }
        return "\(request.logType.word)-\(station.prefix(40))-\(now.seconds)-\(request.requestId).log"
    }

    private mutating func cancel(_ former: LogUpload) {
        emit(.host(.log(.cancel(requestID: former.request.requestId))))
        say(.acceptedCanceled, nil, .durable)
    }

    private mutating func beginUpload(_ upload: LogUpload) {
        let content: LogUploadOrder.Content
        let (oldest, latest) = (upload.request.log.oldestTimestamp, upload.request.log.latestTimestamp)
        switch upload.request.logType {
        case .securityLog: content = .file(security.log.file(from: oldest, until: latest))  // N01.FR.03
        case .diagnosticsLog, .dataCollectorLog: content = .diagnostics(from: oldest, until: latest)  // N01.FR.04
        }
        let order = LogUploadOrder(
            requestID: upload.request.requestId, content: content, filename: upload.filename,
            location: upload.location)
        emit(.host(.log(.upload(order))))
    }

    mutating func take(_ report: LogReport) {
        switch report {
        case .uploaded(let id):
            guard logUpload?.request.requestId == id else { return }
            endUpload(.uploaded)  // N01.FR.09
        case .failed(let id, let failure, let reason):
            guard logUpload?.request.requestId == id, logUpload?.retry(at: now.monotonic) == false else { return }
            endUpload(UploadLogStatusEnumType(failure), reason)  // N01.FR.10, once no attempt is left.
        }
    }

    private mutating func endUpload(_ status: UploadLogStatusEnumType, _ reason: String? = nil) {
        say(status, reason, .durable)
        logUpload = nil
        emit(.keep(key: LogUpload.key, nil))
    }

    mutating func advanceLogUpload() {
        guard var upload = logUpload, let at = upload.deadline, now.monotonic >= at else { return }
        upload.phase = .uploading
        logUpload = upload
        beginUpload(upload)
    }

    /// N01.FR.07.
    private mutating func say(
        _ status: UploadLogStatusEnumType, _ reason: String? = nil, _ kind: CallClass = .triggered
    ) {
        let info = reason.map {
            StatusInfoType(reasonCode: String(status.word.prefix(20)), additionalInfo: String($0.prefix(500)))
        }
        let request = LogStatusNotificationRequest(
            status: status, requestId: logUpload?.request.requestId, statusInfo: info)
        call(.logStatusNotification(request), kind)
    }

    /// F06: Idle, unless something is being uploaded (N01.FR.13).
    mutating func triggerLogStatus() {
        say(logUpload == nil ? .idle : .uploading)
    }
}

extension UploadLogStatusEnumType {
    init(_ failure: LogReport.Failure) {
        switch failure {
        case .badMessage: self = .badMessage
        case .permissionDenied: self = .permissionDenied
        case .notSupportedOperation: self = .notSupportedOperation
        case .uploadFailure: self = .uploadFailure
        }
    }
}
