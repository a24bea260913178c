"""What each person has sent, for the limits of 24 hours and of the month."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. What was sent before is not in it."""
    op.create_table(
        "bd_sends",
        sa.Column("draft_id", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Text),
        sa.Column("whole_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("whole_usd", "batch_id", "approved_by")),
    )
    op.create_index("ix_bd_sends_sent_at", "bd_sends", ["sent_at"])
