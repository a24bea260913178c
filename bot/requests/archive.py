"""Keep the requests that were sent, compressed on disk, because the API does not return the inputs of a batch."""

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from bot.api.create_body import FileSpan
from bot.api.errors import RequestsUnreadable
from bot.api.ids import BatchId
from bot.api.models import RETENTION
from bot.requests.lines import read_custom_id
from bot.requests.request_files import make_private_folder, write_whole

_LEVEL = 1  # five times as fast as the default of 6, for a file a quarter to a third larger
_PIECE = 1024 * 1024
_SUFFIX = ".jsonl.gz"
_ABANDONED_AFTER = timedelta(days=1)  # no process writes one file for so long; it has died


class RequestArchive(Struct, frozen=True):
    """A folder with one file for each batch, readable by this user only.

    The files take at most `max_bytes` together: the oldest are removed first, and 0 keeps none. A file is kept as long
    as the API keeps the results. All methods but `contains` read and write up to hundreds of megabytes: run them in a
    thread.
    """

    folder: Path
    max_bytes: int

    def add(self, batch_id: BatchId, created_at: datetime, checked_file: Path, span: FileSpan | None = None) -> bool:
        """Keep the requests of a created batch and make room for them; return False if there is no room.

        With `span`, the batch was made of those lines of the file.

        Raises:
            RequestsUnreadable: the checked file is missing.
            OSError: the disk does not take the file, or the folder is not private.
        """
        if self.max_bytes <= 0:
            return False
        make_private_folder(self.folder)
        path = self._path(batch_id)
        try:
            source = checked_file.open("rb")
        except OSError as error:
            raise RequestsUnreadable.from_os_error(checked_file, error) from error
        with source, write_whole(path, durable=True) as file, GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            _copy(source, packed, span)
        os.utime(path, (created_at.timestamp(), created_at.timestamp()))
        self.prune(created_at)
        return path.exists()

    def contains(self, batch_id: BatchId) -> bool:
        """Return whether the requests of the batch are here."""
        return self._path(batch_id).exists()

    def read_ids(self, batch_id: BatchId) -> Iterator[str]:
        """Yield the custom_ids of the batch's requests. Raises RequestsUnreadable, also between two of them."""
        path = self._path(batch_id)
        try:
            with path.open("rb") as file, GzipFile("", "rb", fileobj=file) as packed:
                yield from map(read_custom_id, packed)
        except FileNotFoundError as error:
            raise RequestsUnreadable.from_os_error(path, error, batch_id) from error
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise RequestsUnreadable(path, "it is damaged", batch_id=batch_id) from error

    def restore(self, batch_ids: Iterable[BatchId], checked_file: Path) -> None:
        """Write the requests of these batches to `checked_file`, one after the other, byte for byte as they were sent.

        Raises:
            RequestsUnreadable: they are not here, or an archived file is damaged; nothing is written then.
            OSError: the disk does not take the file.
        """
        with write_whole(checked_file) as restored:
            for batch_id in batch_ids:
                self._restore_one(batch_id, restored)

    def _restore_one(self, batch_id: BatchId, restored: BinaryIO) -> None:
        path = self._path(batch_id)
        try:
            file = path.open("rb")
        except OSError as error:
            raise RequestsUnreadable.from_os_error(path, error, batch_id) from error
        try:
            with file, GzipFile("", "rb", fileobj=file) as packed:
                before = restored.tell()
                shutil.copyfileobj(packed, restored, _PIECE)
                if restored.tell() == before:  # an empty archived file unpacks without an error
                    raise EOFError
        except (EOFError, BadGzipFile, zlib.error) as error:
            raise RequestsUnreadable(path, "it is damaged", batch_id=batch_id) from error

    def remove(self, batch_id: BatchId) -> None:
        """Remove the requests of a batch, if they are here."""
        self._path(batch_id).unlink(missing_ok=True)

    def prune(self, now: datetime) -> int:
        """Remove files that are too old, too many (the oldest first) or half written; return how many."""
        removed = 0
        for path in self.folder.glob(f"*{_SUFFIX}.part"):
            if now.timestamp() - path.stat().st_mtime > _ABANDONED_AFTER.total_seconds():
                path.unlink(missing_ok=True)
                removed += 1
        total = 0
        for age, size, path in sorted(self._list_files(now)):
            total += size
            if age > RETENTION or total > self.max_bytes:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _list_files(self, now: datetime) -> Iterator[tuple[timedelta, int, Path]]:
        """Yield age, bytes and path of each archived file."""
        for path in self.folder.glob(f"*{_SUFFIX}"):
            status = path.stat()
            yield timedelta(seconds=now.timestamp() - status.st_mtime), status.st_size, path

    def _path(self, batch_id: BatchId) -> Path:
        """Return a name made from a digest: ids may be longer than file names, and may differ in case alone."""
        return self.folder / f"{hashlib.sha256(batch_id.encode()).hexdigest()[:40]}{_SUFFIX}"


def _copy(source: BinaryIO, target: GzipFile, span: FileSpan | None) -> None:
    """Copy a file, or a span of it. Raises RequestsUnreadable if it is shorter than that."""
    if span is None:
        shutil.copyfileobj(source, target, _PIECE)
        return
    source.seek(span.start)
    left = span.length
    while left:
        if not (piece := source.read(min(_PIECE, left))):
            raise RequestsUnreadable(Path(source.name), "it was cut off")
        target.write(piece)
        left -= len(piece)
