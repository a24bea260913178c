"""The tables' version: found, and brought up to the newest by alembic."""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

log = logging.getLogger(__name__)

HEAD = "0005"
"""The newest step in bot/store/migrations/versions."""
VERSION_TABLE = "bd_alembic_version"
FOLDER = Path(__file__).parent.parent / "migrations"
PREFIX = "bd_"


def upgrade(connection: Connection, target: str = "head") -> None:
    """Apply the steps that are missing, in the connection's transaction; the caller keeps others out meanwhile.

    A store of a newer version is used as it is: steps only add.
    """
    current = find_version(connection)
    if current == HEAD and target == "head":
        return  # nearly always; importing alembic costs a fifth of a second
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
    """Give the step the tables are at; None for a new store, and for one from before there were steps."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608 - a constant of ours
    return found


def is_bot_table(name: str | None) -> bool:
    """Say whether a table is the bot's own: the engine's stand beside them and are none of alembic's business."""
    return name is not None and name.startswith(PREFIX)
