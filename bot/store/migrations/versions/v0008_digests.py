"""The digest of a draft's checked file."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. It is empty in the rows of earlier versions, whose files are not compared."""
    op.add_column("bd_drafts", sa.Column("digest", sa.Text))
