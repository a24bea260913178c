"""Labels, owners, notes and families of batches, and drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of names and drafts."""
    _labels()
    _drafts()


def _labels() -> None:
    op.create_table(
        "bd_labels",
        sa.Column("batch_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text) for name in ("label", "label_key", "owner", "note")),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_bd_labels_label_key", "bd_labels", ["label_key"])
    op.create_index("ix_bd_labels_owner", "bd_labels", ["owner"])
    op.create_table(
        "bd_families",
        sa.Column("child_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("parent_id", "kind")),
    )
    op.create_index("ix_bd_families_parent_id", "bd_families", ["parent_id"])


def _drafts() -> None:
    op.create_table(
        "bd_drafts",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("user_id", "team_id")),
        sa.Column("channel_id", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "name")),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("estimate", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("label", "owner", "parent_id", "kind", "batch_id", "approved_by")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("created_at", "changed_at")),
    )
    op.create_index("ix_bd_drafts_state", "bd_drafts", ["state"])
    op.create_index("ix_bd_drafts_created_at", "bd_drafts", ["created_at"])
