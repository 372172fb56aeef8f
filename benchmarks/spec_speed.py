"""Prints how long reading specs takes against their size, beside markdown-it-py alone.

Usage: python benchmarks/spec_speed.py [MEGABYTES…]

The documents are made here: a contract of many resources, their schema in tables and SQL, and a
feature with requirements and scenarios, in the proportions of real projects. The last column is
the whole reading divided by the bare parse: what understanding costs on top of Markdown.
"""

import sys
import time
from collections.abc import Callable

from markdown_it import MarkdownIt

from sdd.speclang import read_specs
from sdd.text import SourceText

SIZES = (0.1, 0.3, 1.0, 3.0, 10.0, 20.0)
_MEGABYTE = 1_000_000

_CONTRACT = """
## Notes{n}

### GET /api/notes{n}

List the notes of the authenticated user, newest first.

**Authentication**: Required

**Query Parameters**:

| Parameter | Type | Default | Description |
|---|---|---|---|
| state | string | all | one of all, open, done |
| limit | integer | 20 | 1-100 |

**Response**: `200 OK`

```json
{{"items": [{{"id": 1, "text": "Call the plumber", "done": false}}], "total": 1}}
```

**Errors**:

- `401 Unauthorized`: no token
- `403 Forbidden`: not the owner

### POST /api/notes{n}

Create a note. The owner is taken from the token, never from the body.

**Request Body**:

- `text`: string, required, 1-200 characters
- `body`: string, optional, max 1000 characters

**Response**: `201 Created`

```json
{{"id": 1, "text": "Call the plumber", "done": false}}
```
"""
_SCHEMA = """
### notes{n}

| Column | Type | Constraints | Description |
|---|---|---|---|
| id | INTEGER | PRIMARY KEY, AUTO INCREMENT | Identifier |
| user_id | VARCHAR(64) | NOT NULL, FOREIGN KEY -> users.id | Owner |
| text | VARCHAR(200) | NOT NULL | What it says |
| body | TEXT | NULL | At length |
| done | BOOLEAN | NOT NULL, DEFAULT FALSE | State |
| created_at | TIMESTAMP | NOT NULL, DEFAULT NOW() | Creation |

**Indexes**:

- `idx_notes{n}_user` on `user_id`
"""
_FEATURE = """
### Story {n}: keep notes

As somebody with much to do I want to write down what comes to my mind, so that it does not come
to my mind again. Notes are private: nobody sees those of another, not even by guessing a number.

1. **Given** a signed-in user, **When** they send a text, **Then** the note is stored.
2. **Given** a note of another user, **When** they ask for it, **Then** they get 404.

- **FR-{n:03d}**: System MUST let users write notes of 1-200 characters.
- Texts are trimmed, and an empty text is refused with 400.
"""


def documents(size: int) -> list[SourceText]:
    """Return a contract, a schema and a feature of about `size` bytes together."""
    parts = (
        ("specs/api/rest-endpoints.md", "# API\n\nBase URL: `/api`\n", _CONTRACT),
        ("specs/database/schema.md", "# Schema\n", _SCHEMA),
        ("specs/features/notes.md", "# Notes\n", _FEATURE),
    )
    each = size // sum(len(template) for _, _, template in parts) + 1
    return [
        SourceText(path=path, text=head + "".join(body.format(n=n) for n in range(each)))
        for path, head, body in parts
    ]


def parse(sources: list[SourceText]) -> None:
    """Parse with markdown-it-py alone."""
    parser = MarkdownIt("commonmark").enable("table")
    for source in sources:
        parser.parse(source.text)


def timed(run: Callable[[list[SourceText]], object], sources: list[SourceText]) -> float:
    """Return the processor time of a call in seconds."""
    start = time.process_time()
    run(sources)
    return time.process_time() - start


def main(sizes: tuple[float, ...]) -> None:
    """Print a row for each size."""
    print(f"{'MB':>6} {'read_specs s':>13} {'s/MB':>7} {'markdown-it s':>14} {'ratio':>6}")
    for size in sizes:
        sources = documents(int(size * _MEGABYTE))
        total = sum(len(source.text) for source in sources) / _MEGABYTE
        read, parsed = timed(read_specs, sources), timed(parse, sources)
        row = f"{total:>6.2f} {read:>13.2f} {read / total:>7.2f} {parsed:>14.2f}"
        print(f"{row} {read / parsed:>6.2f}")


if __name__ == "__main__":
    main(tuple(float(word) for word in sys.argv[1:]) or SIZES)
