"""Tests of who gets in.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""
