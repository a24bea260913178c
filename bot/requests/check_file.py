"""Check a file of requests on the disk; a large one in a process of its own (`check_process`)."""

import asyncio
import logging
import os
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Container
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from bot.api.errors import RequestsUnreadable
from bot.requests.check import CheckReport, Limits, RequestChecker
from bot.requests.check_process import COMMAND, MMAP_THRESHOLD, SourceUnreadable, read_piece
from bot.requests.params import ApiConstraints
from bot.requests.request_files import PART_SUFFIX, write_whole

log = logging.getLogger(__name__)

_SMALL_FILE = 64 * 1024
"""Bytes up to which a file is checked in this process: no contents of so few take long."""
_TURN_BYTES = 4 * 1024


class OpenFile(Protocol):
    """A file on the disk that is open for reading."""

    def fileno(self) -> int:
        """Return its file descriptor."""


async def check_requests(
    source: OpenFile,
    checked_file: Path,
    constraints: ApiConstraints,
    limits: Limits = Limits(),
    only: Container[str] | None = None,
    turn: AbstractAsyncContextManager[object] | None = None,
) -> CheckReport:
    """Check the requests in `source` from its first byte on, and write them to `checked_file` as they will be sent.

    Nothing is left at `checked_file` if the file has problems or cannot be read. A file of more than 64 KiB is checked
    in a process of its own while `turn` is held, so that no contents delay other tasks. With `only`, requests with
    another `custom_id` are skipped.

    Raises:
        SourceUnreadable: the disk does not return the bytes.
        OSError: the disk does not take the checked file.
    """
    checker = RequestChecker(constraints, limits, only)
    head = await asyncio.to_thread(read_piece, source.fileno(), 0, _SMALL_FILE + 1)
    if len(head) <= _SMALL_FILE:
        report = await _check_small(checker, checked_file, head)
    else:
        async with turn or nullcontext():
            report = await _run_check(checker, checked_file, source.fileno())
    if not report.is_sound:
        await asyncio.to_thread(checked_file.unlink, missing_ok=True)
    return report


async def _check_small(checker: RequestChecker, checked_file: Path, file: bytes) -> CheckReport:
    with write_whole(checked_file) as checked:
        for start in range(0, len(file), _TURN_BYTES):
            checked.write(checker.feed(file[start : start + _TURN_BYTES]))
            await asyncio.sleep(0)
        checked.write(checker.finish())
    return checker.result()


async def check_file(
    path: Path,
    checked_file: Path,
    constraints: ApiConstraints,
    limits: Limits = Limits(),
    turn: AbstractAsyncContextManager[object] | None = None,
) -> CheckReport:
    """Check the file at `path` as `check_requests` does.

    Raises:
        RequestsUnreadable: the file is missing or cannot be read.
        OSError: the disk does not take the checked file.
    """
    try:
        source = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise RequestsUnreadable.from_os_error(path, error) from error
    with source:
        try:
            return await check_requests(source, checked_file, constraints, limits, turn=turn)
        except SourceUnreadable as error:
            raise RequestsUnreadable.from_os_error(path, error) from error


async def _run_check(checker: RequestChecker, checked_file: Path, source: int) -> CheckReport:
    """Check the file with the descriptor `source` in a new process, which reads it and writes the checked file.

    If the process dies, which a file can cause that needs too much memory, the report says so of the file.

    Raises:
        SourceUnreadable: the disk does not return the bytes.
        OSError: the disk does not take the checked file.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        COMMAND,
        stdin=PIPE,
        stdout=PIPE,
        pass_fds=(source,),
        start_new_session=True,  # a Ctrl-C is the bot's: it stops the check itself
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": str(MMAP_THRESHOLD)},
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
    found: CheckReport | OSError = pickle.loads(report)  # noqa: S301 - written by `serve`
    if isinstance(found, OSError):
        raise found
    return found
