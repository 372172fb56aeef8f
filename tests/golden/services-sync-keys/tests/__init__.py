"""Tests; they run with a secret of their own.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import os

os.environ.setdefault("JWKS_URL", "http://127.0.0.1:9/api/auth/jwks")
