from pathlib import PurePosixPath

from fakes import MemoryFiles

from sdd.workflow.lost_tests import lost_tests

BACKEND = PurePosixPath("backend")
KITES = PurePosixPath("backend/tests/test_kites.py")
PATHS = ("/api/kites", "/api/kites/{kite_id}")
TESTS = """
def test_a_kite_is_shown(client):
    assert client.get(f"/api/kites/{kite.id}").status_code == 200


def test_kites_are_listed(client):
    assert client.get("/api/kites?page=1").json() == []
"""


def lost(after: dict[str, str], paths: tuple[str, ...] = PATHS) -> list[str]:
    """Return what is said when the file of tests is deleted and others stand there."""
    base = MemoryFiles({str(KITES): TESTS})
    found = lost_tests(base, MemoryFiles(after), BACKEND, [KITES], paths)
    return [diagnostic.message for diagnostic in found]


def test_a_deleted_file_of_tests_is_found() -> None:
    """Fewer tests make every suite pass."""
    assert lost({}) == ["test_kites.py is deleted, and with it tests of /api/kites."]


def test_tests_may_move() -> None:
    """What counts is that each path has as many as before."""
    assert lost({"backend/tests/api/test_flying.py": TESTS}) == []
    assert lost({"backend/tests/api/test_flying.py": TESTS.split("def test_kites", maxsplit=1)[0]})


def test_tests_of_what_nobody_asks_for_any_more_may_go() -> None:
    """Their paths are no longer in the contract."""
    assert lost({}, paths=("/api/boats",)) == []
