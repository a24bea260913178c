"""The rows of earlier settings, given to the workspaces of today's settings at each start."""

import logging
from collections.abc import Mapping

from sqlalchemy import Connection, Table, select, union_all, update

from bot.store.db.scope import SCOPED_TABLES, WORKSPACE

log = logging.getLogger(__name__)

ADOPTED = sorted((table for table in SCOPED_TABLES if isinstance(table, Table)), key=lambda table: table.name)


def adopt_rows(connection: Connection, keys: Mapping[str, str]) -> None:
    """Give the rows of each earlier key to the workspace of today's key. The connection sees every workspace.

    Rows of version 0.1.0 have the key "". A workspace that gets an id had its name as its key.
    """
    known = set(keys.values())
    for table in ADOPTED:
        for earlier, key in keys.items():
            if earlier != key:
                connection.execute(update(table).where(table.c[WORKSPACE] == earlier).values({WORKSPACE: key}))
    others = find_keys(connection) - known
    if others:
        log.warning("the store has rows of workspaces that the settings do not name: %s", ", ".join(sorted(others)))


def find_keys(connection: Connection) -> set[str]:
    """Return the keys of all workspaces that have rows. The connection sees every workspace."""
    found = union_all(*(select(table.c[WORKSPACE]).distinct() for table in ADOPTED))
    return set(connection.execute(found).scalars())
