"""What alembic runs: the steps, on the connection that bot.store.db.schema hands over."""

from typing import Any

from alembic import context

from bot.store.db.schema import VERSION_TABLE, is_bot_table
from bot.store.db.tables import metadata


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave every table alone that is not the bot's."""
    return is_bot_table(name) if kind == "table" else True


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_object=include_object,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
