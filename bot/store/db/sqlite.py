"""Settings of a new SQLite connection."""

import sqlite3
import time
from contextlib import closing

# Before this version several connections in WAL mode could, rarely, corrupt the file (sqlite.org, "WAL-reset bug").
_SOUND_WAL = (3, 51, 3)
# This version brought unixepoch('subsec') (sqlite.org, release notes of 3.42.0); older ones answer NULL.
_SUBSECOND_UNIXEPOCH = (3, 42, 0)


def prepare_connection(connection: sqlite3.Connection, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Make a connection durable and strict. The library's `version` decides on the journal and the shim."""
    if version < _SUBSECOND_UNIXEPOCH:
        connection.create_function("unixepoch", -1, unixepoch)
    wanted = "wal" if version >= _SOUND_WAL else "delete"
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode not in (wanted, "memory"):  # a change needs the file alone, so make one only if needed
        connection.execute(f"PRAGMA journal_mode={wanted}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def unixepoch(*arguments: str | float | None) -> int | float | None:
    """Return what SQLite returns since 3.42: seconds since 1970, with three decimals if an argument is 'subsec'."""
    rest = [argument for argument in arguments if argument not in ("subsec", "subsecond")]
    fraction = len(rest) < len(arguments)
    if rest in ([], ["now"]):
        return round(time.time(), 3) if fraction else int(time.time())
    # In a database of its own: a function must not run statements on the connection that called it.
    marks = ", ".join("?" * len(rest))
    wanted = f"round((julianday({marks}) - 2440587.5) * 86400.0, 3)" if fraction else f"unixepoch({marks})"
    with closing(sqlite3.connect(":memory:")) as scratch:
        answer: int | float | None = scratch.execute(f"SELECT {wanted}", rest).fetchone()[0]
    return answer
