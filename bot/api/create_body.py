"""Stream a file of checked requests as the body of a create: its length is known, and memory never holds all of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from os import fstat
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from bot.api.body_size import BODY_HEAD, BODY_TAIL
from bot.api.errors import RequestsUnreadable

_PIECE = 256 * 1024


class FileSpan(Struct, frozen=True):
    """Whole lines of a checked file: `length` bytes from the byte `start`."""

    start: int
    length: int


class CreateBody(Struct, frozen=True):
    r"""A checked file, open for reading, as a create body of `length` bytes.

    A checked file has one request a line and nothing else, and each line ends in b"\n". JSON has no raw newline
    inside, so the body is the file with commas for newlines; the last newline makes room for the end.
    """

    path: Path
    file: BinaryIO
    length: int
    digest: str | None = None
    """The SHA-256 of the checked file, or of the part of it that is sent; None if it is not known."""
    start: int = 0
    """The byte of the file that the first request begins with."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Read the body anew, so that a call can be sent again."""
        return self.read_chunks()

    async def read_chunks(self) -> AsyncIterator[bytes]:
        """Yield the body from its beginning, however often it is read.

        Raises:
            RequestsUnreadable: the file has become shorter since it was opened, or its digest is another one. The
                end of the body is missing then, so nothing is created.
        """
        seen = hashlib.sha256()
        yield BODY_HEAD
        left = self.length - len(BODY_HEAD) - len(BODY_TAIL)
        await asyncio.to_thread(self.file.seek, self.start)
        while left:
            piece = await asyncio.to_thread(self.file.read, min(_PIECE, left))
            if not piece:
                raise RequestsUnreadable(self.path, "it was cut off while it was being sent")
            left -= len(piece)
            seen.update(piece)
            yield piece.replace(b"\n", b",")
        seen.update(b"\n")
        if self.digest is not None and seen.hexdigest() != self.digest:
            raise RequestsUnreadable.from_change(self.path)
        yield BODY_TAIL


@contextmanager
def open_create_body(
    checked_file: Path, digest: str | None = None, span: FileSpan | None = None
) -> Iterator[CreateBody]:
    """Open a checked file as a create body, which stays readable even if the file is deleted meanwhile.

    With `span`, the body has only those lines, whose digest is `digest`.

    Raises:
        RequestsUnreadable: the file is missing, or does not end with a whole line.
    """
    try:
        file = checked_file.open("rb")
    except OSError as error:
        raise RequestsUnreadable.from_os_error(checked_file, error) from error
    with file:
        start, size = (span.start, span.length) if span else (0, fstat(file.fileno()).st_size)
        file.seek(max(0, start + size - 1))
        if file.read(1) != b"\n":
            raise RequestsUnreadable(checked_file, "it does not end with a whole line")
        yield CreateBody(checked_file, file, len(BODY_HEAD) + size - 1 + len(BODY_TAIL), digest, start)
