"""How many refusals an audit row counts, and when a row was copied to the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. They are empty in the rows of earlier versions, which an audit log copies when it is set up."""
    op.add_column("bd_audit", sa.Column("times", sa.Integer))
    op.add_column("bd_audit", sa.Column("copied_at", sa.BigInteger))
    op.create_index("ix_bd_audit_copied_at", "bd_audit", ["copied_at"])
