"""The workspace of the API that each row belongs to, and which one a person chose for direct messages and Home."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = (
    "bd_confirmations",
    "bd_audit",
    "bd_summaries",
    "bd_readings",
    "bd_labels",
    "bd_families",
    "bd_drafts",
    "bd_watches",
    "bd_batches",
    "bd_cards",
    "bd_notices",
)


def upgrade() -> None:
    """Add the column, and the table. A start gives the rows to the workspace of the settings."""
    for name in _TABLES:
        op.add_column(name, sa.Column("workspace_id", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "bd_choices",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("chosen_at", sa.BigInteger, nullable=False),
    )
