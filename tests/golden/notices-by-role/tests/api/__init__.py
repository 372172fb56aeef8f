"""Tests of the endpoints.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""
