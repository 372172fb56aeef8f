import pytest

from sdd.inflection import plural, singular

_PAIRS = """
task tasks, page pages, day days, key keys, video videos, todo todos, house houses, size sizes,
course courses, case cases, database databases, expense expenses, response responses, lease leases,
purchase purchases, clause clauses, excuse excuses, warehouse warehouses, archive archives,
sleeve sleeves, valve valves, olive olives, proof proofs, belief beliefs, shoe shoes, toe toes,
cache caches, niche niches, headache headaches, epoch epochs, menu menus, emoji emojis, api apis,
category categories, copy copies, query queries, survey surveys, story stories, penny pennies,
movie movies, cookie cookies, calorie calories, hoodie hoodies, tie ties,
status statuses, address addresses, class classes, box boxes, batch batches, approach approaches,
wish wishes, tax taxes, waltz waltzes, quiz quizzes, bus buses, bonus bonuses, virus viruses,
alias aliases, canvas canvases, gas gases, lens lenses, hero heroes, tomato tomatoes, zero zeros,
shelf shelves, bookshelf bookshelves, leaf leaves, knife knives, life lives, half halves,
analysis analyses, hypothesis hypotheses, crisis crises, diagnosis diagnoses, axis axes,
matrix matrices, vertex vertices, criterion criteria, index indexes, prefix prefixes,
person people, child children, woman women, mouse mice, foot feet,
media media, series series, news news, equipment equipment, feedback feedback
"""


@pytest.mark.parametrize("pair", _PAIRS.split(","))
def test_plurals_and_singulars_belong_to_each_other(pair: str) -> None:
    """Both ways, and a singular stays what it is."""
    one, many = pair.split()

    assert (plural(one), singular(many), singular(one)) == (many, one, one)


@pytest.mark.parametrize(
    ("many", "one"), [("indices", "index"), ("radii", "radius"), ("curricula", "curriculum")]
)
def test_learned_plurals_are_understood(many: str, one: str) -> None:
    """What nobody is offered is still read."""
    assert singular(many) == one
