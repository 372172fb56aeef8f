"""Tests; they run with a secret of their own.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
"""

import os

from tests.support import SECRET

os.environ.setdefault("BETTER_AUTH_SECRET", SECRET)
