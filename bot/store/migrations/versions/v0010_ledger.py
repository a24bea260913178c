"""The ledger: what each batch cost, also after it is deleted."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    """Create the table, with a row for each stored summary."""
    ledger = op.create_table(
        "bd_ledger",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("succeeded", sa.BigInteger),
        *(sa.Column(name, sa.Text) for name in ("spent", "usd", "priced_on", "label", "owner")),
        *(sa.Column(name, sa.BigInteger) for name in ("read_at", "deleted_at")),
    )
    op.create_index("ix_bd_ledger_created_at", "bd_ledger", ["created_at"])
    connection = op.get_bind()
    summaries = sa.table("bd_summaries", *map(sa.column, ("batch_id", "summary", "priced_on", "fetched_at")))
    batches = sa.table("bd_batches", *map(sa.column, ("id", "created_at", "ended_at")))
    labels = sa.table("bd_labels", *map(sa.column, ("batch_id", "label", "owner")))
    stored = sa.select(summaries, batches.c.created_at, batches.c.ended_at, labels.c.label, labels.c.owner).select_from(
        summaries.outerjoin(batches, batches.c.id == summaries.c.batch_id).outerjoin(
            labels, labels.c.batch_id == summaries.c.batch_id
        )
    )
    rows = [row for each in connection.execute(stored).mappings() if (row := _make_row(each)) is not None]
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(sa.insert(ledger), rows[start : start + _AT_ONCE])


def _make_row(stored: Any) -> dict[str, Any] | None:  # Any: a row of tables as they were
    """Return the row of a summary, or None if its text is damaged. An unknown creation is the time of the reading."""
    try:
        summary = json.loads(stored["summary"])
        succeeded = summary["counts"]["succeeded"]
        spent = {"models": summary["models"], "cost": summary["cost"], "succeeded": succeeded}
        usd = summary["cost"]["amount"]
    except (ValueError, KeyError, TypeError):
        return None
    return {
        "batch_id": stored["batch_id"],
        "workspace_id": "",
        "created_at": stored["created_at"] or stored["fetched_at"],
        "ended_at": stored["ended_at"],
        "succeeded": succeeded,
        "spent": json.dumps(spent),
        "usd": str(usd),
        "priced_on": stored["priced_on"],
        "label": stored["label"],
        "owner": stored["owner"],
        "read_at": stored["fetched_at"],
        "deleted_at": None,
    }
