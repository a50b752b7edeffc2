"""Write the JSON Schemas of docs/schemas anew."""

from pathlib import Path

from streams.codecs.schemas import published

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in published().items():
        (FOLDER / f"{name}.json").write_text(text)
