"""Where the file of a draft is in Slack, and where the question about its approval was posted."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns of approvals."""
    for name in ("permalink", "question_channel", "question_ts"):
        op.add_column("bd_drafts", sa.Column(name, sa.Text))
