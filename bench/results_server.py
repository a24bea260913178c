"""Serve one results file on loopback: with its length over plain HTTP, in chunks over TLS."""

import json
import ssl
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

BATCH_ID = "msgbatch_01benchresults0000000000"
_PATH = f"/v1/messages/batches/{BATCH_ID}"
_CHUNK = 16 * 1024  # one TLS record


class ResultsHandler(BaseHTTPRequestHandler):
    """Answer requests for one ended batch and its results."""

    protocol_version = "HTTP/1.1"

    def __init__(self, results: Path, base_url: str, chunked: bool, *rest: object) -> None:
        self._results = results
        self._base_url = base_url
        self._chunked = chunked
        super().__init__(*rest)  # type: ignore[arg-type]  # what the server passes to every handler

    def do_GET(self) -> None:  # noqa: D102 - the name http.server calls
        if self.path.partition("?")[0] != f"{_PATH}/results":
            self._send_whole(json.dumps(build_batch(self._base_url)).encode())
            return
        with self._results.open("rb") as file:
            if self._chunked:
                self._send_chunks(file)
            else:
                self._send_file(file)

    def log_message(self, format: str, *args: object) -> None:  # noqa: D102 - as http.server names it
        pass

    def _send_whole(self, body: bytes) -> None:
        self._send_head("application/json", "content-length", str(len(body)))
        self.wfile.write(body)

    def _send_file(self, file: BinaryIO) -> None:
        self._send_head("application/x-jsonl", "content-length", str(self._results.stat().st_size))
        self.connection.sendfile(file)

    def _send_chunks(self, file: BinaryIO) -> None:
        self._send_head("application/x-jsonl", "transfer-encoding", "chunked")
        while piece := file.read(_CHUNK):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, content_type: str, framing: str, value: str) -> None:
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header(framing, value)
        self.end_headers()


def build_batch(base_url: str) -> dict[str, object]:
    """Return an ended batch whose results are at `base_url`."""
    counts = {"processing": 0, "succeeded": 1, "errored": 0, "canceled": 0, "expired": 0}
    return {
        "id": BATCH_ID,
        "type": "message_batch",
        "processing_status": "ended",
        "request_counts": counts,
        "ended_at": "2026-11-20T11:00:00Z",
        "created_at": "2026-11-20T10:00:00Z",
        "expires_at": "2026-11-21T10:00:00Z",
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": f"{base_url}{_PATH}/results",
    }


def make_certificate(folder: Path) -> Path | None:
    """Write a self-signed certificate for 127.0.0.1 with its key to one file; return None without openssl."""
    key = folder / "key.pem"
    certificate = folder / "certificate.pem"
    both = folder / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both


def main(results: Path, certificate: Path | None) -> None:
    """Print the addresses as JSON, and serve until standard input ends."""
    addresses = {"plain": _serve(results, None)}
    if certificate is not None:
        addresses["tls"] = _serve(results, certificate)
    print(json.dumps(addresses), flush=True)
    sys.stdin.read()


def _serve(results: Path, certificate: Path | None) -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    scheme = "https" if certificate else "http"
    base_url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    server.RequestHandlerClass = partial(ResultsHandler, results, base_url, certificate is not None)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return base_url


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
