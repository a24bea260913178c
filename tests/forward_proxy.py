"""A forward proxy on loopback, in which alone some names resolve, and which counts what passes through it."""

import asyncio
import base64
import ssl
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme


class ForwardProxy:
    """A proxy for `names`, each with a port on loopback. It wants these credentials.

    What comes in a tunnel (CONNECT) is decrypted with `certificate`, so that servers without TLS can stand behind it.
    `passed` counts the calls by name and path; of a tunnel each connection counts, and has no path.
    """

    def __init__(self, names: Mapping[str, int], credentials: str, certificate: Path) -> None:
        self.passed: Counter[str] = Counter()
        self.refused = 0
        self._names = names
        self._authorization = f"Basic {base64.b64encode(credentials.encode()).decode()}"
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._tls.load_cert_chain(certificate)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            method, target, _ = head.split(" ", 2)
            parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
            if self._authorization not in head:
                self.refused += 1
                await _answer(writer, "407 Proxy Authentication Required")
            elif (port := self._names.get(parts.hostname or "")) is None:
                await _answer(writer, "502 Bad Gateway")
            elif method == "CONNECT":
                self.passed[str(parts.hostname)] += 1
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.start_tls(self._tls)
                await _join(reader, writer, port, b"")
            else:
                self.passed[f"{parts.hostname}{parts.path}"] += 1
                await _join(reader, writer, port, _forwarded(head, method, target).encode("latin-1"))
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the sides has gone
        finally:
            writer.close()


def make_certificates(folder: Path, names: Iterable[str]) -> tuple[Path, Path]:
    """Write an authority, and a key with its certificate for these names and the names below them."""
    authority = trustme.CA()
    issued = authority.issue_cert(*(pattern for name in names for pattern in (name, f"*.{name}")))
    trusted, server = folder / "authority.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(trusted))
    issued.private_key_and_cert_chain_pem.write_to_path(str(server))
    return trusted, server


def _forwarded(head: str, method: str, target: str) -> str:
    """Return a request's head as its server expects it. One connection carries one call, so that each is counted."""
    parts = urlsplit(target)
    origin_form = parts._replace(scheme="", netloc="").geturl() or "/"
    lines = [line for line in head.split("\r\n")[1:] if not line.lower().startswith("proxy-")]
    if "upgrade:" not in head.lower():
        lines = [line for line in lines if not line.lower().startswith("connection:")]
        lines.insert(0, "Connection: close")
    return "\r\n".join([f"{method} {origin_form} HTTP/1.1", *lines])


async def _answer(writer: StreamWriter, status: str) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    await writer.drain()


async def _join(reader: StreamReader, writer: StreamWriter, port: int, head: bytes) -> None:
    """Pass bytes both ways until the server ends."""
    inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    inner_writer.write(head)
    inward = asyncio.create_task(_copy(reader, inner_writer))
    try:
        await _copy(inner_reader, writer)
    finally:
        inward.cancel()
        inner_writer.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(64 * 1024):
        writer.write(data)
        await writer.drain()
