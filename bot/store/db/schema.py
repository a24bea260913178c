"""The version of the tables, and their upgrade by alembic."""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

log = logging.getLogger(__name__)

HEAD = "0017"
"""The newest migration in bot/store/migrations/versions. Of two that are added at once, the later one is renumbered."""
VERSION_TABLE = "bd_alembic_version"
FOLDER = Path(__file__).parent.parent / "migrations"
PREFIX = "bd_"


def upgrade(connection: Connection, target: str = "head") -> None:
    """Apply the missing migrations in the connection's transaction. The caller keeps other processes out meanwhile.

    A store of a newer version is used as it is, because migrations only add.
    """
    current = find_version(connection)
    if current == HEAD and target == "head":
        return  # in nearly every start; importing alembic takes 0.2 s
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    if current is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(current)
        except CommandError:
            log.warning("the store is of a newer version of the bot (%s)", current)
            return
    command.upgrade(config, target)


def find_version(connection: Connection) -> str | None:
    """Return the version of the tables; None for a new store, and for one from before there were migrations."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608 - a constant of ours
    return found


def is_bot_table(name: str | None) -> bool:
    """Return whether a table is the bot's own. Those of the durable engine are beside them, and alembic leaves them."""
    return name is not None and name.startswith(PREFIX)
