# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""The security profiles with real certificates, from the configuration to the accepted station."""

import base64
import subprocess
from pathlib import Path

import pytest
from backend_stand_in import DAY, NOW, Certificate, certificate, server_context
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from csms import CSMS, pause
from ocpp_site import Site, backend_yaml
from running import wait_until


VERSIONS = ["1.6", "2.0.1", "2.1"]


def password_file(folder: Path, text: str = "correct horse battery") -> Path:
    file = folder / "password"
    file.write_text(text + "\n", encoding="utf-8")
    return file


def authorization(csms: CSMS) -> str:
    return csms.requests[0].headers["Authorization"]


@pytest.mark.parametrize("version", VERSIONS)
def test_profile_1_proves_the_station_by_its_password(sluice, tmp_path: Path, version: str) -> None:
    with CSMS(version) as csms:
        backends = backend_yaml(csms, f", password_file: {password_file(tmp_path)}, security_profile: 1")
        site = Site(sluice, tmp_path, backends).start()
        site.wait_until_accepted()
        assert authorization(csms) == "Basic " + base64.b64encode(b"DEPOT-1:correct horse battery").decode()
        assert csms.requests[0].path == "/ocpp/DEPOT-1"
        assert site.backend()["security_profile"] == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_profile_2_checks_the_backend_by_its_certificate(sluice, tmp_path: Path, version: str) -> None:
    authority = certificate(tmp_path, "Test CA")
    context = server_context(certificate(tmp_path, "csms", authority))
    with CSMS(version, context) as csms:
        more = f", password_file: {password_file(tmp_path)}, trust: {authority.file}, security_profile: 2"
        site = Site(sluice, tmp_path, backend_yaml(csms, more)).start()
        site.wait_until_accepted()
        assert authorization(csms).startswith("Basic ")


@pytest.mark.parametrize("version", VERSIONS)
def test_profile_3_proves_both_by_certificates(sluice, tmp_path: Path, version: str) -> None:
    authority = certificate(tmp_path, "Test CA")
    own = certificate(tmp_path, "SN-1", authority)
    context = server_context(certificate(tmp_path, "csms", authority), clients_of=authority)
    with CSMS(version, context) as csms:
        more = f", certificate: {own.file}, key: {own.key_file}, trust: {authority.file}, security_profile: 3"
        site = Site(sluice, tmp_path, backend_yaml(csms, more)).start()
        site.wait_until_accepted()
        assert "Authorization" not in csms.requests[0].headers
        assert csms.connection.socket.getpeercert()["subject"][0][0] == ("commonName", "SN-1")


def token_key(folder: Path, own: Certificate, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key in a token in software, and nowhere else; the URI by which it is found."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    monkeypatch.setenv("PKCS11_MODULE_PATH", "/usr/lib/softhsm/libsofthsm2.so")
    tool = ["softhsm2-util", "--token", "sluice", "--pin", "4711"]
    subprocess.run([*tool, "--init-token", "--free", "--label", "sluice", "--so-pin", "0815"], check=True, timeout=30)
    subprocess.run([*tool, "--import", own.key_file, "--label", "station", "--id", "01"], check=True, timeout=30)
    own.key_file.unlink()
    pin = folder / "pin"
    pin.write_text("4711", encoding="utf-8")
    return f"pkcs11:token=sluice;object=station;type=private?pin-source=file:{pin}"


def test_the_key_of_profile_3_may_stay_in_a_token(sluice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = certificate(tmp_path, "Test CA")
    own = certificate(tmp_path, "SN-1", authority)
    context = server_context(certificate(tmp_path, "csms", authority), clients_of=authority)
    key = token_key(tmp_path, own, monkeypatch)
    with CSMS("2.1", context) as csms:
        more = f', certificate: {own.file}, key: "{key}", trust: {authority.file}, security_profile: 3'
        site = Site(sluice, tmp_path, backend_yaml(csms, more)).start()
        site.wait_until_accepted()
        assert shown(csms) == own.certificate.serial_number


def test_a_token_that_stays_locked_is_told_without_its_pin(sluice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = certificate(tmp_path, "Test CA")
    own = certificate(tmp_path, "SN-1", authority)
    context = server_context(certificate(tmp_path, "csms", authority), clients_of=authority)
    key = token_key(tmp_path, own, monkeypatch).partition("?")[0] + "?pin-value=9999"
    with CSMS("2.1", context) as csms:
        more = f', certificate: {own.file}, key: "{key}", trust: {authority.file}, security_profile: 3'
        site = Site(sluice, tmp_path, backend_yaml(csms, more)).start()
        wait_until(lambda: "cannot be used" in str(site.backend()), "the key is named")
        assert "pkcs11:token=sluice;object=station" in str(site.backend())
        assert "9999" not in str(site.backend())


def signed(csr: str, authority: Certificate, common_name: str) -> tuple[str, int]:
    """A chain for a request, as a backend makes it, and its serial number."""
    request = x509.load_pem_x509_csr(csr.encode())
    assert request.is_signature_valid
    assert request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == common_name
    made = (
        x509.CertificateBuilder().subject_name(request.subject).issuer_name(authority.certificate.subject)
        .public_key(request.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY).not_valid_after(NOW + 60 * DAY)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority.key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(serialization.Encoding.PEM).decode(), made.serial_number


def shown(csms: CSMS) -> int:
    """The serial number of the certificate the station has shown on the present connection."""
    # Between two connections there is nothing to look at.
    socket = csms.connection.socket if csms.connection else None
    try:
        certificate = socket.getpeercert() if socket else None
    except (OSError, ValueError, AttributeError):
        return 0
    return int(certificate["serialNumber"], 16) if certificate else 0


def set_variable(csms: CSMS, name: str, key_of_16: str, value: str) -> None:
    """Of SecurityCtrlr, under its name or its key in 1.6."""
    if csms.version == "1.6":
        answer = csms.call("ChangeConfiguration", {"key": key_of_16, "value": value})["status"]
    else:
        data = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": name}, "attributeValue": value}
        answer = csms.call("SetVariables", {"setVariableData": [data]})["setVariableResult"][0]["attributeStatus"]
    assert answer == "Accepted"


def certificate_request(csms: CSMS) -> tuple[str, dict]:
    """Triggers one; with the number 2.1 gives it."""
    have = len(csms.of("SignCertificate"))
    if csms.version == "1.6":
        asked = csms.call("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
    else:
        asked = csms.call("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    assert asked["status"] == "Accepted"
    wait_until(lambda: len(csms.of("SignCertificate")) > have, "a certificate is asked for")
    request = csms.of("SignCertificate")[-1]
    return request["csr"], {"requestId": request["requestId"]} if "requestId" in request else {}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_renewed_certificate_is_shown_on_the_next_connection(sluice, tmp_path: Path, version: str) -> None:
    authority = certificate(tmp_path, "Test CA")
    own = certificate(tmp_path, "SN-1", authority, end=NOW + 60 * DAY)
    context = server_context(certificate(tmp_path, "csms", authority), clients_of=authority)
    with CSMS(version, context) as csms:
        more = f", certificate: {own.file}, key: {own.key_file}, trust: {authority.file}, station: {{ serial: SN-1 }}"
        site = Site(sluice, tmp_path, backend_yaml(csms, more)).start()
        site.wait_until_accepted()
        assert shown(csms) == own.certificate.serial_number
        set_variable(csms, "OrganizationName", "CpoName", "Depot GmbH")
        # Somebody else's certificate is none of ours (A02.FR.07).
        _, number = certificate_request(csms)
        stranger = certificate(tmp_path, "stranger", authority).file.read_text(encoding="utf-8")
        assert csms.call("CertificateSigned", {"certificateChain": stranger} | number)["status"] == "Rejected"
        csms.wait_for(
            "SecurityEventNotification",
            lambda event: event["type"] in ("InvalidChargingStationCertificate", "InvalidChargePointCertificate"))
        request, number = certificate_request(csms)
        chain, serial = signed(request, authority, "SN-1")
        assert csms.call("CertificateSigned", {"certificateChain": chain} | number)["status"] == "Accepted"
        wait_until(lambda: shown(csms) == serial, "the new certificate is shown", 60)
        site.wait_until_accepted()
        # And through a restart.
        links = csms.links
        site.kill()
        site.start()
        wait_until(lambda: csms.links > links and shown(csms) == serial, "the new certificate is still shown", 60)
        assert csms.faults == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_new_password_is_used_at_once(sluice, tmp_path: Path, version: str) -> None:
    with CSMS(version) as csms:
        site = Site(sluice, tmp_path, backend_yaml(csms, f", password_file: {password_file(tmp_path)}")).start()
        site.wait_until_accepted()
        password = "another horse, another battery"
        set_variable(csms, "BasicAuthPassword", "AuthorizationKey", password)
        expected = "Basic " + base64.b64encode(f"DEPOT-1:{password}".encode()).decode()
        wait_until(lambda: csms.requests[-1].headers["Authorization"] == expected, "the new password is used", 60)
        assert csms.faults == []


@pytest.mark.parametrize("what", ["foreign authority", "expired", "another name"])
def test_a_backend_with_a_bad_certificate_is_not_spoken_to(sluice, tmp_path: Path, what: str) -> None:
    authority, other = certificate(tmp_path, "Test CA"), certificate(tmp_path, "Other CA")
    options = {
        "foreign authority": {"signed_by": other},
        "expired": {"signed_by": authority, "begin": NOW - 3 * DAY, "end": NOW - DAY},
        "another name": {"signed_by": authority, "names": ("csms.example",)},
    }[what]
    with CSMS("2.1", server_context(certificate(tmp_path, "csms", **options))) as csms:
        more = f", password_file: {password_file(tmp_path)}, trust: {authority.file}"
        site = Site(sluice, tmp_path, backend_yaml(csms, more)).start()
        site.gateway.wait_until_ready()
        wait_until(lambda: site.backend().get("last_error"), "the refusal shows in the status")
        pause(1)
        assert csms.messages == [] and csms.links == 0
        assert not site.backend()["connected"]


def test_a_security_profile_that_does_not_fit_the_rest_is_refused_by_check(sluice_binary, tmp_path: Path) -> None:
    import subprocess

    with CSMS() as csms:
        text = "backends:\n" + backend_yaml(csms, ", security_profile: 2")
    file = tmp_path / "site.yaml"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run([sluice_binary, "check", file], capture_output=True, text=True, check=False)
    assert done.returncode == 78
    assert "backends[0].security_profile: what is given here makes security profile 0, not 2" in done.stderr + done.stdout
