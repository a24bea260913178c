"""What a process does that checks a file: at low priority and in bounded memory, so that nothing in it delays acks.

It imports little, because each file of more than 64 KiB starts one.
"""

import os
import pickle
import resource
import sys
from pathlib import Path

from bot.requests.check import CheckReport, RequestChecker
from bot.requests.request_files import write_whole

MAX_DATA_BYTES = 96 * 1024 * 1024
"""What a check may allocate above an idle process: the largest request of plain text, and a million custom_ids."""

_ROOT = Path(__file__).parents[2]
COMMAND = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from bot.requests.check_process import serve; serve()"
_PIECE = 128 * 1024  # below MMAP_THRESHOLD, so that memory is used again
_NICENESS = 10
MMAP_THRESHOLD = 256 * 1024
"""Bytes from which glibc returns freed memory to the system at once. By itself it raises this to 32 MB."""


class SourceUnreadable(OSError):
    """The disk does not return the bytes of a file that is being checked."""


def serve() -> None:
    """Do one check: read the job from stdin, and write the report to stdout. The process then ends."""
    os.nice(_NICENESS)
    job = sys.stdin.buffer.read()
    if not job:  # the parent died before it had written the job
        return
    report: object
    try:
        report = _check(*pickle.loads(job))  # noqa: S301 - written by `check_requests`
    except SourceUnreadable as error:
        report = SourceUnreadable(error.errno, error.strerror)
    except OSError as error:
        report = OSError(error.errno, error.strerror)
    except EOFError:
        return
    sys.stdout.buffer.write(pickle.dumps(report))
    sys.stdout.buffer.flush()


def _check(checker: RequestChecker, checked_file: Path, source: int, parent: int) -> CheckReport:
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
