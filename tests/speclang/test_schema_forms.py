"""Every form in which people write a table is read into the same entity."""

from textwrap import dedent

import pytest
from speclang.specs_builder import application, column, entity, read, rules, source

from sdd.ir import Default, Factory, ForeignKey, Index, Type
from sdd.speclang import read_specs

FORMS = {
    "table": """
        ### notes

        | Column | Type | Constraints | Description |
        |--------|------|-------------|-------------|
        | id | SERIAL | PRIMARY KEY | Identifier |
        | user_id | VARCHAR(64) | NOT NULL, FOREIGN KEY → users(id) ON DELETE CASCADE | Owner |
        | text | VARCHAR(200) | NOT NULL | What it says |
        | done | BOOLEAN | NOT NULL, DEFAULT FALSE | State |
        | created_at | TIMESTAMP | NOT NULL, DEFAULT NOW() | Creation |
        """,
    "table with nullable and default": """
        ### Notes Table

        | Field | Data Type | Nullable | Default | Notes |
        |-------|-----------|----------|---------|-------|
        | `id` | INTEGER | No | auto-increment | Primary key |
        | `user_id` | VARCHAR(64) | No | — | Foreign key to `users.id`, on delete cascade |
        | `text` | VARCHAR(200) | No | - | |
        | `done` | BOOLEAN | No | FALSE | |
        | `created_at` | TIMESTAMP WITH TIME ZONE | No | CURRENT_TIMESTAMP | |
        """,
    "table with key column": """
        ### Table: `notes`

        | Column Name | Type | Key | Null | Default | References |
        |---|---|---|---|---|---|
        | id | int | PK | NO | autoincrement | |
        | user_id | varchar(64) | FK | NO | | users.id on delete cascade |
        | text | varchar(200) | | NO | | |
        | done | bool | | NO | false | |
        | created_at | timestamptz | | NO | now() | |
        """,
    "bullets": """
        ### notes

        - id: integer (primary key, auto-increment)
        - user_id: varchar(64) (not null, foreign key -> users.id, on delete cascade)
        - text: varchar(200) (not null)
        - done: boolean (not null, default false)
        - created_at: timestamp (not null, default now())
        """,
    "bullets with dashes": """
        ## 2.1 Notes Table

        **Table Name:** `notes`

        #### Fields

        - `id`: INTEGER - Primary key, auto-increment
        - `user_id`: VARCHAR(64) - Not null, foreign key referencing users.id with cascade delete
        - `text`: VARCHAR(200) - Not null, the text itself
        - `done`: BOOLEAN - Not null, default: false
        - `created_at`: TIMESTAMP - Not null, default: current timestamp
        """,
    "nested bullets": """
        ## 1. Notes

        - **Table Name:** `notes`
        - **Columns:**
          - `id`: INTEGER (Primary Key, Auto-increment)
          - `user_id`: VARCHAR(64) (Not Null, Foreign Key references `users.id`, On Delete Cascade)
          - `text`: VARCHAR(200) (Not Null)
          - `done`: BOOLEAN (Not Null, Default: FALSE)
          - `created_at`: TIMESTAMP (Not Null, Default: CURRENT_TIMESTAMP)
        """,
    "lines in a fence": """
        ### notes

        ```
        id: INTEGER (Primary Key, auto-increment)
        user_id: VARCHAR(64) (Foreign Key: users.id, on delete cascade, Not Null)
        text: VARCHAR(200) (Not Null)
        done: BOOLEAN (Not Null, Default: FALSE)
        created_at: TIMESTAMP (Not Null, Default: NOW())
        ```
        """,
    "SQL": """
        ```sql
        -- The notes
        CREATE TABLE notes (
            id SERIAL PRIMARY KEY,
            user_id VARCHAR(64) NOT NULL REFERENCES users(id) ON DELETE CASCADE,
            text VARCHAR(200) NOT NULL,
            done BOOLEAN NOT NULL DEFAULT FALSE,
            created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT CURRENT_TIMESTAMP
        );
        ```
        """,
    "SQL with table constraints": """
        ```sql
        CREATE TABLE IF NOT EXISTS notes (
            id INT GENERATED ALWAYS AS IDENTITY,
            user_id VARCHAR(64) NOT NULL,
            text VARCHAR(200) NOT NULL,
            done BOOLEAN DEFAULT FALSE NOT NULL,
            created_at TIMESTAMPTZ DEFAULT NOW() NOT NULL,
            PRIMARY KEY (id),
            CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
        );
        ```
        """,
    "SQLModel": """
        ```python
        class Note(SQLModel, table=True):
            __tablename__ = "notes"

            id: int | None = Field(default=None, primary_key=True)
            user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", max_length=64)
            text: str = Field(max_length=200)
            done: bool = False
            created_at: datetime = Field(default_factory=datetime.utcnow)

            user: "User" = Relationship(back_populates="notes")
        ```
        """,
    "SQLModel with a base": """
        ```python
        class NoteBase(SQLModel):
            text: str = Field(max_length=200)
            done: bool = Field(default=False)
        ```

        And the table:

        ```python
        class Note(NoteBase, table=True):
            __tablename__: str = "notes"
            id: Optional[int] = Field(default=None, primary_key=True)
            user_id: str = Field(
                sa_column=Column(
                    String(64), ForeignKey("users.id", ondelete="CASCADE"), nullable=False
                )
            )
            created_at: datetime = Field(default_factory=lambda: datetime.now(UTC), nullable=False)

        class NoteCreate(NoteBase):
            pass
        ```
        """,
    "SQLAlchemy": """
        ```python
        class Note(Base):
            __tablename__ = "notes"
            id = Column(Integer, primary_key=True, autoincrement=True)
            user_id = Column(String(64), ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
            text = Column(String(200), nullable=False)
            done = Column(Boolean, default=False, nullable=False)
            created_at = Column(DateTime, server_default=func.now(), nullable=False)
        ```
        """,
    "DBML": """
        ```dbml
        Table notes {
          id int [pk, increment]
          user_id varchar(64) [not null, ref: > users.id, note: 'on delete cascade']
          text varchar(200) [not null]
          done boolean [not null, default: false]
          created_at timestamp [not null, default: `now()`]
        }
        ```
        """,
    "sentence": """
        ## Requirements

        - **FR-001**: The notes table MUST include columns: id (integer, PK, auto-increment),
          user_id (varchar(64), NOT NULL, FK → users.id on delete cascade),
          text (varchar(200), NOT NULL), done (boolean, NOT NULL, default false),
          created_at (timestamp, NOT NULL, default now())
        """,
}


def test_what_a_password_must_meet_is_no_list_of_values() -> None:
    """Nobody picks a secret from a list; other columns do, in the same words."""
    app = application(
        schema="# Schema\n\n## Note\n\n- `id`: integer, primary key\n- `password`: string\n"
        "- `state`: string\n\n"
        "### Validation rules\n\n- Password must meet the rules (length, complexity)\n"
        "- State must be of these (open, closed)\n"
    )

    assert column(app, "Note.password").constraints.choices == ()
    assert column(app, "Note.state").constraints.choices == ("open", "closed")


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_a_table_in_any_form(text: str) -> None:
    """Names, types, keys, nullability, defaults, lengths and references come out the same."""
    app = application(schema="# Database schema\n" + dedent(text))
    note = entity(app, "Note")

    assert note.table == "notes"
    assert [item.name for item in note.columns] == [
        "id",
        "user_id",
        "text",
        "done",
        "created_at",
    ] or {item.name for item in note.columns} == {"id", "user_id", "text", "done", "created_at"}
    assert column(app, "Note.id").type is Type.INT
    assert column(app, "Note.id").primary_key is True
    assert column(app, "Note.id").default == Default(factory=Factory.AUTOINCREMENT)
    assert column(app, "Note.user_id").foreign_key == ForeignKey(
        table="users", column="id", on_delete="cascade"
    )
    assert column(app, "Note.user_id").constraints.max_length == 64
    assert column(app, "Note.text").type is Type.STR
    assert column(app, "Note.text").constraints.max_length == 200
    assert column(app, "Note.done").default == Default(value=False)
    assert column(app, "Note.created_at").type is Type.DATETIME
    assert column(app, "Note.created_at").default == Default(factory=Factory.NOW)
    assert [item.nullable for item in note.columns] == [False] * 5
    assert [item.primary_key for item in note.columns].count(True) == 1
    assert note.owner_column == "user_id"


def test_mermaid_is_read() -> None:
    """An entity relationship diagram states names, types and keys."""
    app = application(
        schema="""
        # Schema

        ```mermaid
        erDiagram
            USERS ||--o{ NOTES : has
            USERS {
                string id PK
                string email UK "sign-in address"
            }
            NOTES {
                int id PK
                string user_id FK
                text body
                timestamp created_at
            }
        ```
        """
    )

    assert column(app, "Note.id").primary_key is True
    assert column(app, "Note.body").type is Type.TEXT
    assert column(app, "User.email").unique is True
    assert column(app, "Note.user_id").foreign_key == ForeignKey(table="users", column="id")


TYPES = {
    "VARCHAR(20)": Type.STR,
    "string": Type.STR,
    "TEXT": Type.TEXT,
    "BIGSERIAL": Type.INT,
    "integer": Type.INT,
    "BOOLEAN": Type.BOOL,
    "DOUBLE PRECISION": Type.FLOAT,
    "NUMERIC(10, 2)": Type.DECIMAL,
    "TIMESTAMP WITH TIME ZONE": Type.DATETIME,
    "timestamptz": Type.DATETIME,
    "datetime": Type.DATETIME,
    "DATE": Type.DATE,
    "TIME": Type.TIME,
    "UUID": Type.UUID,
    "JSONB": Type.JSON,
    "ENUM('a', 'b')": Type.ENUM,
    "TEXT[]": Type.LIST,
    "array of strings": Type.LIST,
    "string (UUID)": Type.UUID,
}


@pytest.mark.parametrize(("text", "kind"), TYPES.items())
def test_a_type_is_understood(text: str, kind: Type) -> None:
    """SQL's, Python's and plain words for a type mean one of ours."""
    app = application(
        schema=f"# S\n\n### notes\n\n| Column | Type |\n|---|---|\n| id | int |\n| x | {text} |\n"
    )

    assert column(app, "Note.x").type is kind


def test_an_enum_lists_its_values() -> None:
    """Values stand in the type, in a CREATE TYPE, in a Python enum, or in a list of enums."""
    app = application(
        schema="""
        # Schema

        ```sql
        CREATE TYPE mood AS ENUM ('calm', 'loud');
        CREATE TABLE notes (id INT PRIMARY KEY, mood mood NOT NULL DEFAULT 'calm');
        ```

        ```python
        class Colour(str, Enum):
            RED = "red"
            BLUE = "blue"

        class Tag(SQLModel, table=True):
            id: int = Field(primary_key=True)
            colour: Colour = Field(default=Colour.RED)
        ```

        ### Labels

        - `id`: UUID (Primary Key)
        - `size`: SizeEnum

        ## Enums

        - **SizeEnum**: `small`, `large`
        """
    )

    assert column(app, "Note.mood").constraints.choices == ("calm", "loud")
    assert column(app, "Tag.colour").constraints.choices == ("red", "blue")
    assert column(app, "Tag.colour").default == Default(value="red")
    assert column(app, "Label.size").constraints.choices == ("small", "large")
    assert column(app, "Label.size").type is Type.ENUM


MANAGED = {
    "heading": "### users (managed by Better Auth)\n\n- id: string (primary key)\n",
    "title": "### Users Table (Managed by Better Auth)\n\nBetter Auth keeps accounts here.\n",
    "paragraph": (
        "### users\n\nManaged by Better Auth.\n\n| Column | Type |\n|---|---|\n| id | string |\n"
    ),
    "comment": "```sql\n-- Managed by Better Auth\nCREATE TABLE users (id TEXT);\n```\n",
}


@pytest.mark.parametrize("text", MANAGED.values(), ids=MANAGED.keys())
def test_a_table_may_be_managed_elsewhere(text: str) -> None:
    """Who else manages a table is read from its heading, its text or its comment."""
    app = application(schema=f"# Schema\n\n{text}")

    assert entity(app, "User").managed_by == "Better Auth"


def test_our_own_table_is_not_managed_elsewhere() -> None:
    """`managed by our application` names nobody else."""
    app = application(
        schema="# S\n\n### notes (managed by our application)\n\n- id: integer (primary key)\n"
    )

    assert entity(app, "Note").managed_by is None


def test_constraints_outside_of_the_list_count() -> None:
    """Lists of constraints and validation rules add to the columns of their table."""
    app = application(
        schema="""
        # Schema

        ## Notes Table

        - `id`: integer (primary key)
        - `user_id`: string
        - `text`: string
        - `mood`: string
        - `slug`: string

        ### Constraints

        - `text` must not be null and is at most 200 characters
        - `mood` must be one of: 'calm', 'loud'
        - **Unique**: `slug`
        - `user_id` references `users.id`

        ## Users Table (Managed by Better Auth)

        - `id`: string (primary key)
        """
    )

    assert column(app, "Note.text").nullable is False
    assert column(app, "Note.text").constraints.max_length == 200
    assert column(app, "Note.mood").constraints.choices == ("calm", "loud")
    assert column(app, "Note.slug").unique is True
    assert column(app, "Note.user_id").foreign_key == ForeignKey(table="users", column="id")


INDEXES = {
    "dotted": "## Indexes\n\n- notes.user_id (for filtering)\n- Composite index: (user_id, done)\n",
    "named": (
        "### Indexes\n\n- `idx_user`: Index on `user_id`\n"
        "- `idx_both`: Composite index on (`user_id`, `done`)\n"
    ),
    "SQL": (
        "```sql\nCREATE INDEX a ON notes(user_id);\n"
        "CREATE INDEX b ON notes (user_id, done DESC);\n```\n"
    ),
    "table": (
        "## Indexes\n\n| Index | Table | Columns |\n|---|---|---|\n| a | notes | user_id |\n"
        "| b | notes | user_id, done |\n"
    ),
}


@pytest.mark.parametrize("text", INDEXES.values(), ids=INDEXES.keys())
def test_indexes_are_no_columns(text: str) -> None:
    """A single column is marked, several make an index, and no column is added."""
    app = application(
        schema=(
            f"# Schema\n\n## notes\n\n- id: integer (primary key)\n- user_id: string\n"
            f"- done: boolean\n\n{text}"
        )
    )
    note = entity(app, "Note")

    assert [item.name for item in note.columns] == ["id", "user_id", "done"]
    assert column(app, "Note.user_id").indexed is True
    assert note.indexes == (Index(columns=("user_id", "done")),)


def test_sample_rows_and_plans_are_no_tables() -> None:
    """Sample data, query tables, future tables and migrations add nothing."""
    app = application(
        schema="""
        # Schema

        ## notes

        - id: integer (primary key)
        - text: string

        ## Sample data

        | id | text |
        |----|------|
        | 1 | Milk |

        ```sql
        INSERT INTO notes (id, text) VALUES (1, 'Milk');
        ```

        ## Future changes

        ### folders

        | Column | Type |
        |---|---|
        | id | int |

        ## Queries

        | Query | Index | Reason |
        |---|---|---|
        | by user | a | speed |
        """
    )

    assert [item.name for item in app.entities] == ["Note"]


def test_an_association_table_is_an_entity() -> None:
    """A table of two foreign keys is read like any other, without an owner."""
    app = application(
        schema="""
        # Schema

        ### notes
        - id: integer (primary key)

        ### tags
        - id: integer (primary key)

        ### note_tags
        - note_id: integer (foreign key -> notes.id)
        - tag_id: integer (foreign key -> tags.id)
        """
    )

    assert column(app, "NoteTag.note_id").foreign_key == ForeignKey(table="notes", column="id")
    assert entity(app, "NoteTag").owner_column is None


def test_the_owner_may_be_named_in_words() -> None:
    """`… is the owner column` counts where the name alone would not tell."""
    app = application(
        schema=(
            "# S\n\n### notes\n\nOne row for each note. `writer` is the owner column.\n\n"
            "- id: int (primary key)\n- writer: string (not null)\n"
        )
    )

    assert entity(app, "Note").owner_column == "writer"


def test_what_is_unsaid_is_open() -> None:
    """A column of which only the type is stated leaves the rest open."""
    app = application(schema="# S\n\n### notes\n\n- id: integer (primary key)\n- text: string\n")
    text = column(app, "Note.text")

    assert text.nullable is None
    assert text.unique is None
    assert text.default is None
    assert text.foreign_key is None
    assert text.constraints.max_length is None


def test_an_unknown_type_is_reported() -> None:
    """A type that is none of ours is left open, aloud."""
    reading = read(
        schema="# S\n\n### notes\n\n| Column | Type |\n|---|---|\n| id | int |\n| x | GEOGRAPHY |\n"
    )

    assert column(reading.application, "Note.x").type is None
    assert "not-understood" in rules(reading)


def test_two_types_for_one_column_are_a_question() -> None:
    """`UUID or VARCHAR` is not decided by us."""
    app = application(
        schema=(
            "# S\n\n### notes\n\n| Column | Type |\n|---|---|\n| id | UUID or VARCHAR |\n"
            "| t | text |\n"
        )
    )
    (question,) = app.questions

    assert column(app, "Note.id").type is None
    assert question.choices == ("UUID", "VARCHAR")
    assert question.proposal == "UUID"
    assert question.places[0].line == 7


def test_broken_code_is_reported() -> None:
    """SQL and Python that cannot be parsed are diagnostics, and the rest is read."""
    reading = read(
        schema=(
            "# S\n\n```sql\nCREATE TABLE broken (%% INT;\n"
            "CREATE TABLE notes (id INT PRIMARY KEY);\n```\n"
        )
    )

    assert [item.name for item in reading.application.entities] == ["Note"]
    assert "not-understood" in rules(reading)


def test_a_table_that_is_nearly_sql_loses_only_what_cannot_be_read() -> None:
    """Each column is read for itself, as SQL or as a phrase, and what is neither is said."""
    reading = read(
        schema=(
            "# S\n\n```sql\nCREATE TABLE notes (\n  id UUID PRIMARY KEY,\n"
            "  due DATE NULLABLE,  -- the day\n  odd ?? !!,\n  text VARCHAR(20) NOT NULL,\n"
            "  UNIQUE (id, text)\n);\n```\n"
        )
    )
    app = reading.application
    said = [item.span.line for item in reading.diagnostics if item.rule == "not-understood"]

    assert [item.name for item in entity(app, "Note").columns] == ["id", "due", "text"]
    assert column(app, "Note.due").nullable is True
    assert column(app, "Note.text").constraints.max_length == 20
    assert entity(app, "Note").indexes == (Index(columns=("id", "text"), unique=True),)
    assert said == [6, 7]


def test_mysql_is_read_with_its_indexes_and_comments() -> None:
    """Indexes among the columns are no columns, and a comment's words are no type."""
    app = application(
        schema=(
            "# S\n\n```sql\nCREATE TABLE notes (\n  id BIGINT AUTO_INCREMENT PRIMARY KEY,\n"
            "  -- State\n  state ENUM('open', 'done') DEFAULT 'open',\n  kind VARCHAR(9),\n"
            "  INDEX idx_kind (kind),\n  UNIQUE KEY one (state, kind)\n) ENGINE=InnoDB;\n```\n"
        )
    )

    assert [item.name for item in entity(app, "Note").columns] == ["id", "state", "kind"]
    assert column(app, "Note.state").type is Type.ENUM
    assert column(app, "Note.kind").indexed is True
    assert entity(app, "Note").indexes == (Index(columns=("state", "kind"), unique=True),)


LISTED = {
    "a name in a line of its own, columns as SQL would say them": """
        notes
        - id serial PK
        - text varchar(200) not null
        - created_at timestamptz default now()
        """,
    "bare names among columns": """
        ## notes

        - id (serial, PK)
        - text (string, max 200, not null)
        - created_at
        """,
    "names in code under a label": """
        ### notes

        Fields:

        - `id`
        - `text`
        - `created_at`
        """,
    "names in code under a heading that is a table's name, in any language": """
        ### notes

        Campos:

        - `id`
        - `text`
        - `created_at`
        """,
}


@pytest.mark.parametrize("text", LISTED.values(), ids=LISTED.keys())
def test_a_list_of_names_is_a_table(text: str) -> None:
    """Columns are found however little is said of them."""
    app = application(schema=f"# Schema\n{dedent(text)}")

    assert [item.name for item in entity(app, "Note").columns] == ["id", "text", "created_at"]


def test_a_list_of_values_is_no_table() -> None:
    """Only the first list below a table's heading can be its bare columns."""
    app = application(
        schema="# S\n\n### notes\n\n- `id`\n- `text`\n\nValues:\n\n- `open`\n- `done`\n"
    )

    assert [item.name for item in entity(app, "Note").columns] == ["id", "text"]


@pytest.mark.parametrize(
    "cell", ["Indexed, references users.id", "references `users`(`id`)", "FK to users"]
)
def test_a_note_that_names_the_column_it_refers_to_is_a_foreign_key(cell: str) -> None:
    """`references users.id` is a key wherever it stands."""
    app = application(
        schema="# S\n\n## users\n\n- id: int (pk)\n\n## notes\n\n| Column | Type | Notes |\n"
        f"|---|---|---|\n| id | int | Primary key |\n| user_id | int | {cell} |\n"
    )

    assert column(app, "Note.user_id").foreign_key == ForeignKey(table="users", column="id")


def test_a_heading_over_several_tables_is_none() -> None:
    """`Auth Tables (managed by …)` says who manages the tables below it."""
    app = application(
        schema="# S\n\n## Auth Tables (managed by Better Auth)\n\n### session\n\n"
        "| Column | Type |\n|---|---|\n| id | text |\n| token | text |\n"
    )

    assert [(item.name, item.managed_by) for item in app.entities] == [("Session", "Better Auth")]


def test_a_table_without_a_name_is_reported() -> None:
    """A list of columns that belongs to no table is said aloud."""
    reading = read(
        schema="# S\n\n## Overview\n\n| Column | Type |\n|---|---|\n| id | int |\n| t | text |\n"
    )

    assert reading.application.entities == ()
    assert "not-understood" in rules(reading)


def test_forms_of_one_table_are_merged() -> None:
    """What one form leaves open another one fills, and what they agree on is no finding."""
    reading = read(
        schema="""
        # Schema

        ### notes

        | Column | Type | Constraints |
        |---|---|---|
        | id | UUID | PK |
        | body | TEXT | |

        ```sql
        CREATE TABLE notes (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), body TEXT);
        ```

        ```python
        class Note(SQLModel, table=True):
            id: UUID = Field(default_factory=uuid4, primary_key=True)
            body: str | None = Field(default=None, max_length=500)
        ```
        """
    )
    app = reading.application

    assert reading.diagnostics == ()
    assert [item.name for item in entity(app, "Note").columns] == ["id", "body"]
    assert column(app, "Note.id").default == Default(factory=Factory.UUID)
    assert column(app, "Note.body").type is Type.TEXT
    assert column(app, "Note.body").nullable is True
    assert column(app, "Note.body").constraints.max_length == 500


def test_a_table_may_be_named_after_a_body() -> None:
    """`leave_requests` is stored, though requests are mostly sent."""
    app = application(
        schema="""
        ## Table: `leave_requests`

        | Column | Type | Constraints |
        |---|---|---|
        | `id` | BIGINT | PK |
        | `reason` | VARCHAR(500) | NOT NULL |

        ## TaskResponse

        | Field | Type | Description |
        |---|---|---|
        | id | integer | Identifier |
        """
    )

    assert [item.table for item in app.entities] == ["leave_requests"]


def test_a_table_is_named_by_an_item() -> None:
    """`- Table Name: …` with the columns nested beside it."""
    app = application(
        schema="""
        # Database Schema

        - Table Name: `notes`
        - Columns:
          - `id`: Integer (Primary Key)
          - `text`: String
        """
    )

    assert [(item.table, len(item.columns)) for item in app.entities] == [("notes", 2)]


def test_lists_of_rows_are_no_columns() -> None:
    """What names another entity in the plural is a relation; a list of texts is a column."""
    app = application(
        schema="""
        ## Entity: Note
        - **id**: String (primary key)
        - **tags**: List<Tag> (tags of the note)
        - **words**: List<String>
        - **made**: LocalDateTime

        ## Entity: Tag
        - **id**: String (primary key)
        - **notes**: Note[]
        """
    )

    assert [item.name for item in entity(app, "Note").columns] == ["id", "words", "made"]
    assert [item.name for item in entity(app, "Tag").columns] == ["id"]
    assert column(app, "Note.made").type is Type.DATETIME


def test_a_header_in_another_script_is_told_by_its_cells() -> None:
    """Names in the first column and types in the second are columns in any language."""
    app = application(
        schema="""
        ### 1. Note

        | フィールド | 型 | 制約 | 説明 |
        |---|---|---|---|
        | id | String | PK, UUID | 一意識別子 |
        | userId | String | FK → User.id, NOT NULL | 所有 |
        | text | String? | - | 本文 |
        """
    )

    assert [(item.name, item.nullable) for item in entity(app, "Note").columns] == [
        ("id", False),
        ("userId", False),
        ("text", True),
    ]


def test_a_domain_model_lists_names_alone() -> None:
    """Types that a data model leaves open are left open; prose bullets are no columns."""
    document = source(
        "specs/domain.md",
        """
        # Domain

        ### Post
        - id
        - author_id
        - state: draft | published

        ### Rules
        - posts are private
        - nobody sees them
        """,
    )
    app = read_specs([document]).application

    assert [(item.name, item.type) for item in entity(app, "Post").columns][:2] == [
        ("id", None),
        ("author_id", None),
    ]
    assert len(app.entities) == 1


COLUMN_LISTS = {
    "table": "| Column | Type |\n|---|---|\n| id | INTEGER |\n| body | TEXT |\n",
    "bullets": "- id: integer (primary key)\n- body: text (not null)\n",
    "lines": "```\nid: INTEGER (PK)\nbody: TEXT (Not Null)\n```\n",
}


@pytest.mark.parametrize("columns", COLUMN_LISTS.values(), ids=COLUMN_LISTS)
@pytest.mark.parametrize("name", ["notes", "steps", "features", "files", "status", "references"])
@pytest.mark.parametrize(
    "title", ["### {0}", "### `{0}`", "## {0} table", "**{0}**", "**Table: {0}**", "`{0}`:"]
)
def test_a_table_may_bear_the_name_of_a_part_of_a_text(title: str, name: str, columns: str) -> None:
    """`notes` or `steps` over columns is a table, whatever the word means elsewhere."""
    app = application(schema=f"# Schema\n\n## Tables\n\n{title.format(name)}\n\n{columns}")

    assert [item.table for item in app.entities] == [name]
    assert [item.name for item in app.entities[0].columns] == ["id", "body"]


def test_a_column_may_have_a_remark_in_place_of_its_type() -> None:
    """Among columns, a name in code with a remark is a column whose type is open."""
    app = application(
        schema=(
            "# Schema\n\n### `tokens`\n\n- `hash` (PK, text)\n- `note_id` (FK -> `notes.id`)\n"
            "- `ends_at` (epoch ms)\n- `used_at` (nullable, epoch ms)\n"
        )
    )

    assert [item.name for item in app.entities[0].columns] == [
        "hash",
        "note_id",
        "ends_at",
        "used_at",
    ]
    assert column(app, "Token.ends_at").type is None
    assert column(app, "Token.used_at").nullable is True


@pytest.mark.parametrize(
    ("stated", "expected"), [("VARCHAR(100)", Type.STR), ("string", Type.TEXT)]
)
def test_a_bounded_text_of_the_schema_stays_one(stated: str, expected: Type) -> None:
    """`TEXT` of a data model makes `string` exact, and leaves `VARCHAR(100)` as it is."""
    reading = read_specs(
        [
            source(
                "specs/database/schema.md",
                "# S\n\n### notes\n\n| Column | Type |\n|---|---|\n| id | INTEGER |\n"
                f"| mood | {stated} |\n",
            ),
            source(
                "specs/001-notes/data-model.md",
                "# D\n\n```sql\nCREATE TABLE notes (id INTEGER PRIMARY KEY, mood TEXT);\n```\n",
            ),
        ]
    )

    assert column(reading.application, "Note.mood").type is expected


def test_attributes_of_prisma_are_read() -> None:
    """`@id`, `@unique`, `@default(…)` and `@updatedAt` in a cell say what they say in a schema."""
    app = application(
        schema=(
            "# Schema\n\n### `Note`\n\n| Field | Type | Attributes |\n|---|---|---|\n"
            "| `id` | String | `@id @default(uuid())` |\n| `slug` | String | `@unique` |\n"
            "| `state` | String | `@default(OPEN)` |\n| `text` | String? | |\n"
            "| `createdAt` | DateTime | `@default(now())` |\n"
            "| `updatedAt` | DateTime | `@updatedAt` |\n"
        )
    )
    found = {item.name: item for item in app.entities[0].columns}

    assert found["id"].primary_key
    assert found["id"].default == Default(factory=Factory.UUID)
    assert found["slug"].unique
    assert found["state"].default == Default(value="OPEN")
    assert found["text"].nullable
    assert found["createdAt"].default == Default(factory=Factory.NOW)
    assert found["updatedAt"].refreshed
