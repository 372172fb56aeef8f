from sdd.generate.heads import beside, followed, head

CODE = "\nimport os\n"
OLD = f'"""Endpoints of tasks.\n\nSpecs:\n\n- specs/a.md\n- specs/tasks.md\n"""\n{CODE}'
NEW = f'"""Endpoints of tasks.\n\nSpecs:\n\n- specs/a.md\n- specs/notes.md\n"""\n{CODE}'
THERE = {"specs/a.md", "specs/tasks.md", "specs/notes.md"}


def test_a_head_is_read_back() -> None:
    """What a module says it follows is what it was written with."""
    specs = ("specs/a.md", "specs/b.md")

    assert followed(f'"""{head("The application.", specs)}"""\n\n{CODE}') == specs
    assert followed(f'"""{head("The application.", ())}"""\n\n{CODE}') == ()


def test_a_module_whose_code_is_the_same_stays() -> None:
    """It is none of the other feature's business."""
    assert beside(NEW, OLD, THERE) == OLD


def test_a_module_that_changes_names_the_documents_of_both() -> None:
    """Those of the feature first, then those of before that are still there."""
    changed = NEW.replace("os", "sys")

    assert followed(beside(changed, OLD, THERE)) == (
        "specs/a.md",
        "specs/notes.md",
        "specs/tasks.md",
    )
    assert followed(beside(changed, OLD, THERE - {"specs/tasks.md"})) == (
        "specs/a.md",
        "specs/notes.md",
    )


def test_a_document_that_is_gone_is_named_no_more() -> None:
    """Then the module is written anew, though its code is the same."""
    assert beside(NEW, OLD, THERE - {"specs/tasks.md"}) == NEW


def test_code_of_others_is_no_module_of_ours() -> None:
    """Where there is no head, or another purpose, the fresh one counts."""
    assert beside(NEW, "import os\n", THERE) == NEW
    assert beside(NEW, OLD.replace("Endpoints of tasks", "Something else"), THERE) == NEW
