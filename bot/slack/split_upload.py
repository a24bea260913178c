"""What is larger than Slack takes: compressed, and in parts where that is not enough."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from bot.scratch_file import ScratchFile

_GZIP = 31  # zlib's word for a gzip header around the largest window


class FilePart(Struct, frozen=True):
    """One file as Slack gets it: bytes from `start` to before `stop` of what there is."""

    name: str
    content: bytes | ScratchFile
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stop - self.start


class PackedFile(Struct, frozen=True):
    """The files that one file has become."""

    parts: tuple[FilePart, ...]
    compressed: bool


@asynccontextmanager
async def pack_file(name: str, content: bytes | ScratchFile, largest: int) -> AsyncIterator[PackedFile]:
    """Yield a file as it is where it has at most `largest` bytes, else compressed, and cut where that is not enough.

    Raises:
        SpoolFailed: the disk did not take the compressed file.
    """
    size = content.size if isinstance(content, ScratchFile) else len(content)
    if size <= largest or not isinstance(content, ScratchFile):
        yield PackedFile((FilePart(name, content, 0, size),), compressed=False)
        return
    smaller = ScratchFile()
    try:
        await _compress(content, smaller)
        yield PackedFile(_cut(f"{name}.gz", smaller, largest), compressed=True)
    finally:
        smaller.close()


async def _compress(source: ScratchFile, target: ScratchFile) -> None:
    packer = zlib.compressobj(wbits=_GZIP)
    async for piece in source.pieces(0, source.size):
        await target.write(await asyncio.to_thread(packer.compress, piece))
    await target.write(packer.flush())
    await target.flush()


def _cut(name: str, content: ScratchFile, largest: int) -> tuple[FilePart, ...]:
    starts = range(0, content.size, largest)
    if len(starts) == 1:
        return (FilePart(name, content, 0, content.size),)
    return tuple(
        FilePart(f"{name}.part{number}of{len(starts)}", content, start, min(start + largest, content.size))
        for number, start in enumerate(starts, 1)
    )
