"""Create tables.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import sqlalchemy as sa
from alembic import op

revision = "e981ede9da7c"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("notices")
