"""Look at a store without changing it, for `doctor`."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from bot.store.db.database import find_file, make_engine

_OTHERS = 0o077
_IN_USE = "-wal"


def find_store_file(url: str) -> Path | None:
    """Return the file of a SQLite store, or None for another store, or for an address that is none."""
    try:
        found = find_file(make_url(url))
    except (ArgumentError, ValueError):
        return None
    return found.absolute() if found is not None else None


def inspect_store(url: str) -> list[str]:
    """Return a sentence for each reason why a store cannot be used safely. Creates and changes nothing."""
    path = find_store_file(url)
    return _inspect_file(path) if path is not None else _inspect_server(url)


def find_file_problem(path: Path) -> str | None:
    """Return why the file of a store cannot be opened or created, or None. Creates and changes nothing."""
    folder = path.parent
    try:
        if not folder.is_dir():
            return f"The store {path} can't be created, because its folder doesn't exist. Create {folder}."
    except OSError as error:  # a folder above it that may not be entered
        return f"The store {path} can't be reached: {error.strerror}. Make {folder} accessible."
    if not _may(folder, os.W_OK | os.X_OK):
        return f"The store {path} can't be written, because {folder} is read-only. Make it writable."
    if path.exists() and not _may(path, os.R_OK | os.W_OK):
        return f"The store {path} is read-only. Make it writable."
    return None


def _inspect_file(path: Path) -> list[str]:
    if problem := find_file_problem(path):
        return [problem]
    if not path.exists():
        return []
    # Without a file of changes beside it, nothing has it open, and it can be read without creating one.
    mode = "mode=ro" if path.with_name(path.name + _IN_USE).exists() else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        return [f"The store {path} can't be read: {error}. Restore it from a backup."]
    if path.stat().st_mode & _OTHERS:
        return [f"Other users of this machine can read the store {path}. Run `chmod 600 {path}`."]
    return []


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _inspect_server(url: str) -> list[str]:
    try:
        engine = make_engine(url)
    except (ArgumentError, ModuleNotFoundError, ValueError):
        return ["The store was not checked, because its address is malformed."]
    try:
        with engine.connect() as connection:
            is_read_only = connection.execute(text("SHOW transaction_read_only")).scalar() == "on"
    except DBAPIError as error:
        sqlstate = getattr(error.orig, "sqlstate", None)
        return [f"Can't reach the store: {sqlstate or 'no connection'}. Check its address and permissions."]
    finally:
        engine.dispose()
    return ["The store is read-only. Use the primary server."] if is_read_only else []
