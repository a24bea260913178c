"""Prepare a file that is larger than Slack accepts: compress it, and split it if that is not enough."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from bot.scratch_file import OpenFile, ScratchFile

_GZIP = 31  # wbits for the largest window with a gzip header (zlib)


class FilePart(Struct, frozen=True):
    """One file as Slack receives it: the bytes of `content` from `start` up to, but not including, `stop`."""

    name: str
    content: bytes | ScratchFile
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self.stop - self.start


class PackedFile(Struct, frozen=True):
    """One file, as the files that Slack receives."""

    parts: tuple[FilePart, ...]
    compressed: bool


@asynccontextmanager
async def pack_file(
    name: str, content: bytes | ScratchFile, max_bytes: int, open_scratch_file: OpenFile
) -> AsyncIterator[PackedFile]:
    """Yield a file unchanged if it has at most `max_bytes`; otherwise compressed, and split if that is not enough.

    Raises:
        ScratchFileFailed: the compressed file could not be written to disk.
    """
    size = content.size if isinstance(content, ScratchFile) else len(content)
    if size <= max_bytes or not isinstance(content, ScratchFile):
        yield PackedFile((FilePart(name, content, 0, size),), compressed=False)
        return
    compressed_file = ScratchFile(open_scratch_file)
    try:
        await _compress(content, compressed_file)
        yield PackedFile(_split(f"{name}.gz", compressed_file, max_bytes), compressed=True)
    finally:
        compressed_file.close()


async def _compress(source: ScratchFile, target: ScratchFile) -> None:
    compressor = zlib.compressobj(wbits=_GZIP)
    async for piece in source.pieces(0, source.size):
        await target.write(await asyncio.to_thread(compressor.compress, piece))
    await target.write(compressor.flush())
    await target.flush()


def _split(name: str, content: ScratchFile, max_bytes: int) -> tuple[FilePart, ...]:
    starts = range(0, content.size, max_bytes)
    if len(starts) == 1:
        return (FilePart(name, content, 0, content.size),)
    return tuple(
        FilePart(f"{name}.part{number}of{len(starts)}", content, start, min(start + max_bytes, content.size))
        for number, start in enumerate(starts, 1)
    )
