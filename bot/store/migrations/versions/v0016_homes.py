"""Who opened the Home tab, and what was true when it was drawn."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "bd_homes",
        sa.Column("workspace_id", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("team_id", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
    )
    op.create_index("ix_bd_homes_opened_at", "bd_homes", ["opened_at"])
