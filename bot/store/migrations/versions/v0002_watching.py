"""Watches, watched batches, cards, notices, and what the workers share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of watching."""
    _wishes()
    _batches()
    _cards()
    _notices()
    _workers()


def _wishes() -> None:
    op.create_table(
        "bd_watches",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("batch_id", "user_id", "channel_id", "reason")),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_bd_watches_user_id", "bd_watches", ["user_id"])
    op.create_table("bd_mutes", sa.Column("subject", sa.Text, primary_key=True), sa.Column("until", sa.BigInteger))
    op.create_table(
        "bd_quiet_levels",
        sa.Column("channel_id", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
    )


def _batches() -> None:
    op.create_table(
        "bd_batches",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("status", "shape", "body")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("created_at", "expires_at")),
        *(sa.Column(name, sa.BigInteger) for name in ("ended_at", "missing_since")),
        sa.Column("results_ready", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("fetched_at", "over_at")),
    )
    op.create_index("ix_bd_batches_over_at", "bd_batches", ["over_at"])
    op.create_index("ix_bd_batches_created_at", "bd_batches", ["created_at"])


def _cards() -> None:
    op.create_table(
        "bd_cards",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("batch_id", "channel_id")),
        *(sa.Column(name, sa.Text) for name in ("posted_in", "ts", "shown")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("version", "shown_version", "attempts")),
        sa.Column("replaced", sa.Boolean, nullable=False),
        sa.Column("given_up", sa.Text),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", sa.BigInteger),
    )
    op.create_index("ix_bd_cards_due_at", "bd_cards", ["due_at"])


def _notices() -> None:
    op.create_table(
        "bd_notices",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("batch_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("event", "channel_id", "mentions", "payload")),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("thread_ts", sa.Text),
        sa.Column("sent_at", sa.BigInteger),
        *(sa.Column(name, sa.Text) for name in ("ts", "given_up")),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", sa.BigInteger),
    )
    op.create_index("ix_bd_notices_batch_id", "bd_notices", ["batch_id"])
    op.create_index("ix_bd_notices_open", "bd_notices", ["sent_at", "due_at"])


def _workers() -> None:
    op.create_table(
        "bd_workers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("started_at", "seen_at")),
    )
    op.create_table(
        "bd_duties",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger) for name in ("done_at", "failing_since")),
    )
    op.create_table(
        "bd_paces",
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("free_at", sa.BigInteger, nullable=False),
    )
