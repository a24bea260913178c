"""Whether the message of a card or a notice may be in Slack although no attempt has succeeded."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. They are empty in the rows of earlier versions, which always looked for a message."""
    for table in ("bd_cards", "bd_notices"):
        op.add_column(table, sa.Column("is_uncertain", sa.Boolean))
