"""Change profiles.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/user-profile.md
- specs/features/authentication.md
- backend/CLAUDE.md
"""

import sqlalchemy as sa
from alembic import op

revision = "3735f9a8ba97"
down_revision = "18ef79d473ab"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "profiles",
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_profiles"),
        sa.CheckConstraint(
            sa.column("language").in_(["de", "en", "fr"]), name="profilelanguage"
        ),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("profiles")
