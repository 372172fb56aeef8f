"""Migrations of the generated backend: appended as the tables change, never rewritten."""

from sdd.generate.migrations.history import is_migration, migration_files

__all__ = ["is_migration", "migration_files"]
