"""Lists of batches that one person deletes or cancels together, and what came of each batch."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "bd_bulks",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("workspace_id", "verb", "command")),
        sa.Column("saves", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("user_id", "team_id")),
        sa.Column("channel_id", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("entry_id", sa.BigInteger),
        sa.Column("held_by", sa.Text),
        sa.Column("ended_at", sa.BigInteger),
    )
    op.create_index("ix_bd_bulks_state", "bd_bulks", ["state"])
    op.create_table(
        "bd_bulk_items",
        sa.Column("bulk_id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("workspace_id", "batch_id", "seen")),
        sa.Column("requests", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("name", "label", "owner")),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("entry_id", sa.BigInteger),
        *(sa.Column(name, sa.Text) for name in ("file_id", "file_name")),
        *(sa.Column(name, sa.BigInteger) for name in ("file_bytes", "file_lines")),
    )
