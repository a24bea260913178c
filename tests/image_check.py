"""Run an image with a read-only root against the simulators: `make image-check`.

It needs root, buildah and bubblewrap. buildah runs nothing with a read-only root, so bubblewrap runs what it mounts.
"""

import asyncio
import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.desk import ADA, BATCHES
from tests.journeys.test_as_several_processes import free_port
from tests.simulators import Simulators
from tests.worker.prepared import create_database

BUILDAH = shlex.split(os.environ.get("BUILDAH", "buildah"))
USER = 65532
COMPILERS = ("cc", "gcc", "c++", "clang", "ld", "make", "rustc")
BECOME = f"""
import os, sys
os.setgroups([]), os.setgid({USER}), os.setuid({USER})
os.chdir(sys.argv[1])
os.execvp(sys.argv[2], sys.argv[2:])
"""
"""The image's own Python changes to its user, because buildah's folders are closed to that user."""
DEADLINE = 60
"""Seconds for each step, on a machine that is busy."""


@dataclass(frozen=True)
class Image:
    """A mounted image, its configuration, and the folder that stands in for its volume."""

    root: Path
    config: dict[str, Any]
    volume: Path

    def command(self, *words: str, **settings: str) -> list[str]:
        """Return what runs these words as the image's user, with a read-only root and the settings."""
        variables = dict(pair.split("=", 1) for pair in self.config["Env"]) | settings
        setting = [word for name, value in variables.items() for word in ("--setenv", name, value)]
        return [
            *(
                "bwrap",
                "--unshare-pid",
                "--as-pid-1",
                "--unshare-ipc",
                "--unshare-uts",
                "--die-with-parent",
                "--clearenv",
            ),
            *("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
            *("--ro-bind", str(self.root), "/", "--bind", str(self.volume), self.config["WorkingDir"]),
            *("--proc", "/proc", "--dev", "/dev", *setting),
            *("/opt/batchdesk/bin/python", "-IS", "-c", BECOME, self.config["WorkingDir"], *words),
        ]

    def entry(self, *words: str) -> list[str]:
        """Return the words that a container with these arguments runs, or by default."""
        return [*self.config["Entrypoint"], *(words or self.config["Cmd"])]

    def ask(self, *words: str, **settings: str) -> str:
        """Run these words to their end, and return what they print. Raises CalledProcessError."""
        command = self.command(*words, **settings)
        return subprocess.run(command, check=True, stdout=PIPE, text=True, timeout=DEADLINE).stdout


@contextmanager
def mounted(name: str, volume: Path) -> Iterator[Image]:
    """Mount an image."""
    inspected = json.loads(_buildah("inspect", "--type", "image", name))
    container = _buildah("from", "--pull-never", name)
    try:
        yield Image(Path(_buildah("mount", container)), inspected["Docker"]["config"], volume)
    finally:
        _buildah("rm", container)


def _buildah(*words: str) -> str:
    return subprocess.run([*BUILDAH, *words], check=True, stdout=PIPE, text=True).stdout.strip()


def check_contents(image: Image) -> None:
    """Look at the configuration, at what is not there, and at what its user may not do."""
    config = image.config
    expect(config["User"] == f"{USER}:{USER}", f"runs as {config['User']}")
    expect(list(config["Volumes"]) == [config["WorkingDir"]], f"one volume, {config['WorkingDir']}")
    found = [
        name
        for name in COMPILERS
        for place in ("bin", "usr/bin", "usr/local/bin")
        if (image.root / place / name).exists()
    ]
    expect(not found, f"no compiler {found or ''}")
    leftovers = [path for path in (image.root / "opt").rglob("*") if path.name == "pip" or path.suffix == ".whl"]
    places = ("root/.cache", "data", "build", "var/lib/apt/lists", "var/cache/apt")
    caches = [path for place in places for path in (image.root / place).rglob("*") if path.is_file() and _size(path)]
    expect(not leftovers and not caches, f"no pip, wheel or cache {leftovers or caches or ''}")
    refused = "try: open('/opt/batchdesk/x', 'w')\nexcept OSError as error: print(error.strerror)"
    expect(image.ask("python", "-c", refused).strip() == "Read-only file system", "the root is read-only")
    expect(image.ask("python", "-c", "import os; print(os.getuid())").strip() == str(USER), f"the user is {USER}")
    print(f"       {image.ask(*image.entry('--version')).strip()}, {image.ask('python', '--version').strip()}")
    inside = _megabytes(image.root / "opt/batchdesk")
    print(f"       {_megabytes(image.root)} MB in all, {inside} MB of them Batchdesk and its packages")


async def check_bot(image: Image) -> None:
    """Start the bot with three settings, ask it, kill it, start it again, and see that it kept its task."""
    both = Simulators(image.volume)
    async with both.slack as slack, both.api as api:
        settings = both.settings() | {"PORT": str(free_port())}
        health = image.config["Healthcheck"]["Test"][1:]
        batch = api.workspace.add(processing_status="in_progress", ends_in=600.0, succeeded=7)

        began = time.monotonic()
        async with running(image, **settings) as process:
            await slack.wait_for(lambda: slack.sockets == 1, DEADLINE)
            started = time.monotonic()
            await slack.slash(ADA, BATCHES, f"/batch watch {batch.id}")
            await slack.wait_for(
                lambda: [one for one in slack.messages(BATCHES) if " · running" in one.visible_text], DEADLINE
            )
            answered = time.monotonic() - started
            expect(True, f"connected after {started - began:.1f} s, and answered a command {answered:.2f} s later")
            await asyncio.to_thread(image.ask, *health, **settings)
            expect(True, "its health check passes")
            os.kill(inner(process), signal.SIGKILL)
            await process.wait()

        await slack.wait_for(lambda: slack.sockets == 0, DEADLINE)
        try:
            await asyncio.to_thread(image.ask, *health, **settings)
        except subprocess.CalledProcessError:
            expect(True, "killed: its health check fails")
        else:
            expect(False, "killed: its health check passes")
        check_backup(image)
        api.advance(700)

        began = time.monotonic()
        async with running(image, **settings) as process:
            await slack.wait_for(lambda: slack.sockets == 1, DEADLINE)
            started = time.monotonic() - began
            [notice] = await slack.wait_for(
                lambda: [one for one in slack.messages(BATCHES) if one.thread_ts is not None], DEADLINE
            )
            expect(f"<@{ADA}>" in notice.visible_text, f"connected again after {started:.1f} s, and told of its batch")
            names = ", ".join(sorted(path.name for path in image.volume.iterdir()))
            owners = {path.stat().st_uid for path in image.volume.rglob("*")}
            expect(owners == {USER}, f"its files belong to {USER}: {names}")
            os.kill(inner(process), signal.SIGTERM)
            expect(await process.wait() == 0, "stopped by SIGTERM with status 0, as process 1")


def check_backup(image: Image) -> None:
    """Back up, lose the store, and restore, with the command lines of docs/operate.md. What follows needs the store."""
    page = (Path(__file__).parents[1] / "docs" / "operate.md").read_text(encoding="utf-8")
    lines = [
        re.findall(rf"^## {heading}\n.*?^```sh\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[0].replace(
            ".venv/bin/", ""
        )
        for heading in ("Backup", "Restore")
    ]
    began = time.monotonic()
    image.ask("sh", "-ec", f"mkdir -m 0700 batchdesk-requests\n{lines[0]}")
    for path in image.volume.glob("batchdesk.sqlite3*"):
        path.unlink()
    image.ask("sh", "-ec", lines[1])
    expect((image.volume / "batchdesk.sqlite3").exists(), f"backed up and restored in {time.monotonic() - began:.1f} s")


async def check_parts(image: Image, server: str) -> None:
    """Start what deploy/compose.yml starts with its profile, all at once on an empty Postgres, and kill one of them."""
    both = Simulators(image.volume)
    with create_database(server) as url:
        async with both.slack as slack, both.api as api, AsyncExitStack() as parts:
            batch = api.workspace.add(processing_status="in_progress", ends_in=600.0, succeeded=7)
            began = time.monotonic()
            web, *_ = [
                await parts.enter_async_context(
                    running(image, part, **both.settings(), DATABASE_URL=url, PORT=str(free_port()))
                )
                for part in ("web", "web", "worker")
            ]
            await slack.wait_for(lambda: slack.sockets == 2, DEADLINE)
            expect(True, f"parts on Postgres: both web processes connected after {time.monotonic() - began:.1f} s")
            os.kill(inner(web), signal.SIGKILL)
            await slack.wait_for(lambda: slack.sockets == 1, DEADLINE)
            await slack.slash(ADA, BATCHES, f"/batch watch {batch.id}")
            await slack.wait_for(lambda: slack.messages(BATCHES), DEADLINE)
            api.advance(700)
            await slack.wait_for(
                lambda: [one for one in slack.messages(BATCHES) if one.thread_ts is not None], DEADLINE
            )
            expect(True, "parts on Postgres: one killed, the other answered, and the worker told of the batch")


async def check_demo(image: Image) -> None:
    """Start the demo and load its page."""
    began = time.monotonic()
    async with running(image, "demo", "--port", "0") as process:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), DEADLINE)).decode()
        address = re.search(r"http://\S+", line)
        assert address, line
        page = await asyncio.to_thread(lambda: urllib.request.urlopen(address[0], timeout=DEADLINE).read())
        expect(b"<title>" in page, f"demo: the page after {time.monotonic() - began:.1f} s")
    reply = image.ask(*image.entry("try", "/batch status last"))
    expect("19,161 of 20,000" in reply, "try: the card of the newest batch")


@asynccontextmanager
async def running(image: Image, *words: str, **settings: str) -> AsyncIterator[Process]:
    """Start what the image runs with these arguments, or by default. Kill it at the end."""
    output = PIPE if words else None
    process = await asyncio.create_subprocess_exec(*image.command(*image.entry(*words), **settings), stdout=output)
    try:
        yield process
    finally:
        # The first process, not bubblewrap: once it has changed its user, it does not die with its parent.
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, IndexError):
            os.kill(inner(process), signal.SIGKILL)
        await process.wait()


def inner(process: Process) -> int:
    """Return the process that bubblewrap started."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


def expect(holds: bool, promise: str) -> None:
    """Print a promise that holds, or end the check."""
    if not holds:
        sys.exit(f"FAIL   {promise}")
    print(f"OK     {promise}", flush=True)


def _size(path: Path) -> int:
    return path.lstat().st_size


def _megabytes(folder: Path) -> int:
    return (
        sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) // 1_000_000
    )


async def check(name: str) -> None:
    """Check everything."""
    with tempfile.TemporaryDirectory() as folder, mounted(name, Path(folder)) as image:
        os.chown(folder, USER, USER)
        check_contents(image)
        await check_bot(image)
        if server := os.environ.get("BATCHDESK_TEST_POSTGRES"):
            await check_parts(image, server)
        else:
            print("LEFT   parts on Postgres: set BATCHDESK_TEST_POSTGRES to the URL of a server")
        await check_demo(image)


if __name__ == "__main__":
    asyncio.run(check(sys.argv[1]))
