import pytest

from sdd.workflow.literal_secrets import literal_secrets

VALUE = "7d4f1c9ab2e84b60955ed0c3a1f2b6e8"


@pytest.mark.parametrize(
    "code",
    [
        f'secret = source.get("BETTER_AUTH_SECRET", "{VALUE}")',
        'key = os.getenv("API_KEY", "changeme123")',
        f'SECRET_KEY = "{VALUE}"',
        f'class Settings:\n    jwt_secret: str = "{VALUE}"',
    ],
)
def test_a_value_in_the_code_is_found(code: str) -> None:
    """Whatever the value looks like, what it is used for tells it."""
    assert len(list(literal_secrets(code))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'secret = source.get("BETTER_AUTH_SECRET", "")',
        'SECRET_VARIABLE = "BETTER_AUTH_SECRET"',
        'message = ("secret", "Set the secret, at least 32 bytes long.")',
        'password_hint = "at-least-one-digit"',
        "secret = settings.secret",
        "def broken(",
    ],
)
def test_names_and_words_are_no_values(code: str) -> None:
    """What reads a secret, or speaks of one, holds none."""
    assert list(literal_secrets(code)) == []


def test_a_migration_that_names_an_index_holds_no_secret() -> None:
    """A step of a migration takes the names of an index and of its table."""
    code = 'op.create_index("ix_password_resets_user_id", "password_resets", ["user_id"])'

    assert list(literal_secrets(code)) == []
