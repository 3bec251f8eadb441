// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import JSONText
import OCPP
import OCPP16
import OCPP21

extension OCPPWord {
    /// The same word of another version; nil where it has none.
    init?(like other: some OCPPWord) { self.init(word: other.word) }
    /// The same word of another version, or what comes nearest.
    init(like other: some OCPPWord, or nearest: Self) { self = Self(word: other.word) ?? nearest }
}

/// 1.6 has one kind of token, up to 20 characters without regard to case; to the station all are cards, so that a card shown, a
/// card in the local list and a card a backend starts with are one.
enum Token16 {
    static let longest = 20

    static func raised(_ idTag: String) -> OCPP21.IdTokenType { .init(idToken: idTag, type: "ISO14443") }

    /// - Returns: Nil if it is too long to be known again.
    static func lowered(_ token: OCPP21.IdTokenType) -> String? {
        // Nobody was asked: there is no token, and 1.6 must have one.
        let text = token.idToken.isEmpty ? token.type : token.idToken
        return text.unicodeScalars.count <= longest ? text : nil
    }
}

extension OCPP21.IdTokenInfoType {
    init(_ info: OCPP16.IdTagInfoType) {
        self.init(
            status: .init(like: info.status, or: .invalid), cacheExpiryDateTime: info.expiryDate,
            groupIdToken: info.parentIdTag.map(Token16.raised))
    }
}

extension JSON {
    /// As the data of 1.6, which is text.
    var dataText: String {
        if let text { return text }
        var writer = JSONWriter()
        writer.tree(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension OCPP16.CertificateHashDataType {
    init(_ data: OCPP21.CertificateHashDataType) {
        self.init(
            hashAlgorithm: .init(like: data.hashAlgorithm, or: .sha256), issuerNameHash: data.issuerNameHash,
            issuerKeyHash: data.issuerKeyHash, serialNumber: data.serialNumber)
    }
}

extension OCPP21.CertificateHashDataType {
    init(_ data: OCPP16.CertificateHashDataType) {
        self.init(
            hashAlgorithm: .init(like: data.hashAlgorithm, or: .sha256), issuerNameHash: data.issuerNameHash,
            issuerKeyHash: data.issuerKeyHash, serialNumber: data.serialNumber)
    }
}
