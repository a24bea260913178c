"""Which process holds a draft, where to watch its batch, and how a sample and the rest belong together."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of sending."""
    for name in ("held_by", "watch", "whole_id", "rest_id"):
        op.add_column("bd_drafts", sa.Column(name, sa.Text))
    op.add_column("bd_drafts", sa.Column("sample", sa.Integer))
