"""Confirmations, the audit record and summaries. A store from before there were migrations has them already."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables that do not exist."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "bd_confirmations" not in there:
        _confirmations()
    if "bd_audit" not in there:
        _audit()
    if "bd_summaries" not in there:
        _summaries()
    if "bd_readings" not in there:
        _readings()


def _confirmations() -> None:
    op.create_table(
        "bd_confirmations",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("user_id", "team_id", "command", "subject", "state")),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_index("ix_bd_confirmations_expires_at", "bd_confirmations", ["expires_at"])


def _audit() -> None:
    op.create_table(
        "bd_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("confirmation_id", sa.Text),
        sa.Column("outcome", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("finished_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bd_audit_subject", "bd_audit", ["subject"])
    op.create_index("ix_bd_audit_confirmation_id", "bd_audit", ["confirmation_id"])


def _summaries() -> None:
    op.create_table(
        "bd_summaries",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("priced_on", sa.Text),
        sa.Column("fetched_by", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("taken", "taken_by")),
        sa.Column("taken_at", sa.BigInteger),
    )
    op.create_index("ix_bd_summaries_fetched_at", "bd_summaries", ["fetched_at"])


def _readings() -> None:
    op.create_table(
        "bd_readings",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("user_id", "team_id")),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("stopped_at", sa.BigInteger),
    )
    op.create_index("ix_bd_readings_started_at", "bd_readings", ["started_at"])
