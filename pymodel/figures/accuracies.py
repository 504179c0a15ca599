"""Accuracies that Lee, 2020, prints in tables 1-5, beside those of networks trained here.

`data/lee2020_printed.csv` holds what is printed, `data/lee2020_trained.csv`, if it exists, what a
training run of this project gave: the same columns, any part of the rows. Table 6 has no numbers.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from chips.errors import InputError

DATA = Path(__file__).resolve().parent / "data"
PRINTED, TRAINED = DATA / "lee2020_printed.csv", DATA / "lee2020_trained.csv"
COLUMNS = ["table", "case", "column", "percent"]

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Accuracy:
    """Test accuracy in percent: as printed, and as trained here (None: not yet)."""

    table: int
    case: str
    column: str
    printed: float
    trained: float | None


def accuracies(trained: Path = TRAINED) -> list[Accuracy]:
    """All printed accuracies, with the trained ones that there are.

    Raises
    ------
    InputError
        A file of other columns, a percentage that is none, or a row that is not printed.
    """
    printed = read_percent(PRINTED)
    found = read_percent(trained) if trained.exists() else {}
    for key in found.keys() - printed.keys():
        raise InputError(f"{trained.name}: no such row in the thesis: {', '.join(key)}")
    return [
        Accuracy(int(table), case, column, percent, found.get((table, case, column)))
        for (table, case, column), percent in printed.items()
    ]


def read_percent(path: Path) -> dict[Key, float]:
    """Percentages of a file by table, case and column."""
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise InputError(f"{path.name}: columns must be {', '.join(COLUMNS)}")
        return {
            (row["table"], row["case"], row["column"]): _percent(path, row["percent"])
            for row in reader
        }


def _percent(path: Path, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 100:
        raise InputError(f"{path.name}: percent {text!r}, must be in 0..100")
    return value
