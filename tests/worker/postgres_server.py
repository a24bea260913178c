"""A Postgres server that a test may stop and start. It runs as its own user if the tests run as root."""

import asyncio
import os
import shlex
import shutil
import socket
import tempfile
from pathlib import Path


def binaries() -> Path | None:
    """Return the folder of the newest server's programs: where Debian installs them, or on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class PostgresServer:
    """A server on loopback that can be restarted. It does not sync its files, so it would not survive a power cut."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="batchdesk-postgres-"))
        self._folder.chmod(0o777)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self._port = int(taken.getsockname()[1])

    @property
    def url(self) -> str:
        """Return the URL of its database."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    async def make(self) -> None:
        """Create its files."""
        await self._run(f"initdb -D {self._folder}/store -A trust -U postgres -E UTF8 --no-sync")

    async def start(self) -> None:
        """Start it, and wait until it accepts connections."""
        options = f"-p {self._port} -k {self._folder} -h 127.0.0.1 -c fsync=off"
        await self._run(f"pg_ctl -D {self._folder}/store -l {self._folder}/log -w -o {shlex.quote(options)} start")

    async def stop(self) -> None:
        """Stop it and end all connections, as a restart of the machine does."""
        await self._run(f"pg_ctl -D {self._folder}/store -w -m fast stop")

    async def remove(self) -> None:
        """Stop it if it runs, and delete its files."""
        await self._run(f"pg_ctl -D {self._folder}/store -m immediate stop || true")
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _run(self, line: str) -> None:
        command = f"cd / && {self._programs}/{line} >/dev/null 2>&1"
        words = ["su", "postgres", "-s", "/bin/sh", "-c", command] if os.getuid() == 0 else ["/bin/sh", "-c", command]
        process = await asyncio.create_subprocess_exec(*words)
        assert await process.wait() == 0, line
