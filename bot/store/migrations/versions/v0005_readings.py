"""Which process holds a reading, where its progress message is, and the text of its command."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of readings."""
    for name in ("held_by", "channel_id", "ts", "again"):
        op.add_column("bd_readings", sa.Column(name, sa.Text))
