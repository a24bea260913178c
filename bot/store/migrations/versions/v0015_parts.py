"""The parts of drafts that are too large for one batch."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, which are empty for the drafts of earlier versions, and what parts are found by."""
    for name in ("part", "parts", "start", "length"):
        op.add_column("bd_drafts", sa.Column(name, sa.BigInteger))
    for name in ("whole_id", "batch_id"):
        op.create_index(f"ix_bd_drafts_{name}", "bd_drafts", [name])
