from itertools import combinations, product
from types import ModuleType


def test_every_pair_of_choices_is_in_a_row(matrix: ModuleType) -> None:
    """Whoever runs six sets has seen each pair of layout, style, auth mode and database."""
    rows = matrix.combinations()
    for one, other in combinations(range(len(matrix.CHOICES)), 2):
        values = list(matrix.CHOICES.values())
        assert set(product(values[one], values[other])) <= {(row[one], row[other]) for row in rows}
