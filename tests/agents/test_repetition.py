from sdd.agents.repetition import Repetition


def test_only_calls_that_are_the_same_in_every_respect_count() -> None:
    """Reading a file again after it changed is work; reading it again for nothing is not."""
    repetition = Repetition()

    assert repetition.count("read_file", {"path": "a", "limit": 1}, "one") == 1
    assert repetition.count("read_file", {"limit": 1, "path": "a"}, "one") == 2
    assert repetition.count("read_file", {"path": "a", "limit": 1}, "two") == 1
    assert repetition.count("search", {"path": "a", "limit": 1}, "one") == 1
