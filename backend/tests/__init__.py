"""Tests; they run with a secret of their own.

Specs:

- specs/api/rest-endpoints.md
- specs/database/schema.md
- specs/features/task-crud.md
- specs/features/authentication.md
- specs/001-task-crud/spec.md
"""

import os

from tests.support import SECRET

os.environ.setdefault("BETTER_AUTH_SECRET", SECRET)
