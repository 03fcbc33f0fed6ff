"""Writes azureml/sample-requests/*.json: the last 30 days of each circuit's series, as a client would send them."""

import csv
from pathlib import Path

DAYS = 30
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    for path in sorted((ROOT / "data").glob("*.csv")):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[-DAYS:]
        data = ",\n".join(f'      ["{row["timestamp"]}", {row["value"]}]' for row in rows)
        text = (
            '{\n  "input_data": {\n    "columns": ["timestamp", "value"],\n'
            f'    "data": [\n{data}\n    ]\n  }},\n  "horizon": 1\n}}\n'
        )
        (ROOT / "azureml" / "sample-requests" / f"{path.stem}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
