"""Entry of the probe: started by path in the backend's interpreter, it loads the rest and runs."""

import importlib
import importlib.util
import sys
from pathlib import Path

PACKAGE = "_sdd_probe"


def load_package(folder: Path) -> None:
    """Make the probe importable under a name that no backend has.

    Neither our folder nor our own package goes on the path: the backend's modules have both
    names and versions of their own.
    """
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"the probe is incomplete: {folder}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


def main() -> None:
    """Run the job that stands on standard input."""
    load_package(Path(__file__).resolve().parent)
    importlib.import_module(f"{PACKAGE}.run").main()


if __name__ == "__main__":
    main()
