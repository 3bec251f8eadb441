# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The certificates of a small V2G world as files: stations of both generations, cars, contracts whose chains name a responder."""

import datetime
import itertools
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

RESPONDER = "http://ocsp.example/"
ACCOUNT = "DEABCC00012345"
VEHICLE = "WSLUICE0000000001A"
CURVES = {"older": (ec.SECP256R1(), hashes.SHA256()), "modern": (ec.SECP521R1(), hashes.SHA512())}


class Papers:
    """A chain, leaf first, and the key of its leaf, with the certificates themselves."""

    def __init__(self, chain: Path, key: Path, certificates: list[x509.Certificate]):
        self.chain, self.key, self.certificates = chain, key, certificates


class World:
    """`older` is P-256 with TLS 1.2 and ISO 15118-2, `modern` secp521r1 with TLS 1.3 and ISO 15118-20."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._names = itertools.count(1)
        self.roots = {kind: self._root(f"v2g-{kind}", kind) for kind in CURVES}
        self._operators = {kind: self._root(f"operators-{kind}", kind) for kind in CURVES}
        self._makers = self._root("makers", "modern")
        self.v2g = {kind: self._write(f"v2g-{kind}.pem", [root[0]]) for kind, root in self.roots.items()}
        self.operators = {kind: self._write(f"operators-{kind}.pem", [root[0]]) for kind, root in self._operators.items()}
        self.makers = self._write("makers.pem", [self._makers[0]])
        self.station = {kind: self._papers(f"station-{kind}", "SECC", kind, self.roots[kind]) for kind in CURVES}
        self.car = self._papers("car", VEHICLE, "modern", self._makers)
        self.stranger = self._papers("stranger", "STRANGER", "modern", self._root("nobody", "modern"))
        self.contract = {
            kind: self._papers(f"contract-{kind}", ACCOUNT, kind, root, RESPONDER) for kind, root in self._operators.items()}
        self.strange_contract = self._papers("contract-of-nobody", ACCOUNT, "older", self._root("nobody", "older"), RESPONDER)
        self.operator_root = {kind: root[0] for kind, root in self._operators.items()}

    def tls(self, *more: str) -> str:
        """`tls` and `contracts` of a configuration, for both generations."""
        older, modern = self.station["older"], self.station["modern"]
        both = self.folder / "operators.pem"
        both.write_text("".join(file.read_text() for file in self.operators.values()))
        tls = f"certificate: {older.chain}, key: {older.key}, modern_certificate: {modern.chain}, modern_key: {modern.key}, " \
            f"trust: {self.makers}"
        return ", ".join([f"tls: {{ {tls} }}", f"contracts: {{ operator_roots: {both} }}", *more])

    def arguments(self, kind: str) -> list[object]:
        """Of a car that speaks TLS of that generation."""
        if kind == "older":
            return ["--root", self.v2g["older"], "--tls", "1.2"]
        return ["--root", self.v2g["modern"], "--tls", "1.3", "--certificate", self.car.chain, "--key", self.car.key]

    def paying(self, kind: str) -> list[object]:
        return ["--contract", self.contract[kind].chain, "--contract-key", self.contract[kind].key, "--contract-only"]

    # --- Making ---

    def _root(self, name: str, kind: str):
        key = ec.generate_private_key(CURVES[kind][0])
        return self._sign(name, kind, key, None, is_authority=True), key, kind

    def _papers(self, file: str, name: str, kind: str, root, responder: str | None = None) -> Papers:
        signer, chain = root, []
        for level in (1, 2):
            key = ec.generate_private_key(CURVES[kind][0])
            certificate = self._sign(f"{file} authority {level}", kind, key, signer, True, responder)
            signer = (certificate, key, kind)
            chain.insert(0, certificate)
        key = ec.generate_private_key(CURVES[kind][0])
        chain.insert(0, self._sign(name, kind, key, signer, False, responder))
        written = self.folder / f"{file}.key"
        written.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
        return Papers(self._write(f"{file}.pem", chain), written, chain)

    def _sign(self, name: str, kind: str, key, signer, is_authority: bool, responder: str | None = None):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(signer[0].subject if signer else subject)
            .public_key(key.public_key()).serial_number(0x1000 + next(self._names))
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(is_authority, None), True)
            .add_extension(x509.KeyUsage(
                digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority,
                key_agreement=not is_authority, content_commitment=False, key_encipherment=False, data_encipherment=False,
                encipher_only=False, decipher_only=False), True)
        )  # fmt: skip
        if responder:
            place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))
            builder = builder.add_extension(x509.AuthorityInformationAccess([place]), False)
        return builder.sign(signer[1] if signer else key, CURVES[signer[2] if signer else kind][1])

    def _write(self, name: str, chain: list[x509.Certificate]) -> Path:
        file = self.folder / name
        file.write_bytes(b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain))
        return file


def hash_data(certificate: x509.Certificate, issuer: x509.Certificate) -> dict[str, str]:
    """As OCPP names a certificate to a responder (RFC 6960), made without any of the code under test."""

    def digest(data: bytes) -> str:
        made = hashes.Hash(hashes.SHA256())
        made.update(data)
        return made.finalize().hex()

    point = issuer.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return {
        "hashAlgorithm": "SHA256", "issuerNameHash": digest(certificate.issuer.public_bytes()), "issuerKeyHash": digest(point),
        "serialNumber": f"{certificate.serial_number:x}", "responderURL": RESPONDER,
    }  # fmt: skip
