// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import ISO15118

/// A certificate of OpenSSL's, read from DER. Never changes once it is read.
final class X509 {
    let pointer: OpaquePointer

    /// A certificate in a message has at most 800 bytes before ISO 15118-20 and 1600 in it; somebody's own may be longer.
    static let longest = 16_384

    /// - Returns: nil unless the bytes are one certificate and nothing else.
    init?(_ der: [UInt8]) {
        guard der.count <= Self.longest else { return nil }
        let found: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            var at = bytes.baseAddress
            guard let certificate = d2i_X509(nil, &at, bytes.count) else { return nil }
            guard let start = bytes.baseAddress, let at, at - start == bytes.count else {
                X509_free(certificate)
                return nil
            }
            return certificate
        }
        ERR_clear_error()
        guard let found else { return nil }
        pointer = found
    }

    deinit { X509_free(pointer) }

    var key: OpaquePointer? { X509_get0_pubkey(pointer) }
    var isAuthority: Bool { X509_check_ca(pointer) > 0 }
    var commonName: String? { entries(NID_commonName).first }
    /// What the PKI of ISO 15118 tells kinds of certificates apart by (ISO 15118-2:2014, annex F): “CPO”, “CPS”, “MO”…
    var domainComponents: [String] { entries(NID_domainComponent) }

    private func entries(_ kind: Int32) -> [String] {
        let name = X509_get_subject_name(pointer)
        var found: [String] = []
        var place = X509_NAME_get_index_by_NID(name, kind, -1)
        while place >= 0, found.count < 16 {
            if let text = Self.text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place))) { found.append(text) }
            place = X509_NAME_get_index_by_NID(name, kind, place)
        }
        return found
    }

    private static func text(_ value: UnsafeMutablePointer<ASN1_STRING>?) -> String? {
        var utf8: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&utf8, value)
        guard count >= 0, let utf8 else { return nil }
        defer { openssl_free_bytes(utf8) }
        return String(decoding: UnsafeBufferPointer(start: utf8, count: Int(count)), as: UTF8.self)
    }

    /// Whether its key may sign messages: what says nothing about its use may.
    var maySign: Bool { X509_get_key_usage(pointer) & UInt32(X509v3_KU_DIGITAL_SIGNATURE) != 0 }

    /// The subject key identifier; nil if it has none.
    var keyIdentifier: [UInt8]? { X509_get0_subject_key_id(pointer).map(Self.bytes) }

    /// As certificate requests name a root.
    var identifier: RootIdentifier? {
        guard let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(pointer), nil) else { return nil }
        defer { BN_free(number) }
        var serial = [UInt8](repeating: 0, count: (Int(BN_num_bits(number)) + 7) / 8)
        BN_bn2bin(number, &serial)
        guard let paper = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(paper) }
        guard openssl_print_name(paper, X509_get_issuer_name(pointer)) >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = BIO_read(paper, &bytes, Int32(bytes.count))
        guard count > 0 else { return nil }
        return RootIdentifier(issuer: String(decoding: bytes.prefix(Int(count)), as: UTF8.self), serial: serial)
    }

    /// Seconds since 1970; nil for a date that cannot be read.
    var end: Int64? {
        guard let time = X509_get0_notAfter(pointer), let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }

    private static func bytes(_ value: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        let count = Int(ASN1_STRING_length(value))
        guard count > 0, let start = ASN1_STRING_get0_data(value) else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }
}

extension RootIdentifier {
    /// - Parameter root: DER.
    /// - Returns: nil if it is no certificate.
    public init?(root: [UInt8]) {
        guard let found = X509(root)?.identifier else { return nil }
        self = found
    }
}

extension CertificateChain {
    /// The certificates of a PEM text, leaf first, at most 10; what stands between them is passed over.
    /// - Returns: nil if there is none, or one that cannot be read.
    public init?(pem: String) {
        let bytes = Array(pem.utf8)
        guard bytes.count <= 262_144, let paper = BIO_new_mem_buf(bytes, Int32(bytes.count)) else { return nil }
        defer {
            BIO_free(paper)
            ERR_clear_error()
        }
        var found: [[UInt8]] = []
        ERR_clear_error()
        while found.count < 10, let certificate = PEM_read_bio_X509(paper, nil, { _, _, _, _ in 0 }, nil) {
            found.append(Self.der(certificate))
            X509_free(certificate)
        }
        // Not to find another beginning is how a good text ends.
        guard found.count == 10 || ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE,
            let leaf = found.first, !found.contains([])
        else { return nil }
        self.init(leaf: leaf, authorities: Array(found.dropFirst()))
    }

    private static func der(_ certificate: OpaquePointer) -> [UInt8] {
        let count = i2d_X509(certificate, nil)
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = bytes.withUnsafeMutableBufferPointer { buffer in
            var at = buffer.baseAddress
            return i2d_X509(certificate, &at)
        }
        return written == count ? bytes : []
    }
}
