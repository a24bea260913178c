"""Results on their way to a file: on disk under no name, so that they vanish with the process whatever happens."""

import asyncio
import contextlib
import errno
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import IO

from bot.errors import ExpectedError

_WRITTEN_AT_ONCE = 256 * 1024  # bytes: more, and a thread that writes keeps acks waiting where there is one core
_READ_AT_ONCE = 256 * 1024

OpenFile = Callable[[], IO[bytes]]


@dataclass(eq=False)
class ScratchFileFailed(ExpectedError):
    """The disk did not take the bytes; `full` where it is full. `reason` is the system's own words."""

    full: bool
    reason: str

    def _fact(self) -> str:
        return f"the disk did not take the bytes: {self.reason}"


class ScratchFile:
    """Bytes on disk, written once and read as often as wanted; whoever is handed one closes it."""

    def __init__(self, open_file: OpenFile = tempfile.TemporaryFile) -> None:
        """Open a file of no name in the system's folder for such. Raises ScratchFileFailed."""
        try:
            self._file = open_file()
        except OSError as error:
            raise scratch_file_failure(error) from error
        self._waiting = bytearray()
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Add bytes, in a thread once there are enough of them. Raises ScratchFileFailed."""
        self._waiting += data
        if len(self._waiting) >= _WRITTEN_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        """Bring everything to the file, so that it can be read. Raises ScratchFileFailed."""
        waiting, self._waiting = self._waiting, bytearray()
        try:
            await asyncio.to_thread(self._write, waiting)
        except OSError as error:
            raise scratch_file_failure(error) from error
        self.size += len(waiting)

    async def pieces(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `stop`, in chunks read in threads. Others may read meanwhile."""
        while start < stop:
            piece = await asyncio.to_thread(os.pread, self._file.fileno(), min(_READ_AT_ONCE, stop - start), start)
            if not piece:
                return
            yield piece
            start += len(piece)

    def close(self) -> None:
        """Give the disk its room back; harmless when that was done."""
        with contextlib.suppress(OSError):  # what a full disk did not take before, it does not take now
            self._file.close()

    def _write(self, data: bytearray) -> None:
        self._file.write(data)
        self._file.flush()


def scratch_file_failure(error: OSError) -> ScratchFileFailed:
    """Return why the disk did not take a file."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return ScratchFileFailed(full, error.strerror or type(error).__name__)
