"""Draw the figures of docs/tests: python -m scripts.figures [PAGE ...]."""

import sys
from pathlib import Path

from scripts.figures import FIGURES, save

FOLDER = Path(__file__).parents[2] / "docs" / "tests" / "img"


def main(pages: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in pages or FIGURES:
        path = save(name, FOLDER)
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
