// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Sluice authors

import COpenSSL
import Electricity
import Glibc
import OCPP21

extension KeyStore {
    /// Whether a signing certificate is the manufacturer's (L01.FR.12, L01.FR.21): it leads to a manufacturer's root
    /// and is valid now.
    @discardableResult
    package func checkSigningCertificate(_ text: String, at now: WallTime) throws(KeyFault) -> Certificate {
        let chain = try Certificate.all(in: Array(text.utf8), what: "The firmware signing certificate")
        guard let leaf = chain.first else { throw .wrongCount(what: "The certificate", found: 0, wanted: "one") }
        let use = InstallCertificateUseEnumType.manufacturerRootCertificate
        let check = ChainCheck(kind: use.words, roots: try roots(use).map(\.certificate), now: now.seconds)
        _ = try check.path(of: leaf, through: Array(chain.dropFirst()))
        return leaf
    }

    /// Whether the signature fits the whole file (L01.FR.04): SHA-256 with RSA-PSS, as the standard has it, with the
    /// older padding of PKCS #1, or with ECDSA. ECSchnorr, which OpenSSL does not have, is not supported.
    /// - Parameter signature: In Base64.
    package func checkFirmware(
        _ path: String, signature: String, certificate: String, at now: WallTime
    ) throws(KeyFault) {
        let signer = try checkSigningCertificate(certificate, at: now)
        guard let bytes = Base64.bytes(signature) else { throw .signatureUnreadable }
        let digest = try FileDigest.sha256(of: path)
        guard FirmwareSignature(bytes).fits(digest, signer) else { throw .signatureWrong(subject: signer.subject) }
    }
}

enum FileDigest {
    /// Of a file of any length, read in pieces.
    package static func sha256(of path: String) throws(KeyFault) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fileFailed(path: path, words: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        guard let state = EVP_MD_CTX_new(), EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1 else {
            throw .openSSLFailed(doing: "hashing a file", words: OpenSSLWords.take())
        }
        defer { EVP_MD_CTX_free(state) }
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .fileFailed(path: path, words: String(cString: strerror(errno))) }
            guard count > 0 else { break }
            EVP_DigestUpdate(state, piece, count)
        }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard EVP_DigestFinal_ex(state, &digest, &length) == 1 else {
            throw .openSSLFailed(doing: "hashing a file", words: OpenSSLWords.take())
        }
        return Array(digest.prefix(Int(length)))
    }
}

struct FirmwareSignature {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func fits(_ digest: [UInt8], _ certificate: Certificate) -> Bool {
        guard let key = X509_get0_pubkey(certificate.x509) else { return false }
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: return fits(digest, key, RSA_PKCS1_PSS_PADDING) || fits(digest, key, RSA_PKCS1_PADDING)
        case EVP_PKEY_RSA_PSS: return fits(digest, key, RSA_PKCS1_PSS_PADDING)
        case EVP_PKEY_EC: return fits(digest, key, nil)
        case _: return false
        }
    }

    private func fits(_ digest: [UInt8], _ key: OpaquePointer, _ padding: Int32?) -> Bool {
        guard let check = EVP_PKEY_CTX_new(key, nil) else { return false }
        defer {
            EVP_PKEY_CTX_free(check)
            ERR_clear_error()
        }
        guard EVP_PKEY_verify_init(check) == 1 else { return false }
        if let padding, EVP_PKEY_CTX_set_rsa_padding(check, padding) != 1 { return false }
        // Signers differ in the length of the salt.
        if padding == RSA_PKCS1_PSS_PADDING, EVP_PKEY_CTX_set_rsa_pss_saltlen(check, RSA_PSS_SALTLEN_AUTO) != 1 {
            return false
        }
        guard EVP_PKEY_CTX_set_signature_md(check, EVP_sha256()) == 1 else { return false }
        return EVP_PKEY_verify(check, bytes, bytes.count, digest, digest.count) == 1
    }
}
