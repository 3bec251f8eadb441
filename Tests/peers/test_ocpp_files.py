# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Sluice authors
"""Logs and firmware over HTTP: the CSMS of the Python package `ocpp` asks, a server of Python's `http.server` takes and gives the files."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from backend_stand_in import certificate
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from csms import CSMS
from ocpp_site import Site, backend_yaml
from running import wait_until
from test_ocpp_blocks import later
from test_ocpp_security import password_file

VERSIONS = ["1.6", "2.0.1", "2.1"]


class FileServer:
    """Gives what is in `files`, keeps what is put."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.kept: dict[str, bytes] = {}
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = owner.files.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def do_PUT(self) -> None:
                owner.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def files():
    server = FileServer()
    yield server
    server.close()


@pytest.fixture(params=VERSIONS)
def csms(request):
    with CSMS(request.param) as csms:
        yield csms
        assert csms.faults == []


def accepted(sluice, folder: Path, csms: CSMS, more: str = "") -> Site:
    site = Site(sluice, folder, backend_yaml(csms, more)).start()
    site.wait_until_accepted()
    site.gateway.wait_until_ready()
    return site


# --- Logs ---


def get_log(csms: CSMS, files: FileServer, kind: str, number: int) -> str:
    request = {"logType": kind, "requestId": number, "log": {"remoteLocation": files.url + "/logs/"}}
    assert csms.call("GetLog", request)["status"] == "Accepted"
    statuses = lambda: [each["status"] for each in csms.of("LogStatusNotification") if each.get("requestId") == number]  # noqa: E731
    wait_until(lambda: "Uploaded" in statuses(), f"the {kind} is uploaded; {statuses()}", 60)
    assert statuses() == ["Uploading", "Uploaded"]
    name = next(each for each in files.kept if kind in each)
    assert name.startswith("/logs/")
    return files.kept[name].decode()


def test_logs_are_uploaded_and_hold_no_secret(sluice, tmp_path: Path, csms: CSMS, files: FileServer) -> None:
    word = password_file(tmp_path, "a secret that nobody may see")
    accepted(sluice, tmp_path, csms, f", password_file: {word}")
    events = [json.loads(line) for line in get_log(csms, files, "SecurityLog", 1).splitlines()]
    assert "StartupOfTheDevice" in [each["type"] for each in events]
    text = get_log(csms, files, "DiagnosticsLog", 2)
    for part in ("== Configuration", '"site" : "Wires"', "== Status", "== Log", "the link is open"):
        assert part in text, part
    assert "a secret" not in text and str(word) not in text


def test_diagnostics_as_1_6_has_always_had_them(sluice, tmp_path: Path, files: FileServer) -> None:
    with CSMS("1.6") as csms:
        accepted(sluice, tmp_path, csms)
        answer = csms.call("GetDiagnostics", {"location": files.url + "/logs/"})
        wait_until(lambda: {"status": "Uploaded"} in csms.of("DiagnosticsStatusNotification"), "the log is uploaded", 60)
        assert b"== Status" in files.kept["/logs/" + answer["fileName"]]
        assert csms.faults == []


# --- Firmware ---


def update(csms: CSMS, location: str, signer=None, signature: bytes = b"", number: int = 7) -> str:
    firmware = {"location": location}
    if signer:
        pem = signer.certificate.public_bytes(serialization.Encoding.PEM).decode()
        firmware |= {"signingCertificate": pem, "signature": base64.b64encode(signature).decode()}
    firmware |= {"retrieveDateTime": later(seconds=-1)}
    action = "SignedUpdateFirmware" if csms.version == "1.6" else "UpdateFirmware"
    return csms.call(action, {"requestId": number, "firmware": firmware, "retries": 0})["status"]


def statuses(csms: CSMS, number: int = 7) -> list[str]:
    action = "SignedFirmwareStatusNotification" if csms.version == "1.6" else "FirmwareStatusNotification"
    return [each["status"] for each in csms.of(action) if each.get("requestId") == number]


def installer(folder: Path, script: str) -> Path:
    program = folder / "install"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def install_root(csms: CSMS, root) -> None:
    kind = "ManufacturerRootCertificate"
    answer = csms.call("InstallCertificate", {"certificateType": kind, "certificate": root.file.read_text("utf-8")})
    assert answer["status"] == "Accepted", answer


def test_signed_firmware_is_fetched_checked_and_installed(sluice, tmp_path: Path, csms: CSMS, files: FileServer) -> None:
    program = installer(tmp_path, f'cp "$1" {tmp_path}/installed')
    accepted(sluice, tmp_path, csms, f", station: {{ firmware_installer: {program} }}")
    maker, other = certificate(tmp_path, "Maker"), certificate(tmp_path, "Other")
    signer = certificate(tmp_path, "Signer", maker)
    firmware = b"new firmware" * 10_000
    files.files["/firmware"] = firmware
    signature = signer.key.sign(firmware, ec.ECDSA(hashes.SHA256()))

    # Nobody vouches for the signer yet.
    assert update(csms, files.url + "/firmware", signer, signature) == "InvalidCertificate"
    csms.wait_for("SecurityEventNotification", lambda each: each["type"] == "InvalidFirmwareSigningCertificate")
    install_root(csms, maker)
    stranger = certificate(tmp_path, "Stranger", other)
    assert update(csms, files.url + "/firmware", stranger, signature) == "InvalidCertificate"

    # A signature of something else.
    wrong = signer.key.sign(b"old firmware", ec.ECDSA(hashes.SHA256()))
    assert update(csms, files.url + "/firmware", signer, wrong, 8) == "Accepted"
    wait_until(lambda: "InvalidSignature" in statuses(csms, 8), "the signature is refused", 60)
    csms.wait_for("SecurityEventNotification", lambda each: each["type"] == "InvalidFirmwareSignature")
    assert not (tmp_path / "installed").exists()

    # A file that is not there.
    assert update(csms, files.url + "/nothing", signer, signature, 9) == "Accepted"
    wait_until(lambda: "DownloadFailed" in statuses(csms, 9), "the download fails", 60)

    assert update(csms, files.url + "/firmware", signer, signature, 10) == "Accepted"
    wait_until(lambda: "Installed" in statuses(csms, 10), "the firmware is installed", 60)
    assert statuses(csms, 10) == ["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]
    assert (tmp_path / "installed").read_bytes() == firmware
    csms.wait_for("SecurityEventNotification", lambda each: each["type"] == "FirmwareUpdated")


@pytest.mark.parametrize("version", ["1.6", "2.1"])
def test_firmware_that_needs_a_restart_gets_one(sluice, tmp_path: Path, files: FileServer, version: str) -> None:
    with CSMS(version) as csms:
        program = installer(tmp_path, f'test "$1" = --confirm && exit 0; cp "$1" {tmp_path}/installed; exit 2')
        site = accepted(sluice, tmp_path, csms, f", station: {{ firmware_installer: {program} }}")
        maker = certificate(tmp_path, "Maker")
        signer = certificate(tmp_path, "Signer", maker)
        install_root(csms, maker)
        files.files["/firmware"] = b"newest"
        assert update(csms, files.url + "/firmware", signer, signer.key.sign(b"newest", ec.ECDSA(hashes.SHA256()))) == "Accepted"
        assert site.gateway.running.process.wait(timeout=60) == 0
        site.start()
        wait_until(lambda: "Installed" in statuses(csms), f"it is installed; {statuses(csms)}", 90)
        assert statuses(csms)[-2:] == ["InstallRebooting", "Installed"]
        if version != "1.6":
            assert csms.of("BootNotification")[-1]["reason"] == "FirmwareUpdate"
        assert csms.faults == []


def test_a_station_without_an_installer_takes_no_firmware(sluice, tmp_path: Path, csms: CSMS, files: FileServer) -> None:
    accepted(sluice, tmp_path, csms)
    maker = certificate(tmp_path, "Maker")
    signer = certificate(tmp_path, "Signer", maker)
    install_root(csms, maker)
    assert update(csms, files.url + "/firmware", signer, b"signature") == "Rejected"
    assert statuses(csms) == []
