"""Check a file in a process of its own, at low priority and with bounded memory, so that nothing in it delays acks."""

import asyncio
import logging
import os
import pickle
import resource
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Protocol, TypeVar

from bot.requests.request_files import PART_SUFFIX, write_whole

log = logging.getLogger(__name__)

MAX_DATA_BYTES = 96 * 1024 * 1024
"""What a check may allocate above an idle process: the largest request of plain text, and a million custom_ids."""

_ROOT = Path(__file__).parents[2]
_COMMAND = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from bot.requests.check_process import serve; serve()"
_PIECE = 256 * 1024
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


class SourceUnreadable(OSError):
    """The disk does not return the bytes of a file that is being checked."""


async def run_check(checker: Checker[ReportT], checked_file: Path, source: int) -> ReportT:
    """Check the file with the descriptor `source` in a new process, which reads it and writes the checked file.

    If the process dies, which a file can cause that needs too much memory, the report says so of the file.

    Raises:
        SourceUnreadable: the disk does not return the bytes.
        OSError: the disk does not take the checked file.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _COMMAND,
        stdin=PIPE,
        stdout=PIPE,
        pass_fds=(source,),
        start_new_session=True,  # a Ctrl-C is the bot's: it stops the check itself
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": str(_MMAP_THRESHOLD)},
    )
    try:
        report, _ = await process.communicate(pickle.dumps((checker, checked_file, source, os.getpid())))
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


def serve() -> None:
    """Do one check: read the job from stdin, and write the report to stdout. The process then ends."""
    os.nice(_NICENESS)
    job = sys.stdin.buffer.read()
    if not job:  # whoever wanted the report is gone
        return
    report: object
    try:
        report = _check(*pickle.loads(job))  # noqa: S301 - written by `run_check`
    except SourceUnreadable as error:
        report = SourceUnreadable(error.errno, error.strerror)
    except OSError as error:
        report = OSError(error.errno, error.strerror)
    except EOFError:
        return
    sys.stdout.buffer.write(pickle.dumps(report))
    sys.stdout.buffer.flush()


def _check(checker: Checker[object], checked_file: Path, source: int, parent: int) -> object:
    """Return the report. Raises EOFError if the process that wants it has died."""
    _bound_memory()
    position = 0
    with write_whole(checked_file) as file:
        try:
            while chunk := read_piece(source, position):
                position += len(chunk)
                file.write(checker.feed(chunk))
                if os.getppid() != parent:
                    raise EOFError
            file.write(checker.finish())
        except MemoryError:
            return checker.give_up()
    return checker.result()


def read_piece(source: int, position: int, size: int = _PIECE) -> bytes:
    """Return the bytes at `position`, at most `size`; none at the end of the file. Raises SourceUnreadable."""
    try:
        return os.pread(source, size, position)
    except OSError as error:
        raise SourceUnreadable(error.errno, error.strerror) from error


def _bound_memory() -> None:
    """Let allocations beyond `MAX_DATA_BYTES` fail, where the system says how much is allocated now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
    except (OSError, IndexError, ValueError):
        return
    limit = pages * resource.getpagesize() + MAX_DATA_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
