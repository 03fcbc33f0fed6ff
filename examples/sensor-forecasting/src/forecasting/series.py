"""The measurements of one circuit: one row a day, oldest first, without gaps."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path


class SeriesError(ValueError):
    """The data cannot be used as they are."""


@dataclass(frozen=True)
class Series:
    """Equally long columns: the days, the measured value, and further measurements by name."""

    days: list[date]
    values: list[float]
    columns: dict[str, list[float]]

    def __len__(self) -> int:
        return len(self.days)


def build_series(header: list[str], rows: list[list], source: str) -> Series:
    """Checks and converts a table with the columns `timestamp`, `value` and any others, oldest row first."""
    for name in ("timestamp", "value"):
        if name not in header:
            raise SeriesError(f"{source}: no column `{name}`; the columns are {', '.join(header)}")
    if len(set(header)) != len(header):
        raise SeriesError(f"{source}: a column name is given twice: {', '.join(header)}")
    days: list[date] = []
    columns: dict[str, list[float]] = {name: [] for name in header if name != "timestamp"}
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise SeriesError(f"{source}: row {number} has {len(row)} cells, expected {len(header)}")
        cells = dict(zip(header, row))
        days.append(parse_day(cells["timestamp"], f"{source}: row {number}"))
        for name, column in columns.items():
            column.append(_number(cells[name], f"{source}: row {number}, column `{name}`"))
    for before, after in zip(days, days[1:]):
        if after - before != timedelta(days=1):
            raise SeriesError(f"{source}: {after} follows {before}; expected one row a day, oldest first")
    return Series(days, columns.pop("value"), columns)


def read_series(path: str | Path) -> Series:
    """Reads a CSV file with a header line."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file)) or [[]]
    return build_series(header, rows, str(path))


def parse_day(text: object, place: str) -> date:
    """Reads `2014-10-01`."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise SeriesError(f"{place}: timestamp {text!r}, expected a day like 2014-10-01") from error


def _number(cell: object, place: str) -> float:
    try:
        number = math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise SeriesError(f"{place}: {cell!r} is not a finite number")
    return number
