"""The requests that were sent, kept compressed on disk, because the API gives no inputs back."""

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from gzip import BadGzipFile, GzipFile
from pathlib import Path

from msgspec import Struct

from bot.api.errors import RequestsUnreadable
from bot.api.ids import BatchId
from bot.requests.request_files import write_whole

LONGEST_KEPT = timedelta(days=29)
"""As long as the API keeps the results (docs.anthropic.com, Message Batches)."""

_LEVEL = 1  # five times as quick as the usual 6, for a file a quarter to a third larger
_PIECE = 1024 * 1024
_ENDING = ".jsonl.gz"
_HALF_WRITTEN = timedelta(days=1)  # nobody writes one for so long: its process has died


class RequestArchive(Struct, frozen=True):
    """A folder with one file for each batch, readable by this user only.

    `most_bytes` is what the files may take together: the oldest go first, 0 keeps none. All methods but `has` read and
    write files of up to hundreds of megabytes: give them a thread.
    """

    folder: Path
    most_bytes: int
    longest: timedelta = LONGEST_KEPT

    def add(self, batch_id: BatchId, created_at: datetime, spool: Path) -> bool:
        """Keep the requests of a batch that was created, and make room for them; False where there is none.

        Raises:
            RequestsUnreadable: the spool is gone.
            OSError: the disk takes no more.
        """
        if self.most_bytes <= 0:
            return False
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(batch_id)
        try:
            source = spool.open("rb")
        except OSError as error:
            raise RequestsUnreadable(spool, error.strerror or type(error).__name__) from error
        with source, write_whole(path, durable=True) as file, GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            shutil.copyfileobj(source, packed, _PIECE)
        os.utime(path, (created_at.timestamp(), created_at.timestamp()))
        self.prune(created_at)
        return path.exists()

    def contains(self, batch_id: BatchId) -> bool:
        """Whether the requests of the batch are here."""
        return self._path(batch_id).exists()

    def restore(self, batch_id: BatchId, spool: Path) -> None:
        """Write the requests of the batch to `spool`, byte for byte as they were sent.

        Raises:
            RequestsUnreadable: they are not here (any more), or the file is damaged; then there is no spool.
            OSError: the disk takes no more.
        """
        path = self._path(batch_id)
        try:
            file = path.open("rb")
        except OSError as error:
            raise RequestsUnreadable(path, error.strerror or type(error).__name__) from error
        try:
            with file, GzipFile("", "rb", fileobj=file) as packed, write_whole(spool) as restored:
                shutil.copyfileobj(packed, restored, _PIECE)
                if restored.tell() == 0:  # no spool is empty, but an empty file unpacks well
                    raise EOFError
        except (EOFError, BadGzipFile, zlib.error) as error:
            raise RequestsUnreadable(path, "it is damaged") from error

    def remove(self, batch_id: BatchId) -> None:
        """Remove the requests of a batch; nothing happens if there are none."""
        self._path(batch_id).unlink(missing_ok=True)

    def prune(self, now: datetime) -> int:
        """Remove what is too old, the oldest of what is too much, and what was never written whole; how many files."""
        removed, total = 0, 0
        for path in self.folder.glob(f"*{_ENDING}.part"):
            if now.timestamp() - path.stat().st_mtime > _HALF_WRITTEN.total_seconds():
                path.unlink(missing_ok=True)
                removed += 1
        for age, size, path in sorted(self._files(now)):
            total += size
            if age > self.longest or total > self.most_bytes:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _files(self, now: datetime) -> Iterator[tuple[timedelta, int, Path]]:
        for path in self.folder.glob(f"*{_ENDING}"):
            status = path.stat()
            yield timedelta(seconds=now.timestamp() - status.st_mtime), status.st_size, path

    def _path(self, batch_id: BatchId) -> Path:
        """Named by a digest: ids are opaque, may be longer than names of files, and may differ in upper case alone."""
        return self.folder / f"{hashlib.sha256(batch_id.encode()).hexdigest()[:40]}{_ENDING}"
