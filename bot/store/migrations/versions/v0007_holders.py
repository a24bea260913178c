"""Until when an unknown outcome of sending is looked into, and which process carries out an act."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. In the rows of earlier versions they are empty."""
    op.add_column("bd_drafts", sa.Column("settles_at", sa.BigInteger))
    op.add_column("bd_audit", sa.Column("held_by", sa.Text))
