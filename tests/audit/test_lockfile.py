from dataclasses import replace

import pytest
from audit_reports import make_report, proved_route, public_route, violated_route
from hypothesis import given
from hypothesis import strategies as st

from sdd.audit.lockfile import check_lock, lock_text
from sdd.audit.model import AuthReport, RouteReport, Verdict
from sdd.diagnostics import Severity, errors
from sdd.errors import ConfigError

LOCKED = (proved_route(), public_route())


def _check(*routes: RouteReport, before: tuple[RouteReport, ...] = LOCKED) -> list[tuple[str, str]]:
    text = lock_text(make_report(routes=before))
    report = check_lock(make_report(routes=routes), text)
    return [(item.severity.value, item.message) for item in report.diagnostics]


def test_the_lock_says_who_is_let_in_and_whose_rows_are_touched() -> None:
    """It reads as a table of rights, without places."""
    text = lock_text(make_report(routes=LOCKED))

    assert "GET /api/notes  (main.py:app)\n  authentication: proved, by current_user\n" in text
    assert "  read Note: proved, Note.user_id = the token's sub\n" in text
    assert "GET /health  (main.py:app)\n  authentication: public\n" in text


def test_nothing_changed_is_nothing_said() -> None:
    """The order of discovery and moved lines do not matter."""
    assert _check(*reversed(LOCKED)) == []


def test_a_loosened_access_is_an_error_that_says_how_to_accept_it() -> None:
    """What was proved and is violated now is named in one line."""
    report = check_lock(
        make_report(routes=(violated_route("GET /api/notes"), LOCKED[1])),
        lock_text(make_report(routes=LOCKED)),
    )

    (item,) = errors(report.diagnostics)
    assert item.message.startswith("GET /api/notes was loosened: read Note was proved")
    assert "\n" not in item.message
    assert "sdd audit --lock" in str(item.hint)
    assert item.span is not None


def test_a_loosened_authentication_is_an_error() -> None:
    """Public where a user was asked for."""
    opened = replace(LOCKED[0], auth=AuthReport(verdict=Verdict.PUBLIC, by=None, because=""))

    assert _check(opened, LOCKED[1]) == [
        (
            "error",
            "GET /api/notes was loosened: authentication was proved, by current_user, is public",
        )
    ]


def test_added_and_removed_routes_are_errors() -> None:
    """Both must show in a review."""
    added = _check(*LOCKED, proved_route("POST /api/notes"))
    removed = _check(LOCKED[0])

    assert added == [
        ("error", "POST /api/notes was added, authentication: proved, by current_user")
    ]
    assert removed == [("error", "GET /health was removed")]


def test_a_tightened_route_is_a_note() -> None:
    """Better than locked is told, and stops nobody."""
    report = _check(proved_route(), LOCKED[1], before=(violated_route("GET /api/notes"), LOCKED[1]))

    assert [severity for severity, _ in report] == ["note"]


def test_a_route_that_newly_reads_unproved_rows_is_loosened() -> None:
    """A new access without proof is worse than none."""
    before = (replace(proved_route(), accesses=()),)

    assert _check(violated_route("GET /api/notes"), before=before)[0][0] == "error"
    assert _check(proved_route(), before=before)[0][0] == "note"


def test_a_route_mounted_twice_has_two_entries() -> None:
    """One of two mounts opened is seen."""
    twin = public_route("GET /api/notes")
    both = (proved_route(), twin)

    assert _check(*both, before=both) == []
    assert _check(twin, twin, before=both) != []


def test_a_file_of_another_form_is_refused() -> None:
    """A merge conflict in the lockfile is not read as agreement."""
    text = lock_text(make_report(routes=LOCKED)).replace("GET /health", "<<<<<<< HEAD\nGET /health")

    with pytest.raises(ConfigError, match=r"access\.lock, line"):
        check_lock(make_report(), text)


_NAMES = st.sampled_from(["GET /a", "POST /a", "GET /a/{x}", "DELETE /b", "WEBSOCKET /ws"])
_ROUTES = st.lists(
    st.builds(
        lambda make, name: make(name),
        st.sampled_from([proved_route, violated_route, public_route]),
        _NAMES,
    ),
    max_size=6,
)


@given(_ROUTES, st.randoms())
def test_what_was_just_locked_agrees(routes: list[RouteReport], random: object) -> None:
    """Locking and checking the same routes in any order finds nothing, with the same bytes."""
    shuffled = list(routes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    text = lock_text(make_report(routes=tuple(routes)))

    assert lock_text(make_report(routes=tuple(shuffled))) == text
    assert check_lock(make_report(routes=tuple(shuffled)), text).diagnostics == ()


def test_notes_do_not_fail() -> None:
    """The severity of a change that is not looser is note."""
    other = replace(LOCKED[0].auth, by="require_user")

    assert _check(replace(LOCKED[0], auth=other), LOCKED[1])[0][0] == Severity.NOTE.value
