"""What alembic runs: the migrations, on the connection from bot.store.db.schema."""

from typing import Any

from alembic import context

from bot.store.db.schema import VERSION_TABLE, is_bot_table
from bot.store.db.tables import metadata


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Return False for every table that is not the bot's."""
    return is_bot_table(name) if kind == "table" else True


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    include_object=include_object,
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
