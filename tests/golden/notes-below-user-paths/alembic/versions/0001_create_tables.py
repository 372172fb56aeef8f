"""Create tables.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import sqlalchemy as sa
from alembic import op

revision = "f45024c086e2"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.CheckConstraint(
            sa.column("status").in_(["draft", "published"]), name="notestatus"
        ),
    )
    op.create_index("ix_notes_user_id", "notes", ["user_id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_notes_user_id", table_name="notes")
    op.drop_table("notes")
