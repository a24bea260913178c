"""The body of a create, made from a spool of requests while it is sent: of known length, never whole in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from os import fstat
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from bot.api.errors import RequestsUnreadable

_HEAD, _TAIL = b'{"requests":[', b"]}"
_PIECE = 256 * 1024


def measure_body(requests: int, characters: int) -> int:
    """Bytes of the create body of so many requests, which as JSON have so many bytes in all."""
    return len(_HEAD) + characters + max(0, requests - 1) + len(_TAIL)


class CreateBody(Struct, frozen=True):
    r"""A spool that is open for reading, as a create body of `length` bytes.

    A spool has one request a line and nothing else, each line ended by b"\n", and JSON has no raw newline inside: so
    the body is the spool with commas for newlines, the last of which makes room for the end.
    """

    path: Path
    file: BinaryIO
    length: int

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body from its beginning, each time it is asked for.

        Raises:
            RequestsUnreadable: the spool has become shorter meanwhile.
        """
        yield _HEAD
        left = self.length - len(_HEAD) - len(_TAIL)
        await asyncio.to_thread(self.file.seek, 0)
        while left:
            piece = (await asyncio.to_thread(self.file.read, min(_PIECE, left))).replace(b"\n", b",")
            if not piece:
                raise RequestsUnreadable(self.path, "it was cut off while it was being sent")
            left -= len(piece)
            yield piece
        yield _TAIL


@contextmanager
def open_create_body(spool: Path) -> Iterator[CreateBody]:
    """The create body of the spool, which stays readable until the end even if somebody deletes the file.

    Raises:
        RequestsUnreadable: it is not there, or no spool.
    """
    try:
        file = spool.open("rb")
    except OSError as error:
        raise RequestsUnreadable(spool, error.strerror or type(error).__name__) from error
    with file:
        size = fstat(file.fileno()).st_size
        file.seek(max(0, size - 1))
        if file.read(1) != b"\n":
            raise RequestsUnreadable(spool, "it does not end with a whole line")
        yield CreateBody(spool, file, len(_HEAD) + size - 1 + len(_TAIL))
