"""An unnamed file on the disk. It disappears with the process, however the process ends."""

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import IO

from bot.errors import ExpectedError

_WRITE_SIZE = 256 * 1024  # bytes; with larger writes the writing thread delays acks on a machine with one core
_READ_SIZE = 256 * 1024

OpenFile = Callable[[], IO[bytes]]


@dataclass(eq=False)
class ScratchFileFailed(ExpectedError):
    """The disk failed to write or read; `full` means that no space is left. `reason` is the system's message."""

    full: bool
    reason: str

    def _fact(self) -> str:
        return f"the disk did not take the bytes: {self.reason}"


class ScratchFile:
    """Bytes on the disk, written once and read any number of times. The last owner closes it."""

    def __init__(self, open_file: OpenFile) -> None:
        """Open an unnamed file with `open_file`. Raises ScratchFileFailed."""
        try:
            self._file = open_file()
        except OSError as error:
            raise scratch_file_failure(error) from error
        self._buffer = bytearray()
        self.size = 0

    async def write(self, data: bytes) -> None:
        """Add bytes. Once there are enough of them, a thread writes them. Raises ScratchFileFailed."""
        self._buffer += data
        if len(self._buffer) >= _WRITE_SIZE:
            await self.flush()

    async def flush(self) -> None:
        """Write everything to the file, so that it can be read. Raises ScratchFileFailed."""
        buffer = self._buffer
        self._buffer = bytearray()
        try:
            await asyncio.to_thread(self._write, buffer)
        except OSError as error:
            raise scratch_file_failure(error) from error
        self.size += len(buffer)

    async def pieces(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `stop`, read in threads. Several readers may read at the same time.

        Raises ScratchFileFailed.
        """
        while start < stop:
            try:
                piece = await asyncio.to_thread(os.pread, self._file.fileno(), min(_READ_SIZE, stop - start), start)
            except OSError as error:
                raise scratch_file_failure(error) from error
            if not piece:
                return
            yield piece
            start += len(piece)

    def fileno(self) -> int:
        """Return its file descriptor, for reading what was flushed."""
        return self._file.fileno()

    def close(self) -> None:
        """Remove the file. Closing it twice does nothing."""
        with contextlib.suppress(OSError):  # a full disk refuses the buffered bytes again
            self._file.close()

    def _write(self, data: bytearray) -> None:
        self._file.write(data)
        self._file.flush()


def scratch_file_failure(error: OSError) -> ScratchFileFailed:
    """Return the error for a disk that did not take a file."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return ScratchFileFailed(full, error.strerror or type(error).__name__)
