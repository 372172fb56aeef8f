"""Tests of who gets in.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- specs/001-task-crud/spec.md
"""
