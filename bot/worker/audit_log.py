"""The audit log: a copy of the record as JSON lines, in a file that only grows, or on standard output.

At least once: a row is written after it is final and committed, and marked as copied after that. If the process dies in
between, the row is written again, with the same id. A disk that fails stops no act; the rows wait for it.
"""

import asyncio
import errno
import fcntl
import json
import logging
import os
import re
import stat
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec.structs import asdict

from bot.store.db.database import Database
from bot.store.records import audit
from bot.store.records.audit import AuditEntry

log = logging.getLogger(__name__)

STDOUT = Path("-")
FIELDS = ("id", "at", "user_id", "team_id", "channel_id", "verb", "command", "subject", "confirmation_id")
ENDINGS = ("outcome", "detail", "finished_at", "times")
_ROWS_AT_ONCE = 500
# The tokens and keys of Slack and Anthropic. Someone may have typed one by mistake.
_SECRET = re.compile(r"\b(xox[a-z]|xapp|sk-ant)-[\w-]+")


class AuditLog:
    """Copies the rows of the record that are final. One process at a time does so."""

    def __init__(
        self,
        path: Path,
        database: Database,
        now: Callable[[], datetime],
        count_failure: Callable[[], None] = lambda: None,
        workspace: str = "",
    ) -> None:
        """`path` is a file, or `-` for standard output. `count_failure` is called for each write that fails.

        `workspace`: the name that each row carries, if there are several.
        """
        self._workspace = workspace
        self._path = path
        self._database = database
        self._now = now
        self._count_failure = count_failure
        self._is_failing = False

    async def copy(self) -> int:
        """Write the rows that are final and not copied, and return how many. Raises StoreUnavailable."""
        count = 0
        while entries := await self._database.run(partial(audit.list_uncopied, now=self._now(), limit=_ROWS_AT_ONCE)):
            try:
                await asyncio.to_thread(_append, self._path, "".join(map(self._format, entries)))
            except OSError as error:
                self._count_failure()
                if not self._is_failing:  # once, because a growing log does not help a full disk
                    log.error("cannot write the audit log %s: %s; its rows wait", self._path, error.strerror)
                self._is_failing = True
                return count
            if self._is_failing:
                log.warning("the audit log works again")
                self._is_failing = False
            ids = [entry.id for entry in entries]
            await self._database.run(partial(audit.mark_copied, ids=ids, now=self._now()))
            count += len(entries)
        return count

    def _format(self, entry: AuditEntry) -> str:
        return format_line(entry, self._workspace)


def format_line(entry: AuditEntry, workspace: str = "") -> str:
    """Return a row as one line of JSON, in ASCII, without tokens and keys."""
    row = asdict(entry)
    line = {name: row[name] for name in (*FIELDS, *ENDINGS)} | ({"workspace": workspace} if workspace else {})
    for name, value in line.items():
        if isinstance(value, datetime):
            line[name] = value.isoformat()
        elif isinstance(value, str):
            line[name] = _SECRET.sub(r"\1-…", value)
    return json.dumps(line) + "\n"


def _append(path: Path, lines: str) -> None:
    """Append rows, and wait until they are on the disk; blocks. Raises OSError."""
    if path == STDOUT:
        sys.stdout.write(lines)
        sys.stdout.flush()
        return
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    try:
        found = os.fstat(file)
        if stat.S_ISFIFO(found.st_mode):  # what is written to a pipe may reach no one
            raise OSError(errno.EINVAL, "it is a pipe, not a file")
        if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_mode & 0o077:
            os.fchmod(file, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)  # each workspace has a writer
        # A full disk may have cut off the last line. It is written again as a whole.
        is_cut_off = found.st_size > 0 and stat.S_ISREG(found.st_mode) and os.pread(file, 1, found.st_size - 1) != b"\n"
        data = memoryview((("\n" if is_cut_off else "") + lines).encode())
        while data:
            data = data[os.write(file, data) :]
        if stat.S_ISREG(found.st_mode):
            os.fsync(file)
    finally:
        os.close(file)
