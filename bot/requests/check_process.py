"""Check a file in a process of its own, at low priority and with bounded memory, so that nothing in it delays acks."""

import asyncio
import logging
import os
import pickle
import resource
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from bot.requests.request_files import PART_SUFFIX, write_whole

log = logging.getLogger(__name__)

MAX_DATA_BYTES = 96 * 1024 * 1024
"""What a check may allocate above an idle process: the largest request of plain text, and a million custom_ids."""

_ROOT = Path(__file__).parents[2]
_COMMAND = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from bot.requests.check_process import serve; serve()"
_FRAME = struct.Struct(">I")
_NICENESS = 10
_MMAP_THRESHOLD = 256 * 1024
"""Bytes from which glibc returns freed memory to the system at once. By itself it raises this to 32 MB."""


ReportT = TypeVar("ReportT")
ReportT_co = TypeVar("ReportT_co", covariant=True)


class Checker(Protocol[ReportT_co]):
    """What checks a file; it is sent to the process before it has seen any of the file."""

    def feed(self, chunk: bytes) -> bytes:
        """Return the part of the checked file that this chunk completes."""

    def finish(self) -> bytes:
        """Return the rest of the checked file."""

    def result(self) -> ReportT_co:
        """Return the report on the file."""

    def give_up(self) -> ReportT_co:
        """Return the report on a file that cannot be checked."""


async def run_check(
    checker: Checker[ReportT], checked_file: Path, head: bytes, chunks: AsyncIterator[bytes]
) -> ReportT:
    """Check `head` and the rest of `chunks` in a new process, which writes the checked file.

    If the process dies, which a file can cause that needs too much memory, the report says so of the file.

    Raises:
        OSError: the disk does not take the checked file. What `chunks` raises is passed on.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _COMMAND,
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,  # a Ctrl-C is the bot's: it stops the check itself
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": str(_MMAP_THRESHOLD)},
    )
    try:
        await _send_all(process, pickle.dumps((checker, checked_file)), head, chunks)
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        report = await process.stdout.read()
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    finally:
        await process.wait()
        await asyncio.to_thread(checked_file.with_name(checked_file.name + PART_SUFFIX).unlink, missing_ok=True)
    if not report:
        log.warning("the process that checked a file died: exit code %d", process.returncode)
        return checker.give_up()
    found: ReportT | OSError = pickle.loads(report)  # noqa: S301 - written by `serve`
    if isinstance(found, OSError):
        raise found
    return found


async def _send_all(process: Process, job: bytes, head: bytes, chunks: AsyncIterator[bytes]) -> None:
    """Send the job and the file, and return early if the process does not read on; its report says why."""
    if not (await _send(process, job) and await _send(process, head)):
        return
    async for chunk in chunks:
        if not await _send(process, chunk):
            return
    await _send(process, b"")


async def _send(process: Process, data: bytes) -> bool:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    try:
        process.stdin.write(_FRAME.pack(len(data)))
        process.stdin.write(data)
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def serve() -> None:
    """Do one check: read the job and the file from stdin, and write the report to stdout. The process then ends."""
    os.nice(_NICENESS)
    report: object
    try:
        report = _check(sys.stdin.buffer)
    except OSError as error:
        report = OSError(error.errno, error.strerror)
    except EOFError:  # whoever wanted the report is gone
        return
    sys.stdout.buffer.write(pickle.dumps(report))
    sys.stdout.buffer.flush()


def _check(source: BinaryIO) -> object:
    checker: Checker[object]
    checker, checked_file = pickle.loads(_read_frame(source))  # noqa: S301 - written by `run_check`
    _bound_memory()
    with write_whole(checked_file) as file:
        try:
            while chunk := _read_frame(source):
                file.write(checker.feed(chunk))
            file.write(checker.finish())
        except MemoryError:
            return checker.give_up()
    return checker.result()


def _read_frame(source: BinaryIO) -> bytes:
    header = source.read(_FRAME.size)
    data = source.read(_FRAME.unpack(header)[0]) if len(header) == _FRAME.size else None
    if data is None or len(data) < _FRAME.unpack(header)[0]:
        raise EOFError
    return data


def _bound_memory() -> None:
    """Let allocations beyond `MAX_DATA_BYTES` fail, where the system says how much is allocated now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (OSError, IndexError, ValueError):
        return
    limit = pages * resource.getpagesize() + MAX_DATA_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
